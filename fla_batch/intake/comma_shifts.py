"""Decimal commas in a file whose cells are separated by commas: `7,6` is two cells there.

Where that makes a row too long, its extra cell is refused. Where the row has just the right
length, since its last cells were left out, only the look of it can tell: a whole number of hours
or days, and one or two digits alone in a column of text beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.intake.conversion import Mistakes
from fla_batch.intake.headings import TableLayout
from fla_batch.tables.table import ROW, Table
from fla_batch.tables.values import Tolerated

if TYPE_CHECKING:
    import polars as pl


def note_comma_shifts(
    frame: pl.DataFrame, table: Table, layout: TableLayout, mistakes: Mistakes
) -> None:
    """Add to `mistakes` the amounts that a comma may have cut in two."""
    import polars as pl

    if table.separator != ",":
        return
    for position, beside in _neighbours(layout):
        whole = pl.col(str(position)).str.contains(r"^\d{1,4}$")
        digits = pl.col(str(beside)).str.contains(r"^\d{1,2}$")
        name = layout.columns[position].name
        for row, hours, following in (
            frame.filter(whole & digits).select(ROW, str(position), str(beside)).iter_rows()
        ):
            parts = {"hours": hours, "next": following}
            said = Tolerated(None, "comma-shift", f"{hours},{following}", parts)
            mistakes[row].append((name, said))


def _neighbours(layout: TableLayout) -> Iterator[tuple[int, int]]:
    """Columns of amounts with a column of text just right of them."""
    for position, column in layout.columns.items():
        beside = layout.columns.get(position + 1)
        if column.name.lower().endswith(("hours", "days")) and beside and beside.is_free_text:
            yield position, position + 1
