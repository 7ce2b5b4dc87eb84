"""National numbers a column at a time: the rules of `identifiers`, for millions of rows.

What is plainly right is seen by columns; all that is written otherwise goes through `identifiers`
itself, once for each different text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.vocabulary.identifiers import compact_inss

if TYPE_CHECKING:
    import polars as pl

_PLAIN_INSS = r"^\d{11}$"


def inss_column(cells: pl.Series) -> pl.Series:
    """Every number compact: without separators, lost zeros put back."""
    odd = cells.filter(~cells.str.contains(_PLAIN_INSS)).unique().drop_nulls().to_list()
    return cells.replace({text: compact_inss(text) for text in odd}) if odd else cells


def has_inss_check_digits(column: str) -> pl.Expr:
    """True for 11 digits whose last two fit, of a birth before 2000 or after; null for others.

    Cautious: the day of birth is not looked at, nor the year, as `is_valid_inss` does.
    """
    import polars as pl

    digits = pl.when(pl.col(column).str.contains(_PLAIN_INSS)).then(pl.col(column))
    number = digits.cast(pl.Int64)
    body, check = number // 100, number % 100
    return (check == 97 - body % 97) | (check == 97 - (body + 2_000_000_000) % 97)
