"""B x C of one relation, for each of its joint committees (rights document 2.3 and 3.3.1).

B x C is the sum over the months of the year of the month's rate / 12. A month counts whole as
soon as the relation covers one day of it; its rate is the average over the days on which the
worker was employed. Months after the last declared quarter are projected with the rate of the
last declared day, until the month of Dimona OUT.

>>> from fla_batch.rights.occupation import Kind, full_time
>>> relation = Relation(Kind.ORDINARY, 738000, OPEN, (full_time._replace(mean=3040),))
>>> share, = shares(relation, 2024)
>>> str(share.bc), [month.basis.value for month in share.months[2:4]]
('4/5', ['declared', 'projected'])
"""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from fla_batch.rights.fte import hours_as_days
from fla_batch.rights.occupation import Line
from fla_batch.rights.quarters import OPEN, month_bounds, quarter_days, quarter_of
from fla_batch.rights.relation import Relation, by_hours
from fla_batch.rights.segments import average_rates, rates_of, segments_of

_MONTHS = range(1, 13)
_CACHED_QUARTERS = 50_000


class Basis(StrEnum):
    """Whether a month's rate was declared or projected."""

    DECLARED = "declared"
    PROJECTED = "projected"


class Month(NamedTuple):
    """One month (1 to 12) that counts, with its rate (0 to 1)."""

    month: int
    rate: Fraction
    basis: Basis


class Share(NamedTuple):
    """B x C of one joint committee: `bc`, from 0 to 1, with the months that it is the sum of.

    `joint_committee` is None and `regime_centi` 0 when nothing is declared yet: the employer's
    most frequent ones stand in. `is_new` marks that case.
    """

    joint_committee: str | None
    regime_centi: int
    bc: Fraction
    months: tuple[Month, ...]
    kind: int
    is_new: bool = False


def share_of(
    committee: str | None, regime_centi: int, months: tuple[Month, ...], kind: int
) -> Share:
    """The share that the months make: the sum of their rates / 12."""
    common = lcm(*(month.rate.denominator for month in months))
    total = sum(month.rate.numerator * (common // month.rate.denominator) for month in months)
    bc = Fraction(total, 12 * common)
    return Share(committee, regime_centi, bc, months, kind, is_new=committee is None)


def recent(relation: Relation, year: int) -> Relation:
    """The relation with only the lines that matter for `year`: the year's, or else the last
    quarter's, which gives the rate to project."""
    first = quarter_of(year, 1)
    lines = tuple(found for found in relation.lines if found.quarter >= first)
    if not lines and relation.lines:
        newest = max(found.quarter for found in relation.lines)
        lines = tuple(found for found in relation.lines if found.quarter == newest)
    return relation._replace(lines=lines)


def shares(relation: Relation, year: int) -> tuple[Share, ...]:
    """The relation's shares in `year`, in order of joint committee.

    Lines after the last quarter of the year must not be given.
    """
    if by_hours(relation):
        return _hours_shares(relation, year)
    if not relation.lines:
        months = _projected(relation, year, quarter_of(year, 1) - 1)
        rated = tuple(Month(month, Fraction(1), Basis.PROJECTED) for month in months)
        return (share_of(None, 0, rated, relation.kind),)
    declared = _declared_months(relation.lines, year)
    projected = _projected_months(relation, year)
    return tuple(
        share_of(
            committee,
            _regime(relation.lines, committee),
            tuple(declared.get(committee, ()) + projected.get(committee, ())),
            relation.kind,
        )
        for committee in sorted({found.joint_committee for found in relation.lines})
        if committee in declared or committee in projected
    )


def _declared_months(lines: tuple[Line, ...], year: int) -> dict[str, tuple[Month, ...]]:
    months: dict[str, tuple[Month, ...]] = defaultdict(tuple)
    for quarter in range(year * 4, year * 4 + 4):
        own = tuple(found for found in lines if found.quarter == quarter)
        for committee, found in _quarter_months(own) if own else ():
            months[committee] += found
    return months


@lru_cache(maxsize=_CACHED_QUARTERS)
def _quarter_months(lines: tuple[Line, ...]) -> tuple[tuple[str, tuple[Month, ...]], ...]:
    """The months of one quarter, per committee. Most quarters are alike, hence the cache."""
    segments = segments_of(lines)
    year, number = divmod(lines[0].quarter, 4)
    months: dict[str, list[Month]] = defaultdict(list)
    for month in range(number * 3 + 1, number * 3 + 4):
        first, last = month_bounds(year, month)
        own = [each for each in segments if each.start <= last and each.stop > first]
        for committee, rate in average_rates(own, first, last + 1).items():
            months[committee].append(Month(month, rate, Basis.DECLARED))
    return tuple((committee, tuple(found)) for committee, found in months.items())


def _projected_months(relation: Relation, year: int) -> dict[str, tuple[Month, ...]]:
    """Months after the last declared quarter, with the rate on the last declared day."""
    newest = max(found.quarter for found in relation.lines)
    last_day = max(found.end for found in relation.lines if found.quarter == newest)
    stops = dict(relation.stops)
    on = [found for found in relation.lines if found.start <= last_day <= found.end]
    rates = rates_of(on)
    months: dict[str, list[Month]] = defaultdict(list)
    for month in _projected(relation, year, newest):
        if stops:
            first, _ = month_bounds(year, month)
            rates = rates_of([found for found in on if stops.get(found, OPEN) >= first])
        for committee, rate in rates.items():
            months[committee].append(Month(month, rate, Basis.PROJECTED))
    return {committee: tuple(found) for committee, found in months.items()}


def _projected(relation: Relation, year: int, declared: int) -> list[int]:
    """Months after the quarter `declared` that the relation covers for one day at least."""
    later = [month for month in _MONTHS if quarter_of(year, month) > declared]
    bounds = [(month, *month_bounds(year, month)) for month in later]
    return [m for m, first, last in bounds if relation.start <= last and relation.end >= first]


def _hours_shares(relation: Relation, year: int) -> tuple[Share, ...]:
    """Flexi-jobs and students: each declared quarter counts three months at its hours' rate."""
    lines = [found for found in relation.lines if found.quarter // 4 == year]
    found_shares = []
    for committee in sorted({found.joint_committee for found in lines}):
        own = [found for found in lines if found.joint_committee == committee]
        months = tuple(
            Month(month, _hours_rate(own, quarter_of(year, month)), Basis.DECLARED)
            for month in _MONTHS
            if any(found.quarter == quarter_of(year, month) for found in own)
        )
        found_shares.append(share_of(committee, _regime(own, committee), months, relation.kind))
    return tuple(found_shares)


def _hours_rate(lines: list[Line], quarter: int) -> Fraction:
    days = (hours_as_days(found) for found in lines if found.quarter == quarter)
    return min(Fraction(1), sum(days, Fraction(0)) / quarter_days(quarter))


def _regime(lines: tuple[Line, ...] | list[Line], committee: str) -> int:
    """The longest full-time week that the committee's newest lines state; 0 when none does."""
    own = [found for found in lines if found.joint_committee == committee]
    newest = max(found.end for found in own)
    return max(found.regime_centi for found in own if found.end == newest)
