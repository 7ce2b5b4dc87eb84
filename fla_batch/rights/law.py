"""The rules that hold in one calendar year, read from `tables.toml`.

>>> law = law_of(2024)
>>> law.period, [quarter_text(quarter) for quarter in law.reference_quarters]
('2024-2025', ['2022Q4', '2023Q1', '2023Q2', '2023Q3'])
>>> [size.name for size in law.size_classes]
['0_9', '10_19', '20_plus']
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from fla_batch.rights.quarters import LAST_QUARTER, parse_quarter, quarter_text
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.words import texts_of

TABLES = "tables.toml"


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Sizes from `at_least` up to the next class. Days a year are facts of the sector table."""

    name: str
    at_least: int


class DatedCode(NamedTuple):
    """A code of an official annex, with the quarters from and to which it exists."""

    code: int
    first: int
    last: int = LAST_QUARTER


@dataclass(frozen=True, slots=True)
class Law:
    """Every rule for one year. Hours a week are hundredths of an hour; quarters are numbers."""

    year: int
    period: str
    first_year: int
    last_year: int
    reference_quarters: tuple[int, ...]
    reference_source: str
    size_classes: tuple[SizeClass, ...]
    excluded_worker_codes: tuple[tuple[int, int], ...]
    excluded_employer_classes: tuple[int, ...]
    student_codes: tuple[DatedCode, ...]
    student_dimona: tuple[str, ...]
    student_reference_centi: int
    flexi_codes: tuple[DatedCode, ...]
    flexi_dimona: tuple[str, ...]
    dimona_types: tuple[str, ...]
    agency_classes: tuple[DatedCode, ...]
    agency_committees: tuple[str, ...]
    service_codes: tuple[int, ...]

    @property
    def later_quarters(self) -> range:
        """Quarters after the reference period in which a new employer may start to count."""
        return range(self.reference_quarters[-1] + 1, self.last_year * 4 + 4)

    def size_class(self, size: Fraction) -> SizeClass:
        """The class of a size; 9.6 is below 10 (rights document 2.2.3).

        >>> law = law_of(2024)
        >>> law.size_class(Fraction(96, 10)).name, law.size_class(Fraction(20)).name
        ('0_9', '20_plus')
        """
        return [found for found in self.size_classes if size >= found.at_least][-1]


def _rows(name: str, year: int) -> list[dict[str, Any]]:
    """The rows of a table that hold in `year`. Raises ConfigurationMistake when there is none."""
    held = [
        row
        for row in texts_of(__package__, TABLES)[name]
        if row["first_year"] <= year <= row["last_year"]
    ]
    if not held:
        raise ConfigurationMistake(
            f"The right of {year} cannot be computed: the table {name} of {TABLES} has no row "
            f"for {year}.",
            hint=f"Add the rows of {year}, with their source, once they are published.",
        )
    return held


def _row(name: str, year: int) -> dict[str, Any]:
    return _rows(name, year)[0]


@cache
def law_of(year: int) -> Law:
    """The rules of `year`. Raises ConfigurationMistake that names the table without that year."""
    reference = _row("reference_quarters", year)
    students, flexi = _row("students", year), _row("flexi_jobs", year)
    agencies = _row("temporary_agencies", year)
    return Law(
        year=year,
        period=reference["period"],
        first_year=reference["first_year"],
        last_year=reference["last_year"],
        reference_quarters=tuple(parse_quarter(text) for text in reference["quarters"]),
        reference_source=reference["source"],
        size_classes=tuple(
            SizeClass(row["name"], row["at_least"]) for row in _rows("size_classes", year)
        ),
        excluded_worker_codes=tuple(
            (low, high) for low, high in _row("excluded_worker_codes", year)["ranges"]
        ),
        excluded_employer_classes=tuple(_row("excluded_employer_classes", year)["codes"]),
        student_codes=_dated(students["worker_codes"]),
        student_dimona=tuple(students["dimona_types"]),
        student_reference_centi=students["weekly_reference_centi"],
        flexi_codes=_dated(flexi["worker_codes"]),
        flexi_dimona=tuple(flexi["dimona_types"]),
        dimona_types=tuple(_row("dimona_types", year)["codes"]),
        agency_classes=_dated(agencies["employer_classes"]),
        agency_committees=tuple(agencies["joint_committees"]),
        service_codes=tuple(_row("hours_worked", year)["service_codes"]),
    )


def _dated(codes: list[dict[str, Any]]) -> tuple[DatedCode, ...]:
    return tuple(DatedCode(each["code"], parse_quarter(each["from"])) for each in codes)


def quarters_text(quarters: tuple[int, ...]) -> str:
    """Quarters for people, in order.

    >>> quarters_text(law_of(2026).reference_quarters)
    '2024Q4, 2025Q1, 2025Q2, 2025Q3'
    """
    return ", ".join(quarter_text(quarter) for quarter in quarters)
