"""A JSON value, to the value of a zone; what JSON and the zone disagree about is a Mistake."""

from __future__ import annotations

import math

from fla_batch.models.zone import Zone, ZoneType
from fla_batch.tables.date_notations import iso_date
from fla_batch.tables.numbers import whole_number
from fla_batch.tables.values import Mistake, Tolerated, Value, identifier, plain_text, shown

_LARGEST_EXACT_FLOAT = 2**53


def from_json(zone: Zone, raw: object) -> Value | Mistake:
    """The value of a zone from a JSON value; numbers may be written as text.

    >>> from_json(Zone("INSS", ZoneType.INSS), 10100105)
    '00010100105'
    """
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | list):
        return Mistake("wrong-type", shown(raw))
    if isinstance(raw, float):
        return _from_float(zone, raw)
    if zone.many > 1:
        return _many(raw if isinstance(raw, list) else [raw])
    if isinstance(raw, list):
        return Mistake("wrong-type", shown(raw))
    if isinstance(raw, int):
        return _from_integer(zone, raw)
    return _from_text(zone, raw)


def _from_float(zone: Zone, raw: float) -> Value | Mistake:
    if not math.isfinite(raw):
        return Mistake("not-a-number", shown(raw))
    if abs(raw) > _LARGEST_EXACT_FLOAT:
        return Mistake("too-large", shown(raw))
    if raw.is_integer():
        return _from_integer(zone, int(raw))
    return Mistake("not-whole" if zone.type is ZoneType.INTEGER else "wrong-type", shown(raw))


def _from_integer(zone: Zone, raw: int) -> Value | Mistake:
    if zone.type is ZoneType.INTEGER:
        return whole_number(str(raw))
    if zone.type in (ZoneType.INSS, ZoneType.COMPANY_ID) and raw >= 0:
        return _number(zone, str(raw))
    return Mistake("wrong-type", shown(raw))


def _from_text(zone: Zone, raw: str) -> Value | Mistake:
    if zone.type is ZoneType.INTEGER:
        return whole_number(raw)
    if zone.type is ZoneType.DATE:
        return iso_date(raw)
    if zone.type is ZoneType.TEXT:
        return plain_text(raw)
    return _number(zone, raw)


def _number(zone: Zone, text: str) -> Value | Mistake:
    """An identifier; in JSON a float of a whole number is that number without a word."""
    found = identifier(zone, text)
    return found.value or "" if isinstance(found, Tolerated) else found


def _many(raws: list[object]) -> tuple[str, ...] | Mistake:
    values = []
    for raw in raws:
        value = plain_text(raw) if isinstance(raw, str) else Mistake("wrong-type", shown(raw))
        if isinstance(value, Mistake):
            return value
        values.append(value)
    return tuple(values)
