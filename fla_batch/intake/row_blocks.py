"""Rows of a table to columns of blocks: no declaration is built one by one.

Only for declarations of which the reader has nothing to say ("plain"): every cell could be read,
the key is whole, rows that share a block agree, and what they share stands on the first of them.
What comes of them is the same as what `trainings_entry` and `rights_entry` make of the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fla_batch.intake.conversion import KEY, dtype_of
from fla_batch.intake.right_columns import DECLARATION, right_blocks, rights_are_plain, with_kinds
from fla_batch.intake.zone_columns import KEY_COLUMNS, columns_of, is_head
from fla_batch.models import Training, TrainingProviderReference
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.models.zone import leaves_of
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    import polars as pl

NUMBERS_GIVEN = "#given"
"""Column of declarations of trainings: whether the numbers of theirs follow from their order."""
_TRAINING, _IDENTITY = "#training", "#identity"
_SEQUENCE = "trainingSequenceNbr"
_AMOUNTS = {"trainingHours": "hours", "trainingDays": "days"}
_EDGES = {
    "trainingFirstStartDate": "trainingStartDate",
    "trainingLastEndDate": "trainingEndDate",
}
"""Zones of a training that follow from those of its periods when the table has none."""
_OF_TRAINING = tuple(
    name for model in (Training, TrainingProviderReference) for _, _, name in leaves_of(model)
)


@dataclass(frozen=True, slots=True)
class RowBlocks:
    """`plain` tells for each declaration whether it is; `blocks` are the plain ones, in order.

    The column ROW of periods has the number of the row that each one stood in; declarations of
    rights have the column ROWS.
    """

    plain: pl.Series
    blocks: Blocks


def row_blocks(frame: pl.DataFrame, kind: FormKind, misread: Collection[int]) -> RowBlocks:
    """The declarations of a converted frame. `misread` are the rows with a cell not read."""
    import polars as pl

    index = frame[KEY].rle_id().cast(pl.Int64)
    every = pl.int_range(index[-1] + 1 if len(frame) else 0, eager=True)
    rows = _whole(frame, kind).with_columns(index.alias(DECLARATION))
    if kind is FormKind.TRAININGS:
        rows, blocks_of = _by_training(rows), _trainings_blocks
        agree = [*_row_is_plain(), *_rows_agree(rows)]
    else:
        rows, blocks_of = with_kinds(rows), right_blocks
        agree = list(rights_are_plain())
    agree += _as_the_first(rows, rows[DECLARATION], _heads(rows))
    agree += (pl.col(name).is_not_null() for name in KEY_COLUMNS)
    if misread:
        agree.append(~pl.col(ROW).is_in(list(misread)))
    fine = rows.select(pl.all_horizontal(agree).fill_null(value=False)).to_series()
    plain = ~every.is_in(rows[DECLARATION].filter(~fine).unique().implode())
    if not plain.all():
        rows = rows.filter(plain.gather(rows[DECLARATION]))
    heads = rows.filter(rows[DECLARATION].is_first_distinct()).select(_heads(rows))
    return RowBlocks(plain, blocks_of(rows, heads))


def _whole(frame: pl.DataFrame, kind: FormKind) -> pl.DataFrame:
    """The rows with a column for every zone that a table of that kind may have."""
    import polars as pl

    missing = [
        pl.lit(None, dtype=dtype_of(column)).alias(name)
        for name, column in columns_of(kind).items()
        if name not in frame.columns
    ]
    return frame.drop(KEY).with_columns(missing)


def _by_training(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of each training together, under TRAINING, in order of first appearance."""
    import polars as pl

    pairs = rows.select(DECLARATION, _identity(rows).alias(_IDENTITY))
    if pairs.select(pl.struct(pl.all()).hash().is_unique().all()).item():
        return rows.with_columns(pl.int_range(len(rows), eager=True).alias(_TRAINING))
    numbered = pairs.unique(maintain_order=True).with_row_index(_TRAINING)
    found = pairs.join(numbered, on=[DECLARATION, _IDENTITY], how="left", maintain_order="left")[
        _TRAINING
    ]
    return rows.with_columns(found.cast(pl.Int64)).sort(_TRAINING, maintain_order=True)


def _identity(rows: pl.DataFrame) -> pl.Expr:
    """What rows of one training have in common; as `training_rows` tells them apart."""
    import polars as pl

    if not rows[_SEQUENCE].null_count():
        return pl.col(_SEQUENCE)
    number, reference = pl.col(_SEQUENCE).cast(pl.String), pl.col("trainingReferenceNbr")
    dates = [pl.coalesce(given, period).cast(pl.String) for given, period in _EDGES.items()]
    name = [pl.col("trainingDenomination"), *(date.fill_null("") for date in dates)]
    return pl.coalesce(
        pl.concat_str(pl.lit("number"), number, separator="\x1f"),
        pl.concat_str(pl.lit("reference"), reference, separator="\x1f"),
        pl.concat_str(pl.lit("dates"), *name, separator="\x1f"),
        pl.concat_str(pl.lit("row"), pl.col(ROW).cast(pl.String), separator="\x1f"),
    )


def _row_is_plain() -> Iterator[pl.Expr]:
    """Each row says something, in one notation, with both dates."""
    import polars as pl

    for name in _EDGES.values():
        yield pl.col(name).is_not_null()
    for exact, friendly in _AMOUNTS.items():
        one, other = pl.col(exact), pl.col(friendly)
        yield one.is_null() | other.is_null() | (one == other)


def _rows_agree(rows: pl.DataFrame) -> Iterator[pl.Expr | pl.Series]:
    """All rows of a training say what the first one says, or nothing."""
    import polars as pl

    declarations = rows[DECLARATION]
    numbered = rows[_SEQUENCE].is_not_null()
    if not numbered.all():
        first = numbered.filter(declarations.is_first_distinct())
        yield numbered == first.gather(declarations.rle_id())
    trainings = rows[_TRAINING]
    if trainings.is_unique().all():
        return
    yield from _as_the_first(rows, trainings, _OF_TRAINING)
    # Rows that are the same in all cells are told to have been pasted twice.
    same = pl.struct(_TRAINING, *_EDGES.values(), *_AMOUNTS, *_AMOUNTS.values())
    yield rows.select(same.hash().is_unique()).to_series()


def _heads(rows: pl.DataFrame) -> list[str]:
    return sorted(filter(is_head, rows.columns))


def _as_the_first(
    rows: pl.DataFrame, groups: pl.Series, names: Collection[str]
) -> Iterator[pl.Series]:
    """For each column whether a row has the value of the first row of its group, or none."""
    place, starts = groups.rle_id(), groups.is_first_distinct()
    for name in names:
        values = rows[name]
        if values.null_count() < len(values):
            yield values.is_null() | (values == values.filter(starts).gather(place))


def _trainings_blocks(rows: pl.DataFrame, heads: pl.DataFrame) -> Blocks:
    import polars as pl

    rows = rows.with_columns(
        *(pl.coalesce(exact, friendly).alias(exact) for exact, friendly in _AMOUNTS.items()),
    )
    trainings = _trainings(rows)
    periods = InnerBlocks(rows[_TRAINING].rle_id().cast(pl.Int64), Blocks(_filled(rows)))
    within = Blocks(_filled(trainings), {"details_per_period": periods})
    owners = trainings[DECLARATION].rle_id().cast(pl.Int64)
    given = rows[_SEQUENCE].is_null().filter(rows[DECLARATION].is_first_distinct())
    heads = _filled(heads).with_columns(given.alias(NUMBERS_GIVEN))
    return Blocks(heads, {"trainings": InnerBlocks(owners, within)})


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the columns in which nothing stands, those of the key excepted."""
    return frame.select(
        column
        for column in frame
        if column.name in KEY_COLUMNS or column.null_count() < len(column)
    )


def _trainings(rows: pl.DataFrame) -> pl.DataFrame:
    """A row per training, with its number and its edges."""
    import polars as pl

    first, last = (pl.coalesce(given, period) for given, period in _EDGES.items())
    trainings = rows
    if not rows[_TRAINING].is_unique().all():
        start, end = _EDGES.values()
        edges = rows.group_by(_TRAINING, maintain_order=True).agg(pl.min(start), pl.max(end))
        trainings = rows.filter(rows[_TRAINING].is_first_distinct()).with_columns(
            edges[start], edges[end]
        )
    trainings = trainings.with_columns(
        first.alias("trainingFirstStartDate"), last.alias("trainingLastEndDate")
    )
    if not trainings[_SEQUENCE].null_count():
        return trainings
    number = pl.int_range(pl.len()).over(DECLARATION) + 1
    return trainings.with_columns(pl.coalesce(_SEQUENCE, number).alias(_SEQUENCE))
