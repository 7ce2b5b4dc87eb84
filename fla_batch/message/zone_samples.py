"""Texts that stand for all that a zone may be written as, and whether they settle a type.

A type without patterns is settled by the ends of a range or length. A pattern that treats all
digits alike is settled by one text of each shape. Any other pattern is not settled by samples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time
from random import Random
from typing import Any

from fla_batch.message.form_tree import ZoneText
from fla_batch.message.reference_numbers import as_uuid
from fla_batch.message.samples import values_of
from fla_batch.message.xml_escapes import unescape
from fla_batch.message.xsd_facets import Facets
from fla_batch.models.form import BY_SENDER, ORIGINAL, SUBMISSION, FormHeader, Reference
from fla_batch.models.zone import Zone, ZoneType
from fla_batch.rules.characters import ADMITTED

_FEW = 3_000
_DATES = (date(1951, 1, 1), date(2024, 2, 29), date(2099, 12, 31))
_DIGITS_ALIKE = re.compile(r"\\d|\[0-9\]")
_REPEATS = re.compile(r"\{\d+(?:,\d*)?\}")
_LETTERS_ALIKE = re.compile(r"\[(?:0-9|a-f|A-F|A-Z|a-z)+\]")
_LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OWN = frozenset({*FormHeader.model_fields, *Reference.model_fields})
_RUN = "0123456789ABC000"
_USUAL_RUN = "RUN0RUN0RUN00001"
_CLASS_ONLY = re.compile(r"(?:\[(?:\\.|[^\]\\])+\]|\.|\\[sSwWdD])(?:\{\d+,?\d*\}|[*+])?")


@dataclass(frozen=True, slots=True)
class WrittenTexts:
    """`texts` of a zone as written. `all_of_them` when there are no others."""

    texts: tuple[str, ...]
    all_of_them: bool


def written_texts(
    text: ZoneText, identifications: Iterable[str], reference: Callable[[str], str]
) -> WrittenTexts:
    """The texts that settle the most about the type of an element that carries `text`.

    `reference` makes a ReferenceNbr of run and number.
    """
    values, complete = _values(text, tuple(identifications), reference)
    written = dict.fromkeys(_raw(text.format.write(value)) for value in values)
    return WrittenTexts(tuple(written), complete)


def all_integers(text: ZoneText) -> list[str] | None:
    """Every text that an integer zone may be written as; None for any other zone."""
    zone = text.zone
    if zone is None or zone.type is not ZoneType.INTEGER or zone.codes:
        return None
    values = range(zone.low or 0, (zone.high or 0) + 1, zone.step)
    return [_raw(text.format.write(value)) for value in values]


def is_own(text: ZoneText) -> bool:
    """True for a zone of the header, whose values are ours to make."""
    return text.field_name in _OWN


def settles(found: WrittenTexts, facets: Facets, zone: Zone | None) -> bool:
    """True when a type that takes all of the texts takes whatever the zone may be."""
    if found.all_of_them:
        return True
    if facets.mixed_kinds and not _parts_settle(found, facets, zone):
        return False
    return all(_settled(alternatives, zone) for alternatives in facets.patterns)


def _parts_settle(found: WrittenTexts, facets: Facets, zone: Zone | None) -> bool:
    """True when one type of a union does, or that of a list's items for a zone without spaces."""
    from fla_batch.message.xsd_text import Judge

    if facets.mixed_kinds == "list" and zone is not None and zone.is_text:
        return False
    return any(
        all(map(Judge(part).takes, found.texts)) and settles(found, part, zone)
        for part in facets.parts
    )


def _settled(alternatives: tuple[str, ...], zone: Zone | None) -> bool:
    """True when the texts decide about a pattern."""
    own = zone is not None and zone.label == "ReferenceNbr"
    if own:
        alternatives = tuple(_LETTERS_ALIKE.sub(r"\\d", each) for each in alternatives)
    elif zone is not None and zone.is_text:
        return all(_CLASS_ONLY.fullmatch(each) for each in alternatives)
    if zone is not None and zone.pattern and zone.pattern in alternatives:
        return True
    known = [each for whole in alternatives for each in whole.split("|")]
    return any(_treats_digits_alike(each, zone) for each in known)


def _treats_digits_alike(pattern: str, zone: Zone | None) -> bool:
    if zone is not None and zone.type is ZoneType.COMPANY_ID:
        pattern = pattern.replace("[01]", r"\d")
    rest = _REPEATS.sub("", _DIGITS_ALIKE.sub("", pattern))
    return not any(character.isdigit() for character in rest) and "[" not in rest


def _values(
    text: ZoneText, identifications: tuple[str, ...], reference: Callable[[str], str]
) -> tuple[list[Any], bool]:
    zone = text.zone
    fixed: dict[str, list[Any]] = {
        "identification": list(identifications),
        "attestation_status": [ORIGINAL],
        "type_form": [SUBMISSION],
        "reference_type": [1],
        "reference_origin": [BY_SENDER],
    }
    if text.field_name in fixed:
        return fixed[text.field_name], True
    if text.field_name == "reference_nbr":
        # Runs are letters and digits of any kind; a UUID is made of the same.
        random = Random(20)  # noqa: S311 - samples, no secrets
        runs = ("".join(random.choices(_LETTERS_AND_DIGITS, k=16)) for _ in range(200))
        return [reference(each) for each in (_USUAL_RUN, _RUN, "Z" * 16, *runs)], False
    if text.field_name == "form_creation_hour":
        return [time(0), time(10, 15, 0, 123000), time(23, 59, 59, 999000)], False
    if zone is None:
        return [*_DATES], False
    if zone.codes:
        return list(zone.codes), True
    if zone.type is ZoneType.INTEGER:
        return _integers(zone)
    if zone.type is ZoneType.TEXT and zone.is_text:
        return _free_texts(zone), False
    if zone.label == "JointCommissionNbr":
        return ["000", "200", "999", "149.02", "149.02.01", "200.00", "999.99.99"], False
    return [*values_of(zone), *_more(zone)], False


def _integers(zone: Zone) -> tuple[list[int], bool]:
    low, high = zone.low or 0, zone.high or 0
    every = range(low, high + 1, zone.step)
    if len(every) <= _FEW:
        return list(every), True
    ends = [10**digits - (10**digits % zone.step or zone.step) for digits in range(1, 12)]
    starts = [-(-(10**digits) // zone.step) * zone.step for digits in range(1, 12)]
    spread = every[:: max(1, len(every) // 300)]
    odd = [start + zone.step for start in starts]  # with a digit in each place of a decimal
    picked = {low, every[-1], *every[:300], *spread, *ends, *starts, *odd}
    return sorted(value for value in picked if low <= value <= high), False


def _free_texts(zone: Zone) -> list[str]:
    """Both lengths, and every character that texts are known to hold, a line end among them."""
    shortest, longest = zone.shortest or 1, zone.longest or 500
    fill = "x" * max(0, shortest - 1)
    others = ["&", "<", '"', "\n", "\t", "€", "\u4e2d", "\U0001f600"]
    characters = [*sorted(ADMITTED - {" "}), *others]
    return ["x" * shortest, "é" * longest, "a b"[:longest], *(each + fill for each in characters)]


def _more(zone: Zone) -> list[Any]:
    if zone.type is ZoneType.COMPANY_ID:
        return ["0000000196", "0200065765", "1999999943"]
    return []


def _raw(written: str) -> str:
    """The text that a parser would give for what the writer wrote."""
    return unescape(written.replace("&#13;", "\r").replace("&quot;", '"'))


def text_for(facets: Facets | None) -> str:
    """A text that a type takes, for samples of zones that the models do not have."""
    from fla_batch.message.xsd_text import Judge

    if facets is None:
        return "x"
    judge = Judge(facets)
    digits = ["1" * length for length in range(1, 21)]
    letters = ["x" * length for length in range(1, 21)]
    plain = [*facets.codes, facets.low or "", *digits, *letters, "2024-02-29", "10:15:00", "true"]
    zeros = ["0" * length for length in range(1, 21)]
    return next((each for each in [*plain, *zeros, as_uuid(_RUN)] if judge.takes(each)), "x")
