"""A table as every format gives it: headings, and batches of rows that are all text.

Whatever the format, cells are text without blanks around it, null when there is nothing: true
dates as `2024-02-05`, numbers as digits. So every table is converted by the same functions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 20_000
"""Rows converted at a time: enough for polars to be quick, little enough to stay small."""

ROW = "#row"
"""Column of a batch with the number of each row, as the user's program shows it."""

EXTRA = "#extra"
"""Column of a batch with what stood beyond the last heading; null in a well-formed row."""

SEPARATOR = "|"
"""Between several values in one cell, such as joint committees."""

ERROR_CELLS = ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!")


class TableBroken(Exception):
    """The rest of a table cannot be read; raised by `batches` and caught in this package."""

    def __init__(self, rule: str, row: int | None, reason: str, text: str | None = None) -> None:
        super().__init__(reason)
        self.rule = rule
        self.row = row
        self.reason = reason
        self.text = text


class Batches(Protocol):
    """Reads a table, anew at each call, batch by batch; all columns, or those at `wanted`.

    A batch has the columns `0`, `1`, ... by position, ROW and EXTRA, which is null when only some
    columns are read. Rows that are empty in all of them are left out. Raises TableBroken.
    """

    def __call__(self, wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]: ...


@dataclass(frozen=True, slots=True)
class Table:
    """`heading_row` is the number of the row of headings, 0 where the format has none."""

    file: str
    headings: Sequence[str]
    heading_row: int
    batches: Batches


def tidy(frame: pl.DataFrame) -> pl.DataFrame:
    """Without blanks around cells, empty cells null, and empty rows gone."""
    import polars as pl

    cells = pl.col(pl.String).str.strip_chars()
    frame = frame.with_columns(pl.when(cells != "").then(cells))
    return frame.filter(pl.any_horizontal(pl.col(pl.String).is_not_null()))
