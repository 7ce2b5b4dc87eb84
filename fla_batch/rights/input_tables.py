"""DmfA, Dimona and sector tables through the package's one table reader, under their headings.

A chunk is a polars frame of text with the column ROW; wholly blank rows and comments are left
out. What a table can have wrong wherever it comes from (a comment, an error of a formula, a
decimal comma that shifts cells) is said as for every other table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.tables.cleaning import SUSPECT
from fla_batch.tables.column_reading import read_column
from fla_batch.tables.comment_rows import is_comment
from fla_batch.tables.opening import open_table
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.table import EXTRA, ROW, Table, TableBroken, TableChoice
from fla_batch.tables.values import Mistake, plain_text
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly, Source, blocking
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    import polars as pl

_BATCHES = 5


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows, what was found in them, and the rows that were refused, if any."""

    values: pl.DataFrame
    anomalies: list[Anomaly]
    refused: pl.DataFrame | None = None


def read_table(
    path: Path, columns: Collection[str], choice: TableChoice | None = None
) -> Iterator[Chunk]:
    """The chunks of a table; at least one, even without rows. Raises InputUnreadable.

    `columns` are the headings that tell the row of headings from titles above it.
    """
    known = {name.lower() for name in columns}
    table = open_table(path, lambda text: text.strip().lower() in known, choice)
    if isinstance(table, Anomaly):
        raise _unreadable(path, table)
    names = _names(table, path)
    first = True
    try:
        for batch in _gathered(table.batches()):
            yield _chunk(batch, names, path.name)
            first = False
    except TableBroken as broken:
        source = Source(path.name, broken.row)
        told = remark(broken.rule, FILE, source, value=broken.reason, text=broken.text)
        raise _unreadable(path, told) from broken
    if first:
        yield Chunk(_empty(names), [])


def _gathered(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Several batches as one: checks by columns cost nearly as much for few rows as for many."""
    import polars as pl

    while several := list(islice(batches, _BATCHES)):
        yield pl.concat(several)


def _unreadable(path: Path, why: Anomaly) -> InputUnreadable:
    reason = (why.label.en or why.error_id).partition(": ")[2] or why.error_id
    message = mask_text(f"{path.name} cannot be read: {reason}")
    return InputUnreadable(message, file=path.name, row=why.source.row, hint=why.advice.en or None)


def _names(table: Table, path: Path) -> dict[int, str]:
    """Position -> heading. Raises InputUnreadable for one that stands twice."""
    names = {i: text.strip() for i, text in enumerate(table.headings) if text.strip()}
    if len({name.lower() for name in names.values()}) < len(names):
        row = table.heading_row or None
        raise InputUnreadable(f"{path.name} has a heading twice.", file=path.name, row=row)
    return names


def _empty(names: dict[int, str]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={ROW: pl.UInt32, **dict.fromkeys(names.values(), pl.String)})


def _chunk(batch: pl.DataFrame, names: dict[int, str], file: str) -> Chunk:
    import polars as pl

    comment = is_comment(str(min(names, default=0)))
    anomalies = [
        remark("ignored-row", FILE, Source(file, row)) for row in batch.filter(comment)[ROW]
    ]
    rows = batch.filter(~comment)
    named = rows.select(ROW, EXTRA, *(pl.col(str(i)).alias(name) for i, name in names.items()))
    for name in names.values():
        named, said = _cleaned(named, name, file)
        anomalies += said
    shifted = named.filter(pl.col(EXTRA).is_not_null())
    anomalies += [
        remark("extra-cells", COLUMN, Source(file, row), value=extra)
        for row, extra in shifted.select(ROW, EXTRA).iter_rows()
    ]
    blocked = {found.source.row for found in blocking(anomalies)}
    named, refused = named.drop(EXTRA), pl.col(ROW).is_in(list(blocked))
    ordered = sorted(anomalies, key=lambda found: found.source.row or 0)
    return Chunk(named.filter(~refused), ordered, named.filter(refused))


def _cleaned(frame: pl.DataFrame, name: str, file: str) -> tuple[pl.DataFrame, list[Anomaly]]:
    """The frame with a column freed of what nobody meant, and what there is to say of its cells."""
    import polars as pl

    cells = frame[name]
    if not cells.str.contains(SUSPECT).any():
        return frame, []
    found = read_column(cells, plain_text, pl.String)
    anomalies = []
    for row, text in zip(frame[ROW], cells, strict=True):
        said = found.said.get(text) if text is not None else None
        if said is not None:
            shown = said.value if isinstance(said, Mistake) else said.shown
            place = Source(file, row, name)
            told = remark(said.rule, name, place, value=shown, parameters=said.parameters)
            anomalies.append(masked(told))
    return frame.with_columns(found.values.alias(name)), anomalies


def masked(anomaly: Anomaly) -> Anomaly:
    """The text without a whole national number: what is computed may stand in a log."""
    label = replace(
        anomaly.label,
        **{name: mask_text(text) for name, text in anomaly.label.to_json().items() if text},
    )
    return replace(anomaly, label=label, value=mask_text(anomaly.value or "") or None)
