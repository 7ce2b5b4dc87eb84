"""Sector exceptions to factor A: `cct.csv`, with a user's own file on top.

One row per joint committee and calendar year, with the days for each size class. A blank cell
means that the source states nothing for that class. Days can be fractions (2.5).

>>> table = sector_table()
>>> row = find_sector(table, "149.01.02", 2026)
>>> row.joint_committee, str(row.days["20_plus"]), row.source
('149.01', '4', 'clbgroup.be')
>>> find_sector(table, "999", 2024) is None
True
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

SectorTable = Mapping[tuple[str, int], "SectorRow"]
PACKAGE_FILE = "cct.csv"
CLASS_COLUMNS = {"0_9": "days_0_9", "10_19": "days_10_19", "20_plus": "days_20_plus"}
COLUMNS = ("joint_committee", "year", *CLASS_COLUMNS.values(), "source", "confidence")


@dataclass(frozen=True, slots=True)
class SectorRow:
    """What a collective agreement says for a joint committee and a year.

    `days` has one entry per size class, None where nothing is stated; `file` says which table
    the row comes from.
    """

    joint_committee: str
    year: int
    days: Mapping[str, Fraction | None]
    source: str
    confidence: str
    file: str = PACKAGE_FILE


def sector_row(cells: Mapping[str, str | None], file: str) -> SectorRow:
    """A row from its cells. Raises ValueError when the year or a number of days is none."""
    days = {
        name: Fraction(cell.replace(",", ".")) if (cell := cells.get(column)) else None
        for name, column in CLASS_COLUMNS.items()
    }
    if any(number is not None and number < 0 for number in days.values()):
        raise ValueError("days below zero")
    return SectorRow(
        joint_committee=cells["joint_committee"] or "",
        year=int(cells["year"] or ""),
        days=days,
        source=cells.get("source") or file,
        confidence=cells.get("confidence") or "",
        file=file,
    )


@cache
def _package_rows() -> tuple[SectorRow, ...]:
    text = files(__package__).joinpath(PACKAGE_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return tuple(sector_row(row, PACKAGE_FILE) for row in rows)


def sector_table(own_rows: tuple[SectorRow, ...] = ()) -> SectorTable:
    """The package's rows, with the user's own instead where both speak of committee and year."""
    return {(row.joint_committee, row.year): row for row in (*_package_rows(), *own_rows)}


def find_sector(table: SectorTable, joint_committee: str, year: int) -> SectorRow | None:
    """The row of the most specific number: 149.02.01, then 149.02, then 149."""
    parts = joint_committee.split(".")
    for length in range(len(parts), 0, -1):
        row = table.get((".".join(parts[:length]), year))
        if row is not None:
            return row
    return None
