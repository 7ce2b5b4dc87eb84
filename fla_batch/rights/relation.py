"""Which relation counts on a date, and which lines belong to it (rights document 2.3.3).

Only a relation that runs on the date counts: nothing before Dimona IN, and 0 from the day after
Dimona OUT, also when a new contract follows at once, for that is a new relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from fla_batch.rights.occupation import Kind, Line, Period
from fla_batch.rights.quarters import OPEN, quarter_end


class EmploymentStanding(StrEnum):
    """Where a worker stands with an employer on a date."""

    EMPLOYED = "employed"
    ENDED = "ended"
    FUTURE = "future"


class Relation(NamedTuple):
    """One relation on a date, with its lines cut to it; `end` is `quarters.OPEN` without OUT.

    Periods of one kind that overlap are one relation. A line whose start is that of one of them
    stops being projected when that one ends: `stops` pairs such lines with their last day.
    `is_assumed` marks a relation that only the lines tell of, without any Dimona.
    """

    kind: int
    start: int
    end: int
    lines: tuple[Line, ...]
    stops: tuple[tuple[Line, int], ...] = ()
    is_assumed: bool = False


def standing(lines: Sequence[Line], periods: Sequence[Period], day: int) -> EmploymentStanding:
    """Employed, not any more or not yet. Without Dimona periods the lines decide."""
    known = periods or assumed_periods(lines)
    if any(each.start <= day <= each.end for each in known):
        return EmploymentStanding.EMPLOYED
    return (
        EmploymentStanding.ENDED
        if any(each.end < day for each in known)
        else EmploymentStanding.FUTURE
    )


def relations(lines: Sequence[Line], periods: Sequence[Period], day: int) -> list[Relation]:
    """The relations that run on `day`, at most one for each kind."""
    known = periods or assumed_periods(lines)
    active = [each for each in known if each.start <= day <= each.end]
    return [
        _relation(
            kind,
            [each for each in active if each.kind == kind],
            lines,
            [each for each in known if each.kind == kind],
        )._replace(is_assumed=not periods)
        for kind in sorted({each.kind for each in active})
    ]


def assumed_periods(lines: Sequence[Line]) -> list[Period]:
    """One period for each kind of line, for a worker without any Dimona.

    It ends with the last line when that one ends before its quarter does, else it is open.
    """
    periods = []
    for kind in sorted({found.kind for found in lines}):
        own = [found for found in lines if found.kind == kind]
        last = max(own, key=lambda found: found.end)
        ended = last.end < quarter_end(last.quarter)
        start = min(min(found.begins, found.start) for found in own)
        periods.append(Period(start, last.end if ended else OPEN, kind))
    return periods


def _relation(
    kind: int, active: Sequence[Period], lines: Sequence[Line], known: Sequence[Period]
) -> Relation:
    start = min(each.start for each in active)
    end = max(each.end for each in active)
    own = [
        found for found in lines if found.kind == kind and found.start <= end and found.end >= start
    ]
    if len(known) > 1:
        own = [found for found in own if not _of_another(found, active, known)]
    cut = tuple(
        sorted(
            found._replace(start=max(found.start, start), end=min(found.end, end)) for found in own
        )
    )
    return Relation(kind, start, end, cut, _stops(cut, active, end))


def _of_another(found: Line, active: Sequence[Period], known: Sequence[Period]) -> bool:
    """True when the line began on the first day of a period that does not run on the date."""
    same_start = [each for each in known if each.start == found.begins]
    return bool(same_start) and not any(each in active for each in same_start)


def _stops(
    lines: tuple[Line, ...], active: Sequence[Period], end: int
) -> tuple[tuple[Line, int], ...]:
    """Last day of each line that began with a period that ends before the others do."""
    if len(active) == 1:
        return ()
    ends = {
        start: max(each.end for each in active if each.start == start)
        for start in {each.start for each in active}
    }
    return tuple(
        (found, ends[found.begins]) for found in lines if ends.get(found.begins, end) < end
    )


def by_hours(relation: Relation) -> bool:
    """True for flexi-jobs and students, which count the hours worked and are never projected."""
    return relation.kind != Kind.ORDINARY
