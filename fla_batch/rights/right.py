"""The right itself: days = A x B x C, hours = days x regime / 5; rounded once (2.4 and 3.4).

>>> legal = Fraction(5) * Fraction(8, 10)
>>> hours = hours_of(legal, 3800)
>>> hours_centi(hours), hours_text(hours), decimal_text(Fraction(149, 250), 3)
(3040, '30h24', '0.596')
>>> hours_text(Fraction(22657, 1000)), hours_centi(Fraction(22655, 1000))
('22h39', 2266)
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import NamedTuple

from fla_batch.rights.factor import Factor
from fla_batch.rights.relation import Standing
from fla_batch.rights.share import Share
from fla_batch.rights.size import Size

_DAYS_A_WEEK = 5
_CACHED_AMOUNTS = 100_000


class Amounts(NamedTuple):
    """A right in every form that is shown: exact, hundredths of an hour, and texts.

    `bc` and `days` are texts with six decimals, `hours_hm` is like `22h39`.
    """

    days_exact: Fraction
    hours: Fraction
    bc: str
    days: str
    hours_centi: int
    hours_hm: str


class CommitteeRight(NamedTuple):
    """The right of one worker under one joint committee, exact, with its explanation.

    `bc` lies from 0 to 1; `regime_centi` is the full-time week in hundredths of an hour.
    `assumed` is true when nothing was declared yet, so that committee and regime are the
    employer's most frequent ones.
    """

    joint_committee: str
    factor: Factor
    bc: Fraction
    regime_centi: int
    shares: tuple[Share, ...]
    assumed: bool = False

    @property
    def amounts(self) -> Amounts:
        days = self.factor.days
        return _amounts(
            days.numerator,
            days.denominator,
            self.bc.numerator,
            self.bc.denominator,
            self.regime_centi,
        )


class WorkerRight(NamedTuple):
    """The right of one worker with one employer in a year: the sum over the joint committees."""

    company_id: str
    inss: str
    calendar_year: int
    standing: Standing
    size: Size
    committees: tuple[CommitteeRight, ...]

    @property
    def hours(self) -> Fraction:
        """Hours of all joint committees, exact."""
        if len(self.committees) == 1:
            return self.committees[0].amounts.hours
        return sum((each.amounts.hours for each in self.committees), Fraction(0))


@lru_cache(maxsize=_CACHED_AMOUNTS)
def _amounts(a: int, a_of: int, bc: int, bc_of: int, regime_centi: int) -> Amounts:
    """The amounts of A = a / a_of and B x C = bc / bc_of; few differ in a run, hence the cache."""
    share = Fraction(bc, bc_of)
    days = Fraction(a, a_of) * share
    hours = hours_of(days, regime_centi)
    return Amounts(
        days,
        hours,
        decimal_text(share, 6),
        decimal_text(days, 6),
        hours_centi(hours),
        hours_text(hours),
    )


def hours_of(days: Fraction, regime_centi: int) -> Fraction:
    """Hours that a number of days stands for, in a full-time week of `regime_centi`."""
    return days * regime_centi / (100 * _DAYS_A_WEEK)


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up. `value` is not negative."""
    return floor(value + Fraction(1, 2))


def hours_centi(hours: Fraction) -> int:
    """Hundredths of an hour, as the declaration takes them."""
    return half_up(hours * 100)


def hours_text(hours: Fraction) -> str:
    """Hours and whole minutes, as people read them."""
    full, minutes = divmod(half_up(hours * 60), 60)
    return f"{full}h{minutes:02d}"


def decimal_text(value: Fraction, places: int) -> str:
    """A number with so many decimals, half up. `places` is 1 or more."""
    full, rest = divmod(half_up(value * 10**places), 10**places)
    return f"{full}.{rest:0{places}d}"


def plain_text(value: Fraction) -> str:
    """A number without needless decimals, at most four: `5`, `2.5`.

    >>> plain_text(Fraction(5)), plain_text(Fraction(5, 2))
    ('5', '2.5')
    """
    return _plain_text(value.numerator, value.denominator)


@lru_cache(maxsize=_CACHED_AMOUNTS)
def _plain_text(top: int, bottom: int) -> str:
    return decimal_text(Fraction(top, bottom), 4).rstrip("0").rstrip(".")
