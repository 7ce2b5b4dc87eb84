"""Where each photo was first declared, over all files of an input: none may stand twice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fla_batch.models import DeclarationKey, Entry
from fla_batch.tables.reader_findings import DECLARATION, remark
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.place_words import place
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from fla_batch.intake.table_declarations import TableChunk

_ROWS = 1 << 32
"""More rows than a table can have: file and row go into one number."""


class Photos:
    """The places of the keys so far; a place in a table is kept as one number."""

    def __init__(self) -> None:
        self._places: dict[int, Source] = {}
        self._rows: dict[int, int] = {}
        self._files: list[str] = []

    def are_new(self, chunk: TableChunk, *, remember: bool) -> bool:
        """True when no declaration of `chunk` stood in another file; then it may be remembered.

        A table itself repeats no key: its rows were grouped by it.
        """
        if not (remember or self._places or self._rows):
            return True
        whole = [
            (key, row) for key, row in zip(chunk.keys(), chunk.rows(), strict=True) if all(key)
        ]
        numbers = [_number(key) for key, _ in whole]
        if any(number in self._rows or number in self._places for number in numbers):
            return False
        if remember:
            start = self._number_of(chunk.file) * _ROWS
            self._rows.update(zip(numbers, (start + row for _, row in whole), strict=True))
        return True

    def first_only(self, entry: Entry) -> Entry | Anomaly:
        """`entry`, or the anomaly that its key was declared before."""
        key = entry.declaration.key
        if not all(key):
            return entry  # the rules say which part of the key is missing
        number = _number(key)
        here = entry.origin.source_of(())
        first = self._place(number)
        if first is None:
            self._places[number] = here
            return entry
        return remark(
            "declared-twice",
            DECLARATION,
            here,
            parameters={"first": _in_words(first), "second": _in_words(here)},
            key=key[:3],
        )

    def _place(self, number: int) -> Source | None:
        if number in self._rows:
            file, row = divmod(self._rows[number], _ROWS)
            return Source(self._files[file], row)
        return self._places.get(number)

    def _number_of(self, file: str) -> int:
        if not self._files or self._files[-1] != file:
            self._files.append(file)
        return len(self._files) - 1


def _in_words(source: Source) -> Labels:
    return Labels(*(place(source, language) for language in Language))


def _number(key: DeclarationKey) -> int:
    """Sixteen bytes that stand for a key: no two will ever share them."""
    text = "/".join(map(str, key)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest())
