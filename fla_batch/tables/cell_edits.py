"""Cells that are read otherwise than they stand in a file, which itself stays as it is.

What somebody mends on the page is kept so, and `--edits FILE` reads the same file: a table of
Row, Column and Text, a line for each cell, the last one for a cell counting (decision 1801).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.system.files import write_whole
from fla_batch.system.plain_texts import csv_bytes
from fla_batch.tables.decoding import open_text, table_encoding
from fla_batch.tables.table import ROW, Batches, Table, tidy
from fla_batch.vocabulary.errors import InputUnreadable, UsageMistake
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ["Row", "Column", "Text"]
_HINT = "The first line is Row;Column;Text; each other one names a cell and what it is to say."


class CellEdit(NamedTuple):
    """The row as the user's program numbers it, the heading, and what the cell is to say."""

    row: int
    column: str
    text: str


def read_edits(path: Path) -> tuple[CellEdit, ...]:
    """The edits in a file. Raises InputUnreadable, with the row of what is none."""
    encoding = table_encoding(path)
    if isinstance(encoding, Anomaly):
        said = encoding.label.changed(lambda text, _: f"{path.name}: {text}")
        raise InputUnreadable(said, file=path.name, hint=_HINT)
    found = []
    with open_text(path, encoding) as text:
        lines = list(csv.reader(text, delimiter=";"))
    if not lines or lines[0] != _COLUMNS:
        raise InputUnreadable(f"{path.name} is no list of edits", file=path.name, hint=_HINT)
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(_COLUMNS) or not (cells[0].isascii() and cells[0].isdigit()):
            message = f"{path.name}, row {number}: no edit of a cell"
            raise InputUnreadable(message, file=path.name, row=number, hint=_HINT)
        found.append(CellEdit(int(cells[0]), cells[1], cells[2]))
    return tuple(found)


def write_edits(path: Path, edits: Iterable[CellEdit]) -> None:
    """The same file. Raises DiskTrouble."""
    write_whole(path, csv_bytes([_COLUMNS, *edits]))


def edited(table: Table, edits: Collection[CellEdit]) -> Table:
    """The table as it reads with the edits. Raises UsageMistake for a cell that is not there."""
    if not edits:
        return table
    headings = [text.strip() for text in table.headings]
    by_column: dict[int, dict[int, str | None]] = defaultdict(dict)
    for edit in edits:
        if not edit.column or edit.column not in headings:
            raise UsageMistake(f"there is no column {edit.column} to edit in {_named(table)}")
        by_column[headings.index(edit.column)][edit.row] = edit.text.strip() or None
    _require_rows(table, {edit.row for edit in edits})
    return replace(table, batches=_Edited(table.batches, by_column))


def _require_rows(table: Table, rows: set[int]) -> None:
    left = set(rows)
    for batch in table.batches():
        left.difference_update(batch[ROW])
    if left:
        raise UsageMistake(f"there is nothing in row {min(left)} of {_named(table)} to edit")


def _named(table: Table) -> str:
    return Path(table.file).name


@dataclass(frozen=True, slots=True)
class _Edited:
    """See `Batches`; texts by position and row. A row of which all is gone is left out."""

    inner: Batches
    texts: Mapping[int, Mapping[int, str | None]]

    def __call__(self, wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]:
        for batch in self.inner(wanted):
            yield tidy(self._with_edits(batch)) if wanted is None else self._with_edits(batch)

    def _with_edits(self, batch: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        columns = [
            pl.col(ROW)
            .replace_strict(
                list(texts), list(texts.values()), default=pl.col(name), return_dtype=pl.String
            )
            .alias(name)
            for position, texts in self.texts.items()
            if (name := str(position)) in batch.columns
        ]
        return batch.with_columns(columns)
