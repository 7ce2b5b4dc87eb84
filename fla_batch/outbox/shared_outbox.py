"""An outbox that several hosts share: objects that all of them see, and a folder as a copy (R36).

A step works on files of this host's folder, as it always does. What it makes is in the object
store before the ledger says that it is there, and what it lacks is fetched and compared with the
ledger. A batch is there once its manifest is, which is written last; nothing is written over but
this host's own high-water mark (decision 2001).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fla_batch.ledger.artefacts import Artefact
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.outbox.high_water import HIGH_WATER, HighWater
from fla_batch.outbox.host_copy import HostCopy
from fla_batch.outbox.inbox import Arrival, Kept, name_beside
from fla_batch.outbox.manifest import FILE_NAME, Manifest, OutboxDamaged
from fla_batch.outbox.marks import MARKS, Mark, mark_from, mark_line
from fla_batch.outbox.object_store import ObjectStore
from fla_batch.outbox.outbox import PURGED, Fault, Outbox
from fla_batch.outbox.quarantine import Quarantine
from fla_batch.outbox.shared_high_water import SharedHighWater
from fla_batch.outbox.shared_quarantine import SharedQuarantine
from fla_batch.system.files import (
    FileFacts,
    facts_of,
    place,
    remove_file,
    remove_folder,
)
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger


_LAST = (FILE_NAME, MARKS, PURGED)
"""Files of a batch that are no objects of their own, or the last of them."""


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
        self.store.require_put_if_absent()

    @property
    def copy(self) -> HostCopy:
        """The folder of this host, file by file."""
        return HostCopy(self.root, self.store)

    # Batches

    def publish(self, batch: BatchName) -> None:
        """Files, marks and rows of the ledger first, the manifest last; twice changes nothing.

        Raises UsageMistake when the store holds other content under one of these names.
        """
        manifest = super().manifest(batch)
        files = self._listed(manifest)
        for key in files:
            self._publish(key)
        for number, mark in enumerate(super().marks(batch), start=1):
            self.store.put_new(self._mark_key(batch, number), mark_line(mark))
        own = self._key(batch, FILE_NAME)
        if self.ledger is not None:
            files[own] = facts_of(self.root / own)
            rows = [Artefact(key, each.size, each.sha256) for key, each in files.items()]
            self.ledger.record_artefacts(batch, rows)
        self._publish(own)

    def _publish(self, key: str) -> None:
        if not self.copy.put(key):
            raise UsageMistake(
                f"the object store holds other content as {key}",
                hint="A name is used only once: is this the store of another ledger?",
            )

    def take_folder_in(self) -> None:
        """See `Outbox`: a folder that was no copy, and has a high-water mark of its own.

        That mark goes last, and so the next run goes on where this one was ended. Raises
        UsageMistake when the store holds other content under one of these names.
        """
        local = Outbox(self.root)
        if (reached := local.high_waters.highest()) is None:
            return
        self.high_waters.reach(HighWater(0, reached.names))
        for batch in (each for where in Environment for each in local.batches(where)):
            manifest, folder = local.manifest(batch), self.relative_folder(batch)
            own = [key for key in self.copy.keys(folder) if PurePosixPath(key).name not in _LAST]
            for key in (*own, f"{folder}/{PURGED}"):
                if (self.root / key).is_file():
                    self._publish(key)
            for number, mark in enumerate(local.marks(batch), start=1):
                self.store.put_new(self._mark_key(batch, number), mark_line(mark))
            self._publish(self._key(manifest.batch, FILE_NAME))
        for folder in ("quarantine", *(f"{where}/inbox" for where in Environment)):
            for key in self.copy.keys(folder):
                self._publish(key)
        remove_file(self.root / HIGH_WATER)

    def withdraw(self, batch: BatchName) -> None:
        """The manifest first: what has none was never there."""
        self.store.remove([self._key(batch, FILE_NAME)])
        self.store.remove(self.store.sizes(self.relative_folder(batch)))
        super().withdraw(batch)

    def has(self, batch: BatchName) -> bool:
        """See `Outbox`."""
        return self.store.read(self._key(batch, FILE_NAME)) is not None

    def batches(self, environment: Environment) -> list[BatchName]:
        """See `Outbox`: those whose manifest is in the store."""
        names = []
        for path in map(PurePosixPath, self.store.sizes(environment.value)):
            if path.name == FILE_NAME:
                with suppress(InvalidName):
                    names.append(BatchName.parse(path.parent.name))
        return sorted(names, key=str)

    def manifest(self, batch: BatchName) -> Manifest:
        """See `Outbox`."""
        own = self._key(batch, FILE_NAME)
        if not (self.root / own).exists():
            self._bring(batch, own, self._known(batch))
        return super().manifest(batch)

    def require_whole(self, batch: BatchName) -> Manifest:
        """See `Outbox`; what this host lacks is fetched first."""
        try:
            manifest = self.manifest(batch)
        except UsageMistake as error:
            raise OutboxDamaged(str(error)) from error
        wanted = self._listed(manifest) | self._known(batch)
        for key in self._listed(manifest):
            self._bring(batch, key, wanted)
        return super().require_whole(batch)

    def trouble(self, batch: BatchName) -> str | None:
        """See `Outbox`: as far as names and sizes in the store tell."""
        there = self.store.sizes(self.relative_folder(batch))
        wanted = self._known(batch)
        for key, facts in wanted.items():
            if key not in there:
                return f"{PurePosixPath(key).name} is missing"
            if there[key] != facts.size:
                return f"{PurePosixPath(key).name} was changed after it was built"
        return None if wanted else f"the outbox holds no batch {batch}"

    def _all_faults(self, manifest: Manifest) -> Iterator[Fault]:
        """Every object is read, and what this host has of it."""
        name = str(manifest.batch)
        for key, facts in (self._known(manifest.batch) or self._listed(manifest)).items():
            file = PurePosixPath(key).name
            there, here = self.store.facts(key), self.root / key
            if there is None:
                yield Fault(name, "is missing in the object store", file)
            elif there != facts:
                yield Fault(name, "was changed after it was built", file)
            elif here.is_file() and facts_of(here) != facts:
                yield Fault(name, "was changed in the folder of this host", file)

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
        self.store.put_new(self._key(batch, PURGED), content)
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
        while not self.store.put_new(self._mark_key(batch, number), mark_line(mark)):
            number += 1
        super().mark(batch, mark, last_event)

    def marks(self, batch: BatchName) -> list[Mark]:
        """See `Outbox`."""
        keys = sorted(self.store.sizes(self._key(batch, "marks")))
        return [mark_from(content) for key in keys if (content := self.store.read(key))]

    @cached_property
    def high_waters(self) -> SharedHighWater:
        """See `Outbox`: each host writes its own, and the highest counts."""
        return SharedHighWater(self.root, self.store)

    # Answers

    @property
    def quarantine(self) -> Quarantine:
        """See `Outbox`."""
        return SharedQuarantine(self.root, self.copy)

    def received(self, batch: BatchName) -> list[Kept]:
        """See `Outbox`: also what another host kept and did not come to read."""
        for key in self.store.sizes(self._key(batch, "received")):
            self.copy.file(key)
        return super().received(batch)

    def keep(self, kept: Kept) -> Kept:
        """See `Outbox`: other content of a known name goes beside it, as in a folder."""
        if self.copy.put(kept.path):
            return kept
        path = PurePosixPath(kept.path)
        beside = path.with_name(name_beside(kept.name, kept.facts)).as_posix()
        place(self.root / kept.path, self.root / beside)
        remove_file(self.root / kept.path)
        self.copy.put(beside)
        return replace(kept, path=beside, arrival=Arrival.CLASH)

    def kept_file(self, path: str) -> Path:
        """See `Outbox`; fetched when this host has not got it."""
        return self.copy.file(path)

    def forget(self, path: str) -> None:
        """See `Outbox`: the object and this host's copy."""
        self.store.remove([path])
        super().forget(path)

    def kept_facts(self, path: str) -> FileFacts | None:
        """See `Outbox`: what the store holds."""
        return self.store.facts(path)

    # Objects

    def _bring(self, batch: BatchName, key: str, wanted: Mapping[str, FileFacts]) -> None:
        """See that a file of a batch is here, and what is `wanted` under its key.

        A file that is here and is not that file stays: it is for a person to look at. Raises
        OutboxDamaged when what was fetched is another file.
        """
        target = self.root / key
        if target.exists():
            return
        found = self.copy.fetch(key)
        if found is not None and found != wanted.get(key, found):
            remove_file(target)
            name = PurePosixPath(key).name
            raise OutboxDamaged(f"batch {batch}: {name} in the object store is another file")

    def _known(self, batch: BatchName) -> dict[str, FileFacts]:
        """What the files of a batch must be, by key, as the ledger says."""
        rows = self.ledger.artefacts(batch) if self.ledger else []
        return {row.key: FileFacts(row.size, row.sha256) for row in rows}

    def _listed(self, manifest: Manifest) -> dict[str, FileFacts]:
        return {
            self._key(manifest.batch, f"sent/{file.name}"): file.facts for file in manifest.files
        }

    def _key(self, batch: BatchName, name: str) -> str:
        return f"{self.relative_folder(batch)}/{name}"

    def _mark_key(self, batch: BatchName, number: int) -> str:
        return self._key(batch, f"marks/{number:06d}.json")
