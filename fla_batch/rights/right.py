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
from fla_batch.rights.relation import EmploymentStanding
from fla_batch.rights.share import Share
from fla_batch.rights.size import Size

_DAYS_A_WEEK = 5
_CACHED_AMOUNTS = 100_000


class Amounts(NamedTuple):
    """A right in every form that is shown: hours exact and in hundredths, and texts.

    `bc` and `days` are texts with six decimals, `hours_hm` is like `22h39`. There are no days
    where the sector gives hours.
    """

    hours: Fraction
    bc: str
    days: str
    hours_centi: int
    hours_hm: str


class CommitteeRight(NamedTuple):
    """The right of one worker under one joint committee, exact, with its explanation.

    Each share has its full-time week: the employer's most frequent one where none was declared.
    """

    joint_committee: str
    factor: Factor
    shares: tuple[Share, ...]

    @property
    def bc(self) -> Fraction:
        """B x C, from 0 to 1: that of all shares together."""
        return sum((share.bc for share in self.shares), Fraction(0))

    @property
    def regime_centi(self) -> int:
        """The longest full-time week, in hundredths of an hour."""
        return max(share.regime_centi for share in self.shares)

    @property
    def assumed(self) -> bool:
        """True when nothing was declared yet, so that committee and regime are the usual ones."""
        return any(share.is_new for share in self.shares)

    @property
    def amounts(self) -> Amounts:
        """The legal right."""
        return self._amounts(self.factor.days, self.factor.hours)

    @property
    def supplement(self) -> Amounts | None:
        """What the sector adds below 10 workers, which is no legal right."""
        added = self.factor.supplement
        return None if added is None else self._amounts(added.days, added.hours)

    def _amounts(self, days: Fraction | None, hours: Fraction | None) -> Amounts:
        strands = tuple((share.bc, share.regime_centi) for share in self.shares)
        if hours is not None:
            return _amounts_of_hours(hours, strands)
        return _amounts_of_days(days or Fraction(0), strands)


class WorkerRight(NamedTuple):
    """The right of one worker with one employer in a year: the sum over the joint committees."""

    company_id: str
    inss: str
    calendar_year: int
    standing: EmploymentStanding
    size: Size
    committees: tuple[CommitteeRight, ...]

    @property
    def hours(self) -> Fraction:
        """Hours of all joint committees, exact."""
        if len(self.committees) == 1:
            return self.committees[0].amounts.hours
        return sum((each.amounts.hours for each in self.committees), Fraction(0))


Strands = tuple[tuple[Fraction, int], ...]


@lru_cache(maxsize=_CACHED_AMOUNTS)
def _amounts_of_days(a: Fraction, strands: Strands) -> Amounts:
    """Days that each strand turns into hours by its own week; few differ in a run."""
    share = sum((bc for bc, _ in strands), Fraction(0))
    hours = sum((hours_of(a * bc, regime) for bc, regime in strands), Fraction(0))
    return _shown(share, a * share, hours)


@lru_cache(maxsize=_CACHED_AMOUNTS)
def _amounts_of_hours(a: Fraction, strands: Strands) -> Amounts:
    """A given as hours of a full-timer: they are not turned into days and back."""
    share = sum((bc for bc, _ in strands), Fraction(0))
    return _shown(share, None, a * share)


def _shown(share: Fraction, days: Fraction | None, hours: Fraction) -> Amounts:
    return Amounts(
        hours,
        decimal_text(share, 6),
        "" if days is None else decimal_text(days, 6),
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


def factor_text(days: Fraction | None, hours: Fraction | None) -> str:
    """A as it is given: days, or hours where the sector counts so.

    >>> factor_text(Fraction(5, 2), None), factor_text(None, Fraction(32))
    ('2.5', '32h')
    """
    return plain_text(days or Fraction(0)) if hours is None else f"{plain_text(hours)}h"


@lru_cache(maxsize=_CACHED_AMOUNTS)
def _plain_text(top: int, bottom: int) -> str:
    return decimal_text(Fraction(top, bottom), 4).rstrip("0").rstrip(".")
