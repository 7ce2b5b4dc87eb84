"""Answers on our disk: kept as they came, under names that fit the channel, never overwritten.

An answer is downloaded under a hidden name, taken into `<R|T|S>/inbox/`, and moved to its
batch's `received/` once it is known which one that is. At any point of that, a crash leaves at
least one whole copy (R16).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from fla_batch.ledger.records import AnswerFile
from fla_batch.system.files import (
    FileFacts,
    disk_errors,
    facts_of,
    partial_path,
    place,
    private_folder,
    remove_file,
    remove_partials,
)
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import FileName, InvalidName
from fla_batch.vocabulary.terms import Environment


class Arrival(Enum):
    """What a file is to those of its name that were kept before."""

    NEW = "new"
    SAME = "the same file again"
    CLASH = "the same name with new content"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as kept: its name on the server, its path within the outbox, its content."""

    name: str
    path: str
    facts: FileFacts
    arrival: Arrival

    def recorded(self, environment: Environment, at: datetime) -> AnswerFile:
        """As the ledger has it, when it was received at `at` (aware)."""
        size, sha256 = self.facts.size, self.facts.sha256
        return AnswerFile(self.name, size, sha256, environment, self.path, at)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inboxes and received folders of one outbox, whose root folder is `root`."""

    root: Path

    def folder(self, environment: Environment) -> Path:
        """Where answers of an environment wait; made when it is missing. Raises DiskTrouble."""
        return private_folder(self.root / environment.value / "inbox")

    def download_path(self, environment: Environment) -> Path:
        """A hidden name to download to; `take_in` makes an answer of it."""
        return partial_path(self.folder(environment) / "answer")

    def take_in(self, partial: Path, name: str, environment: Environment) -> Kept:
        """Keep a complete download under its name; new content of an old name goes beside.

        Raises UsageMistake for a name that is none of the channel: quarantine it then (S4).
        """
        try:
            FileName.parse(name)
        except InvalidName:
            raise UsageMistake("the server gave a name that is none of the channel") from None
        return self._move(partial, self.folder(environment), name, facts_of(partial))

    def waiting(self, environment: Environment) -> list[Kept]:
        """What lies in the inbox, by name: not yet matched, or left there by a crash."""
        return list(self._files_in(self.folder(environment)))

    def received(self, batch_folder: Path) -> list[Kept]:
        """What a batch has received, by name."""
        folder = batch_folder / "received"
        return list(self._files_in(folder)) if folder.is_dir() else []

    def odd_entries(self, environment: Environment) -> list[tuple[str, str]]:
        """Name, safe to print, and reason of what lies in the inbox and is no file to read."""
        from fla_batch.system.xmlsafe import plain_text

        return [
            (plain_text(path.name), "not a file that can be read")
            for path in _entries(self.folder(environment))
            if not _is_readable(path)
        ]

    def _files_in(self, folder: Path) -> Iterator[Kept]:
        for path in _entries(folder):
            if _is_readable(path):
                yield Kept(
                    path.name.partition("~")[0], self._relative(path), facts_of(path), Arrival.NEW
                )

    def move_to_batch(self, kept: Kept, batch_folder: Path) -> Kept:
        """Move an answer to the `received/` of a batch. Done twice, the second does nothing."""
        source = self.root / kept.path
        received = private_folder(batch_folder / "received")
        if source.parent == received:
            return kept
        return self._move(source, received, kept.name, kept.facts)

    def clear_partials(self, environment: Environment) -> int:
        """Delete what a poll left half-written, and count it; only while we are the one poller."""
        return remove_partials(self.folder(environment)) + remove_partials(self.root / "quarantine")

    def _move(self, source: Path, folder: Path, name: str, facts: FileFacts) -> Kept:
        target, arrival = folder / name, Arrival.NEW
        if not place(source, target):
            arrival = Arrival.SAME
            if facts_of(target) != facts:
                arrival = Arrival.CLASH
                target = folder / name_beside(name, facts)
                # Taken only by the same content, whose digest is in the name.
                place(source, target)
        remove_file(source)
        return Kept(name, self._relative(target), facts, arrival)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def _entries(folder: Path) -> list[Path]:
    with disk_errors("read", folder):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_readable(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)


def name_beside(name: str, facts: FileFacts) -> str:
    """What new content of a known name is kept as."""
    return f"{name}~{facts.sha256[:16]}"
