"""What came and what went, line by line, for whoever practises.

Seen from the portal's folders: `->` came from the client, `<-` lies there for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from fla_batch.sandbox.operations import Operation, OperationKind, OperationLog
from fla_batch.vocabulary.terms import Environment
from fla_batch.vocabulary.words import spaced

_IN = frozenset(environment.folder_in for environment in Environment)
_OUT = tuple(environment.folder_out for environment in Environment)


class FolderView:
    """Looks at the folders below `root` and at the log of the server; `news` tells what is new."""

    def __init__(self, root: Path, operations: OperationLog) -> None:
        self._root = root
        self._operations = operations
        self._seen = 0
        self._read: set[tuple[str, str]] = set()
        self._there = set(self._lying())

    def news(self, now: datetime) -> list[str]:
        """What happened since the last look, at `now` (any time zone), each on a line."""
        done = list(islice(self._operations, self._seen, None))
        self._seen += len(done)
        # An answer is there before it is fetched, however much happened since the last look.
        told = [*_came(done), *self._published(), *self._fetched(done)]
        return [f"{now:%H:%M:%S}  {text}" for text in told]

    def _published(self) -> Iterator[str]:
        there = set(self._lying())
        for folder, name in sorted(there - self._there):
            try:
                size = _size((self._root / folder / name).stat().st_size)
            except FileNotFoundError:  # a client removed it meanwhile
                size = "gone again"
            yield f"<- {folder}/{name}  {size}"
        self._there = there

    def _fetched(self, done: Iterable[Operation]) -> Iterator[str]:
        for each in done:
            place = (each.folder, each.name)
            if each.kind is OperationKind.READ:
                self._read.add(place)
            elif each.kind is OperationKind.CLOSE and place in self._read:
                self._read.remove(place)
                yield f"   {each.folder}/{each.name}  fetched"
            elif each.kind is OperationKind.REMOVE:
                yield f"   {each.folder}/{each.name}  removed by the client"

    def _lying(self) -> Iterator[tuple[str, str]]:
        for folder in _OUT:
            if (self._root / folder).is_dir():
                for path in (self._root / folder).iterdir():
                    yield folder, path.name


def _came(done: Iterable[Operation]) -> Iterator[str]:
    for each in done:
        if each.kind is OperationKind.CLOSE and each.folder in _IN:
            yield f"-> {each.folder}/{each.name}  {_size(each.bytes)}"


def _size(count: int) -> str:
    """
    >>> _size(0), _size(1), _size(12345)
    ('empty', '1 byte', '12 345 bytes')
    """
    if not count:
        return "empty"
    return "1 byte" if count == 1 else f"{spaced(count)} bytes"
