"""A table file, to entries: open, match the headings, group the rows, build declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.findings import Anomaly, Source
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

_ENTRIES = {FormKind.TRAININGS: trainings_entry, FormKind.TRAINING_RIGHTS: rights_entry}


def read_table(path: Path, *, sheet: str | None = None) -> Iterator[Entry | Anomaly]:
    """Every declaration of a CSV, Excel or Parquet file, and what is wrong with the file.

    With anything wrong in the headings or the format, nothing of the file is declared.
    """
    table = _open(path, sheet)
    if isinstance(table, Anomaly):
        yield table
        return
    layout = layout_of(table.headings, Source(table.file, table.heading_row or None))
    if isinstance(layout, list):
        yield from layout
        return
    try:
        yield from _entries(table, layout)
    except TableBroken as broken:
        source = Source(table.file, broken.row)
        yield remark(broken.rule, FILE, source, value=broken.reason, text=broken.text)


def _open(path: Path, sheet: str | None) -> Table | Anomaly:
    suffix = path.suffix.lower()
    if suffix.startswith(".xls"):
        return open_excel(path, sheet)
    return open_parquet(path) if suffix == ".parquet" else open_csv(path)


def _entries(table: Table, layout: Layout) -> Iterator[Entry | Anomaly]:
    said: list[Anomaly] = []
    found = scan(_declaring(table, layout, said.append), layout)
    yield from said
    if not found.rows:
        yield remark("nothing-declared", FILE, Source(table.file))
    if any(anomaly.blocks for anomaly in said) or not found.rows:
        return
    batches = _declaring(table, layout, _unsaid)
    for frame, mistakes in grouped(batches, layout, found):
        yield from _built(frame, mistakes, table.file, layout)


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


def _built(frame: pl.DataFrame, mistakes: Mistakes, file: str, layout: Layout) -> Iterator[Entry]:
    entry_of = _ENTRIES[layout.kind]
    names = frame.columns
    key, number = names.index(KEY), names.index(ROW)
    values = [(i, name) for i, name in enumerate(names) if i not in (key, number)]
    for _, rows in groupby(frame.iter_rows(), key=itemgetter(key)):
        table_rows = [
            TableRow(row[number], {name: row[i] for i, name in values if row[i] is not None})
            for row in rows
        ]
        yield entry_of(table_rows, file, layout, mistakes)
        for row in table_rows:
            mistakes.pop(row.number, None)
