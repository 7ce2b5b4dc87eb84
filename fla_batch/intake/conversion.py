"""Batches of text to batches of typed columns under the names of the zones, with their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import KEY_COLUMNS, Column
from fla_batch.models.zone import ZoneType
from fla_batch.tables.column_reading import read_column
from fla_batch.tables.table import EXTRA, ROW
from fla_batch.tables.values import Mistake, Tolerated, shown

if TYPE_CHECKING:
    import polars as pl

KEY = "#key"
"""Column of a converted batch: the same text for the rows of one declaration."""

Mistakes = dict[int, list[tuple[str, Mistake | Tolerated]]]
"""Row number -> names of the columns that could not be read, or were with a remark, and why."""


def converted(frame: pl.DataFrame, layout: TableLayout, mistakes: Mistakes) -> pl.DataFrame:
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


def keys_of(frame: pl.DataFrame, layout: TableLayout) -> pl.Series:
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


def _convert(
    cells: pl.Series, column: Column
) -> tuple[pl.Series, list[tuple[int, Mistake | Tolerated]]]:
    found = read_column(cells, column.read, dtype_of(column), unchanged=column.unchanged)
    if not found.said:
        return found.values, []
    said = [(i, found.said[text]) for i, text in enumerate(cells) if text in found.said]
    return found.values, said


def dtype_of(column: Column) -> type[pl.DataType]:
    """The type of a converted column."""
    import polars as pl

    types = {ZoneType.INTEGER: pl.Int64, ZoneType.DATE: pl.Date}
    return types.get(column.zone.type, pl.String)
