"""A table file, to entries: open, match the headings, group the rows, build declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.intake.comments import without_comments
from fla_batch.intake.conversion import KEY, Mistakes
from fla_batch.intake.drafts import TableRow
from fla_batch.intake.grouping import Scan, grouped, scan
from fla_batch.intake.headings import Layout, layout_of
from fla_batch.intake.right_rows import rights_entry
from fla_batch.intake.row_blocks import RowBlocks, row_blocks
from fla_batch.intake.training_rows import trainings_entry
from fla_batch.intake.zone_columns import KEY_COLUMNS
from fla_batch.models import DeclarationKey, Entry
from fla_batch.tables.csv_files import open_csv
from fla_batch.tables.excel_files import open_excel
from fla_batch.tables.parquet_files import open_parquet
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.table import ROW, Table, TableBroken
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    import polars as pl

_ENTRIES = {FormKind.TRAININGS: trainings_entry, FormKind.TRAINING_RIGHTS: rights_entry}


@dataclass(frozen=True, slots=True)
class TableChunk:
    """Whole declarations of a table, converted and not yet built; it can go to another process.

    `mistakes` are the cells of its rows that could not be read. The first chunk of a table
    announces how many declarations the whole of it holds.
    """

    frame: pl.DataFrame
    mistakes: Mistakes
    file: str
    layout: Layout
    announces: int = 0

    def keys(self) -> Iterator[DeclarationKey]:
        """The key of each declaration; parts that are missing are empty or 0."""
        heads = self.frame.filter(self.frame[KEY].is_first_distinct()).select(KEY_COLUMNS)
        for company_id, inss, year in heads.iter_rows():
            yield DeclarationKey(company_id or "", inss or "", year or 0, self.layout.kind)

    def rows(self) -> Iterator[int]:
        """The number of the first row of each declaration."""
        yield from self.frame[ROW].filter(self.frame[KEY].is_first_distinct())

    def blocks(self) -> RowBlocks:
        """As columns, the declarations of which there is nothing to say in reading them."""
        return row_blocks(self.frame, self.layout.kind, self.mistakes.keys())

    def only(self, wanted: pl.Series) -> TableChunk:
        """A chunk with the `wanted` declarations."""
        return replace(self, frame=self.frame.filter(wanted.gather(self.frame[KEY].rle_id())))

    def entries(self) -> Iterator[Entry]:
        """The declarations, built one by one."""
        entry_of = _ENTRIES[self.layout.kind]
        names = self.frame.columns
        key, number = names.index(KEY), names.index(ROW)
        values = [(i, name) for i, name in enumerate(names) if i not in (key, number)]
        for _, group in groupby(self.frame.iter_rows(), key=itemgetter(key)):
            rows = [
                TableRow(row[number], {name: row[i] for i, name in values if row[i] is not None})
                for row in group
            ]
            yield entry_of(rows, self.file, self.layout, self.mistakes)


def read_table_chunks(path: Path, *, sheet: str | None = None) -> Iterator[TableChunk | Anomaly]:
    """The declarations of a CSV, Excel or Parquet file, and what is wrong with the file.

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
    found = _scan(table, layout, said.append)
    yield from said
    if not found.declarations:
        yield remark("nothing-declared", FILE, Source(table.file))
    if any(anomaly.blocks for anomaly in said) or not found.declarations:
        return
    announces = found.declarations
    batches = (without_comments(batch, table, layout, _unsaid) for batch in table.batches())
    for frame, mistakes in grouped(batches, layout, found):
        theirs = (
            {row: mistakes.pop(row) for row in frame[ROW] if row in mistakes} if mistakes else {}
        )
        yield TableChunk(frame, theirs, table.file, layout, announces)
        announces = 0


def _unsaid(_: Anomaly) -> None:
    """The first pass said it already."""


def _scan(table: Table, layout: Layout, say: Callable[[Anomaly], None]) -> Scan:
    """The first pass, over the columns that tell where rows belong and what is no data at all."""
    nameless = [i for i, heading in enumerate(table.headings) if not heading.strip()]
    keys = [i for i, column in layout.columns.items() if column.name in KEY_COLUMNS]
    batches = _declaring(table.batches({0, *keys, *nameless}), nameless, table, layout, say)
    found = scan(batches, layout)
    if found.declarations:
        return found
    # Rows without any part of a key are rows all the same.
    return scan(_declaring(table.batches(), (), table, layout, _unsaid), layout)


def _declaring(
    batches: Iterator[pl.DataFrame],
    nameless: Iterable[int],
    table: Table,
    layout: Layout,
    say: Callable[[Anomaly], None],
) -> Iterator[pl.DataFrame]:
    """The batches without comments; values in a column without heading are reported once."""
    unseen = list(nameless)
    for batch in batches:
        frame = without_comments(batch, table, layout, say)
        for position in list(unseen):
            if frame[str(position)].null_count() < len(frame):
                unseen.remove(position)
                source = Source(table.file, table.heading_row or None)
                say(
                    remark(
                        "unknown-column",
                        COLUMN,
                        source,
                        parameters={"position": position + 1},
                        text="nameless-column",
                    )
                )
        yield frame
