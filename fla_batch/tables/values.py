"""What was written, to the value of a zone: one function per kind of value.

Each takes a text and gives the value, or a Mistake that says what is wrong with the text.
Hours and days are in hundredths (760 = 7 h 36), as in the REST manual. No function judges
bounds, lengths or check digits: the rules do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fla_batch.models.zone import Zone, ZoneType
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss

Value = int | str | date | tuple[str, ...]

_LONGEST_NUMBER = 18
_SHOWN = 60
_WHOLE = re.compile(r"[+-]?[0-9]+(?:[.,]0+)?")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_CLOCK = re.compile(r"([0-9]{1,5})\s*[:hHuU]\s*([0-9]{1,2})?(?::00)?")
# Excel keeps a time of day as a date: its day zero is 31 December 1899 for times.
_EXCEL_TIME = re.compile(r"(1899-12-31|1900-01-[0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_TRAILING_ZERO = re.compile(r"([0-9]+)\.0+")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_ONE_DECIMAL = re.compile(r"[0-9]{3}[.,][0-9]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a value could not be read. `text` names its texts where they differ from the rule's."""

    rule: str
    value: str
    text: str | None = None
    parameters: dict[str, object] = field(default_factory=dict)


def shown(raw: object) -> str:
    """A value as an anomaly quotes it: at most 60 characters, on one line.

    >>> shown("a\\nb"), len(shown("x" * 100)), shown(True), shown([1, [2]])
    ('a b', 60, 'true', '[…]')
    """
    if isinstance(raw, dict | list):
        return "{…}" if isinstance(raw, dict) else "[…]"
    text = str(raw).lower() if raw is None or isinstance(raw, bool) else str(raw)
    text = " ".join(text[: 2 * _SHOWN].split()).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def whole_number(text: str) -> int | Mistake:
    """
    >>> whole_number("760"), whole_number("760.0"), whole_number("7x").rule
    (760, 760, 'not-a-number')
    >>> whole_number("7.6").rule, whole_number("1" * 40).rule
    ('not-whole', 'too-large')
    """
    if _WHOLE.fullmatch(text):
        digits = re.split("[.,]", text)[0]
        if len(digits) > _LONGEST_NUMBER:
            return Mistake("too-large", shown(text))
        return int(digits)
    return Mistake("not-whole" if _DECIMAL.fullmatch(text) else "not-a-number", shown(text))


def hours_centi(text: str) -> int | Mistake:
    """Hundredths of an hour from `7.6`, `7,6`, `7:36` or `7h36`, rounded to the nearest.

    >>> [hours_centi(text) for text in ("7.6", "7,6", "7:36", "7h36", "7h", "7:20")]
    [760, 760, 760, 760, 700, 733]
    >>> hours_centi("7:75").rule
    'not-a-number'
    """
    if _DECIMAL.fullmatch(text):
        return _hundredths(text)
    if found := _CLOCK.fullmatch(text):
        hours, minutes = int(found[1]), int(found[2] or 0)
        if minutes < 60:
            return _clock(hours, minutes)
    if found := _EXCEL_TIME.fullmatch(text):
        days = 0 if found[1] == "1899-12-31" else int(found[1][-2:])
        # Excel keeps 7:36 as a fraction of a day, which comes back a second off at times.
        return _clock(24 * days + int(found[2]), int(found[3]) + (int(found[4]) >= 30))
    return Mistake("not-a-number", shown(text), text="not-hours")


def days_centi(text: str) -> int | Mistake:
    """Hundredths of a day from `0.5` or `0,5`.

    >>> days_centi("0.5"), days_centi("1"), days_centi("half").rule
    (50, 100, 'not-a-number')
    """
    if _DECIMAL.fullmatch(text):
        return _hundredths(text)
    return Mistake("not-a-number", shown(text), text="not-days")


def _hundredths(text: str) -> int | Mistake:
    if len(text) > _LONGEST_NUMBER:
        return Mistake("too-large", shown(text))
    return int((Decimal(text.replace(",", ".")) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _clock(hours: int, minutes: int) -> int:
    return hours * 100 + (minutes * 100 + 30) // 60


def iso_date(text: str) -> date | Mistake:
    """A date as JSON writes it.

    >>> iso_date("2024-02-29"), iso_date("2023-02-29").rule
    (datetime.date(2024, 2, 29), 'not-a-date')
    """
    found = _ISO_DATE.fullmatch(text)
    if found is None:
        return Mistake("not-a-date", shown(text))
    return _existing(text, found[1], found[2], found[3])


def any_date(text: str) -> date | Mistake:
    """A date as a table writes it: `2024-02-05`, or the day first as in Belgium.

    >>> any_date("05/02/2024") == any_date("2024-02-05") == any_date("2024-02-05 00:00:00")
    True
    """
    if found := _DAY_FIRST.fullmatch(text):
        return _existing(text, found[3], found[2], found[1])
    return iso_date(text)


def _existing(text: str, year: str, month: str, day: str) -> date | Mistake:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return Mistake("not-a-date", shown(text))


def identifier(zone: Zone, text: str) -> str | Mistake:
    """An INSS or company number without separators, its lost zeros back.

    What is not a number at all is carried as it stands: the rules say what is wrong with it.

    >>> identifier(Zone("INSS", ZoneType.INSS), "8,15117E+10").rule
    'lost-digits'
    """
    if _SCIENTIFIC.fullmatch(text):
        return Mistake("lost-digits", shown(text))
    if text.startswith("-"):  # a separator elsewhere, but no number begins with one
        return Mistake("not-a-number", shown(text))
    if isinstance(plain_text(text), Mistake):
        return Mistake("not-text", shown(text))
    bare = _TRAILING_ZERO.sub(r"\1", text) if _TRAILING_ZERO.fullmatch(text) else text
    if zone.type is ZoneType.COMPANY_ID:
        return compact_company_id(bare)
    # People born in the first months of 2000: 000... as a number has only eight digits left.
    return bare.zfill(11) if _EIGHT_DIGITS.fullmatch(bare) else compact_inss(bare)


def coded(zone: Zone, text: str) -> int | str | Mistake:
    """A code, alone or as the templates' drop-down lists write it: `1 - passed`.

    >>> from fla_batch.models.trainings import RESULT_CODES
    >>> zone = Zone("TrainingResult", ZoneType.INTEGER, codes=RESULT_CODES)
    >>> coded(zone, "1"), coded(zone, "1 - geslaagd"), coded(zone, "1 - failed").rule
    (1, 1, 'unknown-code')
    >>> coded(zone, "geslaagd").rule, coded(zone, "geslaagd").text
    ('not-a-number', 'unknown-code')
    """
    code, dash, meaning = text.partition(" - ")
    if dash and not any(
        str(known) == code and meaning in texts for known, texts in zone.codes.items()
    ):
        return Mistake("unknown-code", shown(text))
    if zone.type is not ZoneType.INTEGER:
        return code
    number = whole_number(code)
    if isinstance(number, Mistake) and number.rule == "not-a-number":
        # To somebody who wrote the word, "digits only" would not say which.
        return replace(number, text="unknown-code")
    return number


def joint_committee(text: str) -> str | Mistake:
    """`CCC`, `CCC.CC` or `CCC.CC.CC`, also from a numeric cell.

    A numeric cell shows 149.10 as 149.1, which is also how people mistype 149.01.

    >>> joint_committee("200.0"), joint_committee("149,02"), joint_committee("149.1").rule
    ('200', '149.02', 'ambiguous-joint-committee')
    """
    if found := _TRAILING_ZERO.fullmatch(text):
        return found[1] if text.endswith(".0") else text
    if _ONE_DECIMAL.fullmatch(text):
        return Mistake("ambiguous-joint-committee", shown(text))
    return text.replace(",", ".")


def plain_text(text: str) -> str | Mistake:
    """Any text that can be written in UTF-8, unchanged.

    >>> plain_text("Géographie"), plain_text("\\ud800").rule
    ('Géographie', 'not-text')
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return Mistake("not-text", shown(text))
    return text
