"""Which row of a table holds the headings: the one that is named, or the one that looks like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import NamedTuple

from fla_batch.tables.table import Knows

_FEWEST_BELOW = 2
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

    The row that is wanted, else the first of those with the most known headings, or two rows
    that complete one another; where no heading is known, the first row that is filled in.

    >>> rows = [(1, ["Trainings 2024"]), (3, ["inss", "year"]), (4, ["1", "2024"])]
    >>> find_heading_row(rows, {"inss", "year"}.__contains__)
    HeadingRow(number=3, cells=['inss', 'year'], above=(1,), known=2)
    """
    filled: list[int] = []
    best: HeadingRow | None = None
    upper: HeadingRow | None = None
    for number, cells in rows:
        if wanted is not None and number > wanted:
            break
        if not any(cell.strip() for cell in cells):
            continue
        known = sum(1 for cell in cells if cell.strip() and knows(cell))
        if wanted == number:
            return HeadingRow(number, cells, tuple(filled), known)
        row = HeadingRow(number, cells, tuple(filled), known)
        if wanted is None:
            best = max(best or row, row, _both(upper, row, knows) or row, key=attrgetter("known"))
        upper = row
        filled.append(number)
        if wanted is None and len(filled) == LOOKED_AT:
            break
    return best


def _both(upper: HeadingRow | None, lower: HeadingRow, knows: Knows) -> HeadingRow | None:
    """Headings in two rows that complete one another: "Start" and "End" below "Period".

    None when the lower row holds anything but headings, or one below another heading.

    >>> upper = HeadingRow(1, ["inss", "Period", ""], (), 1)
    >>> known = {"inss", "start", "end"}.__contains__
    >>> _both(upper, HeadingRow(2, ["", "start", "end"], (1,), 2), known)
    HeadingRow(number=2, cells=['inss', 'start', 'end'], above=(), known=3)
    >>> _both(upper, HeadingRow(2, ["", "start", "5"], (1,), 1), known)
    """
    if upper is None or not upper.known or lower.number != upper.number + 1:
        return None
    if lower.known < _FEWEST_BELOW or lower.known < sum(1 for cell in lower.cells if cell.strip()):
        return None
    pairs = list(zip_longest(upper.cells, lower.cells, fillvalue=""))
    if any(below.strip() and above.strip() and knows(above) for above, below in pairs):
        return None
    cells = [below if below.strip() else above for above, below in pairs]
    return HeadingRow(lower.number, cells, upper.above, upper.known + lower.known)
