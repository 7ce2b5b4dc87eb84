"""A worker's history with one employer: occupation lines (DmfA) and periods (Dimona).

Days are ordinals, quarters numbers (`quarters`), hours hundredths of an hour. These are tuples
because a run makes millions of them, and because equal histories are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple


class Kind(IntEnum):
    """How an occupation counts: by its rate, or by the hours that were worked."""

    ORDINARY = 0
    FLEXI = 1
    STUDENT = 2


class Line(NamedTuple):
    """One DmfA occupation line, within its quarter.

    `start` and `end` lie in the quarter; `begins` is the declared OccupationStartingDate. The
    rate is `mean / ref` (Q / S), from 0 to 1; `regime_centi` is S for the hours, 0 when the line
    does not say it. `hours_centi` (ServiceNbrHours) matters for flexi-jobs and students only.
    """

    begins: int
    quarter: int
    start: int
    end: int
    joint_committee: str
    mean: int
    ref: int
    regime_centi: int
    hours_centi: int
    kind: int
    agency: bool

    @property
    def rate(self) -> Fraction:
        """Q / S.

        >>> full_time._replace(mean=1900).rate
        Fraction(1, 2)
        """
        return Fraction(self.mean, self.ref)

    @property
    def days(self) -> int:
        """Calendar days of the line."""
        return self.end - self.start + 1


class Period(NamedTuple):
    """One Dimona period; `end` is `quarters.OPEN` while there is no OUT."""

    start: int
    end: int
    kind: int


def line(
    start: int, end: int, quarter: int, *, committee: str = "", mean: int = 3800, ref: int = 3800
) -> Line:
    """An ordinary line, for examples and tests."""
    return Line(start, quarter, start, end, committee, mean, ref, ref, 0, Kind.ORDINARY, False)


full_time = line(738886, 738976, 8096, committee="200")  # the first quarter of 2024


def full_rate(lines: Iterable[Line]) -> Fraction:
    """Sum of the lines' rates, at most 1."""
    return min(Fraction(1), sum((found.rate for found in lines), Fraction(0)))


def employed_lines(lines: list[Line], periods: list[Period], student_centi: int) -> list[Line]:
    """The lines as far as Dimona confirms them; without any Dimona period all of them.

    A line that begins after the OUT is severance pay and no employment; a line that runs past
    the OUT ends with it; and a line that only flexi-job or student periods cover is of their
    kind. A line that lies before every known period is kept: its Dimona was not given.
    """
    if not periods or (len(periods) == 1 and all(_within(found, periods[0]) for found in lines)):
        return lines
    confirmed = (_confirmed(found, periods, student_centi) for found in lines)
    return [found for found in confirmed if found is not None]


def _within(found: Line, period: Period) -> bool:
    return period.start <= found.start and found.end <= period.end and period.kind == found.kind


def _confirmed(found: Line, periods: list[Period], student_centi: int) -> Line | None:
    cover = [each for each in periods if each.start <= found.end and found.start <= each.end]
    if not cover:
        return None if any(each.end < found.start for each in periods) else found
    last_day = max(each.end for each in cover)
    if last_day < found.end:
        found = found._replace(end=last_day)
    kinds = {each.kind for each in cover}
    if found.kind == Kind.ORDINARY and Kind.ORDINARY not in kinds:
        kind = min(kinds)
        regime = student_centi if kind == Kind.STUDENT else found.regime_centi
        found = found._replace(kind=kind, regime_centi=regime)
    return found
