"""What was written, to the value of a zone: one function per kind of value.

Each takes a text and gives the value, a Mistake that says what is wrong with the text, or, where
something unusual was read all the same, a Tolerated that says so. Numbers and dates have modules
of their own. No function judges bounds, lengths or check digits: the rules do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fla_batch.models.zone import Zone, ZoneType
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss

Value = int | str | date | tuple[str, ...]

_SHOWN = 60
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")
_TRAILING_ZERO = re.compile(r"([0-9]+)\.0+")
_FLOAT = re.compile(r"[0-9]+[.,]0+")
_COMMITTEE = re.compile(
    r"^(?:\(s\)\s*)?s?(?:cp|pc|jc|psc|pk)\.?\s*(?:n[°ro]?\.?)?\s*(?=[0-9])", re.IGNORECASE
)
_WORKER = re.compile(
    r"(?<![0-9])[0-9]{2}[. ]?[0-9]{2}[. ]?[0-9]{2}[-. ]{0,3}[0-9]{3}[-. ]?[0-9]{2}(?![0-9])"
)
_ONE_DECIMAL = re.compile(r"[0-9]{3}[.,][0-9]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a value could not be read. `text` names its texts where they differ from the rule's."""

    rule: str
    shown: str
    text: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A value that was read although it was not written as it should be; `rule` says how."""

    value: Value | None
    rule: str
    shown: str
    parameters: Mapping[str, object] = field(default_factory=dict)


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


def identifier(zone: Zone, text: str) -> str | Tolerated | Mistake:
    """An INSS or company number without separators, its lost zeros back.

    What is not a number at all is carried as it stands: the rules say what is wrong with it.

    >>> identifier(Zone("INSS", ZoneType.INSS), "8,15117E+10").rule
    'lost-digits'
    >>> identifier(Zone("INSS", ZoneType.INSS), "81.51.17-165.25 / 80010100107").rule
    'several-workers'
    """
    if _SCIENTIFIC.fullmatch(text):
        return Mistake("lost-digits", shown(text))
    if zone.type is ZoneType.INSS and len(_WORKER.findall(text)) > 1:
        return Mistake("several-workers", shown(text))
    if text.startswith("-"):  # a separator elsewhere, but no number begins with one
        return Mistake("not-a-number", shown(text))
    if isinstance(plain_text(text), Mistake):
        return Mistake("not-text", shown(text))
    compact = compact_company_id if zone.type is ZoneType.COMPANY_ID else compact_inss
    number = compact(text)
    if _FLOAT.fullmatch(text):
        return Tolerated(number, "read-as", shown(text), {"read": number})
    return number


def bare_committee(text: str) -> str:
    """The number of a joint committee without the letters that people write before it.

    >>> bare_committee("CP 200"), bare_committee("PC n° 149.01"), bare_committee("CP")
    ('200', '149.01', 'CP')
    """
    return _COMMITTEE.sub("", text)


def joint_committee(text: str) -> str | Mistake:
    """`CCC`, `CCC.CC` or `CCC.CC.CC`, also from a numeric cell.

    A numeric cell shows 149.10 as 149.1, which is also how people mistype 149.01.

    >>> joint_committee("200.0"), joint_committee("149,02"), joint_committee("149.1").rule
    ('200', '149.02', 'ambiguous-joint-committee')
    >>> [joint_committee(text) for text in ("CP 200", "PC200", "SCP n° 149.01", "(S)CP")]
    ['200', '200', '149.01', '(S)CP']
    """
    text = bare_committee(text)
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
