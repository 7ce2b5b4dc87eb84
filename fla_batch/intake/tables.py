"""A table file, to entries: open, match the headings, group the rows, build declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.findings import Anomaly, Source
from fla_batch.intake.cleared_rows import ClearedRows
from fla_batch.intake.comments import without_comments
from fla_batch.intake.conversion import KEY, Mistakes
from fla_batch.intake.csv_files import open_csv
from fla_batch.intake.drafts import TableRow
from fla_batch.intake.excel_files import open_excel
from fla_batch.intake.grouping import grouped, scan
from fla_batch.intake.layout import Layout, layout_of
from fla_batch.intake.parquet_files import open_parquet
from fla_batch.intake.remarks import COLUMN, FILE, remark
from fla_batch.intake.right_rows import rights_entry
from fla_batch.intake.table import ROW, Table, TableBroken
from fla_batch.intake.training_rows import trainings_entry
from fla_batch.models import Entry
from fla_batch.terms import FormKind

if TYPE_CHECKING:
    import polars as pl

Screen = Callable[["pl.DataFrame", str], "pl.Series"]
"""(typed rows, name of the key column) -> True for the rows of declarations that are cleared."""

_ENTRIES = {FormKind.TRAININGS: trainings_entry, FormKind.TRAINING_RIGHTS: rights_entry}


@dataclass(frozen=True, slots=True)
class TableChunk:
    """Whole declarations of a table, converted and not yet built; it can go to another process.

    `mistakes` are the cells of its rows that could not be read.
    """

    frame: pl.DataFrame
    mistakes: Mistakes
    file: str
    layout: Layout

    @property
    def declarations(self) -> int:
        """How many declarations it holds."""
        return self.frame[KEY].n_unique()

    def entries(self, screen: Screen | None = None) -> Iterator[Entry]:
        """Its declarations; those that `screen` clears are built without a question."""
        return _built(self, screen)


def read_table(
    path: Path, *, sheet: str | None = None, screen: Screen | None = None
) -> Iterator[Entry | Anomaly]:
    """Every declaration of a CSV, Excel or Parquet file, and what is wrong with the file.

    With anything wrong in the headings or the format, nothing of the file is declared.
    """
    for item in read_table_chunks(path, sheet=sheet):
        if isinstance(item, Anomaly):
            yield item
        else:
            yield from item.entries(screen)


def read_table_chunks(path: Path, *, sheet: str | None = None) -> Iterator[TableChunk | Anomaly]:
    """The same, as chunks of declarations that are not built yet."""
    table = _open(path, sheet)
    if isinstance(table, Anomaly):
        yield table
        return
    layout = layout_of(table.headings, Source(table.file, table.heading_row or None))
    if isinstance(layout, list):
        yield from layout
        return
    try:
        yield from _chunks(table, layout)
    except TableBroken as broken:
        source = Source(table.file, broken.row)
        yield remark(broken.rule, FILE, source, value=broken.reason, text=broken.text)


def _open(path: Path, sheet: str | None) -> Table | Anomaly:
    suffix = path.suffix.lower()
    if suffix.startswith(".xls"):
        return open_excel(path, sheet)
    return open_parquet(path) if suffix == ".parquet" else open_csv(path)


def _chunks(table: Table, layout: Layout) -> Iterator[TableChunk | Anomaly]:
    said: list[Anomaly] = []
    found = scan(_declaring(table, layout, said.append), layout)
    yield from said
    if not found.rows:
        yield remark("nothing-declared", FILE, Source(table.file))
    if any(anomaly.blocks for anomaly in said) or not found.rows:
        return
    batches = _declaring(table, layout, _unsaid)
    for frame, mistakes in grouped(batches, layout, found):
        theirs = {row: mistakes.pop(row) for row in frame[ROW] if row in mistakes}
        yield TableChunk(frame, theirs, table.file, layout)


def _unsaid(_: Anomaly) -> None:
    """The first pass said it already."""


def _declaring(
    table: Table, layout: Layout, say: Callable[[Anomaly], None]
) -> Iterator[pl.DataFrame]:
    """The batches without comments; values in a column without heading are reported once."""
    nameless = [str(i) for i, heading in enumerate(table.headings) if not heading.strip()]
    for batch in table.batches():
        frame = without_comments(batch, table, layout, say)
        for position in list(nameless):
            if frame[position].null_count() < len(frame):
                nameless.remove(position)
                number = int(position) + 1
                source = Source(table.file, table.heading_row or None)
                parameters = {"position": number}
                say(
                    remark(
                        "unknown-column",
                        COLUMN,
                        source,
                        parameters=parameters,
                        text="nameless-column",
                    )
                )
        yield frame


def _built(chunk: TableChunk, screen: Screen | None) -> Iterator[Entry]:
    entry_of = _ENTRIES[chunk.layout.kind]
    frame, mistakes = chunk.frame, chunk.mistakes
    names = frame.columns
    key, number = names.index(KEY), names.index(ROW)
    values = [(i, name) for i, name in enumerate(names) if i not in (key, number)]
    cleared = _cleared(chunk, screen)
    quick = ClearedRows(chunk.file, chunk.layout, names, number) if any(cleared) else None
    done = 0
    for _, group in groupby(frame.iter_rows(), key=itemgetter(key)):
        rows = list(group)
        if quick is not None and cleared[done]:
            yield quick.entry(rows)
        else:
            table_rows = [
                TableRow(row[number], {name: row[i] for i, name in values if row[i] is not None})
                for row in rows
            ]
            yield entry_of(table_rows, chunk.file, chunk.layout, mistakes)
        done += len(rows)


def _cleared(chunk: TableChunk, screen: Screen | None) -> list[bool]:
    """For each row whether its declaration is cleared. A cell that was misread clears nothing."""
    frame = chunk.frame
    if screen is None or chunk.layout.kind is not FormKind.TRAININGS:
        return [False] * len(frame)
    verdict: list[bool] = screen(frame.drop(ROW), KEY).to_list()
    if not chunk.mistakes:
        return verdict
    wrong = {k for k, row in zip(frame[KEY], frame[ROW], strict=True) if row in chunk.mistakes}
    return [fine and k not in wrong for fine, k in zip(verdict, frame[KEY], strict=True)]
