"""A table as every format gives it: headings, and batches of rows that are all text.

Whatever the format, cells are text without blanks around it, null when there is nothing: true
dates as `2024-02-05`, numbers as digits. So every table is converted by the same functions. A
cell that holds no value (an error, a formula that was not computed) is a text of `odd_cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fla_batch.vocabulary.findings import Source

if TYPE_CHECKING:
    import polars as pl

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".tab")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
PARQUET_SUFFIXES = (".parquet",)
TABLE_SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *PARQUET_SUFFIXES)

BATCH_ROWS = 20_000
"""Rows converted at a time: enough for polars to be quick, little enough to stay small."""

ROW = "#row"
"""Column of a batch with the number of each row, as the user's program shows it."""

EXTRA = "#extra"
"""Column of a batch with what stood beyond the last heading; null in a well-formed row."""

SEPARATOR = "|"
"""Between several values in one cell, such as joint committees."""

Knows = Callable[[str], bool]
"""True for a text that is the heading of one of the columns that a reader looks for."""


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
class TableChoice:
    """What the user says of where the table is: the sheet's name, the number of its headings' row.

    What is None is found. With `most_rows` a workbook is read no further than that below its
    headings: enough to show what it is, and quick.
    """

    sheet: str | None = None
    header_row: int | None = None
    most_rows: int | None = None


class MergedCells(NamedTuple):
    """Cells made one: rows as the program numbers them, columns by position; all inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a workbook says of a sheet beside its cells.

    `hidden_rows` are those below the headings that hold something; `filtered` says that a filter
    hides them. `unread` are the other sheets, `promising` those of them with headings of ours.
    `struck` are the positions of struck-out cells, by row. `from_1904` says that days are counted
    from 1904. `kinds_known` is false where the format does not tell hidden, merged, struck-out and
    uncomputed cells.
    """

    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    filtered: bool = False
    struck: Mapping[int, Sequence[int]] = field(default_factory=dict)
    merged: Sequence[MergedCells] = ()
    unread: Sequence[str] = ()
    promising: Sequence[str] = ()
    from_1904: bool = False
    kinds_known: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """`heading_row` is the number of the row of headings, 0 where the format has none.

    `above` are the rows that hold something above the headings, `separator` what stands between
    the cells of a text file.
    """

    file: str
    headings: Sequence[str]
    heading_row: int
    batches: Batches
    sheet: str | None = None
    above: Sequence[int] = ()
    separator: str | None = None
    facts: SheetFacts = field(default_factory=SheetFacts)

    def at(self, row: int | None = None, column: str | None = None) -> Source:
        """A place in it."""
        return Source(self.file, row, column, self.sheet)


def tidy(frame: pl.DataFrame, clean: Collection[str] = ()) -> pl.DataFrame:
    """Without blanks around cells, empty cells null, and empty rows gone; no cell of the columns
    `clean` has a blank or is empty."""
    import polars as pl

    cells = pl.col(pl.String).exclude(list(clean))
    frame = frame.with_columns(cells.str.strip_chars().replace("", None))
    return frame.filter(pl.any_horizontal(pl.col(pl.String).is_not_null()))
