"""Where declarations written by columns stood: as `rows_text` would say it, for all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fla_batch.intake.right_columns import ROWS
from fla_batch.models.column_values import Blocks, joined
from fla_batch.tables.table import ROW

if TYPE_CHECKING:
    import polars as pl


def rows_texts(blocks: Blocks) -> pl.Series:
    """The rows of each declaration: from its column ROWS, or of trainings from the column ROW of
    their periods."""
    import polars as pl

    if ROWS in blocks.frame.columns:
        return blocks.frame[ROWS]
    trainings = blocks.inner["trainings"]
    periods = trainings.blocks.inner["details_per_period"]
    rows = periods.blocks.frame[ROW].cast(pl.String)
    if len(rows) == len(blocks.frame):
        return rows
    index = _within(trainings.owners).gather(periods.owners)
    period = _within(periods.owners)
    places = pl.DataFrame(
        {
            "training": _named("trainings/{}", index),
            "period": _named("/detailsPerPeriod/{}=", period),
            "row": rows,
        }
    ).with_columns(pl.when(period > 0).then("period").otherwise(pl.lit("=")))
    first = pl.lit((index == 0) & (period == 0))
    texts = places.select(
        pl.when(first).then("row").otherwise(pl.concat_str(pl.all())).alias("text")
    )
    return joined(trainings.owners.gather(periods.owners), texts["text"], " ")["text"]


def _within(owners: pl.Series) -> pl.Series:
    """The place of each block among those of its owner, from 0."""
    import polars as pl

    lengths = owners.rle().struct.field("len").cast(pl.Int64)
    starts = lengths.cum_sum() - lengths
    return pl.int_range(len(owners), eager=True) - starts.gather(owners.rle_id())


def _named(name: str, numbers: pl.Series) -> pl.Series:
    """`name` with each number: few are different, and those are looked up."""
    import polars as pl

    every = range(cast("int", numbers.max() or 0) + 1)
    return pl.Series(map(name.format, every), dtype=pl.String).gather(numbers)
