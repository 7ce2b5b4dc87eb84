"""A of every employer and joint committee of a run, each looked up once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from fla_batch.rights.column_rights import fits
from fla_batch.rights.factor import Factor, factor_a
from fla_batch.rights.law import Law
from fla_batch.rights.request import Request
from fla_batch.rights.right import plain_text
from fla_batch.rights.sizes import Sizes
from fla_batch.rights.workers import is_company

PlainFactor = tuple[str, str, str, str, int, int, bool, str]


class LookedUp(NamedTuple):
    """A by employer and joint committee, and how many workers it is unsure for."""

    factors: dict[tuple[str, str], Factor]
    unsure: Counter[tuple[str, str]]


@dataclass(slots=True)
class FactorBook:
    """`unsure` counts the workers for whom A is not certain, by committee and size class."""

    law: Law
    request: Request
    sizes: Sizes
    unsure: Counter[tuple[str, str]] = field(default_factory=Counter)
    _factors: dict[tuple[str, str], Factor] = field(default_factory=dict)

    def known(self) -> Iterator[tuple[str, Factor]]:
        """Each committee and A that was looked up."""
        for (_, committee), factor in self._factors.items():
            yield committee, factor

    def alone(self, sizes: Sizes) -> FactorBook:
        """The same for a part of the workers, with the sizes that are looked at there."""
        return FactorBook(self.law, self.request, sizes)

    def looked_up(self) -> LookedUp:
        """What was looked up, and for how many it is not certain."""
        return LookedUp(self._factors, self.unsure)

    def join(self, found: LookedUp) -> None:
        """Take over what was looked up for a part of the workers."""
        self.unsure.update(found.unsure)
        self._factors.update(found.factors)

    def counted(self, employer: str, committee: str, size: Fraction) -> Factor:
        """A for one more worker."""
        found = self._factor(employer, committee, size)
        if found.is_unsure:
            self.unsure[committee, found.size_class.name] += 1
        return found

    def table(self, shares: pl.DataFrame) -> pl.DataFrame:
        """Size and A of each employer and joint committee, where they are days and nothing else."""
        schema = {
            **dict.fromkeys(("employer", "joint_committee", "size", "a_text"), pl.String),
            **dict.fromkeys(("a", "a_of"), pl.Int64),
            "unsure": pl.Boolean,
            "size_class": pl.String,
        }
        known = shares.select("employer", "joint_committee").unique().iter_rows()
        found = (self._row(employer, committee) for employer, committee in known)
        rows = [row for row in found if row is not None]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _row(self, employer: str, committee: str) -> PlainFactor | None:
        """Size and A of an employer and committee; None where they need more words."""
        size = self.sizes.of(employer)
        if size is None or not is_company(employer):
            return None
        factor = self._factor(employer, committee, size.value)
        a = factor.days
        if a is None or factor.supplement or not fits(a.numerator, a.denominator):
            return None
        row = (employer, committee, plain_text(size.value), plain_text(a))
        return (*row, a.numerator, a.denominator, factor.is_unsure, factor.size_class.name)

    def _factor(self, employer: str, committee: str, size: Fraction) -> Factor:
        key = (employer, committee)
        if key not in self._factors:
            outside = employer in self.request.outside_law
            self._factors[key] = factor_a(
                self.law, self.request.sectors, size, committee, outside_law=outside
            )
        return self._factors[key]
