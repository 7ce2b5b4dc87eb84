"""Formats that a line of the binding spells out: scale, unit, decimals, patterns with groups.

{ element = "Hours", field = "trainingHours", format = "number", scale = 100, decimals = 2,
  decimal_sign = ",", unit = " h" }
{ element = "Committee", field = "jointCommissionNbr", pattern = { ours = '...', theirs =
  "{1}{2}{3}", read = '...', back = "{1}[.{2}][.{3}]", absent = "00" } }
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from fla_batch.message.value_formats import FORMATS, Format
from fla_batch.vocabulary.errors import ProfileMistake

NUMBER_OPTIONS = frozenset({"scale", "decimals", "decimal_sign", "unit", "width"})
PATTERN_OPTIONS = frozenset({"ours", "theirs", "read", "back", "absent"})

_GROUP = re.compile(r"\{(\d)\}")
_SEGMENT = re.compile(r"\[([^\]]*)\]")
_DURATION = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.0+)?S)?)?"
)
_SECONDS = {"hours": 36, "days": 864}
"""Seconds in a hundredth of the unit."""
_MOST_DECIMALS = 9


def number(options: Mapping[str, Any]) -> Format:
    """Our integer as a number with `decimals`, a `unit` behind it, `width` digits before the sign.

    `scale` is how many of ours make one of theirs: 100, or "5/3" for minutes from hundredths.
    Raises ProfileMistake for an option that is no such thing.

    >>> form = number({"scale": 100, "decimals": 2, "decimal_sign": ",", "unit": " h"})
    >>> form.write(760), form.read("7,6 h"), number({"scale": "5/3"}).write(760)
    ('7,60 h', 760, '456')
    """
    try:
        scale = Fraction(str(options.get("scale", 1)))
        decimals, width = options.get("decimals"), int(options.get("width", 1))
        sign, unit = str(options.get("decimal_sign", ".")), str(options.get("unit", ""))
        shown = FORMATS["text"].write(unit)
        usable = scale > 0 and len(sign) == 1 and not sign.isdigit() and width > 0
        usable = usable and (decimals is None or 0 <= int(decimals) <= _MOST_DECIMALS)
    except (TypeError, ValueError, ZeroDivisionError):
        usable = False
    if not usable:
        raise ProfileMistake(f"the binding's number {dict(options)} is no usable format")
    text = re.compile(rf"(-?)(\d{{1,18}})(?:{re.escape(sign)}(\d{{1,18}}))?")

    def write(value: int) -> str:
        whole, rest = divmod(abs(Fraction(value)) / scale, 1)
        digits = _MOST_DECIMALS if decimals is None else int(decimals)
        part = f"{int(rest * 10**digits):0{digits}d}" if digits else ""
        part = part.rstrip("0") if decimals is None else part
        return f"{'-' if value < 0 else ''}{whole:0{width}d}{sign + part if part else ''}{shown}"

    def read(written: str) -> int:
        found = text.fullmatch(written.strip().removesuffix(unit.strip()).rstrip())
        if not found:
            raise ValueError("not a number of this format")
        exact = Fraction(f"{found[2]}.{found[3] or '0'}") * scale
        value = round(exact)
        # A fraction without end, cut at the last decimal, still means the whole number beside it.
        if abs(exact - value) * 10 ** (_MOST_DECIMALS - 2) > scale:
            raise ValueError("not a whole number of our units")
        return -value if found[1] else value

    whole_scale = int(scale) if scale.denominator == 1 else 1
    return Format("number", int, write, read, whole_scale)


def duration(unit: str) -> Format:
    """Hundredths of an hour or a day as xs:duration.

    >>> duration("hours").write(760), duration("hours").read("PT7H36M"), duration("days").write(250)
    ('PT7H36M', 760, 'P2DT12H')
    """
    if unit not in _SECONDS:
        raise ProfileMistake(f"a duration is of hours or days, not of {unit!r}")
    seconds_each = _SECONDS[unit]

    def write(value: int) -> str:
        rest = abs(value) * seconds_each
        days, rest = divmod(rest, 86_400) if unit == "days" else (0, rest)
        hours, rest = divmod(rest, 3_600)
        minutes, seconds = divmod(rest, 60)
        parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
        inside = "".join(f"{count}{letter}" for count, letter in parts if count)
        text = (f"{days}D" if days else "") + (f"T{inside}" if inside else "")
        return f"{'-' if value < 0 else ''}P{text or 'T0H'}"

    def read(text: str) -> int:
        found = _DURATION.fullmatch(text.strip())
        if not found or not any(found.groups()[1:]):
            raise ValueError("not a duration")
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
        value, left = divmod(((days * 24 + hours) * 60 + minutes) * 60 + seconds, seconds_each)
        if left:
            raise ValueError("not a whole number of hundredths")
        return -value if found[1] else value

    return Format(f"duration:{unit}", int, write, read)


def pattern(options: Mapping[str, Any]) -> Format:
    """A text whose groups stand otherwise in theirs; a group that is missing is `absent`.

    >>> joint = pattern({"ours": r"(\\d{3})(?:\\.(\\d{2}))?", "theirs": "{1}{2}", "absent": "00",
    ...                  "read": r"(\\d{3})(\\d{2})", "back": "{1}[.{2}]"})
    >>> joint.write("149.02"), joint.write("200"), joint.read("20000"), joint.canonical("200.00")
    ('14902', '20000', '200', '200')
    """
    texts = {name: options.get(name, "") for name in PATTERN_OPTIONS}
    if set(options) - PATTERN_OPTIONS or not all(isinstance(each, str) for each in texts.values()):
        known = ", ".join(sorted(PATTERN_OPTIONS))
        raise ProfileMistake(f"a pattern of the binding consists of the texts {known}")
    try:
        ours, theirs = re.compile(texts["ours"]), re.compile(texts["read"])
    except re.error as error:
        raise ProfileMistake(
            f"a pattern of the binding is no regular expression: {error}"
        ) from error
    groups = {int(each) for each in _GROUP.findall(texts["theirs"] + texts["back"])}
    if not groups or max(groups) > min(ours.groups, theirs.groups):
        raise ProfileMistake("a pattern of the binding names a group that its expressions lack")
    absent = texts["absent"]

    def write(value: str) -> str:
        found = ours.fullmatch(value)
        text = _filled(texts["theirs"], found.groups(), absent) if found else value
        return FORMATS["text"].write(text)

    def read(text: str) -> str:
        found = theirs.fullmatch(text.strip())
        if not found:
            raise ValueError("not of this pattern")
        return _shortened(texts["back"], found.groups(), absent)

    def canonical(value: str) -> str:
        found = ours.fullmatch(value)
        return _shortened(texts["back"], found.groups(), absent) if found else value

    return Format("pattern", str, write, read, canonical=canonical)


def _filled(template: str, groups: Sequence[str | None], absent: str) -> str:
    return _GROUP.sub(lambda found: groups[int(found[1]) - 1] or absent, template)


def _shortened(template: str, groups: Sequence[str | None], absent: str) -> str:
    """The template filled; a segment in brackets is left out when all groups in it are absent."""

    def segment(found: re.Match[str]) -> str:
        inside = [groups[int(each) - 1] or absent for each in _GROUP.findall(found[1])]
        # A segment before one that is there has to stay.
        behind = _GROUP.findall(found.string[found.end() :])
        later = [groups[int(each) - 1] or absent for each in behind]
        return found[1] if set(inside + later) - {absent} else ""

    return _filled(_SEGMENT.sub(segment, template), groups, absent)
