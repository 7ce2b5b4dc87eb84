"""Numbers, hours and days as people and programs write them.

Hours and days are in hundredths (760 = 7 h 36), as in the REST manual. No function judges
bounds: the rules do. Where a text can stand for two numbers, both are named and neither is taken.
Decision 1511: units.
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
_CLOCK = re.compile(
    r"([0-9]{1,5})\s*(?::|(?:h(?:rs?|eures?|ours?)?|u(?:ur|ren)?)\.?)\s*(?:et\s|en\s|and\s)?\s*"
    r"(?:([0-9]{1,2})\s*(?:m(?:in(?:ut[a-z]{1,4}|s)?)?\.?)?)?(?::([0-9]{2})(?:[.,]0+)?)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(.*[0-9])\s*(?:"
    r"(?P<hours>h|hrs?|heures?|hours?|u|uur|uren|std|stunden?)"
    r"|(?P<days>j|jours?|d|dag|dagen|days?|tage?))\.?",
    re.IGNORECASE,
)


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
    >>> [hours_centi(text) for text in ("7,6 h", "7.6 uur", "7 heures 36", "7u36", "7h36min")]
    [760, 760, 760, 760, 760]
    >>> [hours_centi(text) for text in ("7 h. 36 min.", "7 heures et 36 min", "7 uur en 36")]
    [760, 760, 760]
    >>> hours_centi("7:75").rule, hours_centi("1.234").rule, hours_centi("7,6x").rule
    ('not-a-number', 'ambiguous-number', 'not-a-number')
    >>> hours_centi("1 jour").text
    'days-not-hours'
    """
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        if minutes < 60 and seconds < 60:
            # Excel keeps 7:36 as a fraction of a day, which comes back a second off at times.
            return _clock(hours, minutes + (seconds >= 30))
    number, unit = _without_unit(text)
    if unit == "days":
        return Mistake("not-a-number", shown(text), text="days-not-hours")
    return _hundredths(number, text, "not-hours")


def days_centi(text: str) -> int | Mistake:
    """Hundredths of a day from `0.5` or `0,5`.

    >>> days_centi("0.5"), days_centi("1 jour"), days_centi("half").rule, days_centi("8h").text
    (50, 100, 'not-a-number', 'hours-not-days')
    """
    number, unit = _without_unit(text)
    if unit == "hours" or _CLOCK.fullmatch(text):
        return Mistake("not-a-number", shown(text), text="hours-not-days")
    return _hundredths(number, text, "not-days")


def without_hours(text: str) -> str:
    """A number of hours alone.

    >>> without_hours("38 u"), without_hours("38"), without_hours("1 j")
    ('38', '38', '1 j')
    """
    number, unit = _without_unit(text)
    return number if unit == "hours" else text


def _without_unit(text: str) -> tuple[str, str | None]:
    """The number alone, and what it counts if that is written behind it.

    >>> _without_unit("7,6 h"), _without_unit("2 dagen"), _without_unit("7,6")
    (('7,6', 'hours'), ('2', 'days'), ('7,6', None))
    """
    found = _UNIT.fullmatch(text)
    return (found[1].strip(), found.lastgroup) if found else (text, None)


def _hundredths(text: str, written: str, otherwise: str) -> int | Mistake:
    if ambiguous := _AMBIGUOUS.fullmatch(text):
        decimal, thousands = f"{ambiguous[1]},{ambiguous[2]}", f"{ambiguous[1]} {ambiguous[2]}"
        readings = {"decimal": decimal, "thousands": thousands}
        return Mistake("ambiguous-number", shown(written), parameters=readings)
    plain = _plain_decimal(text)
    if plain is None:
        return Mistake("not-a-number", shown(written), text=otherwise)
    if len(plain) > _LONGEST_NUMBER:
        return Mistake("too-large", shown(written))
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
