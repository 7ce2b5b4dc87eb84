"""Days or hours in one element, with their unit in another beside it or as its attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fla_batch.message.draft_places import Place

_UNITS = {
    "Days": ("d", "day", "days", "j", "jour", "jours", "dag", "dagen"),
    "Hours": ("h", "hr", "hour", "hours", "heure", "heures", "u", "uur", "uren"),
}


@dataclass(frozen=True, slots=True)
class UnitAndValue:
    """Where the two stand, and the code of the unit for labels that end in `Days` or `Hours`."""

    unit: Place
    value: Place
    codes: Mapping[str, str]


def unit_and_value(places: Sequence[Place]) -> UnitAndValue | None:
    """A zone whose codes say days and hours, with the one number that it can be the unit of."""
    for unit in places:
        facets = unit.declared.facets
        codes = {
            end: code
            for end, known in _UNITS.items()
            for code in (facets.codes if facets else ())
            if code.lower() in known
        }
        values = [each for each in places if _is_number(each) and _belongs(unit, each)]
        if len(codes) == len(_UNITS) and len(values) == 1:
            return UnitAndValue(unit, values[0], codes)
    return None


def _is_number(place: Place) -> bool:
    facets = place.declared.facets
    return facets is not None and not facets.codes and (facets.is_integer or facets.is_decimal)


def _belongs(unit: Place, value: Place) -> bool:
    """True when they stand side by side, or the unit is an attribute of the value."""
    return unit.path[:-1] in (value.path[:-1], value.path)
