"""Rows whose first cell begins with `#`: notes, and the examples of the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.tables.odd_cells import ERROR_WORDS

if TYPE_CHECKING:
    import polars as pl

MARK = "#"


def is_comment(column: str) -> pl.Expr:
    """True for the rows in which `column`, the first, begins with the mark and is no error."""
    import polars as pl

    first = pl.col(column)
    return (first.str.starts_with(MARK) & ~first.str.contains(ERROR_WORDS)).fill_null(value=False)
