"""The list of what a build would delete: written by the build that stopped, approved by a person.

A table of CompanyID, INSS, CalendarYear, Block and What, a line for each removal. What is left in
it when it comes back with `--allow-removals-of` may be deleted, and nothing else. Decision 1305.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fla_batch.intake.named_rows import named_rows
from fla_batch.rules import Removal
from fla_batch.system.files import write_whole
from fla_batch.system.plain_texts import csv_bytes
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss

SHRINKS = "photo-shrinks"
_COLUMNS: dict[str, tuple[str, ...]] = {
    "CompanyID": (), "INSS": (), "CalendarYear": (), "Block": (), "What": ()
}  # fmt: skip


def removals_in(anomalies: Iterable[Anomaly]) -> list[Removal]:
    """What would be deleted and is not allowed, as the findings of a build say."""
    return removals_of(one for one in anomalies if one.blocks)


def removals_of(anomalies: Iterable[Anomaly]) -> list[Removal]:
    """What would be deleted, allowed or not."""
    return [
        Removal(
            anomaly.company_id or "",
            anomaly.inss or "",
            anomaly.calendar_year or 0,
            anomaly.tag or "",
            anomaly.value or "",
        )
        for anomaly in anomalies
        if anomaly.rule == SHRINKS
    ]


def write_removals(path: Path, removals: Iterable[Removal]) -> None:
    """The list, as CSV that a spreadsheet opens. Raises DiskTrouble."""
    write_whole(path, csv_bytes([_COLUMNS, *removals]))


def read_removals(path: Path) -> tuple[Removal, ...]:
    """The removals that a list allows. Raises InputUnreadable, with the row of what is none."""
    found = []
    for row, cells in named_rows(path, _COLUMNS):
        year = cells.get("CalendarYear", "").partition(".")[0]
        if not (year.isascii() and year.isdigit() and cells.get("Block") and cells.get("What")):
            raise InputUnreadable(f"{path.name}, row {row}: no removal", file=path.name, row=row)
        found.append(
            Removal(
                compact_company_id(cells.get("CompanyID", "")),
                compact_inss(cells.get("INSS", "")),
                int(year),
                cells["Block"],
                cells["What"],
            )
        )
    return tuple(found)
