"""What a workbook shows a number as: the number, a date, a time, or hours that go beyond a day.

A date is a number whose format has letters of days, months or years; times have letters of hours
or seconds, and `[h]` counts hours on beyond a day (ECMA-376, 18.8.30 and 18.8.31).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache

from fla_batch.tables.shown_numbers import Otherwise, odd_number, otherwise


class Shows(Enum):
    """How the number in a cell is to be read."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time of day"
    ELAPSED = "hours and minutes, beyond 24 hours too"


_BUILT_IN = {
    **dict.fromkeys((*range(14, 18), 22, *range(27, 37), *range(50, 59)), Shows.DATE),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), Shows.TIME),
    46: Shows.ELAPSED,
}
_BUILT_IN_CODES = {"9": "0%", "10": "0.00%"}
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SECONDS_A_DAY = 86_400
_LATEST = 2_958_466


def shows_of(number_format: str, codes: Mapping[str, str]) -> Shows | Otherwise:
    """What a format shows; `codes` are the workbook's own formats.

    >>> shows_of("14", {}), shows_of("164", {"164": "dd/mm/yyyy"}), shows_of("164", {"164": "0.00"})
    (<Shows.DATE: 'date'>, <Shows.DATE: 'date'>, <Shows.NUMBER: 'number'>)
    >>> shows_of("165", {"165": "[h]:mm"}), shows_of("165", {"165": 'h"h"mm'}).name
    (<Shows.ELAPSED: 'hours and minutes, beyond 24 hours too'>, 'TIME')
    """
    code = codes.get(number_format) or _BUILT_IN_CODES.get(number_format)
    if code is None:
        built_in = int(number_format) if number_format.isdigit() else 0
        return _BUILT_IN.get(built_in, Shows.NUMBER)
    return shows_of_code(code)


def shows_of_code(code: str) -> Shows | Otherwise:
    """As `shows_of`, of the format code itself.

    >>> shows_of_code("General"), shows_of_code("[$-80C]d mmmm yyyy;@").name
    (<Shows.NUMBER: 'number'>, 'DATE')
    >>> shows_of_code("0.0%").power, shows_of_code('0" %"').name
    (2, 'NUMBER')
    """
    section = code.partition(";")[0]
    letters = _NO_LETTERS.sub("", section).lower().replace("general", "")
    if "[h" in letters or "[m" in letters or "[s" in letters:
        return Shows.ELAPSED
    if "y" in letters or "d" in letters:
        return Shows.DATE
    if "h" in letters or "s" in letters:
        return Shows.TIME
    if "m" in letters:
        return Shows.DATE
    return otherwise(section) or Shows.NUMBER


@lru_cache(maxsize=50_000)
def text_of_number(text: str, shows: Shows | Otherwise, from_1904: bool) -> str:
    """The text of a table's cell for a number as the workbook holds it.

    >>> text_of_number("45327", Shows.DATE, False), text_of_number("43865.5", Shows.DATE, True)
    ('2024-02-05', '2024-02-05 12:00:00')
    >>> text_of_number("0.3166666667", Shows.TIME, False)
    '7:36:00'
    >>> text_of_number("1.5", Shows.ELAPSED, False)
    '36:00:00'
    >>> text_of_number("7.5999999999999996", Shows.NUMBER, False)
    '7.6'
    """
    if shows is Shows.NUMBER and text.isdigit() and len(text) < 16:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    if shows is Shows.NUMBER:
        return plain_number(number)
    if isinstance(shows, Otherwise):
        return odd_number(number, plain_number(number), shows)
    if not 0 <= number < _LATEST:
        return text
    is_time = shows is Shows.ELAPSED or number < 1
    return clock(number) if is_time else _day(number, from_1904)


def plain_number(number: float) -> str:
    """A number as text; three decimals get a fourth, so that nobody takes them for thousands.

    >>> plain_number(880820673.0), plain_number(7.333), plain_number(0.5)
    ('880820673', '7.3330', '0.5')
    """
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = format(number, ".15g")
    whole, _, decimals = text.partition(".")
    return f"{text}0" if len(decimals) == 3 and decimals.isdigit() and whole else text


def clock(days: float) -> str:
    """A fraction of a day as hours, minutes and seconds."""
    minutes, seconds = divmod(round(days * _SECONDS_A_DAY), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _day(number: float, from_1904: bool) -> str:
    # Excel takes 1900 for a leap year, so that its day 1 lies a day later than its later days say.
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30 if number >= 60 else 31)
    seconds = round(number % 1 * _SECONDS_A_DAY)
    moment = datetime(first.year, first.month, first.day) + timedelta(  # noqa: DTZ001
        days=int(number), seconds=seconds
    )
    return str(moment.date()) if moment.time() == datetime.min.time() else str(moment)
