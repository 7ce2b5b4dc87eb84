"""DmfA, Dimona and sector tables through the package's one table reader, under their headings.

A chunk is a polars frame of text under our names for the columns, with the column ROW; wholly
blank rows and comments are left out. What a table can have wrong wherever it comes from (a
comment, an error of a formula, a decimal comma that shifts cells, hidden rows, another sheet) is
said as for every other table, and every finding names file, sheet, row and heading.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl

from fla_batch.rights.input_headings import (
    AS_THEY_ARE,
    EMPLOYER_COLUMNS,
    InputColumns,
    InputLayout,
    RightsReading,
    input_layout,
)
from fla_batch.tables.cleaning import SUSPECT
from fla_batch.tables.codes import bare_words
from fla_batch.tables.column_reading import read_column
from fla_batch.tables.merged_cells import Completion, completion
from fla_batch.tables.numbers import without_hours
from fla_batch.tables.opening import open_table
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.sheet_remarks import sheet_remarks
from fla_batch.tables.table import EXTRA, ROW, Table, TableBroken, TableChoice
from fla_batch.tables.undeclared_rows import RowColumns, without_comments, without_totals
from fla_batch.tables.values import Mistake, Tolerated, bare_committee, plain_text
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly, Source, blocking
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.input_origin import InputSheet
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language

_BATCHES = 5
_ENOUGH = 3
"""Known headings that make a sheet the one that is meant."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows, what was found in them, and the rows that were refused, if any."""

    values: pl.DataFrame
    anomalies: list[Anomaly]
    refused: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class PlacedChunks:
    """One file: what its places are named by, and what is in it, read once."""

    place: InputSheet
    chunks: Iterator[Chunk]


@dataclass(frozen=True, slots=True)
class InputTable:
    """An open table with its columns; `remarks` are what there is to say of it as a whole.

    `complete` puts values into merged cells; `kinds` tells totals and notes from other rows, where
    rows are of workers.
    """

    table: Table
    layout: InputLayout
    how: RightsReading
    remarks: Sequence[Anomaly]
    complete: Completion
    kinds: RowColumns | None

    @property
    def place(self) -> InputSheet:
        """What its places are named by."""
        return self.layout.sheet

    @property
    def heading_row(self) -> int | None:
        """The row of the headings, where the format has one."""
        return self.table.heading_row or None

    def chunks(self) -> Iterator[Chunk]:
        """Its rows; at least one chunk, even without rows. Raises InputUnreadable."""
        first = True
        for batch in _gathered(self._batches()):
            yield self._chunk(batch)
            first = False
        if first:
            yield Chunk(self._empty(), [])

    def texts(self, names: Iterable[str]) -> Iterator[pl.DataFrame]:
        """Some columns as they are written, read for themselves. Raises InputUnreadable."""
        wanted = {i: name for i, name in self.layout.columns.items() if name in set(names)}
        if wanted:
            for batch in self._batches(wanted):
                yield batch.select(batch[str(i)].alias(name) for i, name in wanted.items())

    def _batches(self, wanted: Iterable[int] | None = None) -> Iterator[pl.DataFrame]:
        try:
            batches = self.table.batches(None if wanted is None else list(wanted))
            yield from map(self.complete, batches)
        except TableBroken as broken:
            source = self.place.at(broken.row)
            told = remark(broken.rule, FILE, source, value=broken.reason, text=broken.text)
            raise _unreadable(self.place.file, told) from broken

    def _empty(self) -> pl.DataFrame:
        names = dict.fromkeys(self.layout.columns.values(), pl.String)
        return pl.DataFrame(schema={ROW: pl.UInt32, **names})

    def _chunk(self, batch: pl.DataFrame) -> Chunk:
        place = self.place
        anomalies: list[Anomaly] = []
        rows = without_comments(batch, self.table, anomalies.append)
        if self.kinds is not None:
            rows = without_totals(rows, self.table, self.kinds, anomalies.append)
        columns = {name: i for i, name in reversed(list(self.layout.columns.items()))}
        named = rows.select(ROW, EXTRA, *(pl.col(str(i)).alias(n) for n, i in columns.items()))
        for name in columns:
            named, said = _cleaned(named, name, place)
            anomalies += said
        named = _as_told(named, self.how.mapping.values, self.layout.constants)
        shifted = named.filter(pl.col(EXTRA).is_not_null())
        anomalies += [
            remark("extra-cells", COLUMN, place.at(row), value=extra)
            for row, extra in shifted.select(ROW, EXTRA).iter_rows()
        ]
        blocked = {found.source.row for found in blocking(anomalies)}
        named, refused = named.drop(EXTRA), pl.col(ROW).is_in(list(blocked))
        ordered = sorted(anomalies, key=lambda found: found.source.row or 0)
        return Chunk(named.filter(~refused), ordered, named.filter(refused))


def open_input(path: Path, ours: InputColumns, how: RightsReading = AS_THEY_ARE) -> InputTable:
    """The table in a file. Raises InputUnreadable."""
    table = _opened(path, ours, how)
    if isinstance(table, Anomaly):
        raise _unreadable(path.name, table)
    table = replace(table, file=path.name)
    place = InputSheet(path.name, table.sheet)
    row = table.heading_row or None
    layout = input_layout(table.headings, place, row, ours, how)
    complete, merged = _completion(table, layout, ours)
    remarks = [*sheet_remarks(table, layout.columns.keys()), *layout.remarks, *merged]
    return InputTable(table, layout, how, remarks, complete, _row_columns(layout, ours))


def _completion(
    table: Table, layout: InputLayout, ours: InputColumns
) -> tuple[Completion, list[Anomaly]]:
    """What completes the rows of a table, and what there is to say of its merged cells."""
    heads = {i for i, name in layout.columns.items() if name in ours.heads}
    complete = completion(table, heads, layout.columns)
    said = []
    for row, position, why in complete.cells:
        name = layout.columns[position]
        said.append(told(why, name, layout.sheet.at(row, name)))
    return complete, said


def _row_columns(layout: InputLayout, ours: InputColumns) -> RowColumns | None:
    def at(names: Collection[str]) -> frozenset[int]:
        return frozenset(i for i, name in layout.columns.items() if name in names)

    worker = next((i for i, name in layout.columns.items() if name == "INSS"), None)
    if worker is None:
        return None
    keys = {*EMPLOYER_COLUMNS, "INSS", "Quarter"}
    return RowColumns(worker, at(keys), at(ours.amounts), frozenset(), frozenset(layout.columns))


def _opened(path: Path, ours: InputColumns, how: RightsReading) -> Table | Anomaly:
    """The table in the sheet that is named; of several the one with headings of this kind."""

    def knows(text: str) -> bool:
        return ours.knows(text, how.mapping)

    choices = [TableChoice(sheet, how.header_row) for sheet in how.sheets or (None,)]
    found = [open_table(path, knows, choice) for choice in choices]
    tables = [each for each in found if isinstance(each, Table)]
    fitting = [each for each in tables if sum(map(knows, each.headings)) >= _ENOUGH]
    return [*fitting, *tables, *found][0]


def _gathered(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Several batches as one: checks by columns cost nearly as much for few rows as for many."""
    while several := list(islice(batches, _BATCHES)):
        yield pl.concat(several)


def _unreadable(file: str, why: Anomaly) -> InputUnreadable:
    def sentence(label: str, language: Language) -> str:
        reason = label.partition(": ")[2] or why.error_id
        return mask_text(translated(f"{file} cannot be read: {reason}", language))

    message = why.label.changed(sentence)
    return InputUnreadable(message, file=file, row=why.source.row, hint=why.advice)


def changed_texts(frame: pl.DataFrame, name: str, change: Callable[[str], str]) -> pl.Expr:
    """A column through a function of text, which is called once for each different one."""
    texts = frame[name].unique().drop_nulls()
    changed = {text: new for text in texts if (new := change(text)) != text}
    return pl.col(name).replace(changed) if changed else pl.col(name)


def _as_told(
    frame: pl.DataFrame, values: Mapping[str, Mapping[str, str]], constants: Mapping[str, str]
) -> pl.DataFrame:
    """The frame with the user's words as codes, and constants where nothing stands."""
    for name, words in values.items():
        if name in frame.columns:
            frame = frame.with_columns(changed_texts(frame, name, partial(_by_words, words)))
    for name, text in constants.items():
        given = pl.col(name).fill_null(text) if name in frame.columns else pl.lit(text)
        frame = frame.with_columns(given.alias(name))
    return frame


def _by_words(words: Mapping[str, str], text: str) -> str:
    return words.get(bare_words(text), text)


def _cleaned(
    frame: pl.DataFrame, name: str, place: InputSheet
) -> tuple[pl.DataFrame, list[Anomaly]]:
    """The frame with a column freed of what nobody meant, and what there is to say of its cells."""
    cells = frame[name]
    if not cells.str.contains(SUSPECT).any():
        return frame, []
    found = read_column(cells, _bare, pl.String)
    anomalies = []
    for row, text in zip(frame[ROW], cells, strict=True):
        said = found.said.get(text) if text is not None else None
        if said is not None:
            anomalies.append(told(said, name, place.at(row, name)))
    return frame.with_columns(found.values.alias(name)), anomalies


def _bare(text: str) -> str | Mistake:
    """A cell without the words that say what its number is: a format may show them (1516)."""
    return plain_text(without_hours(bare_committee(text)))


def told(said: Mistake | Tolerated, zone: str, place: Source) -> Anomaly:
    """What there is to say of a cell, without a whole national number: it may stand in a log."""
    anomaly = remark(said.rule, zone, place, value=said.shown, parameters=said.parameters)
    label = replace(
        anomaly.label,
        **{name: mask_text(text) for name, text in anomaly.label.to_json().items() if text},
    )
    return replace(anomaly, label=label, value=mask_text(anomaly.value or "") or None)
