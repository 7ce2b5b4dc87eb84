"""What the user is told about a sheet and its headings: nothing is passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from fla_batch.tables.reader_findings import COLUMN, FILE, remark
from fla_batch.tables.table import Table
from fla_batch.vocabulary.findings import Anomaly, Source

_MOST_NAMED = 10


def sheet_remarks(table: Table, ours: Set[int]) -> Iterator[Anomaly]:
    """Rows above the headings, hidden and struck-out ones, hidden columns, other sheets of ours.

    `ours` are the positions of the columns that are read.
    """
    facts = table.facts
    heading_row = table.heading_row or None
    if table.above:
        parameters = {"rows": numbers(table.above)}
        yield remark("rows-above", FILE, table.at(table.above[0]), parameters=parameters)
    for name in facts.promising:
        yield remark("unread-sheet", FILE, table.at(), value=name)
    struck = [row for row, cells in facts.struck.items() if not ours.isdisjoint(cells)]
    for rule, rows in (("hidden-rows", facts.hidden_rows), ("struck-rows", struck)):
        if rows:
            parameters = {"count": str(len(rows)), "rows": numbers(rows)}
            yield remark(rule, FILE, table.at(rows[0]), parameters=parameters)
    for position in facts.hidden_columns:
        if position in ours and position < len(table.headings):
            heading = table.headings[position].strip()
            yield remark("hidden-column", COLUMN, table.at(heading_row, heading), value=heading)
    if not facts.kinds_known:
        yield remark("kinds-unknown", FILE, table.at())


def columns_twice(
    names: Mapping[int, str], headings: Mapping[int, str], place: Source
) -> Iterator[Anomaly]:
    """Columns that stand there twice, perhaps in other words; `place` is the row of headings.

    >>> twice = columns_twice({0: "inss", 2: "inss"}, {0: "NISS", 2: "INSZ"}, Source("a.csv", 1))
    >>> [(each.source.column, each.label.en.partition(": ")[2]) for each in twice]
    [('INSZ', 'the column “NISS / INSZ (inss)” stands twice')]
    """
    for name in dict.fromkeys(names.values()):
        written = [headings[i].strip() for i, other in names.items() if other == name]
        if len(written) > 1:
            shown = " / ".join(dict.fromkeys(written))
            told = {"name": name if shown == name else f"{shown} ({name})"}
            yield remark("column-twice", COLUMN, replace(place, column=written[1]), parameters=told)


def ignored_column(heading: str, place: Source) -> Anomaly:
    """A heading that means no column of ours; `place` is the row of headings."""
    told = {"name": heading}
    source = replace(place, column=heading)
    return remark("ignored-column", COLUMN, source, parameters=told, value=heading)


def numbers(rows: Sequence[int]) -> str:
    """
    >>> numbers([3, 4]), numbers(range(1, 20))
    ('3, 4', '1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...')
    """
    shown = ", ".join(str(row) for row in rows[:_MOST_NAMED])
    return f"{shown}, ..." if len(rows) > _MOST_NAMED else shown
