"""What came and what went, line by line, for whoever practises.

Seen from the portal's folders: `->` came from the client, `<-` lies there for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from fla_batch.sandbox.operations import Operation, OperationKind, OperationLog
from fla_batch.terms import Environment

_IN = frozenset(environment.folder_in for environment in Environment)
_OUT = tuple(environment.folder_out for environment in Environment)


class FolderView:
    """Looks at the folders below `root` and at the log of the server; `news` tells what is new."""

    def __init__(self, root: Path, operations: OperationLog) -> None:
        self._root = root
        self._operations = operations
        self._seen = 0
        self._there = set(self._lying())

    def news(self, now: datetime) -> list[str]:
        """What happened since the last look, at `now` (any time zone), each on a line."""
        told = [*self._of_clients(), *self._of_the_portal()]
        return [f"{now:%H:%M:%S}  {text}" for text in told]

    def _of_clients(self) -> Iterator[str]:
        fetched: set[tuple[str, str]] = set()
        for operation in islice(self._operations, self._seen, None):
            self._seen += 1
            place = (operation.folder, operation.name)
            if operation.kind is OperationKind.READ:
                fetched.add(place)
            text = _in_words(operation, fetched)
            if text:
                yield text

    def _of_the_portal(self) -> Iterator[str]:
        there = set(self._lying())
        for folder, name in sorted(there - self._there):
            size = (self._root / folder / name).stat().st_size
            yield f"<- {folder}/{name}  {_size(size)}"
        self._there = there

    def _lying(self) -> Iterator[tuple[str, str]]:
        for folder in _OUT:
            if (self._root / folder).is_dir():
                for path in (self._root / folder).iterdir():
                    yield folder, path.name


def _in_words(operation: Operation, fetched: set[tuple[str, str]]) -> str:
    place = f"{operation.folder}/{operation.name}"
    if operation.kind is OperationKind.CLOSE and operation.folder in _IN:
        return f"-> {place}  {_size(operation.bytes)}"
    if operation.kind is OperationKind.CLOSE and (operation.folder, operation.name) in fetched:
        return f"   {place}  fetched"
    return f"   {place}  removed by the client" if operation.kind is OperationKind.REMOVE else ""


def _size(count: int) -> str:
    """
    >>> _size(0), _size(1), _size(12345)
    ('empty', '1 byte', '12 345 bytes')
    """
    if not count:
        return "empty"
    return "1 byte" if count == 1 else f"{count:,} bytes".replace(",", " ")
