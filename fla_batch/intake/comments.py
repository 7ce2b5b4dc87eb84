"""Rows that begin with `#`: they are not declared, and the user is told, except of the example.

The templates' example row is such a row, about the REST manual's own example worker, so that
an example that was forgotten in the file is never sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fla_batch.intake.headings import Layout
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import ERROR_CELLS, ROW, Table
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    import polars as pl

MARK = "#"
EXAMPLE_INSS = "81511716525"


def without_comments(
    frame: pl.DataFrame, table: Table, layout: Layout, say: Callable[[Anomaly], None]
) -> pl.DataFrame:
    """The rows whose first cell does not begin with `#`; each other one is said."""
    import polars as pl

    first = pl.col("0")
    comment = (first.str.starts_with(MARK) & ~first.is_in(ERROR_CELLS)).fill_null(value=False)
    comments = frame.filter(comment)
    if comments.is_empty():
        return frame
    inss = next(str(i) for i, column in layout.columns.items() if column.name == "inss")
    for row, worker in comments.select(ROW, inss).iter_rows():
        if worker != EXAMPLE_INSS:
            say(remark("ignored-row", FILE, Source(table.file, row)))
    return frame.filter(~comment)
