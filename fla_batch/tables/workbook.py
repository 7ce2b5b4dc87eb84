"""A workbook to a Table, whatever its format: which sheet, which row of headings, which cells.

A format (`xlsx_files`, `ods_files`, `xls_files`) gives its sheets, and of each the rows with
their cells as text; what is the same for all of them is here. The sheet is the one that is
named, else the first that looks like a table of ours; others that do are named in the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.tables.heading_row import LOOKED_AT, HeadingRow, find_heading_row
from fla_batch.tables.library_errors import Failed, attempt
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import (
    BATCH_ROWS,
    EXTRA,
    ROW,
    Knows,
    MergedCells,
    SheetFacts,
    Table,
    TableChoice,
    tidy,
)
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    import polars as pl

FINDINGS_SHEET = "fla-batch"
"""The sheet that `check --marked` puts first: ours, so it is neither read nor told to be unread."""

_A_TABLE = 3
"""Known headings that make a sheet one of ours."""
_WIDEST = 16_384


class SheetRow(NamedTuple):
    """A row that holds something: its number, its cells by position from 0, whether it shows.

    `struck` are the positions of the cells that are struck out.
    """

    number: int
    cells: list[str]
    hidden: bool = False
    struck: Sequence[int] = ()


@dataclass(slots=True)
class SheetMarks:
    """What stands beside the cells of a sheet; whole once its rows have been read."""

    hidden_columns: list[int] = field(default_factory=list)
    merged: list[MergedCells] = field(default_factory=list)
    filtered: bool = False

    def hide_columns(self, first: int, after: int) -> None:
        """The columns from `first` up to `after`; all that lies beyond a table may be one range."""
        self.hidden_columns += range(first, min(after, first + _WIDEST))


class Sheet(NamedTuple):
    """One sheet; `rows` reads it anew and fills in the marks that it is given."""

    name: str
    hidden: bool
    rows: Callable[[SheetMarks], Iterator[SheetRow]]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file in their order; see `SheetFacts` for the rest."""

    sheets: Sequence[Sheet]
    from_1904: bool = False
    kinds_known: bool = True


def table_of(
    path: Path, opened: Callable[[], Workbook], knows: Knows, choice: TableChoice
) -> Table | Anomaly:
    """The table in one of the sheets, or why there is none."""
    found = attempt(lambda: _table(path, opened(), knows, choice))
    if isinstance(found, Failed):
        return remark("unreadable-file", FILE, Source(str(path)), value=found.reason)
    return found


def _table(path: Path, book: Workbook, knows: Knows, choice: TableChoice) -> Table | Anomaly:
    source = Source(str(path))
    book = replace(book, sheets=[each for each in book.sheets if each.name != FINDINGS_SHEET])
    names = [sheet.name for sheet in book.sheets]
    if not names:
        return remark("empty-file", FILE, source)
    if choice.sheet is not None and choice.sheet not in names:
        known = ", ".join(names)
        return remark(
            "no-such-sheet", FILE, source, value=choice.sheet, parameters={"known": known}
        )
    seen = {sheet.name: _peek(sheet, knows, choice) for sheet in book.sheets}
    sheet = _chosen(book.sheets, seen, choice)
    headings = seen[sheet.name].headings
    if headings is None:
        return remark("empty-file", FILE, source)
    others = [each for each in book.sheets if each is not sheet]
    promising = [each.name for each in others if seen[each.name].is_table]
    below = _Below(headings.number)
    marks = SheetMarks()
    rows = sheet.rows(marks)
    if choice.most_rows is not None:
        rows = islice(rows, headings.number + choice.most_rows)
    frames = list(below.frames(rows, len(headings.cells)))
    facts = SheetFacts(
        hidden_rows=below.hidden,
        hidden_columns=marks.hidden_columns,
        filtered=marks.filtered,
        struck=below.struck,
        merged=[one for one in marks.merged if one.last_row > headings.number],
        unread=[each.name for each in others if seen[each.name].headings is not None],
        promising=promising,
        from_1904=book.from_1904,
        kinds_known=book.kinds_known,
    )
    cells = _widened(headings.cells, below.width)
    batches = _Held(frames, len(cells))
    return Table(
        str(path), cells, headings.number, batches, sheet.name, headings.above, facts=facts
    )


class _Peek(NamedTuple):
    headings: HeadingRow | None
    has_rows: bool

    @property
    def is_table(self) -> bool:
        return self.headings is not None and self.headings.known >= _A_TABLE


def _peek(sheet: Sheet, knows: Knows, choice: TableChoice) -> _Peek:
    """The headings of a sheet, when it has any, and whether anything stands below them."""
    rows = list(islice(sheet.rows(SheetMarks()), max(LOOKED_AT + 2, choice.header_row or 0)))
    found = find_heading_row(((row.number, row.cells) for row in rows), knows, choice.header_row)
    return _Peek(found, found is not None and rows[-1].number > found.number)


def _chosen(sheets: Sequence[Sheet], seen: dict[str, _Peek], choice: TableChoice) -> Sheet:
    """The named sheet; else the first table with rows that shows, that is hidden, that is empty."""
    if choice.sheet is not None:
        return next(sheet for sheet in sheets if sheet.name == choice.sheet)
    tables = [sheet for sheet in sheets if seen[sheet.name].is_table]
    filled = [sheet for sheet in tables if seen[sheet.name].has_rows]
    for among in ([sheet for sheet in filled if not sheet.hidden], filled, tables):
        if among:
            return among[0]
    return max(sheets, key=lambda sheet: _known(seen[sheet.name].headings))


def _known(headings: HeadingRow | None) -> int:
    return -1 if headings is None else headings.known


@dataclass(slots=True)
class _Below:
    """Collects the rows below the headings into frames of text."""

    heading_row: int
    hidden: list[int] = field(default_factory=list)
    struck: dict[int, Sequence[int]] = field(default_factory=dict)
    width: int = 0

    def frames(self, rows: Iterator[SheetRow], width: int) -> Iterator[pl.DataFrame]:
        self.width = width
        wanted = (row for row in rows if row.number > self.heading_row)
        while held := list(islice(wanted, BATCH_ROWS)):
            self.width = max(self.width, *(len(row.cells) for row in held))
            self.hidden += [row.number for row in held if row.hidden]
            self.struck |= {row.number: row.struck for row in held if row.struck}
            frame = self._frame(held)
            if len(frame):
                yield frame

    def _frame(self, rows: list[SheetRow]) -> pl.DataFrame:
        import polars as pl

        width = self.width
        cells = [row.cells + [""] * (width - len(row.cells)) for row in rows]
        columns = [
            pl.Series(str(position), values, dtype=pl.String)
            for position, values in enumerate(zip(*cells, strict=True))
        ]
        numbers = pl.Series(ROW, [row.number for row in rows], dtype=pl.UInt32)
        extra = pl.lit(None, dtype=pl.String).alias(EXTRA)
        return tidy(pl.DataFrame([*columns, numbers]).with_columns(extra))


@dataclass(frozen=True, slots=True)
class _Held:
    """Frames in memory, as batches; those that came before a wider row have fewer columns."""

    frames: Sequence[pl.DataFrame]
    width: int

    def __call__(self, wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]:
        import polars as pl

        positions = range(self.width) if wanted is None else sorted(wanted)
        for frame in self.frames:
            columns = [
                pl.col(str(position))
                if str(position) in frame.columns
                else pl.lit(None, dtype=pl.String).alias(str(position))
                for position in positions
            ]
            yield frame.select(ROW, EXTRA, *columns)


def _widened(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (min(width, _WIDEST) - len(cells))]
