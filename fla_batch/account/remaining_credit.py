"""The credit that remains, from declared rights and trainings (REST manual 3.3.5).

Pure: the platform of the sandbox and `fla-batch credit forecast` use the same function. Hours
are hundredths of an hour. The window is the year of the calculation and the four before it.
A followed period takes from rights of the year in which it starts and the four before, the
oldest first: inside the FLA's scope from the legal right, then from the sector's; outside it
from the employer's. Decisions where the manual is silent: docs/decisions/0602.

>>> hours_of(None, 500, 760), hours_of(1200, None, 760), hours_of(None, None, 760)
(3800, 1200, None)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from fla_batch.models import (
    Declaration,
    Employee,
    Employer,
    Right,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models import credit_calculation as blocks
from fla_batch.models.block import Block
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.vocabulary.terms import RightType, Scope, TrainingStatus

WINDOW_YEARS = 5
USUAL_DAY_HOURS_CENTI = 760
"""Hours of a working day where no declaration says them: 7 h 36 [D]."""


class TrainingTime(NamedTuple):
    """Time of one training period, in hundredths of an hour."""

    start_date: date
    end_date: date
    scope: int
    hours_centi: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The credit, and followed time for which there was none left."""

    credit: FlaCreditCalculation
    uncovered: tuple[TrainingTime, ...] = ()


def forecast(
    declarations: Iterable[Declaration],
    *,
    employer: Employer,
    employee: Employee,
    calculated_at: datetime,
    legal_validity_end_date: date | None = None,
) -> Forecast:
    """The credit of `employee` at `calculated_at` (Belgian local time).

    `declarations` are the photos in force of that employer and worker, at most one per kind and
    year, of any years and in any order. Followed periods that start after the year of the
    calculation, and rights of later years, do not count yet.
    """
    photos = list(declarations)
    usual = employee.ref_hours_in_working_day or USUAL_DAY_HOURS_CENTI
    pots = _Pots()
    for right_type, year, hours in _rights(photos, usual):
        if year <= calculated_at.year:
            pots.declare(right_type, year, hours)
    followed = [
        time
        for time in _times(photos, TrainingStatus.FOLLOWED, usual)
        if time.start_date.year <= calculated_at.year
    ]
    uncovered = [short for time in sorted(followed) for short in pots.take(time)]
    window = range(calculated_at.year - WINDOW_YEARS + 1, calculated_at.year + 1)
    kinds = {
        kind.stem: kind.block(pots, right_type, window)
        for right_type, kind in _KINDS.items()
        if pots.knows(right_type, window)
    }
    credit = FlaCreditCalculation(
        employer=employer,
        employee=employee,
        calculation_date=calculated_at,
        reserved_training_time=_reserved(_times(photos, TrainingStatus.RESERVED, usual)),
        **kinds,
    )
    if credit.legal_fla_credit is not None and legal_validity_end_date is not None:
        legal = credit.legal_fla_credit.model_copy(
            update={"legal_fla_credit_validity_end_date": legal_validity_end_date}
        )
        credit = credit.model_copy(update={"legal_fla_credit": legal})
    return Forecast(credit, tuple(uncovered))


def hours_of(hours: int | None, days: int | None, day_hours: int) -> int | None:
    """Hundredths of an hour; days (hundredths) at `day_hours` a day, rounded half up."""
    if hours is not None or days is None:
        return hours
    return (days * day_hours + 50) // 100


def _rights(photos: Iterable[Declaration], usual: int) -> Iterator[tuple[RightType, int, int]]:
    for photo in photos:
        if not isinstance(photo, TrainingRightsDeclaration) or photo.calendar_year is None:
            continue
        day_hours = photo.employee.ref_hours_in_working_day or usual
        for right in photo.rights:
            hours = right_hours(right, day_hours)
            if hours is not None:
                yield right.right_type, photo.calendar_year, hours


def right_hours(right: Right, day_hours: int = USUAL_DAY_HOURS_CENTI) -> int | None:
    """A right in hundredths of an hour; None when it carries neither days nor hours."""
    stem = f"{_KINDS[right.right_type].right_stem}_right"
    return hours_of(getattr(right, f"{stem}_hours"), getattr(right, f"{stem}_days"), day_hours)


def _times(
    photos: Iterable[Declaration], status: TrainingStatus, usual: int
) -> Iterator[TrainingTime]:
    """Periods of that status that say when, how long and in which scope."""
    for photo in photos:
        if not isinstance(photo, TrainingsDeclaration):
            continue
        day_hours = photo.employee.ref_hours_in_working_day or usual
        for training in photo.trainings:
            for period in training.details_per_period:
                hours = hours_of(period.training_hours, period.training_days, day_hours)
                start, end = period.training_start_date, period.training_end_date
                if period.training_status != status or start is None or end is None:
                    continue
                if hours is not None and training.scope in set(Scope):
                    yield TrainingTime(start, end, Scope(training.scope).value, hours)


@dataclass(slots=True)
class _Pots:
    """What was declared and what is left, by kind of right and year."""

    initial: Counter[tuple[RightType, int]] = field(default_factory=Counter)
    left: Counter[tuple[RightType, int]] = field(default_factory=Counter)

    def declare(self, right_type: RightType, year: int, hours: int) -> None:
        self.initial[right_type, year] += hours
        self.left[right_type, year] += hours

    def take(self, time: TrainingTime) -> Iterator[TrainingTime]:
        """Let `time` consume; yields what found no credit."""
        missing = time.hours_centi
        first = time.start_date.year - WINDOW_YEARS + 1
        for right_type in _CONSUMES[Scope(time.scope)]:
            for year in range(first, time.start_date.year + 1):
                taken = min(self.left[right_type, year], missing)
                self.left[right_type, year] -= taken
                missing -= taken
        if missing:
            yield time._replace(hours_centi=missing)

    def knows(self, right_type: RightType, years: range) -> bool:
        """True when a right of that kind was declared for one of `years`."""
        return any((right_type, year) in self.initial for year in years)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the zones of one kind of credit are called, and its blocks."""

    stem: str
    whole: type[Block]
    per_year: type[Block]

    @property
    def right_stem(self) -> str:
        return self.stem.removesuffix("_credit")

    def block(self, pots: _Pots, right_type: RightType, window: range) -> Any:
        years = [
            self.per_year(
                **{
                    "calendar_year": year,
                    f"initial_{self.stem}_hours": pots.initial[right_type, year],
                    f"remaining_{self.stem}_hours": pots.left[right_type, year],
                }
            )
            for year in window
        ]
        total = sum(pots.left[right_type, year] for year in window)
        return self.whole(
            **{f"{self.stem}_per_year": tuple(years), f"total_{self.stem}_hours": total}
        )


_CONSUMES = {
    Scope.INSIDE: (RightType.LEGAL, RightType.SECTOR),
    Scope.OUTSIDE: (RightType.EMPLOYER,),
}
_KINDS = {
    RightType.LEGAL: _Kind("legal_fla_credit", blocks.LegalFlaCredit, blocks.LegalFlaCreditPerYear),
    RightType.SECTOR: _Kind(
        "complementary_sector_credit",
        blocks.ComplementarySectorCredit,
        blocks.ComplementarySectorCreditPerYear,
    ),
    RightType.EMPLOYER: _Kind(
        "complementary_employer_credit",
        blocks.ComplementaryEmployerCredit,
        blocks.ComplementaryEmployerCreditPerYear,
    ),
}


def _reserved(times: Iterable[TrainingTime]) -> tuple[blocks.ReservedTrainingTime, ...]:
    periods = tuple(
        blocks.ReservedTrainingTimePerPeriod(
            reserved_training_time_period_start_date=time.start_date,
            reserved_training_time_period_end_date=time.end_date,
            reserved_training_time_hours=time.hours_centi,
            scope=time.scope,
        )
        for time in sorted(times)
    )
    if not periods:
        return ()
    total = sum(period.reserved_training_time_hours or 0 for period in periods)
    return (
        blocks.ReservedTrainingTime(
            reserved_training_time_per_period=periods, total_reserved_training_time_hours=total
        ),
    )
