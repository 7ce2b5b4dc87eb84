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
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from fla_batch.rights.fte import ftes
from fla_batch.rights.history import Line
from fla_batch.rights.law import Law
from fla_batch.rights.quarters import quarter_end, quarter_text

_FINGERPRINT_MODULUS = 1 << 256


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
    """What one employer's lines add up to. Adding workers in another order changes nothing."""

    fte: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    heads: Counter[int] = field(default_factory=Counter)
    employment: set[int] = field(default_factory=set)
    fingerprint: int = 0

    def add_fte(self, quarter: int, fte: Fraction) -> None:
        """One worker's FTE in a reference quarter. Numerators are added per denominator."""
        self.fte[quarter][fte.denominator] += fte.numerator

    def add_digest(self, text: str) -> None:
        """Add an input to the fingerprint, which is a sum and so blind to order."""
        digest = int.from_bytes(hashlib.sha256(text.encode()).digest())
        self.fingerprint = (self.fingerprint + digest) % _FINGERPRINT_MODULUS


def count_worker(census: Census, inss: str, lines: list[Line], law: Law) -> None:
    """Add one worker to the employer's census: FTE of the reference quarters, heads of later ones.

    Lines before the reference quarters say what rate was last known.
    """
    reference = law.reference_quarters
    early = tuple(sorted(found for found in lines if found.quarter <= reference[-1]))
    counted = ftes(early, reference) if early else ()
    for quarter, fte in counted:
        census.add_fte(quarter, fte)
    if counted:
        census.add_digest(f"{inss}{early}")
    later = [found for found in lines if found.quarter in law.later_quarters]
    census.employment.update(found.quarter for found in later)
    present = {found.quarter for found in later if found.end == quarter_end(found.quarter)}
    census.heads.update(present)


def size_of(census: Census, law: Law) -> Size | None:
    """The employer's size, None when nothing says it: no line in or after the reference period."""
    if census.fte:
        quarters = tuple(
            (
                quarter,
                sum((Fraction(top, bottom) for bottom, top in parts.items()), Fraction(0)),
            )
            for quarter, parts in sorted(census.fte.items())
        )
        mean = sum((fte for _, fte in quarters), Fraction(0)) / len(quarters)
        return Size(mean, SizeBasis.REFERENCE, quarters, f"{census.fingerprint:064x}")
    if not census.employment:
        return None
    first = min(census.employment)
    heads = Fraction(census.heads[first])
    text = f"head count {quarter_text(first)} {heads} {law.period}"
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Size(heads, SizeBasis.HEAD_COUNT, ((first, heads),), fingerprint)
