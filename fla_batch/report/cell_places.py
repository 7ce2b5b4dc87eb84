"""Which cells of a table a finding is about: that of its source, and those that say the same.

The rows of one worker are one declaration, which is found wrong once; a value that is wrong by
itself is so wherever its column has it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from fla_batch.tables.table import ROW, Table, TableBroken
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss

_WRONG_BY_ITSELF = frozenset({"bounds", "half-day", "admitted-characters", "xml-characters"})
"""Rules that look at one value and nothing else."""
_READ: dict[str, Callable[[str], str]] = {"INSS": compact_inss, "CompanyID": compact_company_id}


class CellPlace(NamedTuple):
    """The row as the user's program numbers it, and the column, from 1."""

    row: int
    column: int


def as_read(tag: str | None) -> Callable[[str], str]:
    """How a zone with that label reads a text: signs between digits do not count."""
    return _READ.get(tag or "", str.strip)


class CellPlaces:
    """The places in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._headings = [text.strip() for text in table.headings]
        self._columns: dict[tuple[int, str | None], _Texts] = {}
        self._told: set[tuple[str, int, str]] = set()

    def column_of(self, heading: str | None) -> int | None:
        """The column under a heading as a finding names it."""
        return self._headings.index(heading) + 1 if heading in self._headings else None

    def of(self, anomaly: Anomaly) -> list[CellPlace]:
        """All cells to mend, the finding's own first; a row without one is meant where it begins.

        Cells that say the same are given with the first finding of that value only, so ask once
        for each.
        """
        row, named = anomaly.source.row, self.column_of(anomaly.source.column)
        if row is None:
            return []
        first = next((i for i, text in enumerate(self._headings, 1) if text), 1)
        place = CellPlace(row, named or first)
        if anomaly.rule not in _WRONG_BY_ITSELF or named is None:
            return [place]
        texts = self._texts(named, anomaly.tag)
        text = texts.by_row.get(row)
        if text is None or (anomaly.error_id, named, text) in self._told:
            return [place]
        self._told.add((anomaly.error_id, named, text))
        return [place, *(CellPlace(other, named) for other in texts.rows[text] if other != row)]

    def alike(self, row: int, column: int, tag: str | None) -> list[int]:
        """The rows in which that column says what it says in `row`, which is one of them."""
        texts = self._texts(column, tag)
        return texts.rows.get(texts.by_row.get(row, ""), [row])

    def _texts(self, column: int, tag: str | None) -> _Texts:
        known = self._columns.get((column, tag))
        if known is not None:
            return known
        texts = self._columns[column, tag] = _Texts()
        read = as_read(tag)
        # What of a table cannot be read has no place in it.
        with suppress(TableBroken):
            for batch in self._table.batches():
                for row, text in batch.select(ROW, str(column - 1)).iter_rows():
                    texts.add(row, read(text or ""))
        return texts


@dataclass(slots=True)
class _Texts:
    """What a column says: by row, and the rows by it."""

    by_row: dict[int, str] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: int, text: str) -> None:
        self.by_row[row] = text
        self.rows.setdefault(text, []).append(row)
