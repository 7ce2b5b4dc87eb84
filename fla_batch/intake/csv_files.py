"""CSV to a Table: `;` or `,`, UTF-8 or Windows-1252, cells with line ends in quotes.

Rows are counted as a spreadsheet shows them: the headings are row 1, a cell with a line end in
it stays in its row, and blank lines count.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.findings import Anomaly, Source
from fla_batch.intake.decoding import table_encoding
from fla_batch.intake.remarks import FILE, remark
from fla_batch.intake.table import BATCH_ROWS, EXTRA, ROW, Table, TableBroken, tidy

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = ";,"
_SAMPLE = 64_000


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
                batches = partial(_batches, path, encoding, separator, number, len(cells))
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
    number = 0
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                yield number, cells
        except csv.Error as error:
            reason = f"{error}, line {reader.line_num}"
            raise TableBroken("malformed-table", number + 1, reason) from error


def _batches(
    path: Path, encoding: str, separator: str, heading_row: int, width: int
) -> Iterator[pl.DataFrame]:
    numbers: list[int] = []
    rows: list[list[str]] = []
    for number, cells in _numbered(path, encoding, separator):
        if number <= heading_row or not cells:
            continue
        numbers.append(number)
        rows.append(_fitted(cells, width, separator))
        if len(rows) == BATCH_ROWS:
            yield _frame(numbers, rows, width)
            numbers, rows = [], []
    if rows:
        yield _frame(numbers, rows, width)


def _fitted(cells: list[str], width: int, separator: str) -> list[str]:
    """Exactly `width` cells and one more with what is left over."""
    if len(cells) < width:
        return [*cells, *[""] * (width - len(cells)), ""]
    return [*cells[:width], separator.join(cells[width:]).strip(separator + " ")]


def _frame(numbers: list[int], rows: list[list[str]], width: int) -> pl.DataFrame:
    import polars as pl

    names = [*map(str, range(width)), EXTRA]
    frame = pl.DataFrame(
        dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
        schema=dict.fromkeys(names, pl.String),
    )
    return tidy(frame.with_columns(pl.Series(ROW, numbers, dtype=pl.UInt32)))
