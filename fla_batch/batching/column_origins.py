"""Where declarations written by columns stood: as `rows_text` would say it, for all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.intake.right_columns import ROWS
from fla_batch.models.column_values import Blocks
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
    training = pl.col("training")
    places = pl.DataFrame(
        {
            "declaration": trainings.owners.gather(periods.owners),
            "training": periods.owners,
            "row": rows,
        }
    ).with_columns(
        (training - training.min().over("declaration")).alias("index"),
        pl.int_range(pl.len()).over("training").alias("period"),
    )
    index, period = pl.col("index"), pl.col("period")
    block = pl.concat_str(pl.lit("trainings/"), index.cast(pl.String))
    inner = pl.concat_str(block, pl.lit("/detailsPerPeriod/"), period.cast(pl.String))
    place = (
        pl.when((index == 0) & (period == 0))
        .then(pl.col("row"))
        .otherwise(
            pl.concat_str(pl.when(period == 0).then(block).otherwise(inner), "row", separator="=")
        )
    )
    texts = places.select("declaration", place.alias("text"))
    joined = texts.group_by("declaration", maintain_order=True).agg("text")
    return joined["text"].list.join(" ")
