"""Numbers, hours and days as people and programs write them.

Hours and days are in hundredths (760 = 7 h 36), as in the REST manual. No function judges
bounds: the rules do. Where a text can stand for two numbers, both are named and neither is taken.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from fla_batch.tables.values import Mistake, shown

_LONGEST_NUMBER = 18
_WHOLE = re.compile(r"[+-]?[0-9]+(?:\.0)?")
_GROUPED_WHOLE = re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SPACED = re.compile(r"([+-]?[0-9]{1,3}(?:[ '’][0-9]{3})+)(?:[.,]([0-9]+))?")
_POINTS = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)")
_COMMAS = re.compile(r"([+-]?[0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)")
_TWO_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})")
_AMBIGUOUS = re.compile(r"[+-]?([1-9][0-9]{0,2})[.,]([0-9]{3})")
_CLOCK = re.compile(r"([0-9]{1,5})\s*[:hHuU]\s*([0-9]{1,2})?(?::([0-9]{2})(?:[.,]0+)?)?")


def whole_number(text: str) -> int | Mistake:
    """
    >>> whole_number("760"), whole_number("760.0"), whole_number("1 560"), whole_number("7x").rule
    (760, 760, 1560, 'not-a-number')
    >>> whole_number("7.6").rule, whole_number("38,00").rule, whole_number("1" * 40).rule
    ('not-whole', 'not-whole', 'too-large')
    """
    if _GROUPED_WHOLE.fullmatch(text):
        text = text.replace(" ", "")
    if _WHOLE.fullmatch(text):
        digits = text.removesuffix(".0")
        if len(digits) > _LONGEST_NUMBER:
            return Mistake("too-large", shown(text))
        return int(digits)
    return Mistake("not-whole" if _DECIMAL.fullmatch(text) else "not-a-number", shown(text))


def hours_centi(text: str) -> int | Mistake:
    """Hundredths of an hour from `7.6`, `7,6`, `7:36` or `7h36`, rounded to the nearest.

    >>> [hours_centi(text) for text in ("7.6", "7,6", "7:36", "7h36", "7h", "7:20", "1.234,5")]
    [760, 760, 760, 760, 700, 733, 123450]
    >>> hours_centi("7:75").rule, hours_centi("1.234").rule, hours_centi("7,6x").rule
    ('not-a-number', 'ambiguous-number', 'not-a-number')
    """
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        if minutes < 60 and seconds < 60:
            # Excel keeps 7:36 as a fraction of a day, which comes back a second off at times.
            return _clock(hours, minutes + (seconds >= 30))
    return _hundredths(text, "not-hours")


def days_centi(text: str) -> int | Mistake:
    """Hundredths of a day from `0.5` or `0,5`.

    >>> days_centi("0.5"), days_centi("1"), days_centi("half").rule
    (50, 100, 'not-a-number')
    """
    return _hundredths(text, "not-days")


def _hundredths(text: str, otherwise: str) -> int | Mistake:
    if ambiguous := _AMBIGUOUS.fullmatch(text):
        decimal, thousands = f"{ambiguous[1]},{ambiguous[2]}", f"{ambiguous[1]} {ambiguous[2]}"
        readings = {"decimal": decimal, "thousands": thousands}
        return Mistake("ambiguous-number", shown(text), parameters=readings)
    plain = _plain_decimal(text)
    if plain is None:
        return Mistake("not-a-number", shown(text), text=otherwise)
    if len(plain) > _LONGEST_NUMBER:
        return Mistake("too-large", shown(text))
    return int((Decimal(plain) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _plain_decimal(text: str) -> str | None:
    """The number with a point and without groups; None where it can be read in no way.

    >>> [_plain_decimal(text) for text in ("1 234,5", "1,234.50", "1.234.567", "7,6", "7.6 h")]
    ['1234.5', '1234.50', '1234567', '7.6', None]
    """
    if _DECIMAL.fullmatch(text):
        return text.replace(",", ".")
    if _TWO_GROUPS.fullmatch(text):
        return re.sub("[.,]", "", text)
    for form in (_SPACED, _POINTS, _COMMAS):
        if found := form.fullmatch(text):
            return re.sub(r"[ '’.,]", "", found[1]) + (f".{found[2]}" if found[2] else "")
    return None


def _clock(hours: int, minutes: int) -> int:
    return hours * 100 + (minutes * 100 + 30) // 60
