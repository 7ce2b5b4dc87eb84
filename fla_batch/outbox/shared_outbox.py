"""An outbox that several hosts share: objects that all of them see, and a folder as a copy (R36).

A step works on files of this host's folder, as it always does. What it makes is in the object
store before the ledger says that it is there, and what it lacks is fetched and compared with the
ledger. A batch is there once its manifest is, which is written last; nothing is written over but
this host's own high-water mark (decision 2001).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fla_batch.ledger.artefacts import Artefact
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.outbox import staging
from fla_batch.outbox.high_water import HighWater, high_water_from, high_water_text
from fla_batch.outbox.inbox import Arrival, Kept, name_beside
from fla_batch.outbox.manifest import FILE_NAME, Manifest, OutboxDamaged
from fla_batch.outbox.marks import Mark, add_mark, mark_from, mark_line
from fla_batch.outbox.object_store import ObjectStore
from fla_batch.outbox.outbox import PURGED, Fault, Outbox
from fla_batch.outbox.quarantine import REASON_SUFFIX, Quarantine, Quarantined
from fla_batch.system.files import (
    FileFacts,
    disk_errors,
    facts_of,
    place,
    private_folder,
    remove_file,
    remove_folder,
    whole_file,
    write_whole,
)
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger import Ledger

_HIGH_WATER = "high-water"
_HOST = "host-id"


@dataclass(frozen=True)
class SharedOutbox(Outbox):
    """The outbox in `store`; `root` is this host's copy. `ledger` tells what each file must be.

    Every method may raise StoreUnavailable as well.
    """

    store: ObjectStore
    ledger: Ledger | None = None

    def beside(self, ledger: Ledger) -> SharedOutbox:
        """See `Outbox`."""
        return replace(self, ledger=ledger)

    def require_fit(self) -> None:
        """See `Outbox`. Raises StoreUnfit."""
        _ = self._fit

    @cached_property
    def _fit(self) -> ObjectStore:
        """The store, tried once a process before anything is written there. Raises StoreUnfit."""
        self.store.require_put_if_absent()
        return self.store

    # Batches

    def publish(self, batch: BatchName) -> None:
        """Files, marks and rows of the ledger first, the manifest last; twice changes nothing.

        Raises UsageMistake when the store holds other content under one of these names.
        """
        manifest = super().manifest(batch)
        names = [f"sent/{file.name}" for file in manifest.files]
        for name in (*names, FILE_NAME):
            if name == FILE_NAME:
                self._publish_marks(batch)
                self._record(batch, manifest)
            if not self._put(self._key(batch, name), self.folder(batch) / name):
                raise UsageMistake(
                    f"the object store holds other content as {self._key(batch, name)}",
                    hint="A name is used only once: is this the store of another ledger?",
                )

    def _publish_marks(self, batch: BatchName) -> None:
        for number, mark in enumerate(super().marks(batch), start=1):
            self._fit.put_new(self._mark_key(batch, number), mark_line(mark))

    def _record(self, batch: BatchName, manifest: Manifest) -> None:
        if self.ledger is not None:
            path = self.folder(batch) / FILE_NAME
            files = [Artefact(self._key(batch, FILE_NAME), *_facts(facts_of(path)))]
            files += [
                Artefact(self._key(batch, f"sent/{file.name}"), file.size, file.sha256)
                for file in manifest.files
            ]
            self.ledger.record_artefacts(batch, files)

    def withdraw(self, batch: BatchName) -> None:
        """The manifest first: what has none was never there."""
        self.store.remove([self._key(batch, FILE_NAME)])
        self.store.remove(self._below(batch))
        super().withdraw(batch)

    def has(self, batch: BatchName) -> bool:
        """See `Outbox`."""
        return self.store.read(self._key(batch, FILE_NAME)) is not None

    def batches(self, environment: Environment) -> list[BatchName]:
        """See `Outbox`: those whose manifest is in the store."""
        return sorted(self._published(environment), key=str)

    def _published(self, environment: Environment) -> Iterator[BatchName]:
        for key in self.store.sizes(environment.value):
            path = PurePosixPath(key)
            if path.name == FILE_NAME:
                with suppress(InvalidName):
                    yield BatchName.parse(path.parent.name)

    @property
    def has_batches(self) -> bool:
        """See `Outbox`."""
        return any(self.batches(environment) for environment in Environment)

    def manifest(self, batch: BatchName) -> Manifest:
        """See `Outbox`."""
        self._bring(batch, FILE_NAME, self._known(batch).get(self._key(batch, FILE_NAME)))
        return super().manifest(batch)

    def require_whole(self, batch: BatchName) -> Manifest:
        """See `Outbox`; what this host lacks is fetched first."""
        try:
            manifest = self.manifest(batch)
        except UsageMistake as error:
            raise OutboxDamaged(str(error)) from error
        known = self._known(batch)
        for file in manifest.files:
            name = f"sent/{file.name}"
            self._bring(batch, name, known.get(self._key(batch, name), file.facts))
        return super().require_whole(batch)

    def trouble(self, batch: BatchName) -> str | None:
        """See `Outbox`: as far as names and sizes in the store tell."""
        there = self.store.sizes(self._prefix(batch))
        wanted = self._known(batch)
        for key, facts in wanted.items():
            if key not in there:
                return f"{PurePosixPath(key).name} is missing"
            if there[key] != facts.size:
                return f"{PurePosixPath(key).name} was changed after it was built"
        return None if wanted else f"the outbox holds no batch {batch}"

    def verify(self, batch: BatchName) -> list[Fault]:
        """See `Outbox`: every object is read, and what this host has of it."""
        name, found = str(batch), []
        try:
            manifest = self.manifest(batch)
        except (OutboxDamaged, UsageMistake) as error:
            return [Fault(name, str(error))]
        if manifest.batch != batch:
            return [Fault(name, "has the manifest of another batch", FILE_NAME)]
        if self.is_purged(batch):
            return []
        for key, facts in (self._known(batch) or self._listed(manifest)).items():
            file = PurePosixPath(key).name
            there, here = self.store.facts(key), self.root / key
            if there is None:
                found.append(Fault(name, "is missing in the object store", file))
            elif there != facts:
                found.append(Fault(name, "was changed after it was built", file))
            elif here.is_file() and facts_of(here) != facts:
                found.append(Fault(name, "was changed in the folder of this host", file))
        return found

    def clear_leftovers(self, environment: Environment) -> list[Path]:
        """See `Outbox`; also what this host has of a build that another one took back."""
        found = super().clear_leftovers(environment)
        gone = self.ledger.names(environment, [BatchState.CANCELLED]) if self.ledger else []
        for batch in gone:
            if self.folder(batch).is_dir() and not self.has(batch):
                remove_folder(self.folder(batch))
                found.append(self.folder(batch))
        return found

    def purge(self, batch: BatchName, at: datetime) -> None:
        """See `Outbox`: what is to be done stands in the store before it is done."""
        content = json.dumps({"purged_at": at.astimezone(UTC).isoformat()}).encode()
        self._fit.put_new(self._key(batch, PURGED), content)
        for part in ("sent", "received"):
            self.store.remove(self.store.sizes(self._key(batch, part)))
        if self.folder(batch).is_dir():
            super().purge(batch, at)

    def has_to_be_purged(self, batch: BatchName) -> bool:
        """See `Outbox`: in the store, or in the folder of this host."""
        if super().has_to_be_purged(batch):
            return True
        return self.has(batch) and self.store.read(self._key(batch, PURGED)) is None

    def is_purged(self, batch: BatchName) -> bool:
        """See `Outbox`."""
        return self.store.read(self._key(batch, PURGED)) is not None

    # Marks

    def mark(self, batch: BatchName, mark: Mark, last_event: int) -> None:
        """See `Outbox`: in the store before what it announces is done."""
        number = 1 + len(self.store.sizes(self._key(batch, "marks")))
        # Whoever holds the lease is alone here; a mark of one who lost it counts too.
        while not self._fit.put_new(self._mark_key(batch, number), mark_line(mark)):
            number += 1
        if self.folder(batch).is_dir():
            add_mark(self.folder(batch), mark)
        self.reach(last_event, batch)

    def marks(self, batch: BatchName) -> list[Mark]:
        """See `Outbox`."""
        keys = sorted(self.store.sizes(self._key(batch, "marks")))
        return [mark_from(content) for key in keys if (content := self.store.read(key))]

    def reach(self, last_event: int, *names: BatchName) -> None:
        """See `Outbox`: each host writes its own, and the highest counts."""
        private_folder(self.root)
        with disk_errors("write", self.root), staging.folder_lock(self.root):
            content = self.store.read(self._own_mark)
            before = high_water_from(content or b"") or HighWater()
            after = before.joined(HighWater(last_event, names))
            if after != before:
                self._fit.replace(self._own_mark, high_water_text(after))

    def begin_high_water(self, last_event: int, names: Iterable[BatchName]) -> None:
        """See `Outbox`: what other hosts saw was of the ledger that is gone."""
        self._fit.replace(self._own_mark, high_water_text(HighWater(last_event, tuple(names))))
        marks = self.store.sizes(_HIGH_WATER)
        self.store.remove(key for key in marks if key != self._own_mark)

    @property
    def high_water(self) -> HighWater | None:
        """See `Outbox`: of all hosts together."""
        found = None
        for key in self.store.sizes(_HIGH_WATER):
            each = high_water_from(self.store.read(key) or b"")
            found = each if found is None else found.joined(each or found)
        return found

    @cached_property
    def _own_mark(self) -> str:
        """The key of this host's high-water mark: the folder has a name that no other has."""
        path = private_folder(self.root) / _HOST
        if not path.exists():
            partial = path.with_name(f".partial-{secrets.token_hex(8)}")
            write_whole(partial, secrets.token_hex(8).encode())
            place(partial, path)
            remove_file(partial)
        with disk_errors("read", path):
            return f"{_HIGH_WATER}/{path.read_text(encoding='ascii').strip()}.json"

    # Answers

    @property
    def quarantine(self) -> Quarantine:
        """See `Outbox`."""
        return SharedQuarantine(self.root, self)

    def received(self, batch: BatchName) -> list[Kept]:
        """See `Outbox`: also what another host kept and did not come to read."""
        for key in self.store.sizes(self._key(batch, "received")):
            self.kept_file(key)
        return super().received(batch)

    def keep(self, kept: Kept) -> Kept:
        """See `Outbox`: other content of a known name goes beside it, as in a folder."""
        if self._put(kept.path, self.root / kept.path):
            return kept
        path = PurePosixPath(kept.path)
        beside = path.with_name(name_beside(kept.name, kept.facts)).as_posix()
        place(self.root / kept.path, self.root / beside)
        remove_file(self.root / kept.path)
        self._put(beside, self.root / beside)
        return replace(kept, path=beside, arrival=Arrival.CLASH)

    def kept_file(self, path: str) -> Path:
        """See `Outbox`; fetched when this host has not got it."""
        target = self.root / path
        if not target.exists():
            self.fetch(path, target)
        return target

    def forget(self, path: str) -> None:
        """See `Outbox`: the object and this host's copy."""
        self.store.remove([path])
        super().forget(path)

    def kept_facts(self, path: str) -> FileFacts | None:
        """See `Outbox`: what the store holds."""
        return self.store.facts(path)

    # Objects

    def share(self, path: Path) -> None:
        """Put a file of this host's folder into the store under its path there."""
        self._put(path.relative_to(self.root).as_posix(), path)

    def fetch(self, key: str, target: Path) -> FileFacts | None:
        """An object as a file of this host, whole or not at all; None when there is none."""
        private_folder(target.parent)
        with suppress(_Absent), whole_file(target) as writer:
            if not self.store.fetch(key, writer):
                raise _Absent
            return writer.facts
        return None

    def _put(self, key: str, path: Path) -> bool:
        """True when the object is there with the content of that file, now or before."""
        return self._fit.put_new(key, path) or self.store.facts(key) == facts_of(path)

    def _bring(self, batch: BatchName, name: str, facts: FileFacts | None) -> None:
        """See that a file of a batch is here, and what the ledger says that it is.

        A file that is here and is not that file stays: it is for a person to look at. Raises
        OutboxDamaged when what was fetched is another file.
        """
        target = self.folder(batch) / name
        if target.exists():
            return
        found = self.fetch(self._key(batch, name), target)
        if found is not None and facts is not None and found != facts:
            remove_file(target)
            raise OutboxDamaged(f"batch {batch}: {name} in the object store is another file")

    def _known(self, batch: BatchName) -> dict[str, FileFacts]:
        """What the files of a batch must be, by key, as the ledger says."""
        rows = self.ledger.artefacts(batch) if self.ledger else []
        return {row.key: FileFacts(row.size, row.sha256) for row in rows}

    def _listed(self, manifest: Manifest) -> dict[str, FileFacts]:
        return {
            self._key(manifest.batch, f"sent/{file.name}"): file.facts for file in manifest.files
        }

    def _prefix(self, batch: BatchName) -> str:
        return self.relative_folder(batch)

    def _key(self, batch: BatchName, name: str) -> str:
        return f"{self._prefix(batch)}/{name}"

    def _mark_key(self, batch: BatchName, number: int) -> str:
        return self._key(batch, f"marks/{number:06d}.json")

    def _below(self, batch: BatchName) -> list[str]:
        return list(self.store.sizes(self._prefix(batch)))


class _Absent(Exception):
    """There is no such object."""


def _facts(facts: FileFacts) -> tuple[int, str]:
    return facts.size, facts.sha256


@dataclass(frozen=True)
class SharedQuarantine(Quarantine):
    """The quarantine of an outbox that several hosts share."""

    shared: SharedOutbox

    def put(
        self, source: Path, name: str, environment: Environment, reason: str, at: datetime
    ) -> Quarantined:
        """See `Quarantine`: reason first, in the store too."""
        found = super().put(source, name, environment, reason, at)
        path = self.root / found.path
        for each in (path.with_name(path.name + REASON_SUFFIX), path):
            self.shared.share(each)
        if path != source:
            self.shared.store.remove([source.relative_to(self.root).as_posix()])
        return found

    def files(self) -> Iterator[Quarantined]:
        """See `Quarantine`."""
        for key in self.shared.store.sizes("quarantine"):
            self.shared.kept_file(key)
        yield from super().files()

    def remove(self, file: Quarantined) -> None:
        """See `Quarantine`."""
        self.shared.store.remove([file.path, file.path + REASON_SUFFIX])
        super().remove(file)
