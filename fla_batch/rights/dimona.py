"""Dimona periods as values, and from tables: worker, employer and `occupation.Period`.

An empty EndingDate means that no OUT is known. Dimona's joint committee is not the real one, so
it is not read; the DmfA's is (decision 0504).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from fla_batch.rights.input_columns import (
    Check,
    apply_checks,
    as_day,
    employer_checks,
    identifier_remarks,
    missing,
    unread,
    value_chunks,
    with_identifiers,
)
from fla_batch.rights.input_headings import (
    AS_THEY_ARE,
    EMPLOYER_COLUMNS,
    InputColumns,
    RightsReading,
)
from fla_batch.rights.input_tables import Chunk, InputTable, PlacedChunks, open_input
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import Kind, Period
from fla_batch.rights.quarters import OPEN
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import blocking
from fla_batch.vocabulary.input_origin import InputSheet

DIMONA_COLUMNS = InputColumns(
    required=("INSS", "StartingDate", "WorkerType"),
    optional=(*EMPLOYER_COLUMNS, "EndingDate"),
    heads=frozenset({*EMPLOYER_COLUMNS, "INSS", "WorkerType"}),
)
VALUES = ("inss", "company", "noss", *Period._fields, "worker_type", ROW)
_TEXTS = {"inss", "company", "noss", "worker_type"}


def read_dimona(path: Path, law: Law, how: RightsReading = AS_THEY_ARE) -> PlacedChunks:
    """The periods of a table, chunk by chunk. Raises InputUnreadable, also as they are read."""
    table = open_input(path, DIMONA_COLUMNS, how)
    return PlacedChunks(table.place, _table_chunks(table, law))


def _table_chunks(table: InputTable, law: Law) -> Iterator[Chunk]:
    if table.remarks:
        yield Chunk(no_values(), list(table.remarks))
    if not blocking(table.remarks):
        values = partial(dimona_values, law=law, place=table.place)
        yield from value_chunks(table, DIMONA_COLUMNS, values)


def no_values() -> pl.DataFrame:
    """A frame without rows, in the types of the result."""
    types: dict[str, pl.DataType] = {name: pl.Int32() for name in VALUES}
    types |= {ROW: pl.UInt32(), **dict.fromkeys(_TEXTS, pl.String())}
    return pl.DataFrame(schema={name: types[name] for name in VALUES})


def dimona_values(frame: pl.DataFrame, law: Law, place: InputSheet) -> Chunk:
    """Periods as values, with every finding on them."""
    worker_type = pl.col("WorkerType").str.to_uppercase().alias("worker_type")
    typed = with_identifiers(frame).with_columns(
        as_day(frame, "StartingDate").alias("start"),
        as_day(frame, "EndingDate").alias("ends"),
        worker_type,
    )
    chunk = apply_checks(typed.with_columns(_kind(law)), _checks(law), place)
    end = pl.col("ends").fill_null(OPEN).alias("end")
    periods = chunk.values.with_columns(end, pl.col("worker_type").fill_null("OTH"))
    remarks = identifier_remarks(typed, place)
    values = periods.select(VALUES).cast(no_values().schema)
    return Chunk(values, remarks + chunk.anomalies, chunk.refused)


def _kind(law: Law) -> pl.Expr:
    worker_type = pl.col("worker_type")
    return (
        pl.when(worker_type.is_in(list(law.student_dimona)))
        .then(int(Kind.STUDENT))
        .when(worker_type.is_in(list(law.flexi_dimona)))
        .then(int(Kind.FLEXI))
        .otherwise(int(Kind.ORDINARY))
        .alias("kind")
    )


def _checks(law: Law) -> list[Check]:
    return [
        *employer_checks(),
        missing("StartingDate"),
        unread("not-a-date", "StartingDate", "start"),
        unread("not-a-date", "EndingDate", "ends"),
        Check("end-before-start", "EndingDate", pl.col("ends") < pl.col("start")),
        missing("WorkerType", "missing-type"),
        Check(
            "unknown-type",
            "WorkerType",
            ~pl.col("worker_type").is_in(list(law.dimona_types)),
            {"known": ", ".join(law.dimona_types)},
        ),
    ]
