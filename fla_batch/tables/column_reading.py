"""Whole columns of text to typed columns: each distinct text is read once.

The same functions that a single value goes through do the work, so there is one truth; columns
repeat themselves enough for that to be quick.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.tables.cleaning import SUSPECT, cleaned
from fla_batch.tables.odd_cells import OddKind, odd_kind
from fla_batch.tables.values import Mistake, Tolerated, Value, plain_text, shown

if TYPE_CHECKING:
    import polars as pl

ReadCell = Callable[[str], Value | Tolerated | Mistake]
"""The value of a cell from its text, blanks around it removed."""


class ColumnValues(NamedTuple):
    """Values in the order of the cells, null where there is none; and, by text, what to say."""

    values: pl.Series
    said: dict[str, Mistake | Tolerated]


def read_column(
    cells: pl.Series, read: ReadCell, dtype: type[pl.DataType], *, unchanged: str | None = None
) -> ColumnValues:
    """A column of text as values of `dtype`; texts that match `unchanged` are their own value."""
    import polars as pl

    if unchanged is not None and cells.str.contains(unchanged).all():
        return ColumnValues(cells, {})
    looked_at = cells
    if read is plain_text:
        looked_at = cells.filter(cells.str.contains(SUSPECT))
        if looked_at.is_empty():
            return ColumnValues(cells, {})
    elif unchanged is not None:
        looked_at = cells.filter(~cells.str.contains(unchanged))
    values: dict[str, Value | None] = {}
    said: dict[str, Mistake | Tolerated] = {}
    for text in looked_at.unique().drop_nulls():
        value = read_cell(text, read)
        if isinstance(value, Mistake | Tolerated):
            said[text] = value
        values[text] = _value(value)
    if looked_at is cells:
        series = cells.replace_strict(
            list(values), list(values.values()), default=None, return_dtype=dtype
        )
    else:
        new = pl.Series(list(values.values()), dtype=pl.String)
        series = cells.replace(pl.Series(list(values), dtype=pl.String), new)
    return ColumnValues(series, said)


def read_cell(text: str, read: ReadCell) -> Value | Tolerated | Mistake:
    """The value of one cell, cleaned of what nobody meant; `cleaning` and `odd_cells` say of what.

    >>> read_cell("8151171\u200b6525", plain_text).rule, read_cell("#N/B", plain_text).rule
    ('cleaned-cell', 'error-cell')
    """
    odd = odd_kind(text)
    if odd is not None:
        return _odd(*odd, read)
    bare, signs = cleaned(text)
    value = read(bare) if bare else Tolerated(None, "cleaned-cell", "")
    if not signs or isinstance(value, Mistake):
        return value
    told = {"signs": ", ".join(signs)}
    return Tolerated(_value(value), "cleaned-cell", shown(bare), told)


def _odd(kind: OddKind, content: str, read: ReadCell) -> Value | Tolerated | Mistake:
    if kind is OddKind.SHOWN:
        held, _, seen = content.partition("\0")
        value = read(seen)
        if read is plain_text or (value == read(held) and not isinstance(value, Mistake)):
            return value
        return Mistake(kind.value, shown(seen), parameters={"held": held})
    if kind is not OddKind.STORED_ZERO:
        return Mistake(kind.value, shown(content))
    value = read(content)
    if isinstance(value, Mistake):
        return value
    return Tolerated(_value(value), kind.value, content)


def _value(found: Value | Tolerated | Mistake) -> Value | None:
    if isinstance(found, Tolerated):
        return found.value
    return None if isinstance(found, Mistake) else found
