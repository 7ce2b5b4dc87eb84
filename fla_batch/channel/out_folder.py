"""What lies in OUT: our answers with what goes with them, and what is not ours. Pure.

The folder is shared by everything that a sender receives. An answer is ours by its name and by
its kind; whatever else lies there is left where it is (3-channel.md, "What lies in OUT";
decision 1410).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fla_batch.channel.protocol import RemoteFile
from fla_batch.vocabulary.filenames import FileName, InvalidName
from fla_batch.vocabulary.terms import FileKind

_BESIDE_AN_ANSWER = frozenset({FileKind.FS, FileKind.GO})


class OfferedAnswer(NamedTuple):
    """An answer that is whole: its GO is there, under one or more of its names."""

    name: FileName
    file: RemoteFile
    gos: tuple[RemoteFile, ...]
    fs: RemoteFile | None


class Stranger(NamedTuple):
    """An entry that is none of ours, its name safe to print, and why it is none."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class OutFolder:
    """One listing, sorted by name. An FO of ours without GO, or the reverse, is in neither."""

    answers: tuple[OfferedAnswer, ...]
    strangers: tuple[Stranger, ...]

    @classmethod
    def of(cls, listing: Iterable[RemoteFile], kinds: Collection[str]) -> OutFolder:
        """`kinds` are the second parts of the names of our answers, such as ACRF."""
        there: dict[str, RemoteFile] = {}
        names: list[FileName] = []
        strangers: list[Stranger] = []
        for entry in sorted(listing, key=lambda one: one.name):
            found = _ours(entry, kinds)
            if isinstance(found, Stranger):
                strangers.append(found)
                continue
            there[entry.name] = entry
            if found.is_answer:
                names.append(found)
        return cls(tuple(_offered(names, there)), tuple(strangers))


def _ours(entry: RemoteFile, kinds: Collection[str]) -> FileName | Stranger:
    if entry.fault:
        return Stranger(entry.name, entry.fault)
    try:
        name = FileName.parse(entry.name)
    except InvalidName:
        return Stranger(entry.name, "the name is none of the channel")
    if not (name.is_answer or name.kind in _BESIDE_AN_ANSWER):
        return Stranger(entry.name, f"{name.kind} is sent by us, and is no answer")
    if name.batch.application not in kinds:
        return Stranger(entry.name, f"{name.batch.application} is another application's")
    return name


def _offered(names: Iterable[FileName], there: dict[str, RemoteFile]) -> Iterator[OfferedAnswer]:
    for name in names:
        gos = tuple(there[go] for go in name.go_names if go in there)
        if gos:
            text = str(name)
            yield OfferedAnswer(name, there[text], gos, there.get(f"{FileKind.FS}{text[2:]}"))
