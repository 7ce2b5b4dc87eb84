"""Rates day by day, without counting days one by one: lines cut where another begins or ends.

A strand is what has one joint committee and one full-time week: its days are turned into hours
together. Lines that run on one day never come to more than full time together: when they do, each
is reduced in proportion (decision 1603).
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from fla_batch.rights.occupation import Line


class Strand(NamedTuple):
    """A joint committee and a full-time week in hundredths of an hour (0 when not declared)."""

    joint_committee: str
    regime_centi: int


Rates = dict[Strand, Fraction]


def strand_of(line: Line) -> Strand:
    """The strand that a line is part of."""
    return Strand(line.joint_committee, line.regime_centi)


class Segment(NamedTuple):
    """Days from `start` up to before `stop` on which the same lines run, and their rates."""

    start: int
    stop: int
    rates: Rates
    lines: tuple[Line, ...]


def segments_of(lines: tuple[Line, ...]) -> list[Segment]:
    """The days on which any line runs, cut where a line begins or ends."""
    cuts = sorted({found.start for found in lines} | {found.end + 1 for found in lines})
    segments = []
    for start, stop in pairwise(cuts):
        on = tuple(found for found in lines if found.start <= start <= found.end)
        if on:
            segments.append(Segment(start, stop, rates_of(on), on))
    return segments


def whole_rate(lines: tuple[Line, ...]) -> Fraction:
    """The rates of lines that run on one day, together; above 1 for more than full time."""
    return sum((found.rate for found in lines), Fraction(0))


def rates_of(lines: tuple[Line, ...]) -> Rates:
    """Rate of each strand on a day on which these lines run; together at most 1.

    >>> from fla_batch.rights.occupation import full_time
    >>> both = (full_time, full_time._replace(joint_committee="227"))
    >>> [str(rate) for rate in rates_of(both).values()]
    ['1/2', '1/2']
    """
    if len(lines) == 1:
        (found,) = lines
        return {strand_of(found): found.rate}
    rates: Rates = defaultdict(Fraction)
    for found in lines:
        rates[strand_of(found)] += found.rate
    most = max(Fraction(1), whole_rate(lines))
    return {strand: rate / most for strand, rate in sorted(rates.items())}


def average_rates(segments: list[Segment], first: int, stop: int) -> Rates:
    """Each strand's rate, averaged over the days from `first` to before `stop` that are worked.

    With one segment the average is its rate, whatever the number of days.
    """
    if len(segments) == 1:
        return segments[0].rates
    days = [min(each.stop, stop) - max(each.start, first) for each in segments]
    weighted: Rates = defaultdict(Fraction)
    for each, count in zip(segments, days, strict=True):
        for strand, rate in each.rates.items():
            weighted[strand] += count * rate
    return {strand: total / sum(days) for strand, total in sorted(weighted.items())}
