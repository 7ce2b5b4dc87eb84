"""Rates day by day, without counting days one by one: lines cut where another begins or ends."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from fla_batch.rights.occupation import Line, full_rate


class Segment(NamedTuple):
    """Days from `start` up to before `stop` on which the same lines run, and their rates."""

    start: int
    stop: int
    rates: dict[str, Fraction]


def segments_of(lines: tuple[Line, ...]) -> list[Segment]:
    """The days on which any line runs, cut where a line begins or ends."""
    cuts = sorted({found.start for found in lines} | {found.end + 1 for found in lines})
    segments = []
    for start, stop in pairwise(cuts):
        on = [found for found in lines if found.start <= start <= found.end]
        if on:
            segments.append(Segment(start, stop, rates_of(on)))
    return segments


def rates_of(lines: list[Line]) -> dict[str, Fraction]:
    """Rate of each committee on a day on which these lines run."""
    if len(lines) == 1:
        return {lines[0].joint_committee: lines[0].rate}
    return {
        committee: full_rate(found for found in lines if found.joint_committee == committee)
        for committee in sorted({found.joint_committee for found in lines})
    }


def average_rates(segments: list[Segment], first: int, stop: int) -> dict[str, Fraction]:
    """Each committee's rate, averaged over the days from `first` to before `stop` that are worked.

    With one segment the average is its rate, whatever the number of days.
    """
    if len(segments) == 1:
        return segments[0].rates
    days = [min(each.stop, stop) - max(each.start, first) for each in segments]
    weighted: dict[str, Fraction] = defaultdict(Fraction)
    for each, count in zip(segments, days, strict=True):
        for committee, rate in each.rates.items():
            weighted[committee] += count * rate
    return {committee: total / sum(days) for committee, total in sorted(weighted.items())}
