"""Size of an employer, in FTE, for a period of two years (rights document 2.2.1).

The mean over the reference quarters in which the employer declared someone. Without any of
them: the head count on the last day of the first later quarter with employment.

>>> from fla_batch.rights.law import law_of
>>> census = Census()
>>> for quarter, fte in ((8091, 12), (8092, 9), (8094, 9)):
...     census.add_fte(quarter, Fraction(fte))
>>> size = size_of(census, law_of(2024))
>>> str(size.value), [quarter_text(quarter) for quarter, _ in size.quarters]
('10', ['2022Q4', '2023Q1', '2023Q3'])
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from fla_batch.rights.fte import ftes
from fla_batch.rights.law import Law
from fla_batch.rights.occupation import History
from fla_batch.rights.quarters import quarter_end, quarter_text

_CACHED_HISTORIES = 50_000


class SizeBasis(StrEnum):
    """How a size came about."""

    REFERENCE = "reference"
    HEAD_COUNT = "head-count"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class Size:
    """The size in FTE (exact, 0 or more) with the sums that it comes from.

    `quarters` pairs each counted quarter with its FTE, or the one quarter with its head count.
    `frozen` is true when the ledger gave it.
    """

    value: Fraction
    basis: SizeBasis
    quarters: tuple[tuple[int, Fraction], ...] = ()
    fingerprint: str = ""
    frozen: bool = False


@dataclass(slots=True)
class Census:
    """What one employer's lines add up to. Adding workers in another order changes nothing.

    `workers` counts who had a line in a reference quarter, `unheard` those whom Dimona shows in
    one and of whom no line was given.
    """

    fte: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    workers: Counter[int] = field(default_factory=Counter)
    unheard: Counter[int] = field(default_factory=Counter)
    heads: Counter[int] = field(default_factory=Counter)
    employment: set[int] = field(default_factory=set)

    def add_fte(self, quarter: int, fte: Fraction, workers: int = 1) -> None:
        """The FTE of so many workers in a reference quarter. Numerators add up per denominator."""
        self.add_sum(quarter, fte * workers, workers)

    def add_sum(self, quarter: int, fte: Fraction, workers: int) -> None:
        """The FTE that so many workers have together in a reference quarter."""
        self.fte[quarter][fte.denominator] += fte.numerator
        self.workers[quarter] += workers

    def quarters(self) -> tuple[tuple[int, Fraction], ...]:
        """The FTE of each reference quarter with a line, in order."""
        return tuple(
            (quarter, sum((Fraction(top, bottom) for bottom, top in parts.items()), Fraction(0)))
            for quarter, parts in sorted(self.fte.items())
        )


def count_reference(census: Census, history: History, workers: int, law: Law) -> None:
    """Add workers with one history to the census: their FTE in the reference quarters.

    Lines before the first of these say what rate was last known, those after the last one where
    an agency worker's weekend ends.
    """
    for quarter, fte in _reference(history, law.reference_quarters):
        census.add_fte(quarter, fte, workers)


@lru_cache(maxsize=_CACHED_HISTORIES)
def _reference(history: History, quarters: tuple[int, ...]) -> tuple[tuple[int, Fraction], ...]:
    return ftes(history.lines, quarters)


def count_heads(census: Census, history: History, workers: int, law: Law) -> None:
    """Add workers with one history to the heads on the last day of each later quarter."""
    later = [found for found in history.lines if found.quarter in law.later_quarters]
    census.employment.update(found.quarter for found in later)
    for quarter in {found.quarter for found in later if found.end == quarter_end(found.quarter)}:
        census.heads[quarter] += workers


def size_of(census: Census, law: Law) -> Size | None:
    """The employer's size, None when nothing says it: no line in or after the reference period."""
    if census.fte:
        quarters = census.quarters()
        mean = sum((fte for _, fte in quarters), Fraction(0)) / len(quarters)
        counted = [(quarter_text(q), str(fte), census.workers[q]) for q, fte in quarters]
        return Size(mean, SizeBasis.REFERENCE, quarters, _fingerprint(law, counted))
    if not census.employment:
        return None
    first = min(census.employment)
    heads = Fraction(census.heads[first])
    fingerprint = _fingerprint(law, [(quarter_text(first), "heads", str(heads))])
    return Size(heads, SizeBasis.HEAD_COUNT, ((first, heads),), fingerprint)


def _fingerprint(law: Law, counted: Sequence[tuple[object, ...]]) -> str:
    """The digest of what a size comes from (decision 1606)."""
    return hashlib.sha256(repr((law.period, counted)).encode()).hexdigest()
