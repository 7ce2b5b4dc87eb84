"""CSV to a Table: `;` or `,`, UTF-8 or Windows-1252, cells with line ends in quotes.

Rows are counted as a spreadsheet shows them: the headings are row 1, a cell with a line end in
it stays in its row, and blank lines count.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.tables.decoding import table_encoding
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import BATCH_ROWS, EXTRA, ROW, Table, TableBroken, tidy
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = ";,"
_SAMPLE = 64_000
_LONGEST_CELL = csv.field_size_limit()


def open_csv(path: Path) -> Table | Anomaly:
    """The table in a CSV file, or why there is none."""
    source = Source(str(path))
    encoding = table_encoding(path)
    if isinstance(encoding, Anomaly):
        return encoding
    separator = _separator(path, encoding)
    try:
        for number, cells in _numbered(path, encoding, separator):
            if any(cell.strip() for cell in cells):
                batches = _Csv(path, encoding, separator, number, len(cells))
                return Table(str(path), cells, number, batches)
    except TableBroken as broken:
        place = Source(source.file, broken.row)
        return remark(broken.rule, FILE, place, value=broken.reason, text=broken.text)
    return remark("empty-file", FILE, source)


def _separator(path: Path, encoding: str) -> str:
    """The separator that stands most often in the first line that has any."""
    with path.open(encoding=encoding, newline="") as lines:
        for line in lines.read(_SAMPLE).splitlines():
            counts = {mark: line.count(mark) for mark in _SEPARATORS}
            if any(counts.values()):
                return max(_SEPARATORS, key=lambda mark: counts[mark])
    return _SEPARATORS[0]


def _numbered(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number. Raises TableBroken where quotes go wrong."""
    with path.open(encoding=encoding, newline="") as lines:
        for number, (cells, _) in enumerate(_rows(lines, separator, _Place()), start=1):
            yield number, cells


@dataclass(frozen=True, slots=True)
class _Place:
    """How many rows and lines stand before."""

    rows: int = 0
    lines: int = 0


def _rows(lines: Iterable[str], separator: str, before: _Place) -> Iterator[tuple[list[str], int]]:
    """The cells of each row, and how many lines were read by its end."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    row = before.rows + 1
    try:
        for cells in reader:
            yield cells, reader.line_num
            row += 1
    except csv.Error as error:
        reason = f"{error}, line {before.lines + reader.line_num}"
        raise TableBroken("malformed-table", row, reason) from error


@dataclass(frozen=True, slots=True)
class _Csv:
    """The rows below the headings, read block by block of lines; see `Batches`."""

    path: Path
    encoding: str
    separator: str
    heading_row: int
    width: int

    def __call__(self, wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]:
        import polars as pl

        before = _Place()
        with self.path.open(encoding=self.encoding, newline="") as lines:
            while block := list(islice(lines, BATCH_ROWS)):
                if all(map(_is_simple, block)):
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

        most = self.width if wanted is None else max(wanted) + 1
        cells = pl.Series(lines).str.strip_chars_end("\r\n").str.splitn(self.separator, most + 1)
        columns = [cells.struct.field(f"field_{i}").alias(str(i)) for i in range(most)]
        if wanted is not None:
            return self._framed([each for each in columns if int(each.name) in wanted], None)
        extra = cells.struct.field(f"field_{most}").str.strip_chars(self.separator + " ")
        return self._framed(columns, extra)

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
        for cells, read in _rows(chain(block, following), self.separator, before):
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
        width, separator = self.width, self.separator
        if len(cells) <= width:
            return [*cells, *[""] * (width - len(cells) + 1)]
        return [*cells[:width], separator.join(cells[width:]).strip(separator + " ")]

    @staticmethod
    def _framed(columns: list[pl.Series], extra: pl.Series | None) -> pl.DataFrame:
        import polars as pl

        last = pl.lit(None, dtype=pl.String) if extra is None else extra
        return pl.DataFrame(columns).with_columns(last.alias(EXTRA))


def _is_simple(line: str) -> bool:
    """True for a line without quotes: it is one row, and every separator in it is one."""
    return '"' not in line and len(line) <= _LONGEST_CELL
