"""What a history comes to on a day, whoever the employer is: B x C of all that runs."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from fla_batch.rights.occupation import History, Kind
from fla_batch.rights.quarters import quarter_of, quarter_of_day, year_bounds
from fla_batch.rights.relation import EmploymentStanding, Relation, relations, standing
from fla_batch.rights.segments import segments_of, whole_rate
from fla_batch.rights.share import Basis, Share, held_to_one, recent, share_of, shares

_CACHED_OUTCOMES = 50_000


class Outcome(NamedTuple):
    """B x C per strand, with what must be said of it.

    `concerned` is false when no day of the history lies in the year. `undeclared` is the first
    quarter of a running relation without any line. `projected` are the quarters without lines
    that were projected from others. `reduced` says that parallel lines came to more than full
    time together.
    """

    standing: EmploymentStanding
    concerned: bool
    shares: tuple[Share, ...]
    undeclared: int | None = None
    projected: tuple[tuple[int, Basis], ...] = ()
    reduced: bool = False


@lru_cache(maxsize=_CACHED_OUTCOMES)
def outcome(history: History, day: int, year: int) -> Outcome:
    """B x C of every relation that runs on `day`; a share of 0 when none does."""
    where = standing(history.lines, history.periods, day)
    if where is not EmploymentStanding.EMPLOYED:
        return Outcome(where, _touches(history, year), _nothing(history))
    running = relations(history.lines, history.periods, day)
    of_year = [recent(relation, year) for relation in running]
    apart = tuple(share for relation in of_year for share in shares(relation, year))
    found = held_to_one(apart)
    return Outcome(
        where,
        concerned=True,
        shares=found or _nothing(history),
        undeclared=_undeclared(running),
        projected=_projected(apart, year),
        reduced=found != apart or any(_exceeds(relation, year) for relation in of_year),
    )


def _undeclared(running: list[Relation]) -> int | None:
    starts = [relation.start for relation in running if not relation.lines]
    return quarter_of_day(min(starts)) if starts else None


def _projected(found: tuple[Share, ...], year: int) -> tuple[tuple[int, Basis], ...]:
    quarters = {
        (quarter_of(year, month.month), month.basis)
        for share in found
        if not share.is_new
        for month in share.months
        if month.basis is not Basis.DECLARED
    }
    return tuple(sorted(quarters))


def _exceeds(relation: Relation, year: int) -> bool:
    """True when ordinary lines of a day in the year come to more than full time together."""
    if relation.kind != Kind.ORDINARY or len(relation.lines) < 2:
        return False
    first, _ = year_bounds(year)
    own = tuple(found for found in relation.lines if found.end >= first)
    return any(whole_rate(each.lines) > 1 for each in segments_of(own))


def _nothing(history: History) -> tuple[Share, ...]:
    """A share of 0 for each joint committee of the last quarter declared, if any."""
    newest = max((line.quarter for line in history.lines), default=0)
    last = sorted(
        (line.joint_committee, line.regime_centi)
        for line in history.lines
        if line.quarter == newest
    )
    return tuple(
        share_of(committee or None, regime, (), Kind.ORDINARY)
        for committee, regime in dict(last).items()
    ) or (share_of(None, 0, (), Kind.ORDINARY),)


def _touches(history: History, year: int) -> bool:
    """True when a period or a line has a day in the year."""
    first, last = year_bounds(year)
    days = [(line.start, line.end) for line in history.lines]
    days += [(period.start, period.end) for period in history.periods]
    return any(start <= last and end >= first for start, end in days)
