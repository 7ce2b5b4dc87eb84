"""Which columns of a table of declarations tell totals, notes and the templates' example."""

from __future__ import annotations

from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import KEY_COLUMNS
from fla_batch.tables.undeclared_rows import RowColumns

EXAMPLE_INSS = "81511716525"
"""The REST manual's own example worker: an example forgotten in a file is never sent, or said."""


def row_columns(layout: TableLayout) -> RowColumns:
    """What the columns hold, by position; the worker's is there, or there is no layout."""
    named = {i: column.name for i, column in layout.columns.items()}
    return RowColumns(
        worker=next(i for i, name in named.items() if name == "inss"),
        keys=frozenset(i for i, name in named.items() if name in KEY_COLUMNS),
        amounts=frozenset(
            i for i, name in named.items() if name.lower().endswith(("hours", "days"))
        ),
        texts=frozenset(i for i, column in layout.columns.items() if column.is_free_text),
        ours=frozenset(named) - layout.constants.keys(),
    )
