"""Hours and days of a row, from the exact column or the friendly one."""

from __future__ import annotations

from typing import Any

from fla_batch.intake.drafts import Draft, TableRow
from fla_batch.vocabulary.zone_path import Path

FRIENDLY = ("hours", "days")


def amounts(draft: Draft, row: TableRow, prefix: str, path: Path) -> dict[str, Any]:
    """Field name -> hundredths, for the zones `<prefix>Hours` and `<prefix>Days` of a block.

    Where both the exact and the friendly column are filled in, they must agree.
    """
    found: dict[str, Any] = {}
    for friendly in FRIENDLY:
        exact = prefix + friendly.capitalize()
        here = (*path, exact)
        for name, mistake in draft.mistakes.get(row.number, ()):
            if name in (friendly, exact):
                draft.misread(mistake, name, here, row.number)
        values = {name: row.cells[name] for name in (exact, friendly) if name in row.cells}
        if values:
            found[exact] = next(iter(values.values()))
        if len(set(values.values())) > 1:
            _two_notations(draft, row, here, values)
    return found


def _two_notations(draft: Draft, row: TableRow, path: Path, values: dict[str, Any]) -> None:
    (first_column, first), (second_column, second) = values.items()
    zone = first_column[0].upper() + first_column[1:]
    draft.say(
        "contradiction",
        zone,
        path,
        row.number,
        second_column,
        value=str(second),
        parameters={"first": first, "first_column": first_column, "second_column": second_column},
        text="two-notations",
    )
