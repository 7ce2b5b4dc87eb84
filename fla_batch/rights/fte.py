"""FTE of one worker with one employer in a quarter (rights document 2.2.1.2).

FTE = sum of (calendar days x rate) of the lines / calendar days of the quarter, at most 1.
A full interruption (rate 0) counts at the last known rate; flexi-jobs and students count the
hours worked; the weekend between two lines of a temporary agency worker counts.

>>> from fla_batch.rights.occupation import full_time
>>> str(quarter_fte((full_time._replace(mean=3040),), 8096))
'4/5'
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

from fla_batch.rights.occupation import Kind, Line, full_rate
from fla_batch.rights.quarters import quarter_days, quarter_of_day

_FRIDAY = 4


def ftes(lines: tuple[Line, ...], quarters: tuple[int, ...]) -> tuple[tuple[int, Fraction], ...]:
    """The FTE in each of `quarters` in which there is a line; earlier lines may be given too."""
    held = {found.quarter for found in lines}
    return tuple((each, quarter_fte(lines, each)) for each in quarters if each in held)


def quarter_fte(lines: tuple[Line, ...], quarter: int) -> Fraction:
    """FTE in `quarter`, 0 to 1, of all that the worker did for the employer.

    `lines` may hold other quarters: they say which rate was last known, and which weekends lie
    between two lines.
    """
    own = [found for found in lines if found.quarter == quarter]
    if len(own) == 1 and own[0].mean and own[0].kind == Kind.ORDINARY and not own[0].agency:
        return own[0].rate * own[0].days / quarter_days(quarter)
    rated = [found for found in own if found.kind == Kind.ORDINARY]
    days = sum((found.days * found.rate for found in rated), Fraction(0))
    days += _interrupted_days(rated, lines) + _weekend_days(lines, quarter)
    days += sum((hours_as_days(found) for found in own if found.kind != Kind.ORDINARY), Fraction(0))
    return min(Fraction(1), days / quarter_days(quarter))


def hours_as_days(found: Line) -> Fraction:
    """Calendar days that the hours worked stand for: hours / (weekly reference / 7).

    The weekly reference is S, and 38 hours for students [decision 0503].
    """
    return Fraction(found.hours_centi * 7, found.regime_centi)


def _interrupted_days(rated: list[Line], lines: tuple[Line, ...]) -> Fraction:
    """Days of full interruption, each at the last rate that was known before it."""
    idle = [found for found in rated if found.mean == 0]
    if not idle:
        return Fraction(0)
    cuts = sorted({found.start for found in rated} | {found.end + 1 for found in rated})
    total = Fraction(0)
    for start, stop in pairwise(cuts):
        on = [found for found in rated if found.start <= start <= found.end]
        if on and all(found.mean == 0 for found in on):
            total += (stop - start) * last_known_rate(lines, start)
    return total


def last_known_rate(lines: tuple[Line, ...], day: int) -> Fraction:
    """Rate of the relation before `day`: of all lines that ended last, at most 1; 0 if unknown."""
    earlier = [
        found for found in lines if found.end < day and found.mean and found.kind == Kind.ORDINARY
    ]
    last_day = max((found.end for found in earlier), default=0)
    return full_rate(found for found in earlier if found.end == last_day)


def _weekend_days(lines: tuple[Line, ...], quarter: int) -> Fraction:
    """Saturdays and Sundays of `quarter` between two lines of an agency worker, at their rate."""
    agency = [found for found in lines if found.agency]
    starts = {found.start for found in agency}
    fridays = {found.end for found in agency if found.end + 3 in starts and _is_friday(found.end)}
    total = Fraction(0)
    for friday in fridays:
        days = sum(1 for day in (friday + 1, friday + 2) if quarter_of_day(day) == quarter)
        total += days * full_rate(found for found in agency if found.end == friday)
    return total


def _is_friday(day: int) -> bool:
    return date.fromordinal(day).weekday() == _FRIDAY
