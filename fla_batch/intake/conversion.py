"""Whole columns of text to typed columns: each distinct text is converted once.

The same functions that a single value goes through (`fla_batch.tables.values`) do the work, so
there is one truth; columns repeat themselves enough for that to be quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.intake.headings import Layout
from fla_batch.intake.zone_columns import KEY_COLUMNS, Column
from fla_batch.models.zone import ZoneType
from fla_batch.tables.table import ERROR_CELLS, EXTRA, ROW
from fla_batch.tables.values import Mistake, Value, shown

if TYPE_CHECKING:
    import polars as pl

KEY = "#key"
"""Column of a converted batch: the same text for the rows of one declaration."""

Mistakes = dict[int, list[tuple[str, Mistake]]]
"""Row number -> names of the columns that could not be read, and why."""


def converted(frame: pl.DataFrame, layout: Layout, mistakes: Mistakes) -> pl.DataFrame:
    """The batch with typed columns under their names, ROW and KEY; `mistakes` is added to.

    A cell that cannot be read is null. Rows whose key is not whole stand alone under KEY.
    """
    rows = frame[ROW]
    columns = [rows]
    for position, column in layout.columns.items():
        series, wrong = _convert(frame[str(position)], column)
        columns.append(series.alias(column.name))
        for index, mistake in wrong:
            mistakes[rows[index]].append((column.name, mistake))
    for index, text in enumerate(frame[EXTRA]) if frame[EXTRA].null_count() < len(frame) else ():
        if text is not None:
            mistakes[rows[index]].append((EXTRA, Mistake("extra-cells", shown(text))))
    return _with_key(_framed(columns))


def keys_of(frame: pl.DataFrame, layout: Layout) -> pl.Series:
    """A number per row, equal for rows of one declaration, without converting the rest."""
    columns = [frame[ROW]]
    for position, column in layout.columns.items():
        if column.name in KEY_COLUMNS:
            columns.append(_convert(frame[str(position)], column)[0].alias(column.name))
    return _with_key(_framed(columns))[KEY].hash()


def _framed(columns: list[pl.Series]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(columns)


def _with_key(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    key = pl.concat_str([pl.col(name).cast(pl.String) for name in KEY_COLUMNS], separator="/")
    alone = pl.concat_str(pl.lit("row "), pl.col(ROW).cast(pl.String))
    return frame.with_columns(key.fill_null(alone).alias(KEY))


def _convert(cells: pl.Series, column: Column) -> tuple[pl.Series, list[tuple[int, Mistake]]]:
    if column.is_free_text and not cells.str.starts_with("#").any():
        return cells, []
    if column.unchanged and cells.str.contains(column.unchanged).all():
        return cells, []
    values: dict[str, Value] = {}
    wrong: dict[str, Mistake] = {}
    for text in cells.unique().drop_nulls():
        value = _read(column, text)
        if isinstance(value, Mistake):
            wrong[text] = value
        else:
            values[text] = value
    series = cells.replace_strict(
        list(values), list(values.values()), default=None, return_dtype=dtype_of(column)
    )
    if not wrong:
        return series, []
    return series, [(i, wrong[text]) for i, text in enumerate(cells) if text in wrong]


def _read(column: Column, text: str) -> Value | Mistake:
    if text in ERROR_CELLS:
        return Mistake("error-cell", text)
    return column.read(text)


def dtype_of(column: Column) -> type[pl.DataType]:
    """The type of a converted column."""
    import polars as pl

    types = {ZoneType.INTEGER: pl.Int64, ZoneType.DATE: pl.Date}
    return types.get(column.zone.type, pl.String)
