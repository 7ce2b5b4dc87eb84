"""CSV to a Table: `;`, tab, `,` or `|`, UTF-8, UTF-16 or Windows-1252, line ends in quotes.

Rows are counted as a spreadsheet shows them: a cell with a line end in it stays in its row,
blank lines count, and a line `sep=;` before the headings does not.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from operator import contains
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from fla_batch.tables.decoding import open_text, table_encoding
from fla_batch.tables.heading_row import find_heading_row
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.separators import said_separator, separator_of
from fla_batch.tables.table import (
    BATCH_ROWS,
    EXTRA,
    ROW,
    Knows,
    Table,
    TableBroken,
    TableChoice,
    tidy,
)
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 64_000
_LONGEST_CELL = 100_000_000
_LINE_END = "\r\n\x1a"
"""What ends a line; Ctrl-Z ends a file of programs that are older than that."""


def open_csv(path: Path, knows: Knows, choice: TableChoice) -> Table | Anomaly:
    """The table in a CSV file, or why there is none."""
    source = Source(str(path))
    encoding = table_encoding(path)
    if isinstance(encoding, Anomaly):
        return encoding
    with open_text(path, encoding) as text:
        lines = text.read(_SAMPLE).splitlines(keepends=True)
    said = said_separator(lines[0]) if lines else None
    layout = _Lines(path, encoding, said or separator_of(lines, knows), said is not None)
    try:
        found = find_heading_row(layout.first_rows(), knows, choice.header_row)
    except TableBroken as broken:
        place = Source(source.file, broken.row)
        return remark(broken.rule, FILE, place, value=broken.reason, text=broken.text)
    if found is None:
        return remark("empty-file", FILE, source)
    batches = _Csv(layout, found.number, len(found.cells))
    return Table(
        str(path),
        found.cells,
        found.number,
        batches,
        above=found.above,
        separator=layout.separator,
    )


class _Lines(NamedTuple):
    """How the lines of a file are to be read; `separator_said`: its first line says it."""

    path: Path
    encoding: str
    separator: str
    separator_said: bool

    def open(self) -> TextIO:
        """At the first line of the table."""
        text = open_text(self.path, self.encoding)
        if self.separator_said:
            text.readline()
        return text

    def first_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row with its number, up to where quotes go wrong.

        Raises TableBroken when that is in the first row.
        """
        number = 0
        with self.open() as lines:
            try:
                for cells, _ in _rows(lines, self.separator, _Place()):
                    number += 1
                    yield number, cells
            except TableBroken:
                if not number:
                    raise


class _Place(NamedTuple):
    """How many rows and lines stand before."""

    rows: int = 0
    lines: int = 0


def _rows(lines: Iterable[str], separator: str, before: _Place) -> Iterator[tuple[list[str], int]]:
    """The cells of each row, and how many lines were read by its end."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = before.rows + 1
    try:
        for cells in reader:
            yield cells if cells != ["\x1a"] else [], reader.line_num
            row += 1
    except csv.Error as error:
        reason = f"{error}, line {before.lines + reader.line_num}"
        raise TableBroken("malformed-table", row, reason) from error


@dataclass(frozen=True, slots=True)
class _Csv:
    """The rows below the headings, read block by block of lines; see `Batches`."""

    layout: _Lines
    heading_row: int
    width: int

    def __call__(self, wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]:
        import polars as pl

        before = _Place()
        with self.layout.open() as lines:
            while block := list(islice(lines, BATCH_ROWS)):
                if not any(map(contains, block, repeat('"'))):  # each is one row
                    cells, read = self._split(block, wanted), len(block)
                else:
                    cells, read = self._parsed(block, lines, before, wanted)
                number = pl.int_range(before.rows + 1, before.rows + 1 + pl.len(), dtype=pl.UInt32)
                before = _Place(before.rows + len(cells), before.lines + read)
                below = cells.with_columns(number.alias(ROW))
                below = tidy(below.filter(pl.col(ROW) > self.heading_row))
                if len(below):
                    yield below

    def _split(self, lines: list[str], wanted: Collection[int] | None) -> pl.DataFrame:
        """Lines that are one row each, cut at every separator."""
        import polars as pl

        separator = self.layout.separator
        most = self.width if wanted is None else max(wanted) + 1
        cells = pl.Series(lines).str.strip_chars_end(_LINE_END).str.splitn(separator, most + 1)
        columns = [cells.struct.field(f"field_{i}").alias(str(i)) for i in range(most)]
        if wanted is not None:
            return self._framed([each for each in columns if int(each.name) in wanted], None)
        extra = cells.struct.field(f"field_{most}")
        if not self._counts_empty_cells:
            return self._framed(columns, extra.str.strip_chars(separator + " "))
        blank = pl.Series(lines).str.strip_chars(separator + " " + _LINE_END) == ""
        extra = extra.replace("", separator).set(blank, None)
        return self._framed(columns, extra)

    @property
    def _counts_empty_cells(self) -> bool:
        """With commas, a decimal comma makes a cell too many, whatever the last cell holds."""
        return self.layout.separator == ","

    def _parsed(
        self,
        block: list[str],
        following: Iterator[str],
        before: _Place,
        wanted: Collection[int] | None,
    ) -> tuple[pl.DataFrame, int]:
        """Rows with quotes; the last one may go on in the lines that follow the block."""
        import polars as pl

        rows: list[list[str]] = []
        read = 0
        for cells, read in _rows(chain(block, following), self.layout.separator, before):
            rows.append(self._fitted(cells))
            if read >= len(block):
                break
        columns = [
            pl.Series(str(position), values, dtype=pl.String)
            for position, values in enumerate(zip(*rows, strict=True))
        ]
        extra = columns.pop()
        kept = [each for each in columns if wanted is None or int(each.name) in wanted]
        return self._framed(kept, extra if wanted is None else None), read

    def _fitted(self, cells: list[str]) -> list[str]:
        """Exactly as many cells as headings and one more with what is left over."""
        width, separator = self.width, self.layout.separator
        if len(cells) <= width:
            return [*cells, *[""] * (width - len(cells) + 1)]
        rest = separator.join(cells[width:])
        if self._counts_empty_cells:
            return [*cells[:width], (rest or separator) if any(map(str.strip, cells)) else ""]
        return [*cells[:width], rest.strip(separator + " ")]

    @staticmethod
    def _framed(columns: list[pl.Series], extra: pl.Series | None) -> pl.DataFrame:
        import polars as pl

        last = pl.lit(None, dtype=pl.String) if extra is None else extra
        return pl.DataFrame(columns).with_columns(last.alias(EXTRA))
