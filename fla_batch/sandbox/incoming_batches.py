"""The IN folders: which files belong to a batch, and moving them out of any client's reach."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fla_batch.channel.delivery import files_of
from fla_batch.sandbox.store import PortalJournal
from fla_batch.vocabulary.terms import Environment, FileKind

Listing = list[tuple[str, int]]
"""Name and size in bytes of each file."""


@dataclass(frozen=True, slots=True)
class Received:
    """Files of one batch after they were moved to the folder `place`."""

    place: Path
    listing: Listing

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.listing]

    def parts(self) -> Iterator[tuple[Path, Path | None]]:
        """Each FI that is there, with its FS if there is one."""
        for name in self.names:
            fi, fs = self.place / name, self.place / f"{FileKind.FS}{name[2:]}"
            if is_kind(name, FileKind.FI) and fi.is_file():
                yield fi, fs if fs.is_file() else None


class IncomingBatches:
    """The IN folders below `root`; what is taken from them is kept in folders below `kept`."""

    def __init__(self, root: Path, kept: Path, journal: PortalJournal) -> None:
        self._root = root
        self._kept = kept
        self._journal = journal

    def batch_of(self, environment: Environment, name: str) -> Listing:
        """The files that belong to the batch of the file `name`, sorted by name."""
        return files_of(name, self._listing(environment))

    def without_go(self, environment: Environment) -> Listing:
        """The first batch that has an FI or FS and no GO; empty when there is none."""
        listing = sorted(self._listing(environment))
        for name, _ in listing:
            if is_kind(name, FileKind.FI, FileKind.FS):
                batch = files_of(name, listing)
                if not any(is_kind(each, FileKind.GO) for each, _ in batch):
                    return batch
        return []

    def take(self, environment: Environment, listing: Listing) -> Received:
        """Move the files out of the IN folder; one that a client removed meanwhile is missing."""
        number = self._journal.next_number("received")
        place = self._kept / f"{number:05d}.{environment.folder_in}"
        place.mkdir(parents=True, mode=0o700)
        for name, _ in listing:
            try:
                (self._root / environment.folder_in / name).replace(place / name)
            except FileNotFoundError:
                continue
        return Received(place, listing)

    def _listing(self, environment: Environment) -> Iterable[tuple[str, int]]:
        folder = self._root / environment.folder_in
        if not folder.is_dir():
            return
        for entry in os.scandir(folder):
            try:
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:  # a client removed it meanwhile
                continue


def is_kind(name: str, *kinds: FileKind) -> bool:
    """True when a name begins as a file of one of these kinds does."""
    return name.partition(".")[0] in kinds and "." in name
