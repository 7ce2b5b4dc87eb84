"""A Parquet file to a Table, over polars, a slice at a time.

Columns may have their natural types: whole numbers, decimals, dates, texts, and lists of texts
for joint committees. A row's number is its place in the file, from 1; there is no row of
headings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from fla_batch.tables.decoding import unopened
from fla_batch.tables.library_errors import Failed, attempt
from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.table import BATCH_ROWS, EXTRA, ROW, SEPARATOR, Table, TableBroken, tidy
from fla_batch.vocabulary.findings import Anomaly, Source


def open_parquet(path: Path) -> Table | Anomaly:
    """The table in a Parquet file, or why there is none."""
    source = Source(str(path))
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except (OSError, ValueError) as trouble:
        return unopened(path, trouble)
    if not start:
        return remark("empty-file", FILE, source)
    if start != b"PAR1":
        return remark("unreadable-file", FILE, source, value="not Parquet")
    return _table(path, source)


def _table(path: Path, source: Source) -> Table | Anomaly:
    schema = attempt(lambda: pl.scan_parquet(path).collect_schema())
    if isinstance(schema, Failed):
        return remark("unreadable-file", FILE, source, value=schema.reason)
    for name, dtype in schema.items():
        if _as_text(pl.col(name), dtype) is None:
            place = Source(source.file, None, name)
            parameters = {"name": name}
            return remark(
                "wrong-type",
                COLUMN,
                place,
                parameters=parameters,
                value=str(dtype),
                text="unusable-column",
            )
    return Table(str(path), list(schema), 0, partial(_batches, path, schema))


def _batches(
    path: Path, schema: pl.Schema, wanted: Collection[int] | None = None
) -> Iterator[pl.DataFrame]:
    texts = [
        column.alias(str(i))
        for i, (name, dtype) in enumerate(schema.items())
        if (wanted is None or i in wanted) and (column := _as_text(pl.col(name), dtype)) is not None
    ]
    typed = [
        str(i)
        for i, dtype in enumerate(schema.dtypes())
        if dtype.is_numeric() or dtype.is_temporal()
    ]
    rows = pl.scan_parquet(path).with_row_index(ROW, offset=1).select(ROW, *texts)
    start = 0
    while True:
        frame = attempt(rows.slice(start, BATCH_ROWS).collect)
        if isinstance(frame, Failed):
            raise TableBroken("unreadable-file", start + 1, frame.reason)
        if frame.is_empty():
            return
        start += len(frame)
        yield tidy(frame.with_columns(pl.lit(None, dtype=pl.String).alias(EXTRA)), typed)


def _as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """The column as text; None for a type that no zone is written in."""
    plain = (pl.String, pl.Date, pl.Boolean, pl.Categorical, pl.Enum, pl.Null)
    if dtype.is_float():
        whole = column == column.round(0)
        text = column.cast(pl.Int64, strict=False).cast(pl.String)
        # A number is no text: its three decimals are no thousands (see `numbers`).
        decimal = column.cast(pl.String).str.replace(r"^(.*\.\d{3})$", "${1}0")
        kept = pl.when(whole).then(text).otherwise(decimal)
        return pl.when(column.is_not_nan()).then(kept)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(dtype, pl.Time):
        return column.dt.strftime("%H:%M:%S")
    if isinstance(dtype, pl.List):
        inner = _as_text(pl.element(), dtype.inner)  # type: ignore[arg-type]
        return None if inner is None else column.list.eval(inner).list.join(SEPARATOR)
    if dtype.is_numeric() or dtype in plain:
        return column.cast(pl.String)
    return None
