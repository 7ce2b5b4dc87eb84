"""Rows that are no declaration: comments, totals, footnotes, headings that stand once more.

Each is said, except the templates' example: a row that begins with `#`, about the REST manual's
own example worker, so that an example that was forgotten in the file is never sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import KEY_COLUMNS
from fla_batch.tables.comment_rows import MARK, is_comment
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import ROW, Table
from fla_batch.tables.values import shown
from fla_batch.vocabulary.findings import Anomaly

if TYPE_CHECKING:
    import polars as pl

__all__ = ["EXAMPLE_INSS", "MARK", "without_comments", "without_totals"]

EXAMPLE_INSS = "81511716525"
_TOTAL = (
    r"^(?i:(?:grand |general )?(?:sub|sous|eind|tussen|deel|hoofd)?[- ]?"
    r"(?:total|totaal|totaux|totalen|somme|som|sum|gesamt|summe)(?:\b.*)?)$"
)
_HEADINGS_AGAIN = 3
_LETTERS = r"[^\W\d_]{3}"
_LONG_NUMBER = r"[0-9]{9}"


def without_comments(
    frame: pl.DataFrame, table: Table, layout: TableLayout, say: Callable[[Anomaly], None]
) -> pl.DataFrame:
    """The rows whose first cell does not begin with `#`; each other one is said."""
    first = next((i for i, heading in enumerate(table.headings) if heading.strip()), 0)
    comment = is_comment(str(first))
    comments = frame.filter(comment)
    if comments.is_empty():
        return frame
    inss = next(str(i) for i, column in layout.columns.items() if column.name == "inss")
    for row, worker in comments.select(ROW, inss).iter_rows():
        if worker != EXAMPLE_INSS:
            say(remark("ignored-row", FILE, table.at(row)))
    return frame.filter(~comment)


def without_totals(
    frame: pl.DataFrame, table: Table, layout: TableLayout, say: Callable[[Anomaly], None]
) -> pl.DataFrame:
    """The rows that name a worker or say something else than sums; each other one is said."""
    import polars as pl

    inss = next(str(i) for i, column in layout.columns.items() if column.name == "inss")
    heading = pl.col(inss) == table.headings[int(inss)].strip() if _is_in(inss, table) else False
    total = pl.col(inss).str.contains(_TOTAL)
    odd = frame.filter(pl.col(inss).is_null() | heading | total)
    if odd.is_empty():
        return frame
    left_out: list[int] = []
    for cells in odd.drop("#extra").iter_rows(named=True):
        row = int(cells.pop(ROW))
        rule = _rule(cells, table, layout)
        if rule is not None:
            left_out.append(row)
            written = next((text for text in cells.values() if text), "")
            say(remark(rule, FILE, table.at(row), value=shown(written)))
    return frame.filter(~pl.col(ROW).is_in(left_out)) if left_out else frame


def _is_note(filled: dict[int, str], layout: TableLayout) -> bool:
    """Words where a number belongs and no number, date or code beside: a footnote, a legend."""
    import re

    keys = [text for i, text in filled.items() if _is_key(i, layout)]
    others = [i for i in filled if not _is_key(i, layout)]
    if not keys or not all(re.search(_LETTERS, text) for text in keys):
        return False
    if not others:
        return len(keys) == 1
    texts = all(i not in layout.columns or layout.columns[i].is_free_text for i in others)
    return texts and not any(re.search(_LONG_NUMBER, re.sub(r"\W", "", text)) for text in keys)


def _is_key(position: int, layout: TableLayout) -> bool:
    return position in layout.columns and layout.columns[position].name in KEY_COLUMNS


def _is_in(position: str, table: Table) -> bool:
    return int(position) < len(table.headings)


def _rule(cells: dict[str, str | None], table: Table, layout: TableLayout) -> str | None:
    """Why a row is none that declares something; None when it does."""
    import re

    filled = {int(i): text for i, text in cells.items() if text and int(i) < len(table.headings)}
    same = sum(1 for i, text in filled.items() if text == table.headings[i].strip())
    if same >= _HEADINGS_AGAIN:
        return "heading-again"
    total = re.compile(_TOTAL)
    if any(total.fullmatch(text) for text in filled.values()):
        return "total-row"
    if _is_note(filled, layout):
        return "note-row"
    amounts = {
        i for i, column in layout.columns.items() if column.name.lower().endswith(("hours", "days"))
    }
    return "total-row" if filled and filled.keys() <= amounts else None
