"""What is due within a year, by the calendar: days that come back, and the platform's last ones.

Sources: law of 14 January 2026 (`closure`); law of 3 October 2022 (training plan, individual right,
five years from 2024 on), as law firms explain it; the page on the computation of rights: the last
DmfA of a year comes two months after it, and only then are its rights final.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from fla_batch.vocabulary.closure import CLOSED_FROM, ERASED_FROM, LAST_READABLE

_A_DAY = timedelta(days=1)


class Due(StrEnum):
    """What a day is the last one for."""

    REGISTER = "register"
    """Declarations in production."""
    READ = "read"
    """Reading what the platform holds."""
    RIGHTS_FINAL = "rights-final"
    """The fourth quarter in DmfA, and with it the rights of the year before."""
    TRAINING_PLAN = "training-plan"
    """The training plan of an employer of 20 or more."""
    SMALL_EMPLOYERS = "small-employers"
    """An employer of 10 to 19 that limits the right fixes the number of days."""
    YEAR_END = "year-end"
    """Trainings that count for this year; what is left moves to the next."""
    FIVE_YEARS = "five-years"
    """The five years over which a full-timer has five days a year on average."""


class Deadline(NamedTuple):
    """A day (Belgian date) and what it is the last one for; `year` is the one it is about."""

    day: date
    due: Due
    year: int


_ONCE = (
    Deadline(CLOSED_FROM - _A_DAY, Due.REGISTER, CLOSED_FROM.year - 1),
    Deadline(LAST_READABLE, Due.READ, ERASED_FROM.year),
    Deadline(date(2028, 12, 31), Due.FIVE_YEARS, 2024),
)


def deadlines(today: date) -> list[Deadline]:
    """Those from a Belgian date on, for a year, the nearest first.

    >>> for each in deadlines(date(2026, 11, 28))[:3]: print(each.day, each.due)
    2026-12-31 read
    2026-12-31 year-end
    2027-02-28 rights-final
    """
    until = date(today.year + 1, today.month, min(today.day, 28))
    found = [*_ONCE, *_yearly(today.year), *_yearly(today.year + 1)]
    return sorted(each for each in found if today <= each.day < until)


def _yearly(year: int) -> list[Deadline]:
    return [
        Deadline(date(year, 3, 1) - _A_DAY, Due.RIGHTS_FINAL, year - 1),
        Deadline(date(year, 3, 31), Due.TRAINING_PLAN, year),
        Deadline(date(year, 9, 30), Due.SMALL_EMPLOYERS, year),
        Deadline(date(year, 12, 31), Due.YEAR_END, year),
    ]
