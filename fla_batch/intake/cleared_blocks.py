"""Rows that a screen has cleared, to columns of blocks: no declaration is built one by one.

One row is one training with one period, every value is there and fits. What comes of it is the
same as what `trainings_entry` makes of the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.intake.conversion import KEY
from fla_batch.intake.zone_columns import HEADS
from fla_batch.models.column_values import Blocks, InnerBlocks

if TYPE_CHECKING:
    import polars as pl

_OR_ELSE = {
    "trainingHours": "hours",
    "trainingDays": "days",
    "trainingFirstStartDate": "trainingStartDate",
    "trainingLastEndDate": "trainingEndDate",
}
"""Where the value of a zone stands when its own column has none."""


def cleared_blocks(frame: pl.DataFrame) -> Blocks:
    """The declarations of `frame`, in which the rows of each (KEY) stand together."""
    import polars as pl

    owners = frame[KEY].rle_id()
    heads = frame.filter(owners.is_first_distinct()).select(
        name for name in frame.columns if name in HEADS
    )
    rows = frame.with_columns(_completed(frame))
    periods = InnerBlocks(pl.int_range(len(rows), eager=True), Blocks(rows))
    trainings = InnerBlocks(owners, Blocks(rows, {"details_per_period": periods}))
    return Blocks(heads, {"trainings": trainings})


def _completed(frame: pl.DataFrame) -> Iterator[pl.Expr]:
    import polars as pl

    for name, other in _OR_ELSE.items():
        given = [pl.col(each) for each in (name, other) if each in frame.columns]
        if given:
            yield pl.coalesce(given).alias(name)
