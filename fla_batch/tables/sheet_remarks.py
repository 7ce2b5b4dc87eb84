"""What the user is told about a sheet as a whole: nothing in it is passed over in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.table import Table
from fla_batch.vocabulary.findings import Anomaly

_MOST_NAMED = 10


def sheet_remarks(table: Table, ours: Collection[int]) -> Iterator[Anomaly]:
    """Rows above the headings, hidden rows and columns, other sheets with headings of ours.

    `ours` are the positions of the columns that are read.
    """
    facts = table.facts
    heading_row = table.heading_row or None
    if table.above:
        parameters = {"rows": numbers(table.above)}
        yield remark("rows-above", FILE, table.at(table.above[0]), parameters=parameters)
    for name in facts.promising:
        yield remark("unread-sheet", FILE, table.at(), value=name)
    if facts.hidden_rows:
        parameters = {"count": str(len(facts.hidden_rows)), "rows": numbers(facts.hidden_rows)}
        yield remark("hidden-rows", FILE, table.at(facts.hidden_rows[0]), parameters=parameters)
    for position in facts.hidden_columns:
        if position in ours and position < len(table.headings):
            heading = table.headings[position].strip()
            yield remark("hidden-column", COLUMN, table.at(heading_row, heading), value=heading)
    if not facts.kinds_known:
        yield remark("kinds-unknown", FILE, table.at())


def numbers(rows: Sequence[int]) -> str:
    """
    >>> numbers([3, 4]), numbers(range(1, 20))
    ('3, 4', '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...')
    """
    shown = ", ".join(str(row) for row in rows[:_MOST_NAMED])
    return f"{shown}, ..." if len(rows) > _MOST_NAMED else shown
