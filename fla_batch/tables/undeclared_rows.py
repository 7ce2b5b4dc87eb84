"""Rows that declare nothing: comments, totals, footnotes, headings that stand once more.

Whatever a table is of (trainings, rights, DmfA, Dimona), payroll programs and people write such
rows between and below the others. Each is said, once, and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.tables.odd_cells import ERROR_WORDS, content_of
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import ROW, Table
from fla_batch.tables.values import shown
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    import polars as pl

MARK = "#"
"""Begins the first cell of notes, and of the examples of the templates."""

_TOTAL = (
    r"^(?i:(?:grand |general )?(?:sub|sous|eind|tussen|deel|hoofd)?[- ]?"
    r"(?:total|totaal|totaux|totalen|somme|som|sum|gesamt|summe)(?:\b.*)?)$"
)
_HEADINGS_AGAIN = 3
_LETTERS = r"[^\W\d_]{3}"
_LONG_NUMBER = r"[0-9]{9}"


class RowColumns(NamedTuple):
    """What the columns of a table hold, by position: enough to tell rows from sums and notes.

    `worker` is the column of the national number, `keys` those that say whose row it is, the
    worker's among them, `amounts` those that a total may sum up, `texts` those in which any words
    may stand, and `ours` all that are read.
    """

    worker: int
    keys: frozenset[int]
    amounts: frozenset[int]
    texts: frozenset[int]
    ours: frozenset[int]


def without_comments(
    frame: pl.DataFrame,
    table: Table,
    say: Callable[[Anomaly], None],
    example: tuple[int, str] | None = None,
) -> pl.DataFrame:
    """The rows whose first cell does not begin with the mark, or is an error; others are said.

    Only those with the text of the `example` in that column are not.
    """
    import polars as pl

    column = next((i for i, heading in enumerate(table.headings) if heading.strip()), 0)
    first = pl.col(str(column))
    marked = first.str.starts_with(MARK) & ~first.str.contains(ERROR_WORDS)
    marked = marked.fill_null(value=False)
    comments = frame.filter(marked)
    if comments.is_empty():
        return frame
    if example is not None:
        position, text = example
        comments = comments.filter(pl.col(str(position)).ne_missing(pl.lit(text)))
    for row in comments[ROW]:
        say(remark("ignored-row", FILE, table.at(row)))
    return frame.filter(~marked)


def without_totals(
    frame: pl.DataFrame, table: Table, columns: RowColumns, say: Callable[[Anomaly], None]
) -> pl.DataFrame:
    """The rows that name a worker or say something else than sums; each other one is said."""
    import polars as pl

    width, worker = len(table.headings), str(columns.worker)
    heading = table.headings[columns.worker].strip() if columns.worker < width else ""
    told = [str(i) for i in columns.ours - columns.keys - columns.amounts if i < width]
    sums_only = [pl.all_horizontal(pl.col(i).is_null() for i in told)] if told else []
    named = pl.col(worker)
    odd = frame.filter(
        pl.any_horizontal(
            named.is_null(), named == heading, named.str.contains(_TOTAL), *sums_only
        ).fill_null(value=False)
    )
    left_out: list[int] = []
    for cells in odd.iter_rows(named=True):
        filled = {i: content_of(text) for i in range(width) if (text := cells.get(str(i)))}
        rule = _rule(filled, table, columns)
        if rule is not None:
            left_out.append(cells[ROW])
            written = next(iter(filled.values()), "")
            say(remark(rule, FILE, table.at(cells[ROW]), value=shown(written)))
    return frame.filter(~pl.col(ROW).is_in(left_out)) if left_out else frame


def _rule(filled: dict[int, str], table: Table, columns: RowColumns) -> str | None:
    """Why a row is none that declares something; None when it does."""
    same = sum(1 for i, text in filled.items() if text == table.headings[i].strip())
    if same >= _HEADINGS_AGAIN:
        return "heading-again"
    total = re.compile(_TOTAL)
    if any(total.fullmatch(text) for text in filled.values()):
        return "total-row"
    if _is_note(filled, columns):
        return "note-row"
    return "total-row" if filled and filled.keys() <= columns.amounts else None


def _is_note(filled: dict[int, str], columns: RowColumns) -> bool:
    """Words where a number belongs and no number, date or code beside: a footnote, a legend."""
    keys = [text for i, text in filled.items() if i in columns.keys]
    others = filled.keys() - columns.keys
    if not keys or not all(re.search(_LETTERS, text) for text in keys):
        return False
    if not others:
        return len(keys) == 1
    texts = all(i not in columns.ours or i in columns.texts for i in others)
    return texts and not any(re.search(_LONG_NUMBER, re.sub(r"\W", "", text)) for text in keys)
