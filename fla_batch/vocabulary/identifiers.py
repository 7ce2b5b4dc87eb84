"""INSS (national or BIS number) and company number (KBO/BCE), over python-stdnum.

The INSS is issued by the National Register or, as BIS number, by the Crossroads Bank for
Social Security; the company number by the Crossroads Bank for Enterprises. Both end with two
check digits modulo 97. A JSON number loses leading zeros, so the compact forms are padded
(REST manual 3.3.3.1 A and B).

>>> compact_inss("81.51.17-165.25"), compact_company_id("BE 880.820.673")
('81511716525', '0880820673')
>>> is_valid_inss("81511716525"), is_valid_company_id("0880820673")
(True, True)
>>> mask_text("INSS 81.51.17-165.25 refused")
'INSS *********25 refused'
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = re.compile(r"[\s.\-/]")
# As people write it: 81.51.17-165.25, with or without any of its separators.
_GAP = r"[\s.\-/]{0,3}"
_ELEVEN_DIGITS = re.compile(
    r"(?<![0-9])" + _GAP.join(f"[0-9]{{{count}}}" for count in (2, 2, 2, 3, 2)) + r"(?![0-9])"
)
_PLAIN_INSS = r"^\d{11}$"
# A JSON number of somebody born in 2000 loses three zeros and more.
_SHORTEST_INSS = 7
# A number that went through a float, as data tools write it: 80010100107.0
_FLOAT = re.compile(r"([0-9]{7,11})[.,]0+")


def compact_inss(text: str) -> str:
    """Without separators, lost zeros put back. Never raises; may still be invalid.

    >>> compact_inss("10100105"), compact_inss("80010100107.0")
    ('00010100105', '80010100107')
    """
    bare = _without_separators(text)
    lost_zeros = bare.isascii() and bare.isdigit() and _SHORTEST_INSS <= len(bare) < 11
    return bare.zfill(11) if lost_zeros else bare


def compact_noss(text: str) -> str:
    """An NSSO number without separators and leading zeros; empty when it is 0.

    >>> compact_noss("012-345678"), compact_noss("000")
    ('12345678', '')
    """
    return _without_separators(text).lstrip("0")


def _without_separators(text: str) -> str:
    whole = _FLOAT.fullmatch(text.strip())
    return whole[1] if whole else _SEPARATORS.sub("", text)


def is_valid_inss(inss: str) -> bool:
    """True when `inss` is 11 digits with right check digits, as national or BIS number.

    Numbers of people born in 2000 or later are checked with a 2 before them. python-stdnum
    accepts that form only for years that have begun, which is the one place where the clock
    has a say.

    >>> is_valid_inss("70081500504"), is_valid_inss("00010100105"), is_valid_inss("00010100181")
    (True, True, False)
    """
    from stdnum.be import ssn

    return len(inss) == 11 and inss.isascii() and inss.isdigit() and bool(ssn.is_valid(inss))


def mask_inss(inss: str) -> str:
    """All but the last two digits hidden, for messages and logs.

    >>> mask_inss("81511716525")
    '*********25'
    """
    return "*" * max(len(inss) - 2, 0) + inss[-2:]


def mask_text(text: str) -> str:
    """`text` with everything that looks like an INSS masked."""
    return _ELEVEN_DIGITS.sub(lambda match: mask_inss(_SEPARATORS.sub("", match[0])), text)


def compact_company_id(text: str) -> str:
    """Without separators and BE, 9 digits padded to 10. Never raises; may still be invalid.

    >>> compact_company_id("880820673.0")
    '0880820673'
    """
    bare = _without_separators(text).upper().removeprefix("BE")
    return bare.zfill(10) if bare.isascii() and bare.isdigit() and len(bare) == 9 else bare


@lru_cache(10_000)  # an employer stands in many declarations
def is_valid_company_id(company_id: str) -> bool:
    """True when `company_id` is 10 digits, starts with 0 or 1 and has right check digits.

    >>> is_valid_company_id("0880820674"), is_valid_company_id("880820673")
    (False, False)
    """
    from stdnum.be import vat

    return len(company_id) == 10 and company_id[0] in "01" and bool(vat.is_valid(company_id))


def inss_column(cells: pl.Series) -> pl.Series:
    """Every number compact, as `compact_inss` makes it, once for each text that is not so yet."""
    odd = cells.filter(~cells.str.contains(_PLAIN_INSS)).unique().drop_nulls().to_list()
    return cells.replace({text: compact_inss(text) for text in odd}) if odd else cells


def has_inss_check_digits(column: str) -> pl.Expr:
    """True for 11 digits whose last two fit, of a birth before 2000 or after; null for others.

    Cautious: the day of birth is not looked at, nor the year, as `is_valid_inss` does.
    """
    import polars as pl

    digits = pl.when(pl.col(column).str.contains(_PLAIN_INSS)).then(pl.col(column))
    number = digits.cast(pl.Int64)
    body, check = number // 100, number % 100
    return (check == 97 - body % 97) | (check == 97 - (body + 2_000_000_000) % 97)
