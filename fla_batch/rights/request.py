"""What the user asks of a run, from the texts of the command line or of a caller.

>>> request = Request(as_of=date(2025, 2, 28), year=2024)
>>> date.fromordinal(request.day).isoformat()
'2024-12-31'
>>> merged_numbers(["0880820673=0403170701", "0403170701=206731645"])["0880820673"]
'0206731645'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from fla_batch.rights.quarters import parse_quarter, quarter_of, year_bounds
from fla_batch.rights.sector import SectorTable, sector_table
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.identifiers import compact_company_id, compact_noss, is_valid_company_id

_NOSS_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Request:
    """`declared_through` is the last quarter whose DmfA was known, None for all that is given.

    `stated` gives sizes per employer, `merged` the number that counts for a former one, and
    `outside_law` names employers outside the law of 5 December 1968. With `inss` only that
    worker's rights are computed (sizes still look at everyone).
    """

    as_of: date
    year: int
    declared_through: int | None = None
    stated: Mapping[str, Fraction] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    outside_law: frozenset[str] = frozenset()
    sectors: SectorTable = field(default_factory=sector_table)
    recompute_size: bool = False
    inss: str | None = None

    @property
    def day(self) -> int:
        """The date that counts: as-of, held within the year."""
        first, last = year_bounds(self.year)
        return min(max(self.as_of.toordinal(), first), last)

    @property
    def last_quarter(self) -> int:
        """The last quarter whose lines count for B x C."""
        end = quarter_of(self.year, 12)
        return end if self.declared_through is None else min(end, self.declared_through)


def declared_quarter(text: str | None) -> int | None:
    """`2024Q3` as quarter number. Raises UsageMistake."""
    try:
        return parse_quarter(text) if text else None
    except ValueError as mistake:
        raise UsageMistake(f"{text} is no quarter; write it as 2024Q3.") from mistake


def stated_sizes(texts: Iterable[str]) -> dict[str, Fraction]:
    """`COMPANYID=NUMBER`, the number 0 or more. Raises UsageMistake.

    >>> stated_sizes(["880820673=9,6"])
    {'0880820673': Fraction(48, 5)}
    """
    sizes = {}
    for company, text in _pairs(texts):
        try:
            size = Fraction(text.replace(",", "."))
        except (ValueError, ZeroDivisionError) as mistake:
            raise UsageMistake(f"{text} is no size of an employer; write a number.") from mistake
        if size < 0:
            raise UsageMistake(f"{text} is no size of an employer; it cannot be below 0.")
        sizes[company] = size
    return sizes


def merged_numbers(texts: Iterable[str]) -> dict[str, str]:
    """`OLD=NEW`, followed to the last number. OLD may be an NSSO number. Raises UsageMistake."""
    direct = {old: employer_number(new) for old, new in _pairs(texts)}
    last = {}
    for old in direct:
        new, seen = old, {old}
        while new in direct:
            new = direct[new]
            if new in seen:
                raise UsageMistake(f"The merged numbers lead in a circle at {new}.")
            seen.add(new)
        last[old] = new
    return last


def employer_number(text: str) -> str:
    """A company number in ten digits, or an NSSO number without leading zeros.

    What has a company number's check digits is one. Raises UsageMistake for neither.

    >>> employer_number("0880.820.673"), employer_number("880820673"), employer_number("012345")
    ('0880820673', '0880820673', '12345')
    """
    company = compact_company_id(text)
    if is_valid_company_id(company):
        return company
    noss = compact_noss(text)
    if not (noss.isascii() and noss.isdigit() and len(noss) <= _NOSS_DIGITS):
        raise UsageMistake(f"{text} is neither a company number nor an NSSO number.")
    return noss


def _pairs(texts: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        left, equals, right = text.partition("=")
        if not (left.strip() and equals and right.strip()):
            raise UsageMistake(f"{text} is not of the form NUMBER=VALUE.")
        pairs.append((employer_number(left), right.strip()))
    return pairs
