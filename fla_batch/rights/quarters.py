"""Quarters and days as whole numbers.

A quarter is year x 4 + (number - 1), so that the next one is one more. A day is Python's
ordinal (1 January of year 1 is 1). Whole numbers because a run looks at millions of them.

>>> quarter_text(parse_quarter("2024Q1")), quarter_text(parse_quarter("20244") + 1)
('2024Q1', '2025Q1')
>>> quarter_days(parse_quarter("2024Q1")), quarter_days(parse_quarter("2023Q1"))
(91, 90)
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

# Q (English), T (French) and K (Dutch) are the letters in use. The number before the year needs a
# letter or a separator; 2024-01 may be a month and is no quarter.
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)[ ./-]?[QTK]?([1-4])")
_NUMBER_FIRST = re.compile(
    r"(?:([1-4])[ ./-]|([1-4])[QTK][ ./-]?|[QTK]([1-4])[ ./-]?)((?:19|20)\d\d)"
)
_IN_WORDS = re.compile(
    r"\s*(?:ER|E|[EÈ]ME|STE|DE|ST|ND|RD|TH)?\s*\b(?:TRIMESTRE|TRIM|KWARTAAL|KWART|QUARTER)\.?\s*"
)
_FLOAT = re.compile(r"\.0+$")
OPEN = date.max.toordinal()  # the end of what has no end
LAST_QUARTER = date.max.year * 4 + 3  # likewise


def parse_quarter(text: str) -> int:
    """A quarter in any form that fits only one. Raises ValueError for anything else.

    >>> forms = "2024Q1 20241 2024/1 2024-1 1Q2024 2024T1 2024K1 1/2024 q1/2024 20241.0".split()
    >>> {quarter_text(parse_quarter(form)) for form in [*forms, "Q1 2024", "2024 Q1"]}
    {'2024Q1'}
    >>> words = ("1er trimestre 2024", "1e kwartaal 2024", "trimestre 1 2024", "2024 trim. 1")
    >>> {quarter_text(parse_quarter(form)) for form in words}
    {'2024Q1'}
    """
    bare = _IN_WORDS.sub("Q", _FLOAT.sub("", text.strip().upper()))
    if found := _YEAR_FIRST.fullmatch(bare):
        return int(found[1]) * 4 + int(found[2]) - 1
    if found := _NUMBER_FIRST.fullmatch(bare):
        return int(found[4]) * 4 + int(found[1] or found[2] or found[3]) - 1
    raise ValueError(text)


def quarter_text(quarter: int) -> str:
    """The quarter as `2024Q1`."""
    return f"{quarter // 4}Q{quarter % 4 + 1}"


def quarter_of(year: int, month: int) -> int:
    """The quarter that holds a month (1 to 12)."""
    return year * 4 + (month - 1) // 3


def quarter_of_day(day: int) -> int:
    """The quarter that holds a day.

    >>> quarter_text(quarter_of_day(date(2024, 3, 31).toordinal()))
    '2024Q1'
    """
    found = date.fromordinal(day)
    return quarter_of(found.year, found.month)


@cache
def quarter_start(quarter: int) -> int:
    """First day of a quarter."""
    return date(quarter // 4, quarter % 4 * 3 + 1, 1).toordinal()


@cache
def quarter_end(quarter: int) -> int:
    """Last day of a quarter."""
    return quarter_start(quarter + 1) - 1


def quarter_days(quarter: int) -> int:
    """Calendar days of a quarter: 90, 91 or 92."""
    return quarter_end(quarter) - quarter_start(quarter) + 1


@cache
def month_bounds(year: int, month: int) -> tuple[int, int]:
    """First and last day of a month (1 to 12).

    >>> first, last = month_bounds(2024, 2)
    >>> last - first + 1
    29
    """
    first = date(year, month, 1).toordinal()
    following = date(year + month // 12, month % 12 + 1, 1).toordinal()
    return first, following - 1


@cache
def year_bounds(year: int) -> tuple[int, int]:
    """1 January and 31 December of a year."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
