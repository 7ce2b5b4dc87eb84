"""B x C of one relation, for each strand of its lines (rights document 2.3 and 3.3.1).

B x C is the sum over the months of the year of the month's rate / 12. A month counts whole as
soon as the relation covers one day of it; its rate is the average over the days on which the
worker was employed. A quarter without lines is projected: with the rate of the last day declared
before it, until the month of Dimona OUT; with that of the first day declared after it when nothing
was before (decision 1602).

>>> from fla_batch.rights.occupation import Kind, full_time
>>> relation = Relation(Kind.ORDINARY, 738000, OPEN, (full_time._replace(mean=3040),))
>>> share, = shares(relation, 2024)
>>> str(share.bc), [month.basis.value for month in share.months[2:4]]
('4/5', ['declared', 'projected'])
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from fla_batch.rights.fte import hours_as_days
from fla_batch.rights.occupation import Line
from fla_batch.rights.quarters import OPEN, month_bounds, quarter_days, quarter_of
from fla_batch.rights.relation import Relation, by_hours
from fla_batch.rights.segments import Strand, average_rates, rates_of, segments_of, strand_of

_MONTHS = range(1, 13)
_CACHED_QUARTERS = 50_000


class Basis(StrEnum):
    """Where a month's rate comes from: its own lines, or those around a quarter without any.

    `projected` looks back and nothing is declared later; a `gap` has lines on both sides, and
    `gap-before` only after it.
    """

    DECLARED = "declared"
    PROJECTED = "projected"
    GAP = "gap"
    GAP_BEFORE = "gap-before"


class Month(NamedTuple):
    """One month (1 to 12) that counts, with its rate (0 to 1)."""

    month: int
    rate: Fraction
    basis: Basis


class Share(NamedTuple):
    """B x C of one strand: `bc`, from 0 to 1, with the months that it is the sum of.

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
    """The relation with only the lines that matter for `year`: the year's own and those of the
    last quarter before it, which gives the rate to project."""
    first = quarter_of(year, 1)
    before = max((found.quarter for found in relation.lines if found.quarter < first), default=0)
    lines = tuple(found for found in relation.lines if found.quarter >= (before or first))
    return relation._replace(lines=lines)


def shares(relation: Relation, year: int) -> tuple[Share, ...]:
    """The relation's shares in `year`, in order of strand.

    Lines after the last quarter of the year must not be given.
    """
    if by_hours(relation):
        return _hours_shares(relation, year)
    if not relation.lines:
        rated = tuple(
            Month(month, Fraction(1), Basis.PROJECTED)
            for month in _MONTHS
            if _covers(relation, *month_bounds(year, month))
        )
        return (share_of(None, 0, rated, relation.kind),)
    months: dict[Strand, list[Month]] = defaultdict(list)
    for quarter in range(year * 4, year * 4 + 4):
        own = tuple(found for found in relation.lines if found.quarter == quarter)
        for strand, found in _quarter_months(own) if own else _without_lines(relation, quarter):
            months[strand] += found
    return tuple(
        share_of(strand.joint_committee, strand.regime_centi, tuple(months[strand]), relation.kind)
        for strand in sorted(months)
    )


def held_to_one(found: tuple[Share, ...]) -> tuple[Share, ...]:
    """Relations of several kinds side by side: no month of a worker counts for more than one."""
    totals: dict[int, Fraction] = defaultdict(Fraction)
    for share in found:
        for month in share.months:
            totals[month.month] += month.rate
    if len(found) == 1 or max(totals.values(), default=Fraction(0)) <= 1:
        return found
    return tuple(_divided(share, totals) for share in found)


def _divided(share: Share, totals: Mapping[int, Fraction]) -> Share:
    months = (m._replace(rate=m.rate / max(Fraction(1), totals[m.month])) for m in share.months)
    return share_of(share.joint_committee, share.regime_centi, tuple(months), share.kind)


QuarterMonths = tuple[tuple[Strand, tuple[Month, ...]], ...]


@lru_cache(maxsize=_CACHED_QUARTERS)
def _quarter_months(lines: tuple[Line, ...]) -> QuarterMonths:
    """The months of one quarter, per strand. Most quarters are alike, hence the cache."""
    segments = segments_of(lines)
    months: dict[Strand, list[Month]] = defaultdict(list)
    for year, month in _months_of(lines[0].quarter):
        first, last = month_bounds(year, month)
        own = [each for each in segments if each.start <= last and each.stop > first]
        for strand, rate in average_rates(own, first, last + 1).items():
            months[strand].append(Month(month, rate, Basis.DECLARED))
    return tuple((strand, tuple(found)) for strand, found in months.items())


def _without_lines(relation: Relation, quarter: int) -> QuarterMonths:
    """The months of a quarter that nothing is declared for, as far as the relation covers them."""
    before, after = nearest_quarters(relation, quarter)
    months: dict[Strand, list[Month]] = defaultdict(list)
    for year, month in _months_of(quarter):
        first, last = month_bounds(year, month)
        if not _covers(relation, first, last) or not _continues(relation, after, last):
            continue
        for strand, rate in rates_of(lines_around(relation, before, after, first)).items():
            months[strand].append(Month(month, rate, _basis(before, after)))
    return tuple((strand, tuple(found)) for strand, found in months.items())


def _basis(before: int | None, after: int | None) -> Basis:
    if after is None:
        return Basis.PROJECTED
    return Basis.GAP_BEFORE if before is None else Basis.GAP


def nearest_quarters(relation: Relation, quarter: int) -> tuple[int | None, int | None]:
    """The last quarter declared before one without lines, and the first after it."""
    declared = {found.quarter for found in relation.lines}
    before = max((each for each in declared if each < quarter), default=None)
    return before, min((each for each in declared if each > quarter), default=None)


def lines_around(
    relation: Relation, before: int | None, after: int | None, first_day: int
) -> tuple[Line, ...]:
    """The lines of the last day declared before a month, else of the first one declared after it.

    `before` and `after` are the declared quarters nearest to it, `first_day` is the month's.
    """
    if before is None:
        start = min(found.start for found in relation.lines if found.quarter == after)
        return tuple(found for found in relation.lines if found.start == start)
    last_day = max(found.end for found in relation.lines if found.quarter == before)
    stops = dict(relation.stops)
    on = (found for found in relation.lines if found.start <= last_day <= found.end)
    return tuple(found for found in on if stops.get(found, OPEN) >= first_day)


def _continues(relation: Relation, after: int | None, last_day: int) -> bool:
    """Without Dimona, a gap is one only when an occupation declared after it began before."""
    if not relation.is_assumed or after is None:
        return True
    return min(found.begins for found in relation.lines if found.quarter == after) <= last_day


def _covers(relation: Relation, first_day: int, last_day: int) -> bool:
    return relation.start <= last_day and relation.end >= first_day


def _months_of(quarter: int) -> list[tuple[int, int]]:
    year, number = divmod(quarter, 4)
    return [(year, number * 3 + each) for each in (1, 2, 3)]


def _hours_shares(relation: Relation, year: int) -> tuple[Share, ...]:
    """Flexi-jobs and students: each declared quarter counts three months at its hours' rate."""
    lines = [found for found in relation.lines if found.quarter // 4 == year]
    found_shares = []
    for strand in sorted(set(map(strand_of, lines))):
        own = [each for each in lines if strand_of(each) == strand]
        months = tuple(
            Month(month, _hours_rate(own, quarter_of(year, month)), Basis.DECLARED)
            for month in _MONTHS
            if any(found.quarter == quarter_of(year, month) for found in own)
        )
        found_shares.append(share_of(*strand, months, relation.kind))
    return tuple(found_shares)


def _hours_rate(lines: list[Line], quarter: int) -> Fraction:
    days = (hours_as_days(found) for found in lines if found.quarter == quarter)
    return min(Fraction(1), sum(days, Fraction(0)) / quarter_days(quarter))
