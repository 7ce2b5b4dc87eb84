"""How an element of an unknown XSD is recognised as a zone: by label, by words, by its type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from fla_batch.message import value_formats as formats
from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import WriteCondition, ZoneText
from fla_batch.message.format_options import duration, pattern
from fla_batch.message.reference_form import form_for
from fla_batch.message.value_formats import Format
from fla_batch.message.xsd_facets import Facets
from fla_batch.message.xsd_text import Judge
from fla_batch.message.zone_samples import written_texts
from fla_batch.models.form import BY_SENDER
from fla_batch.models.zone import Zone, ZoneType
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.words import texts_of

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DATE_FORMATS = (
    "date:%d/%m/%Y",
    "date:%Y%m%d",
    "date:%d-%m-%Y",
    "date:%d.%m.%Y",
    "date:%Y-%m-%dT00:00:00",
    "date:%Y-%m-%dZ",
)
_TIME_FORMATS = ("time:%H:%M:%S", "time:%H%M%S", "time:%H:%M:%S.%f")
_SAME_WORDS = {
    **dict.fromkeys(("nbr", "nr", "no", "num", "id"), "number"),
    "ref": "reference",
    **dict.fromkeys(("in", "de", "du", "des", "la", "le", "van", "het", "een", "per"), ""),
}
_IN_EVERY_LABEL = frozenset({"training", "trainings", "form", "fla", "number"})
_HEADER_INTEGERS = ("attestation", "reference")
_OURS_ONCE = {"ReferenceType": "1", "ReferenceOrigin": str(BY_SENDER)}
"""What a form of ours always says of its number; FLXWAGE says 10 and 8 [P]."""
_SHORT_WORDS = {
    "yes": ("y", "yes", "j", "ja", "o", "oui", "true", "1"),
    "no": ("n", "no", "nee", "neen", "non", "false", "0"),
    "dutch": ("nl", "n", "nld", "dut"),
    "french": ("fr", "f", "fra", "fre"),
    "german": ("de", "d", "deu", "ger"),
    "english": ("en", "e", "eng"),
}
_JOINT_COMMITTEE = {
    "ours": r"(\d{3})(?:\.(\d{2}))?(?:\.(\d{2}))?",
    "theirs": "{1}{2}{3}",
    "absent": "00",
    "read": r"(\d{3})(\d{2})(\d{2})",
    "back": "{1}[.{2}][.{3}]",
}


def _grouped(sizes: tuple[int, ...], separators: str) -> dict[str, str]:
    """Groups of digits with a separator behind each but the last."""
    groups = [rf"(\d{{{size}}})" for size in sizes]
    names = [f"{{{number}}}" for number in range(1, len(sizes) + 1)]
    return {
        "ours": "".join(groups),
        "theirs": "".join(map("".join, zip(names, [*separators, ""], strict=True))),
        "read": "".join(map("".join, zip(groups, [*map(re.escape, separators), ""], strict=True))),
        "back": "".join(names),
    }


_PATTERNS = {
    ZoneType.INSS: [_grouped((2, 2, 2, 3, 2), each) for each in ("..-.", "---.", "..--")],
    ZoneType.COMPANY_ID: [_grouped((4, 3, 3), each) for each in ("..", "--")],
}
_HEADER_LINE = BindingLine("", "", ())


@cache
def words(label: str) -> frozenset[str]:
    """The words of a label as our labels have them, whatever its language (decision 1227).

    >>> sorted(words("trainingFirst_StartDate")), words("CompanyID") == words("company-nr")
    (['date', 'first', 'start', 'training'], True)
    >>> words("BegindatumOpleiding") == words("DateDebutFormation") == words("TrainingStartDate")
    True
    """
    found = (word.lower() for word in _WORD.findall(label))
    known = _known_words()
    return frozenset(each for word in found for each in known.get(word, word).split())


def bare_words(label: str) -> frozenset[str]:
    """The words of a label without those that most of our labels have."""
    return words(label) - _IN_EVERY_LABEL


@cache
def _known_words() -> Mapping[str, str]:
    tables = texts_of("fla_batch.message", "label_words.toml")
    return {**tables["en"], **tables["fr"], **tables["nl"], **_SAME_WORDS}


@dataclass(frozen=True, slots=True)
class WrittenAs:
    """How a zone may be written in a type: keys of a line, and why, where it is a guess.

    `fits` is False when the type does not take what is written even so.
    """

    keys: Mapping[str, object]
    why: str = ""
    fits: bool = True


def written_as(
    zone: Zone | None,
    field_name: str,
    usual: Format,
    facets: Facets,
    identifications: Iterable[str],
) -> WrittenAs:
    """The first way of writing that the type takes for all samples of the zone."""
    if (
        zone is None
        and usual.value in (int, datetime)
        and not field_name.startswith(_HEADER_INTEGERS)
    ):
        # A number of an answer: only its reading matters.
        decimal = facets.is_decimal and field_name.endswith(("days", "hours"))
        return WrittenAs({"format": "decimal2"} if decimal else {})
    judge = Judge(facets)
    names = list(identifications)
    for keys, form, why in _ways(zone, usual, facets):
        text = ZoneText(0, field_name, field_name, form, zone, WriteCondition(), _HEADER_LINE)
        try:
            samples = written_texts(text, names, form_for(facets)).texts
        except (TypeError, ValueError):
            continue
        taken = sum(map(judge.takes, samples))
        if taken == len(samples):
            return WrittenAs(keys, why)
        if taken and "codes" in keys:
            return WrittenAs(keys, why, fits=False)
    return WrittenAs({}, fits=False)


Way = tuple[Mapping[str, object], Format, str]


def _ways(zone: Zone | None, usual: Format, facets: Facets) -> Iterator[Way]:
    """Ways of writing, the likeliest first."""
    amount = zone is not None and zone.label.endswith(("Days", "Hours", "WorkingDay"))
    if amount and facets.is_decimal and facets.fraction_digits != 0:
        yield {"format": "decimal2"}, formats.FORMATS["decimal2"], "decimals: 7.60 for 760"
    if zone is not None and zone.codes:
        codes = _codes(zone, facets)
        if codes:
            form = formats.coded(usual, codes)
            yield {"codes": codes}, form, "codes by their meaning"
    if zone is not None and zone.label in _OURS_ONCE and len(facets.codes) == 1:
        codes = {_OURS_ONCE[zone.label]: facets.codes[0]}
        form = formats.coded(usual, codes)
        if facets.codes[0] not in codes:
            yield {"codes": codes}, form, "the only code of the XSD for a number of ours"
    plain = "in hundredths, 760 for 7.60: does the XSD mean that?"
    yield {}, usual, plain if amount and facets.is_decimal else ""
    for options in _patterns_of(zone):
        yield {"pattern": options}, pattern(options), f"written as {options['theirs']}"
    if usual.value is int and zone is not None:
        yield from _numbers(zone, facets, amount=amount)
    for name in (*_DATE_FORMATS, *_TIME_FORMATS):
        if _fits_type(name, usual):
            why = f"written as {name.partition(':')[2]}"
            yield {"format": name}, formats.named(name), why


def _patterns_of(zone: Zone | None) -> list[dict[str, str]]:
    if zone is None:
        return []
    if zone.label == "JointCommissionNbr":
        return [_JOINT_COMMITTEE]
    return _PATTERNS.get(zone.type, [])


def _numbers(zone: Zone, facets: Facets, *, amount: bool) -> Iterator[Way]:
    if amount and facets.base == "duration":
        unit = "days" if zone.label.endswith("Days") else "hours"
        yield {"format": f"duration:{unit}"}, duration(unit), "a duration"
    if amount:
        yield {"format": "decimal2"}, formats.FORMATS["decimal2"], "decimals: 7.60 for 760"
    if zone.high is not None:
        width = f"digits:{len(str(zone.high))}"
        yield {"format": width}, formats.named(width), "with leading zeros"


def _fits_type(name: str, usual: Format) -> bool:
    try:
        return formats.named(name).value is usual.value
    except ProfileMistake:
        return False


def _codes(zone: Zone, facets: Facets) -> dict[str, str]:
    """Our codes -> theirs, where each of theirs is meant by one; empty when they do not say."""
    theirs = ["false", "true"] if facets.base == "boolean" else list(facets.codes)
    if not theirs or {str(code) for code in zone.codes} <= set(theirs):
        return {}
    for means in (_alike, _same_number, _stands_for, _begins):
        found: dict[str, str] = {}
        for code in zone.codes:
            alike = [each for each in theirs if means(zone, code, each)]
            if len(alike) == 1 and alike[0] not in found.values():
                found[str(code)] = alike[0]
        if found and (len(found) == len(zone.codes) or len(found) == len(theirs)):
            return found
    return {}


def _same_number(_zone: Zone, code: int | str, theirs: str) -> bool:
    return theirs.isdigit() and theirs != str(code) and theirs.lstrip("0") == str(code)


def _stands_for(zone: Zone, code: int | str, theirs: str) -> bool:
    """True for a usual short word: Y, JA and OUI mean yes, NL means Dutch."""
    usual = _SHORT_WORDS.get(zone.codes[code][0].lower(), ())
    return theirs.lower() in usual


def _alike(zone: Zone, code: int | str, theirs: str) -> bool:
    said = _words_of(theirs)
    if said in map(_words_of, (*zone.codes[code], str(code))):
        return True
    own = any(said <= _words_of(meaning) for meaning in zone.codes[code])
    exact = any(
        said == _words_of(meaning)
        for other in zone.codes
        if other != code
        for meaning in zone.codes[other]
    )
    return own and not exact


def _begins(zone: Zone, code: int | str, theirs: str) -> bool:
    """True when all words begin words of the meaning: PASS and passed, IN and inside."""
    said = _words_of(theirs)
    return any(
        all(len(word) > 1 and any(each.startswith(word) for each in meant) for word in said)
        for meant in map(_words_of, zone.codes[code])
    )


def _words_of(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.findall(r"[^\W_]+", text))
