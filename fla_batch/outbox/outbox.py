"""Outbox: the batches on disk, from staging to purge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.outbox import staging
from fla_batch.outbox.high_water import HighWater, HighWaterMark
from fla_batch.outbox.inbox import Inbox, Kept
from fla_batch.outbox.manifest import FILE_NAME, Manifest, OutboxDamaged
from fla_batch.outbox.marks import Mark, add_mark, marks_of
from fla_batch.outbox.quarantine import Quarantine
from fla_batch.outbox.whose_outbox import require_ours
from fla_batch.system.files import (
    FileFacts,
    disk_errors,
    facts_of,
    facts_of_all,
    private_folder,
    remove_file,
    remove_folder,
    write_whole,
)
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger

PURGED = "purged.json"
_PURGING = ".purging-"
_ELSEWHERE = "one that another host built is there, unless [workspace] store shares it"


class Fault(NamedTuple):
    """Something about a batch on disk that does not fit; `file` is None for the whole of it."""

    batch: str
    problem: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox whose root folder is `root`. Every method may raise DiskTrouble."""

    root: Path

    def beside(self, ledger: Ledger) -> Outbox:  # noqa: ARG002 - one folder needs no ledger
        """The same outbox for who has its ledger open: it knows what each file must be."""
        return self

    def require_fit(self) -> None:
        """See that it can hold what it has to: a folder can, a store may not (R36)."""

    def require_ours(self, group: str | None) -> None:
        """Raises ConfigurationMistake when another system user's, not shared with `group`."""
        require_ours(self.root, group)

    @property
    def inbox(self) -> Inbox:
        """Where answers are kept."""
        return Inbox(self.root)

    @property
    def quarantine(self) -> Quarantine:
        """Where what cannot be trusted or read is kept."""
        return Quarantine(self.root)

    def folder(self, batch: BatchName) -> Path:
        """Where a batch lies, or would lie."""
        return self.root / batch.environment.value / str(batch)

    def relative_folder(self, batch: BatchName) -> str:
        """The same, relative to the outbox, as the ledger keeps it."""
        return f"{batch.environment.value}/{batch}"

    def stage(self, batch: BatchName) -> AbstractContextManager[staging.StagedBatch]:
        """Write a new batch: use in a `with`, and end with `finish`; else nothing of it remains.

        Raises UsageMistake when a batch of that name is there already.
        """
        return staging.staging(batch, self.folder(batch))

    def take_folder_in(self) -> None:
        """Let every host have what lay in this host's folder alone."""

    def withdraw(self, batch: BatchName) -> None:
        """Take a batch back that was never staged; one that is not there is fine."""
        remove_folder(self.folder(batch))

    def publish(self, batch: BatchName) -> None:
        """Let every host have a whole batch: in one folder it is there already."""

    def has(self, batch: BatchName) -> bool:
        """True when a batch is there, whole."""
        return self.folder(batch).is_dir()

    def batches(self, environment: Environment) -> list[BatchName]:
        """The batches that are there, whole, by name."""
        names = []
        folder = self.root / environment.value
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            with suppress(InvalidName):
                names.append(BatchName.parse(entry.name))
        return names

    def manifest(self, batch: BatchName) -> Manifest:
        """The manifest of a batch. Raises UsageMistake when it is not there, OutboxDamaged."""
        path = self.folder(batch) / FILE_NAME
        with disk_errors("read", path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise UsageMistake(f"the outbox holds no batch {batch}") from None
        return Manifest.parse(content)

    def received(self, batch: BatchName) -> list[Kept]:
        """What a batch has received, by name."""
        return self.inbox.received(self.folder(batch))

    def keep(self, kept: Kept) -> Kept:
        """See that every host can have a file that came, before the ledger says that it is here.

        In one folder it is. What is given back is where it lies.
        """
        return kept

    def kept_file(self, path: str) -> Path:
        """Where a file lies that was kept as `path`; it is not there when nobody has it."""
        return self.root / path

    def forget(self, path: str) -> None:
        """Delete a file that was kept as `path`; nothing when it is not there."""
        remove_file(self.root / path)

    def kept_facts(self, path: str) -> FileFacts | None:
        """Size and digest of a file that was kept as `path`; None when it is gone."""
        found = self.root / path
        return facts_of(found) if found.is_file() else None

    def sent_path(self, batch: BatchName, name: str) -> Path:
        """Where a file of a batch lies that is to be sent, or was."""
        return self.folder(batch) / "sent" / name

    def mark(self, batch: BatchName, mark: Mark, last_event: int) -> None:
        """Note beside a batch what is done with it, and how far the ledger has come (R30).

        A batch that was cancelled because its folder is gone has no place for it.
        """
        if self.folder(batch).is_dir():
            add_mark(self.folder(batch), mark)
        self.reach(last_event, batch)

    def reach(self, last_event: int, *names: BatchName) -> None:
        """Note how far the ledger has come, and names whose numbers are used."""
        self.high_waters.reach(HighWater(last_event, names))

    def marks(self, batch: BatchName) -> list[Mark]:
        """What was done with a batch, oldest first."""
        return marks_of(self.folder(batch))

    @property
    def high_waters(self) -> HighWaterMark:
        """How far its ledger had come."""
        return HighWaterMark(self.root)

    @property
    def has_batches(self) -> bool:
        """True when any batch is there, whole, of whatever environment; nothing is made for it."""
        return any(map(self.batches, Environment))

    def require_whole(self, batch: BatchName) -> Manifest:
        """The manifest, after every file was compared with it. Raises OutboxDamaged."""
        try:
            manifest = self.manifest(batch)
        except UsageMistake as error:
            raise OutboxDamaged(f"{error} ({_ELSEWHERE})") from error
        faults = list(self._faults(manifest))
        if faults:
            first = faults[0]
            raise OutboxDamaged(f"batch {batch}: {first.file or FILE_NAME} {first.problem}")
        return manifest

    def trouble(self, batch: BatchName) -> str | None:
        """Why a batch cannot be sent, as far as names and sizes tell; None when all is well."""
        try:
            manifest = self.manifest(batch)
        except (OutboxDamaged, UsageMistake) as error:
            return str(error)
        for file in manifest.files:
            path = self.sent_path(batch, file.name)
            if not path.is_file():
                return f"{file.name} is missing"
            if path.stat().st_size != file.size:
                return f"{file.name} was changed after it was built"
        return None

    def verify(self, batch: BatchName) -> list[Fault]:
        """Everything about a batch that does not fit its manifest; empty when all is well."""
        try:
            manifest = self.manifest(batch)
        except (OutboxDamaged, UsageMistake) as error:
            return [Fault(str(batch), str(error))]
        if manifest.batch != batch:
            return [Fault(str(batch), "has the manifest of another batch", FILE_NAME)]
        return [] if self.is_purged(batch) else list(self._all_faults(manifest))

    def _all_faults(self, manifest: Manifest) -> Iterator[Fault]:
        return self._faults(manifest)

    def _faults(self, manifest: Manifest) -> Iterator[Fault]:
        name = str(manifest.batch)
        folder = self.folder(manifest.batch) / "sent"
        there = [file for file in manifest.files if (folder / file.name).is_file()]
        facts = dict(zip(there, facts_of_all(folder / file.name for file in there), strict=True))
        for file in manifest.files:
            if file not in facts:
                yield Fault(name, "is missing", file.name)
            elif facts[file] != file.facts:
                yield Fault(name, "was changed after it was built", file.name)
        listed = {file.name for file in manifest.files}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in listed:
                yield Fault(name, "is not in the manifest", path.name)

    def leftovers(self, environment: Environment) -> list[Path]:
        """What crashed builds left; nothing of it was ever sent."""
        folder = self.root / environment.value
        return staging.leftovers(folder) if folder.is_dir() else []

    def clear_leftovers(self, environment: Environment) -> list[Path]:
        """Delete what crashed builds left, and say what."""
        return staging.clear_leftovers(private_folder(self.root / environment.value))

    def purge(self, batch: BatchName, at: datetime) -> None:
        """Delete the files of a batch that is closed: they hold national numbers (S12).

        The manifest stays, which holds none, so that the name and what was sent stay known. What
        is to be done is on disk before it is done, by renaming, which needs no room: on a full
        disk the mark is written into the room that was made, or by the next purge (R35).
        """
        folder = self.folder(batch)
        if not folder.is_dir():
            raise UsageMistake(f"the outbox holds no batch {batch}")
        with disk_errors("purge", folder):
            for name in ("sent", "received"):
                if (folder / name).is_dir():
                    (folder / name).rename(folder / f"{_PURGING}{name}")
            for doomed in folder.glob(f"{_PURGING}*/*"):
                doomed.unlink()
        with suppress(DiskTrouble):
            content = json.dumps({"purged_at": at.astimezone(UTC).isoformat()})
            write_whole(folder / PURGED, content.encode())
            for emptied in folder.glob(f"{_PURGING}*"):
                remove_folder(emptied)

    def has_to_be_purged(self, batch: BatchName) -> bool:
        """True for a batch that lies here and is not marked as purged."""
        folder = self.folder(batch)
        return folder.is_dir() and not (folder / PURGED).exists()

    def is_purged(self, batch: BatchName) -> bool:
        """True once the files of a batch were deleted on purpose, or were about to be."""
        folder = self.folder(batch)
        return (folder / PURGED).exists() or any(folder.glob(f"{_PURGING}*"))
