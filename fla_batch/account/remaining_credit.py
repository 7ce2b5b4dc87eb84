"""The credit that remains, from declared rights and trainings (REST manual 3.3.5).

Pure, and the only place that counts it: the platform of the sandbox, its answers, the forecast and
the account export all ask here. Hours are hundredths of an hour. The credit lists the year of the
calculation and the four before it. A followed period takes from rights of the year in which it
starts and the four before, the oldest first, as long as they are valid: inside the FLA's scope
from the legal right, then from the sector's; outside it from the employer's. Decisions where the
manual is silent: docs/decisions/0602 and 1302.

>>> hours_of(None, 500, 760), hours_of(1200, None, 760), hours_of(None, None, 760)
(3800, 1200, None)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic.alias_generators import to_pascal

from fla_batch.account.day_hours import DayHours
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
from fla_batch.models.credit_calculation import CREDIT_FIELDS, FlaCreditCalculation
from fla_batch.models.training_rights import RIGHT_FIELDS
from fla_batch.models.zone import blocks_of
from fla_batch.vocabulary.fla_windows import USUAL_WINDOWS, FlaWindows
from fla_batch.vocabulary.terms import RightType, Scope, TrainingStatus

WINDOW_YEARS = 5
YEAR_MOST_CENTI = 312_000
"""The manual's bound of what a year of credit holds, initial or remaining."""
TOTAL_MOST_CENTI = 1_560_000
"""The manual's bound of a total."""


class TrainingTime(NamedTuple):
    """Time of one training period, in hundredths of an hour."""

    start_date: date
    end_date: date
    scope: int
    hours_centi: int


class BeyondBounds(NamedTuple):
    """A zone of a credit whose value (hundredths of an hour) passes the manual's upper bound."""

    zone: str
    hours_centi: int
    year: int | None = None

    def __str__(self) -> str:
        where = f" of {self.year}" if self.year else ""
        return f"{self.zone}{where}: {self.hours_centi} passes the manual's bound"


NO_ENDS: Mapping[int, date] = {}


@dataclass(frozen=True, slots=True)
class Forecast:
    """The credit, and what it does not show.

    `uncovered` is followed time for which there was none left, `without_status` time that does not
    count because its TrainingStatus is missing, `beyond_bounds` the zones that pass the manual's
    upper bounds.
    """

    credit: FlaCreditCalculation
    uncovered: tuple[TrainingTime, ...] = ()
    without_status: tuple[TrainingTime, ...] = ()
    beyond_bounds: tuple[BeyondBounds, ...] = ()


def forecast(
    declarations: Iterable[Declaration],
    *,
    employer: Employer,
    employee: Employee,
    calculated_at: datetime,
    windows: FlaWindows = USUAL_WINDOWS,
    relation_ends: Mapping[int, date] = NO_ENDS,
    legal_validity_end_date: date | None = None,
) -> Forecast:
    """The credit of `employee` at `calculated_at` (Belgian local time).

    `declarations` are the photos in force of that employer and worker, at most one per kind and
    year, of any years and in any order. Followed periods that start after the year of the
    calculation, and rights of later years, do not count yet. `relation_ends` gives the last day of
    the work relation, by the year of the right that tells it.
    """
    photos = list(declarations)
    day_hours = DayHours.of(photos)
    pots = _Pots(windows, relation_ends)
    for right_type, year, hours in _rights(photos, day_hours):
        if year <= calculated_at.year:
            pots.declare(right_type, year, hours)
    times = list(_times(photos, day_hours))
    followed = [
        time
        for status, time in times
        if status == TrainingStatus.FOLLOWED and time.start_date.year <= calculated_at.year
    ]
    uncovered = [short for time in sorted(followed) for short in pots.take(time)]
    pots.let_end(calculated_at.date())
    window = range(calculated_at.year - WINDOW_YEARS + 1, calculated_at.year + 1)
    kinds: dict[str, Any] = {
        stem: _block(pots, right_type, window)
        for right_type, stem in CREDIT_FIELDS.items()
        if pots.knows(right_type, window)
    }
    credit = FlaCreditCalculation(
        employer=employer,
        employee=employee,
        calculation_date=calculated_at,
        reserved_training_time=_reserved(
            time for status, time in times if status == TrainingStatus.RESERVED
        ),
        **kinds,
    )
    if credit.legal_fla_credit is not None and legal_validity_end_date is not None:
        legal = credit.legal_fla_credit.model_copy(
            update={"legal_fla_credit_validity_end_date": legal_validity_end_date}
        )
        credit = credit.model_copy(update={"legal_fla_credit": legal})
    without_status = tuple(sorted(time for status, time in times if status is None))
    return Forecast(credit, tuple(uncovered), without_status, tuple(_beyond_bounds(credit)))


def hours_of(hours: int | None, days: int | None, day_hours: int) -> int | None:
    """Hundredths of an hour; days (hundredths) at `day_hours` a day, rounded half up."""
    if hours is not None or days is None:
        return hours
    return (days * day_hours + 50) // 100


def _rights(
    photos: Iterable[Declaration], day_hours: DayHours
) -> Iterator[tuple[RightType, int, int]]:
    for photo in photos:
        if not isinstance(photo, TrainingRightsDeclaration) or photo.calendar_year is None:
            continue
        for right in photo.rights:
            hours = right_hours(right, day_hours.in_year(photo.calendar_year))
            if hours is not None:
                yield right.right_type, photo.calendar_year, hours


def right_hours(right: Right, day_hours: int) -> int | None:
    """A right in hundredths of an hour; None when it carries neither days nor hours."""
    stem = RIGHT_FIELDS[right.right_type]
    return hours_of(getattr(right, f"{stem}_hours"), getattr(right, f"{stem}_days"), day_hours)


def _times(
    photos: Iterable[Declaration], day_hours: DayHours
) -> Iterator[tuple[int | None, TrainingTime]]:
    """Status and time of the periods that say when, how long and in which scope."""
    for photo in photos:
        if not isinstance(photo, TrainingsDeclaration):
            continue
        for training in photo.trainings:
            for period in training.details_per_period:
                start, end = period.training_start_date, period.training_end_date
                if start is None or end is None or training.scope not in set(Scope):
                    continue
                year = photo.calendar_year or start.year
                hours = hours_of(
                    period.training_hours, period.training_days, day_hours.in_year(year)
                )
                if hours is not None:
                    scope = Scope(training.scope).value
                    yield period.training_status, TrainingTime(start, end, scope, hours)


@dataclass(slots=True)
class _Pots:
    """What was declared and what is left, by kind of right and year."""

    windows: FlaWindows
    relation_ends: Mapping[int, date]
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
                if self._has_ended(year, time.start_date):
                    continue
                taken = min(self.left[right_type, year], missing)
                self.left[right_type, year] -= taken
                missing -= taken
        if missing:
            yield time._replace(hours_centi=missing)

    def let_end(self, on: date) -> None:
        """What was left of rights that are no longer valid on a day is gone."""
        for right_type, year in self.left:
            if self._has_ended(year, on):
                self.left[right_type, year] = 0

    def _has_ended(self, year: int, on: date) -> bool:
        end = self.windows.validity_end(year, self.relation_ends.get(year))
        return end is not None and end < on

    def knows(self, right_type: RightType, years: range) -> bool:
        """True when a right of that kind was declared for one of `years`."""
        return any((right_type, year) in self.initial for year in years)


def _block(pots: _Pots, right_type: RightType, window: range) -> Block:
    """The credit of one kind of right, of each year of `window` and in total."""
    stem = CREDIT_FIELDS[right_type]
    whole = blocks_of(FlaCreditCalculation)[stem]
    per_year = blocks_of(whole)[f"{stem}_per_year"]
    years = tuple(
        per_year(
            **{
                "calendar_year": year,
                f"initial_{stem}_hours": pots.initial[right_type, year],
                f"remaining_{stem}_hours": pots.left[right_type, year],
            }
        )
        for year in window
    )
    total = sum(pots.left[right_type, year] for year in window)
    return whole(**{f"{stem}_per_year": years, f"total_{stem}_hours": total})


_CONSUMES = {
    Scope.INSIDE: (RightType.LEGAL, RightType.SECTOR),
    Scope.OUTSIDE: (RightType.EMPLOYER,),
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


def _beyond_bounds(credit: FlaCreditCalculation) -> Iterator[BeyondBounds]:
    """The zones of a credit that hold more than the manual allows; nothing is cut."""
    for stem in CREDIT_FIELDS.values():
        whole = getattr(credit, stem)
        if whole is None:
            continue
        for year in getattr(whole, f"{stem}_per_year"):
            for which in ("initial", "remaining"):
                name = f"{which}_{stem}_hours"
                if getattr(year, name) > YEAR_MOST_CENTI:
                    yield BeyondBounds(to_pascal(name), getattr(year, name), year.calendar_year)
        name = f"total_{stem}_hours"
        if getattr(whole, name) > TOTAL_MOST_CENTI:
            yield BeyondBounds(to_pascal(name), getattr(whole, name))
