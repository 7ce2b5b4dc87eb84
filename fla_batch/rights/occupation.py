"""A worker's history with one employer: occupation lines (DmfA) and periods (Dimona).

Days are ordinals, quarters numbers (`quarters`), hours hundredths of an hour. These are tuples
because a run makes millions of them, and because equal histories are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

_CACHED_HISTORIES = 50_000


class Kind(IntEnum):
    """How an occupation counts: by its rate, or by the hours that were worked.

    The last two are never part of a history. An excluded line says that the worker was declared;
    a removal (`DmfAUpdate`) takes back the lines of its worker record.
    """

    ORDINARY = 0
    FLEXI = 1
    STUDENT = 2
    EXCLUDED = 8
    REMOVAL = 9


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


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Lines that Dimona confirms, and periods, both in order. Compared by identity.

    Many workers have the same history: `history_of` gives them one object, so that whatever is
    computed from it is computed once.
    """

    lines: tuple[Line, ...]
    periods: tuple[Period, ...]


@lru_cache(maxsize=_CACHED_HISTORIES)
def history_of(text: str, student_centi: int) -> History:
    """The history that `workers` wrote as text: lines, then periods, `|` between them.

    >>> history_of("0,8096,738886,738976,200,38,38,3800,0,0,0;738886,3652059,0", 3800).lines[0].days
    91
    """
    lines, _, periods = text.partition(";")
    found = [_line(part.split(",")) for part in lines.split("|") if part]
    known = [Period(*map(int, part.split(","))) for part in periods.split("|") if part]
    known.sort()
    found.sort()
    return History(tuple(employed_lines(found, known, student_centi)), tuple(known))


def _line(cells: list[str]) -> Line:
    begins, quarter, start, end = map(int, cells[:4])
    mean, ref, regime, hours, kind, agency = map(int, cells[5:])
    return Line(begins, quarter, start, end, cells[4], mean, ref, regime, hours, kind, bool(agency))


def line(
    start: int, end: int, quarter: int, *, committee: str = "", mean: int = 3800, ref: int = 3800
) -> Line:
    """An ordinary line, for examples and tests."""
    return Line(start, quarter, start, end, committee, mean, ref, ref, 0, Kind.ORDINARY, False)


full_time = line(738886, 738976, 8096, committee="200")  # the first quarter of 2024


def full_rate(lines: Iterable[Line]) -> Fraction:
    """Sum of the lines' rates, at most 1."""
    rates = [found.rate for found in lines]
    return rates[0] if len(rates) == 1 else min(Fraction(1), sum(rates, Fraction(0)))


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
        regime = found.regime_centi or student_centi
        regime = student_centi if kind == Kind.STUDENT else regime
        found = found._replace(kind=kind, regime_centi=regime)
    return found
