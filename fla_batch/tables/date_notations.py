"""Dates as people and programs write them: the day first, as in Belgium, or the year first.

Serial numbers of a spreadsheet count days since 30 December 1899, or since 1 January 1904 in
workbooks that began on a Mac; both are the dates that the program would show.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from fla_batch.tables.numbers import whole_number
from fla_batch.tables.values import Mistake, Tolerated, shown

_TIME = (
    r"(?:[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?"
    r"\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2}|[a-z]+)\.?\s*[-/. ]\s*'?([0-9]{2})")
_IN_WORDS = re.compile(
    r"(?:[a-z]+\.?,? +)?([0-9]{1,2})(?:er|ste|de|e|st|nd|rd|th|\.)?"
    r"[ -]+([a-z]+)\.?,?[ -]+([0-9]{4})"
)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]+))?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?)?")
_MONTHS = (
    ("january", "janvier", "januari", "januar", "jan"),
    ("february", "fevrier", "februari", "februar", "feb", "fev", "fevr"),
    ("march", "mars", "maart", "marz", "mar", "mrt"),
    ("april", "avril", "apr", "avr"),
    ("may", "mai", "mei"),
    ("june", "juin", "juni", "jun"),
    ("july", "juillet", "juli", "jul", "juil"),
    ("august", "aout", "augustus", "aug"),
    ("september", "septembre", "sep", "sept"),
    ("october", "octobre", "oktober", "oct", "okt"),
    ("november", "novembre", "nov"),
    ("december", "decembre", "dezember", "dec", "dez"),
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_HAS_DAY = re.compile(r"[0-9]+[-/.][0-9]+[-/.][0-9]+")
_EMPTY_DECIMALS = re.compile(r"(?<=^[0-9]{4})[.,]0+$")
_FIRST_DAY, _FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
_FIRST_SHORT_YEAR = 1951
"""Of the hundred years that two digits can stand for; nobody at work began before."""
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 1, 1)


def iso_date(text: str) -> date | Mistake:
    """A date as JSON writes it.

    >>> iso_date("2024-02-29"), iso_date("2023-02-29").rule
    (datetime.date(2024, 2, 29), 'not-a-date')
    """
    found = _ISO.fullmatch(text)
    if found is None:
        return Mistake("not-a-date", shown(text), text="unreadable-date")
    return _existing(text, found[1], found[2], found[3])


def any_date(text: str) -> date | Tolerated | Mistake:
    """A date as a table writes it; a bare serial number is one too, and said.

    >>> any_date("05/02/2024") == any_date("2024-02-05T00:00:00Z") == any_date("5 février 2024")
    True
    >>> any_date("5 februari 2024") == any_date("05.02.2024") == any_date("45327").value
    True
    >>> any_date("2024-02-05 13:30:00").rule, any_date("31/02/2024").text
    ('date-with-time', None)
    >>> any_date("2/13/2024").text, any_date("5/2/24").text
    ('month-first', 'short-year')
    """
    return _any_date(text, _FIRST_DAY)


def any_date_1904(text: str) -> date | Tolerated | Mistake:
    """As `any_date`, for a workbook whose days are counted from 1904.

    >>> any_date_1904("43865").value
    datetime.date(2024, 2, 5)
    """
    return _any_date(text, _FIRST_DAY_1904)


def any_date_month_first(text: str) -> date | None:
    """What a date in digits is when its month stands where the day should.

    >>> any_date_month_first("2/13/2024"), any_date_month_first("2024-13-02")
    (datetime.date(2024, 2, 13), datetime.date(2024, 2, 13))
    """
    if found := _YEAR_FIRST.fullmatch(text):
        turned = _existing(text, found[1], found[3], found[2])
    elif found := _DAY_FIRST.fullmatch(text):
        turned = _existing(text, found[3], found[1], found[2])
    else:
        return None
    return turned if isinstance(turned, date) else None


def with_short_year(text: str) -> tuple[date, ...]:
    """What a date with a year of two digits may be: the day first, between dashes the year too.

    >>> [f"{day:%d/%m/%Y}" for day in with_short_year("24-02-05")]
    ['24/02/2005', '05/02/2024']
    >>> [str(day) for text in ("5/2/24", "2.13.'24", "5 févr. 24") for day in with_short_year(text)]
    ['2024-02-05', '2024-02-13', '2024-02-05']
    >>> with_short_year("31/02/24"), with_short_year("05/02/2024")
    ((), ())
    """
    found = _SHORT_YEAR.fullmatch(_bare(text).replace("’", "'"))
    if found is None:
        return ()
    first, middle, last = found.groups()
    month = str(_MONTH_OF.get(middle, middle))
    orders = [(last, month, first)]
    if "-" in text and middle.isdigit():
        orders.append((first, month, last))
    days = [day for order in orders if isinstance(day := _short(*order), date)]
    turned = _short(last, first, month)
    return tuple(dict.fromkeys(days)) or ((turned,) if isinstance(turned, date) else ())


def in_full(days: Iterable[date]) -> str:
    """Dates as a person should write them.

    >>> in_full(with_short_year("24-02-05"))
    '24/02/2005, 05/02/2024'
    """
    return ", ".join(f"{day:%d/%m/%Y}" for day in days)


def _short(year: str, month: str, day: str) -> date | Mistake:
    whole = _FIRST_SHORT_YEAR + (int(year) - _FIRST_SHORT_YEAR) % 100
    return _existing("", str(whole), month, day) if month.isdigit() else Mistake("not-a-date", "")


def calendar_year(text: str) -> int | Tolerated | Mistake:
    """A year, also as a number with empty decimals; of a cell that holds a date, its year.

    >>> calendar_year("2024"), calendar_year("2024,00"), calendar_year("2024-01-01").value
    (2024, 2024, 2024)
    >>> calendar_year("2024,5").rule, calendar_year("45327")
    ('not-whole', 45327)
    """
    day = any_date(text) if _HAS_DAY.fullmatch(text) else None
    if isinstance(day, date):
        return Tolerated(day.year, "read-as", shown(text), {"read": day.year})
    return whole_number(_EMPTY_DECIMALS.sub("", text))


def _any_date(text: str, first_day: date) -> date | Tolerated | Mistake:
    if found := _YEAR_FIRST.fullmatch(text):
        return _with_time(text, _existing(text, found[1], found[2], found[3]), found[4])
    if found := _DAY_FIRST.fullmatch(text):
        return _with_time(text, _day_first(text, found[3], found[2], found[1]), found[4])
    if found := _COMPACT.fullmatch(text):
        return _existing(text, found[1], found[2], found[3])
    if found := _SERIAL.fullmatch(text):
        return _serial(text, first_day)
    return _in_words(text)


def _with_time(text: str, day: date | Mistake, time: str | None) -> date | Tolerated | Mistake:
    if isinstance(day, Mistake) or time is None or not time.strip("0:"):
        return day
    return Tolerated(day, "date-with-time", shown(text), {"date": day.isoformat()})


def _day_first(text: str, year: str, month: str, day: str) -> date | Mistake:
    if int(month) > 12 >= int(day) and (turned := any_date_month_first(text)):
        meant = turned.strftime("%d/%m/%Y")
        return Mistake("not-a-date", shown(text), "month-first", {"meant": meant})
    return _existing(text, year, month, day)


def _existing(text: str, year: str, month: str, day: str) -> date | Mistake:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return Mistake("not-a-date", shown(text))


def _serial(text: str, first_day: date) -> date | Tolerated | Mistake:
    number = float(text.replace(",", "."))
    day = first_day + timedelta(days=int(number))
    if not _EARLIEST <= day < _LATEST:
        return Mistake("not-a-date", shown(text), text="unreadable-date")
    return Tolerated(day, "serial-date", shown(text), {"date": day.isoformat()})


def _in_words(text: str) -> date | Mistake:
    found = _IN_WORDS.fullmatch(_bare(text))
    month = _MONTH_OF.get(found[2]) if found else None
    if found is not None and month is not None:
        return _existing(text, found[3], str(month), found[1])
    if days := with_short_year(text):
        return Mistake("not-a-date", shown(text), "short-year", {"meant": in_full(days)})
    return Mistake("not-a-date", shown(text), "unreadable-date")


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))
