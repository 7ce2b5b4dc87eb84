"""Which row of a table holds the headings: the one that is named, or the one that looks like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fla_batch.tables.table import Knows

LOOKED_AT = 60
"""Rows that hold something and may stand before the headings: titles, notes, a logo's caption."""


class HeadingRow(NamedTuple):
    """The headings, their row, and the rows above them that hold something."""

    number: int
    cells: Sequence[str]
    above: Sequence[int]
    known: int


def find_heading_row(
    rows: Iterable[tuple[int, Sequence[str]]], knows: Knows, wanted: int | None = None
) -> HeadingRow | None:
    """The headings among the first `rows`; None when no row holds anything.

    The row that is wanted, else the first of those with the most known headings; where no
    heading is known, the first row that is filled in.

    >>> rows = [(1, ["Trainings 2024"]), (3, ["inss", "year"]), (4, ["1", "2024"])]
    >>> find_heading_row(rows, {"inss", "year"}.__contains__)
    HeadingRow(number=3, cells=['inss', 'year'], above=(1,), known=2)
    """
    filled: list[int] = []
    best: HeadingRow | None = None
    for number, cells in rows:
        if wanted is not None and number > wanted:
            break
        if not any(cell.strip() for cell in cells):
            continue
        known = sum(1 for cell in cells if cell.strip() and knows(cell))
        if wanted == number:
            return HeadingRow(number, cells, tuple(filled), known)
        if wanted is None and (best is None or known > best.known):
            best = HeadingRow(number, cells, tuple(filled), known)
        filled.append(number)
        if wanted is None and len(filled) == LOOKED_AT:
            break
    return best
