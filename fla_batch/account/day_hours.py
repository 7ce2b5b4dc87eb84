"""The hours of a worker's day: of the account, whoever asks and from whichever side.

RefHoursInWorkingDay of the same year, else of the nearest year that has one (of two as near, the
earlier), else 7 h 36 [D]. A 0 says nothing.

>>> known = DayHours({2022: 700, 2025: 800})
>>> known.in_year(2022), known.in_year(2023), known.in_year(2024), DayHours({}).in_year(2024)
(700, 700, 800, 760)
>>> DayHours({2023: 700, 2025: 800}).in_year(2024)
700
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from fla_batch.models import Declaration
from fla_batch.vocabulary.terms import FormKind

USUAL_DAY_HOURS_CENTI = 760
"""Hundredths of an hour of a working day where no declaration says them: 7 h 36 [D]."""


@dataclass(frozen=True, slots=True)
class DayHours:
    """Hundredths of an hour of a working day, by calendar year as far as it is known."""

    by_year: Mapping[int, int]

    @classmethod
    def of(cls, photos: Iterable[Declaration]) -> Self:
        """As the photos in force say; where two of a year differ, the one of the rights counts."""
        known: dict[int, int] = {}
        for photo in sorted(photos, key=lambda one: one.kind is FormKind.TRAINING_RIGHTS):
            hours = photo.employee.ref_hours_in_working_day
            if hours and photo.calendar_year is not None:
                known[photo.calendar_year] = hours
        return cls(known)

    def in_year(self, year: int) -> int:
        """Hundredths of an hour, 1 to 1400, of a day in `year`."""
        nearest = min(self.by_year, key=lambda known: (abs(known - year), known), default=None)
        return USUAL_DAY_HOURS_CENTI if nearest is None else self.by_year[nearest]
