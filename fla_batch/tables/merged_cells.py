"""Cells that a workbook shows as one over several rows, and values given for the whole table.

A worker that is written once beside several rows stands in all of them: the cells that say whose
a row is are filled down, and that is said. Others are not, since hours that are merged over two
rows would count twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.tables.odd_cells import content_of
from fla_batch.tables.table import ROW, MergedCells, Table
from fla_batch.tables.values import Tolerated, shown

if TYPE_CHECKING:
    import polars as pl


class MergedCell(NamedTuple):
    """A cell below or beside the first one of merged cells, and what is to be said of it."""

    row: int
    position: int
    said: Tolerated


@dataclass(frozen=True, slots=True)
class Completion:
    """What is put into cells that are empty in the file: position -> row -> text; and constants.

    `cells` are the cells that are merged with others, filled or not.
    """

    filled: Mapping[int, Mapping[int, str]]
    constants: Mapping[int, str]
    cells: Collection[MergedCell]

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The batch, completed; columns that it does not have are left alone."""
        import polars as pl

        for position, rows in self.filled.items():
            if str(position) in frame.columns:
                given = pl.col(ROW).replace_strict(rows, default=None, return_dtype=pl.String)
                frame = frame.with_columns(pl.col(str(position)).fill_null(given))
        constants = [
            (
                pl.col(str(i)).fill_null(pl.lit(text)) if str(i) in frame.columns else pl.lit(text)
            ).alias(str(i))
            for i, text in self.constants.items()
        ]
        return frame.with_columns(constants) if constants else frame


def completion(
    table: Table,
    heads: Collection[int],
    ours: Collection[int],
    constants: Mapping[int, str] | None = None,
) -> Completion:
    """What completes the batches of `table`: the columns at `heads` are filled down.

    `ours` are the positions of all columns that are read.
    """
    filled: dict[int, dict[int, str]] = {}
    cells: list[MergedCell] = []
    for merged, position, value in _values(table, ours):
        is_head = position in heads and position == merged.first_column
        for row in range(merged.first_row, merged.last_row + 1):
            if (row, position) == (merged.first_row, merged.first_column):
                continue
            rule = "merged-filled" if is_head else "merged-empty"
            said = Tolerated(None, rule, shown(content_of(value)), {"first_row": merged.first_row})
            cells.append(MergedCell(row, position, said))
            if is_head:
                filled.setdefault(position, {})[row] = value
    return Completion(filled, constants or {}, cells)


def _values(table: Table, ours: Collection[int]) -> Iterator[tuple[MergedCells, int, str]]:
    """Merged cells that hold something, with each of our columns that they cover."""
    of_interest = [
        (merged, position)
        for merged in table.facts.merged
        for position in range(merged.first_column, merged.last_column + 1)
        if position in ours
    ]
    if not of_interest:
        return
    starts = {merged.first_row for merged, _ in of_interest}
    firsts: dict[int, dict[str, str | None]] = {}
    for batch in table.batches():
        for cells in batch.filter(batch[ROW].is_in(list(starts))).iter_rows(named=True):
            firsts[int(cells[ROW])] = cells
    for merged, position in of_interest:
        value = firsts.get(merged.first_row, {}).get(str(merged.first_column))
        if value is not None:
            yield merged, position, value
