"""The rows of one declaration together, in the order in which declarations first appear.

A file whose rows of a declaration stand together, as exports write them, is read batch by
batch in constant memory. One whose rows are scattered is held whole and sorted once. Which of
the two it is, a first pass over the key columns finds out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.intake.conversion import KEY, Mistakes, converted, keys_of
from fla_batch.intake.headings import TableLayout
from fla_batch.tables.table import BATCH_ROWS, ROW

if TYPE_CHECKING:
    import polars as pl


class Scan(NamedTuple):
    """What the first pass found: how many declarations, and whether their rows stand together."""

    declarations: int
    together: bool


def scan(batches: Iterator[pl.DataFrame], layout: TableLayout) -> Scan:
    """Look through the key columns of a table. Raises TableBroken."""
    import polars as pl

    # A number for each run of rows with one key; a run may go on in the next batch.
    runs: list[pl.Series] = []
    gap, before = False, 0
    for batch in batches:
        if len(batch):
            keys, rows = keys_of(batch, layout), batch[ROW].cast(pl.Int64)
            # Between two rows of one key there may be one without any key, which parts them.
            apart = (rows - rows.shift(1, fill_value=before)) > 1
            above = keys.shift(1, fill_value=runs[-1][-1]) if runs else keys.shift(1)
            gap = gap or bool((apart & (keys == above)).any())
            before = int(rows[-1])
            runs.append(_runs(keys))
    if not runs:
        return Scan(0, together=True)
    every = _runs(pl.concat(runs))
    declarations = every.n_unique()
    return Scan(declarations, together=len(every) == declarations and not gap)


def _runs(keys: pl.Series) -> pl.Series:
    return keys.filter(keys.rle_id().is_first_distinct())


def grouped(
    batches: Iterator[pl.DataFrame], layout: TableLayout, found: Scan, mistakes: Mistakes
) -> Iterator[tuple[pl.DataFrame, Mistakes]]:
    """Converted frames in which every declaration is whole and its rows stand together.

    What there is to say of their cells is added to `mistakes`.
    """
    frames = (converted(batch, layout, mistakes) for batch in batches if len(batch))
    for frame in _cut(frames if found.together else _sorted(frames)):
        yield frame, mistakes


def _cut(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Batches cut where a declaration ends: the last one waits for what follows."""
    import polars as pl

    waiting: pl.DataFrame | None = None
    for frame in frames:
        rows = frame if waiting is None else pl.concat([waiting, frame])
        start = (rows[KEY] == rows[KEY][-1]).arg_max() or 0
        if start:
            yield rows[:start]
        waiting = rows[start:]
    if waiting is not None:
        yield waiting


def _sorted(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    import polars as pl

    rows = pl.concat(list(frames)).sort(pl.col(ROW).min().over(KEY), maintain_order=True)
    # As small as those of other files: what is made of them takes many times as much memory.
    yield from rows.iter_slices(BATCH_ROWS)
