"""Bounds, codes, steps, lengths, patterns and check digits of every zone, from its Zone."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration
from fla_batch.models.entry import Path
from fla_batch.models.zone import Presence, Zone, ZoneType, leaves_of, walk
from fla_batch.rules.base import BLOCKING, Finding, RuleContext, shown
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.identifiers import is_valid_company_id, is_valid_inss

_FORMS = {
    "JointCommissionNbr": "CCC, CCC.CC, CCC.CC.CC",
    "ProviderTrainingId": "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
}


def bounds(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Each value fits its zone: range (008), length (093), form (003), check digits (004)."""
    for zone, path, value in _values(declaration):
        if isinstance(value, int):
            yield from _range(zone, path, value)
        elif zone.type is ZoneType.INSS:
            yield from _number(zone, path, value, 11, is_valid_inss(value), "check-digits-inss")
        elif zone.type is ZoneType.COMPANY_ID:
            valid = is_valid_company_id(value)
            yield from _number(zone, path, value, 10, valid, "check-digits-company")
        else:
            yield from _text(zone, path, value)


def half_day(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Days come in half days: multiples of 50 (003)."""
    for zone, path, value in _values(declaration):
        if isinstance(value, int) and value % zone.step:
            yield Finding(
                "half-day",
                BLOCKING,
                zone.label,
                "003",
                path,
                "half-day",
                {"shown": shown(zone, value)},
                value=value,
            )


def _values(declaration: Declaration) -> Iterator[tuple[Zone, Path, int | str]]:
    """Every integer and text that is there and will be sent, each with its zone and path."""
    for block, path in walk(declaration):
        for name, zone, here in leaves_of(type(block)):
            value = getattr(block, name)
            if value is None or zone.presence is Presence.READ_ONLY or zone.type is ZoneType.DATE:
                continue
            if isinstance(value, tuple):
                for index, item in enumerate(value):
                    yield zone, (*path, here, index), item
            elif zone.presence is Presence.OPTIONAL or not isinstance(value, str) or value.strip():
                yield zone, (*path, here), value


def _range(zone: Zone, path: Path, value: int) -> Iterator[Finding]:
    low, high = zone.low or 0, zone.high or 0
    if low <= value <= high:
        return
    parameters: dict[str, object] = {"shown": shown(zone, value)}
    if zone.codes:
        text = "code"
        parameters["codes"] = _listed(zone)
    else:
        text = "outside" if "Days" in zone.label or "Hours" in zone.label else "outside-number"
        parameters |= {"low": shown(zone, low), "high": shown(zone, high)}
    yield Finding("bounds", BLOCKING, zone.label, "008", path, text, parameters, value=value)


def _listed(zone: Zone) -> Labels:
    """All codes of a zone with their meanings: "1 passed, 2 failed"."""
    texts = []
    for language in range(3):
        codes = (f"{code} {names[language]}" for code, names in zone.codes.items())
        texts.append(", ".join(codes))
    return Labels(*texts)


def _number(
    zone: Zone, path: Path, value: str, length: int, valid: bool, text: str
) -> Iterator[Finding]:
    if valid:
        return
    if value.isascii() and value.isdigit() and len(value) == length:
        yield Finding("bounds", BLOCKING, zone.label, "004", path, text, value=value)
        return
    code = "093" if value.isascii() and value.isdigit() else "002"
    parameters = {"length": length, "found": len(value)}
    yield Finding("bounds", BLOCKING, zone.label, code, path, "digits", parameters, value=value)


def _text(zone: Zone, path: Path, value: str) -> Iterator[Finding]:
    if not zone.matches(value):
        parameters = {"shown": value[:40], "form": _FORMS[zone.label]}
        yield Finding(
            "bounds", BLOCKING, zone.label, "003", path, "pattern", parameters, value=value
        )
        return
    shortest, longest = zone.shortest or 0, zone.longest or len(value)
    if not shortest <= len(value) <= longest:
        lengths = {"length": len(value), "shortest": shortest, "longest": longest}
        yield Finding("bounds", BLOCKING, zone.label, "093", path, "length", lengths, value=value)
