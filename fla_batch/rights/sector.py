"""Sector facts for factor A: `sectors.csv`, with a user's own file on top.

Each row is a dated fact: a joint committee, the days from and to which it holds (no end is
allowed), days or hours a year of a full-timer for each size class, whether the right is each
worker's (individual) or the company's on average (collective), legal or added by the sector. A
blank number means that the source states nothing for that class. The law's own numbers are the
facts of the committee `law`. A year takes the facts that are in force on 1 January (decision 1605).

>>> table = sector_table()
>>> found = find_facts(table, "149.01.02", 2026, "20_plus")
>>> str(found.legal.days("20_plus")), found.legal.joint_committee, found.legal.source
('4', '149.01', 'clbgroup.be')
>>> find_facts(table, "999", 2024, "20_plus").legal is None
True
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from fla_batch.rights.committees import compact_committee, is_committee, more_general

PACKAGE_FILE = "sectors.csv"
LAW = "law"
SIZE_CLASSES = ("0_9", "10_19", "20_plus")
DAYS_COLUMNS = tuple(f"days_{name}" for name in SIZE_CLASSES)
HOURS_COLUMNS = tuple(f"hours_{name}" for name in SIZE_CLASSES)
COLUMNS = (
    "joint_committee",
    "from",
    "to",
    *DAYS_COLUMNS,
    *HOURS_COLUMNS,
    "kind",
    "right",
    "agreement",
    "source",
    "confidence",
    "note",
)
INDIVIDUAL, COLLECTIVE = "individual", "collective"
LEGAL, SECTOR = "legal", "sector"
_UNSURE = ("uncertain", "low")


@dataclass(frozen=True, slots=True)
class SectorFact:
    """What a source says for a joint committee from `first` to `last` (None: no end known).

    `numbers` holds days and hours by column; `file` and `row` say where the fact stands.
    """

    joint_committee: str
    first: date
    last: date | None
    numbers: Mapping[str, Fraction]
    kind: str = INDIVIDUAL
    right: str = LEGAL
    agreement: str = ""
    source: str = ""
    confidence: str = ""
    note: str = ""
    file: str = PACKAGE_FILE
    row: int = 0

    def days(self, size_class: str) -> Fraction | None:
        """Days a year of a full-timer in a size class."""
        return self.numbers.get(f"days_{size_class}")

    def hours(self, size_class: str) -> Fraction | None:
        """Hours a year of a full-timer, where the agreement counts in hours."""
        return self.numbers.get(f"hours_{size_class}")

    def speaks_of(self, size_class: str) -> bool:
        """True when the fact has a number for a size class."""
        return self.days(size_class) is not None or self.hours(size_class) is not None

    def holds_on(self, day: date) -> bool:
        """True from `first` to `last`."""
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def is_unsure(self) -> bool:
        """True when nobody should sign for the number without looking it up."""
        return self.confidence in _UNSURE


SectorTable = Mapping[str, tuple[SectorFact, ...]]


class FoundFacts(NamedTuple):
    """The facts that concern a committee, year and size class.

    `legal` gives A. `silent` is an individual fact without a number for the class. `collective`
    never gives A. `supplement` is a right that the sector adds.
    """

    legal: SectorFact | None = None
    silent: SectorFact | None = None
    collective: SectorFact | None = None
    supplement: SectorFact | None = None


NO_FACTS = FoundFacts()


def sector_fact(cells: Mapping[str, object], file: str, row: int) -> SectorFact:
    """A fact from its cells; a row with `year` instead of dates holds for that calendar year.

    Raises ValueError when a date, a year, a number or the joint committee is none.
    """
    committee = compact_committee(_cell(cells, "joint_committee"))
    if committee != LAW and not is_committee(committee):
        raise ValueError(committee)
    first, last = _dates(cells)
    kind, right = _cell(cells, "kind") or INDIVIDUAL, _cell(cells, "right")
    if kind not in (INDIVIDUAL, COLLECTIVE) or right not in ("", LEGAL, SECTOR):
        raise ValueError(f"{kind} {right}")
    numbers = {
        column: _number(text)
        for column in (*DAYS_COLUMNS, *HOURS_COLUMNS)
        if (text := _cell(cells, column))
    }
    return SectorFact(
        committee,
        first,
        last,
        numbers,
        kind,
        right or (LEGAL if kind == INDIVIDUAL else ""),
        _cell(cells, "agreement"),
        _cell(cells, "source") or file,
        _cell(cells, "confidence"),
        _cell(cells, "note"),
        file,
        row,
    )


def _cell(cells: Mapping[str, object], column: str) -> str:
    value = cells.get(column)
    return "" if value is None else str(value).strip()


def _dates(cells: Mapping[str, object]) -> tuple[date, date | None]:
    year = _cell(cells, "year").removesuffix(".0")
    if year:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    last = _cell(cells, "to")
    first, end = _date(_cell(cells, "from")), _date(last) if last else None
    if end is not None and end < first:
        raise ValueError(last)
    return first, end


def _date(text: str) -> date:
    """A date as 2024-02-05 or 05/02/2024, with or without a time of midnight."""
    bare = text.replace("T", " ").partition(" ")[0]
    if "/" in bare:
        day, month, year = bare.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(bare)


def _number(text: str) -> Fraction:
    number = Fraction(text.replace(",", "."))
    if number < 0:
        raise ValueError(text)
    return number


@cache
def _package_facts() -> tuple[SectorFact, ...]:
    text = files(__package__).joinpath(PACKAGE_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return tuple(sector_fact(cells, PACKAGE_FILE, row) for row, cells in enumerate(rows, start=2))


def sector_table(own: Iterable[SectorFact] = ()) -> SectorTable:
    """The facts by committee, a user's own before the package's."""
    table: dict[str, list[SectorFact]] = {}
    for fact in (*own, *_package_facts()):
        table.setdefault(fact.joint_committee, []).append(fact)
    return {committee: tuple(facts) for committee, facts in table.items()}


def law_fact(table: SectorTable, year: int) -> SectorFact:
    """The law's own numbers of a year, one that `law.law_of` knows."""
    return _in_force(table, LAW, year)[0]


def find_facts(table: SectorTable, committee: str, year: int, size_class: str) -> FoundFacts:
    """The facts in force on 1 January, of the most specific number that has any.

    149.02.01 comes before 149.02 and 149; of one number a user's own fact comes first, then the
    newest one.
    """
    collective: SectorFact | None = None
    for number in more_general(committee):
        held = _in_force(table, number, year)
        individual = [fact for fact in held if fact.kind == INDIVIDUAL]
        if collective is None:
            collective = next((fact for fact in held if fact.kind == COLLECTIVE), None)
        if individual:
            legal = [fact for fact in individual if fact.right == LEGAL]
            added = [fact for fact in individual if fact.right == SECTOR]
            return FoundFacts(
                _speaking(legal, size_class),
                individual[0],
                collective,
                _speaking(added, size_class),
            )
    return FoundFacts(collective=collective)


def _in_force(table: SectorTable, number: str, year: int) -> list[SectorFact]:
    day = date(year, 1, 1)
    held = [fact for fact in table.get(number, ()) if fact.holds_on(day)]
    return sorted(held, key=lambda fact: (fact.file == PACKAGE_FILE, -fact.first.toordinal()))


def _speaking(facts: list[SectorFact], size_class: str) -> SectorFact | None:
    return next((fact for fact in facts if fact.speaks_of(size_class)), None)
