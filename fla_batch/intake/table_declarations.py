"""A table file, to entries: open, match the headings, group the rows, build declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.intake.comma_shifts import note_comma_shifts
from fla_batch.intake.conversion import KEY, Mistakes
from fla_batch.intake.drafts import TableRow
from fla_batch.intake.grouping import Scan, grouped, scan
from fla_batch.intake.headings import TableLayout, layout_of
from fla_batch.intake.reading_choice import AS_FOUND, ReadingChoice
from fla_batch.intake.receipt import Receipt
from fla_batch.intake.right_rows import rights_entry
from fla_batch.intake.row_blocks import RowBlocks, row_blocks
from fla_batch.intake.row_columns import EXAMPLE_INSS, row_columns
from fla_batch.intake.training_rows import trainings_entry
from fla_batch.intake.zone_columns import HEADS, KEY_COLUMNS
from fla_batch.models import DeclarationKey, Entry
from fla_batch.tables.merged_cells import Completion, completion
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.sheet_remarks import sheet_remarks
from fla_batch.tables.table import ROW, Table, TableBroken
from fla_batch.tables.undeclared_rows import without_comments, without_totals
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet
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
    layout: TableLayout
    announces: int = 0

    @property
    def input_sheet(self) -> InputSheet:
        """What its rows have in common."""
        return self.layout.input_sheet(self.file)

    @property
    def declarations(self) -> int:
        """How many declarations it holds."""
        return int(self.frame[KEY].rle_id()[-1]) + 1 if len(self.frame) else 0

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


def read_table_chunks(
    path: Path, how: ReadingChoice = AS_FOUND, receipt: Receipt | None = None
) -> Iterator[TableChunk | Anomaly]:
    """The declarations of a table file, and what is wrong with the file.

    With anything wrong in the headings or the format, nothing of the file is declared. What is
    read is noted in `receipt`.
    """
    receipt = receipt or Receipt(str(path))
    table = how.opened(path)
    if isinstance(table, Anomaly):
        yield table
        return
    source = table.at(table.heading_row or None)
    from_1904 = table.facts.from_1904
    layout = layout_of(table.headings, source, how.mapping, from_1904=from_1904, extras=how.extras)
    if isinstance(layout, list):
        yield from layout
        return
    receipt.note_table(table, layout.ignored)
    try:
        for item in _chunks(table, layout):
            if isinstance(item, TableChunk):
                receipt.note_rows(item.frame, item.mistakes)
            yield item
    except TableBroken as broken:
        source = table.at(broken.row)
        yield remark(broken.rule, FILE, source, value=broken.reason, text=broken.text)


def _chunks(table: Table, layout: TableLayout) -> Iterator[TableChunk | Anomaly]:
    mistakes: Mistakes = defaultdict(list)
    heads = {i for i, column in layout.columns.items() if column.name in HEADS}
    complete = completion(table, heads, layout.columns, layout.constants)
    for row, position, mistake in complete.cells:
        mistakes[row].append((layout.columns[position].name, mistake))
    said: list[Anomaly] = list(sheet_remarks(table, layout.columns.keys()))
    found = _scan(table, layout, complete, said.append)
    yield from said
    blocked = any(anomaly.blocks for anomaly in said)
    # A missing column keeps the file from being declared, and hides nothing else that is wrong.
    yield from layout.remarks
    if not found.declarations:
        yield remark("nothing-declared", FILE, table.at())
    if blocked or not found.declarations:
        return
    announces = found.declarations
    said = []
    batches = _declared(table, layout, complete, mistakes, said.append)
    for frame, noted in grouped(batches, layout, found, mistakes):
        yield from said
        said.clear()
        if frame.is_empty():
            continue
        theirs = {row: noted.pop(row) for row in frame[ROW] if row in noted} if noted else {}
        yield TableChunk(frame, theirs, table.file, layout, announces)
        announces = 0
    yield from said


def _unsaid(_: Anomaly) -> None:
    """The first pass said it already."""


def _declared(
    table: Table,
    layout: TableLayout,
    complete: Completion,
    mistakes: Mistakes,
    say: Callable[[Anomaly], None],
) -> Iterator[pl.DataFrame]:
    """The second pass: all columns of the rows that declare something."""
    kinds = row_columns(layout)
    for batch in table.batches():
        frame = without_comments(complete(batch), table, _unsaid)
        frame = without_totals(frame, table, kinds, say)
        note_comma_shifts(frame, table, layout, mistakes)
        if len(frame):
            yield frame


def _scan(
    table: Table, layout: TableLayout, complete: Completion, say: Callable[[Anomaly], None]
) -> Scan:
    """The first pass, over the columns that tell where rows belong and what is no data at all."""
    nameless = [i for i, heading in enumerate(table.headings) if not heading.strip()]
    first = next((i for i, heading in enumerate(table.headings) if heading.strip()), 0)
    keys = [i for i, column in layout.columns.items() if column.name in KEY_COLUMNS]
    wanted = {i for i in (first, *keys, *nameless) if i < len(table.headings)}
    batches = map(complete, table.batches(wanted))
    found = scan(_declaring(batches, nameless, table, layout, say), layout)
    if found.declarations:
        return found
    # Rows without any part of a key are rows all the same.
    batches = map(complete, table.batches())
    return scan(_declaring(batches, (), table, layout, _unsaid), layout)


def _declaring(
    batches: Iterator[pl.DataFrame],
    nameless: Iterable[int],
    table: Table,
    layout: TableLayout,
    say: Callable[[Anomaly], None],
) -> Iterator[pl.DataFrame]:
    """The batches without comments; values in a column without heading are reported once."""
    unseen = list(nameless)
    example = row_columns(layout).worker, EXAMPLE_INSS
    for batch in batches:
        frame = without_comments(batch, table, say, example)
        for position in list(unseen):
            if frame[str(position)].null_count() < len(frame):
                unseen.remove(position)
                say(_nameless(table, position))
        yield frame


def _nameless(table: Table, position: int) -> Anomaly:
    """In text such a column may be a shift; in a sheet it is what somebody noted beside a table."""
    source = table.at(table.heading_row or None)
    rule = "unknown-column" if table.sheet is None else "ignored-column"
    parameters = {"position": position + 1}
    return remark(rule, COLUMN, source, parameters=parameters, text="nameless-column")
