"""What a value that is wrong probably should be, where only one answer is left.

A proposal is advice: nobody applies it unasked (`check --fix`). Of two that fit there is none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fla_batch.rules.characters import ADMITTED
from fla_batch.tables.date_notations import (
    any_date,
    any_date_month_first,
    in_full,
    with_short_year,
)
from fla_batch.tables.reader_findings import says
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.identifiers import is_valid_inss


class ProposalKind(StrEnum):
    """What a proposal mends; the words of `check --fix-kind`."""

    DATES = "dates"
    NATIONAL_NUMBERS = "national-numbers"
    CHARACTERS = "characters"


class Proposal(NamedTuple):
    """`new` in place of `old`, as texts of a cell."""

    kind: ProposalKind
    old: str
    new: str


_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys('\u201c\u201d\u201e\u00ab\u00bb\u2033"', "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
        "\u2026": "...",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ß": "ss",
        "€": "EUR",
    }
)
"""What is not admitted, and what says the same. A sign that means something else is not here."""


def proposal(anomaly: Anomaly) -> Proposal | None:
    """What the value of `anomaly` should be, if that is certain enough to be proposed."""
    value = anomaly.value
    if value is None:
        return None
    if anomaly.rule == "not-a-date":
        day = day_and_month_turned(value) or year_in_full(value, anomaly.calendar_year)
        return _made(ProposalKind.DATES, value, day)
    if anomaly.rule == "bounds" and anomaly.error_id == "INSS-004":
        return _made(ProposalKind.NATIONAL_NUMBERS, value, digits_turned(value))
    if anomaly.rule == "admitted-characters":
        return _made(ProposalKind.CHARACTERS, value, admitted(value))
    return None


def with_proposal(anomaly: Anomaly) -> Anomaly:
    """The same, its advice ending with the proposal if there is one."""
    found = proposal(anomaly)
    if found is None or _is_said(found.new, anomaly.advice.en or ""):
        return anomaly
    said = says("proposal", {"old": found.old, "new": found.new})
    texts = zip(anomaly.advice.to_json().values(), said.to_json().values(), strict=True)
    advice = Labels(*(" ".join(part for part in pair if part) for pair in texts))
    return replace(anomaly, advice=advice)


def _is_said(new: str, advice: str) -> bool:
    """True when the advice ends with the proposal already, and with no other beside it."""
    return advice.endswith((f": {new}.", f"is {new}."))


def day_and_month_turned(text: str) -> str | None:
    """A date that exists only with the month first, with the day first.

    >>> day_and_month_turned("2/13/2024"), day_and_month_turned("2024-13-02")
    ('13/02/2024', '13/02/2024')
    >>> day_and_month_turned("31/02/2024"), day_and_month_turned("yesterday")
    (None, None)
    """
    turned = any_date_month_first(text)
    if turned is None or isinstance(any_date(text), date):
        return None
    return turned.strftime("%d/%m/%Y")


def year_in_full(text: str, calendar_year: int | None) -> str | None:
    """A date with a year of two digits, if only one day of the declaration's year fits (1515).

    >>> year_in_full("24-02-05", 2024), year_in_full("05/02/24", 2024)
    ('05/02/2024', '05/02/2024')
    >>> year_in_full("05/02/24", 2023), year_in_full("05/02/24", None)
    (None, None)
    """
    days = [day for day in with_short_year(text) if day.year == calendar_year]
    return in_full(days) if len(days) == 1 else None


def digits_turned(inss: str) -> str | None:
    """The one national number that two neighbouring digits, exchanged, make of a wrong one.

    >>> digits_turned("81511716552"), digits_turned("81511716500")
    ('81511716525', None)
    """
    if len(inss) != 11 or not inss.isascii() or not inss.isdigit() or is_valid_inss(inss):
        return None
    turned = {inss[:i] + inss[i + 1] + inss[i] + inss[i + 2 :] for i in range(10)}
    fitting = [each for each in turned if is_valid_inss(each)]
    return fitting[0] if len(fitting) == 1 else None


def admitted(text: str) -> str | None:
    """The text in admitted characters, when each of the others has one that says the same.

    >>> admitted("L’œuvre – š"), admitted("日本")
    ("L'oeuvre - s", None)
    """
    found = "".join(map(_admitted, text.translate(_ALIKE)))
    return found if set(found) <= ADMITTED else None


def _admitted(character: str) -> str:
    if character in ADMITTED:
        return character
    bare = unicodedata.normalize("NFKD", character)
    return "".join(each for each in bare if not unicodedata.combining(each))


def _made(kind: ProposalKind, old: str, new: str | None) -> Proposal | None:
    return Proposal(kind, old, new) if new is not None and new != old else None
