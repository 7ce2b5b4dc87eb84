"""Bounds, codes, steps, lengths, patterns and check digits of every zone, from its Zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from fla_batch.models import Declaration
from fla_batch.models.zone import Presence, Zone, ZoneType, leaves_of, listed_codes, walk
from fla_batch.rules.base import BLOCKING, Finding, RuleContext, rule, shown
from fla_batch.rules.columns import DeclarationColumns, Holds, ZoneColumn
from fla_batch.vocabulary.identifiers import is_valid_company_id, is_valid_inss
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    import polars as pl

_ANY_LENGTH = 1 << 31
# python-stdnum takes a year of birth in the 2000s only once it has begun.
_YOUNGEST = 25


def _within_bounds(columns: DeclarationColumns) -> Iterator[Holds]:
    for column in columns.zones:
        zone = column.zone
        if zone.presence is not Presence.READ_ONLY and zone.type is not ZoneType.DATE:
            yield _for_all(column, partial(_fits, columns, column))


def _for_all(column: ZoneColumn, fits: Callable[[pl.Expr], pl.Expr]) -> Holds:
    """Holds where a zone is absent, or `fits` is true of its value or of all its values."""
    import polars as pl

    value = pl.col(column.name)
    if column.zone.many > 1:
        return Holds(column.level, value.is_null() | value.list.eval(fits(pl.element())).list.all())
    return Holds(column.level, value.is_null() | fits(value))


def _fits(columns: DeclarationColumns, column: ZoneColumn, value: pl.Expr) -> pl.Expr:
    """True where `value` is certainly one that the zone may hold."""
    zone = column.zone
    if zone.type is ZoneType.INTEGER:
        return value.is_between(zone.low or 0, zone.high or 0)
    if zone.type is ZoneType.INSS:
        return _valid_inss(value)
    if zone.type is ZoneType.COMPANY_ID:
        return value.is_in([each for each in columns.distinct(column) if is_valid_company_id(each)])
    length = value.str.len_chars()
    fits = length.is_between(zone.shortest or 0, zone.longest or _ANY_LENGTH)
    if zone.codes:
        fits &= value.is_in(list(zone.codes))
    if zone.pattern is not None:
        fits &= value.is_in([each for each in columns.distinct(column) if zone.matches(each)])
    return fits


def _valid_inss(value: pl.Expr) -> pl.Expr:
    """As `is_valid_inss`, of which odd numbers are left to it: there are too many to ask it."""
    import polars as pl

    number = value.cast(pl.Int64, strict=False)
    body, check = number // 100, number % 100
    young = number // 1_000_000_000 <= _YOUNGEST
    right = (check == 97 - body % 97) | (young & (check == 97 - (body + 2_000_000_000) % 97))
    return value.str.contains(r"^[0-9]{2}(0[1-9]|1[0-2])[0-9]{7}$") & right


@rule(clears=_within_bounds)
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


def _whole_steps(columns: DeclarationColumns) -> Iterator[Holds]:
    for column in columns.zones:
        step = column.zone.step
        if column.zone.type is ZoneType.INTEGER and step > 1:
            yield _for_all(column, partial(_is_multiple, step))


def _is_multiple(step: int, value: pl.Expr) -> pl.Expr:
    return value % step == 0


@rule(clears=_whole_steps)
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
        parameters["codes"] = listed_codes(zone)
    else:
        text = "outside" if "Days" in zone.label or "Hours" in zone.label else "outside-number"
        parameters |= {"low": shown(zone, low), "high": shown(zone, high)}
    yield Finding("bounds", BLOCKING, zone.label, "008", path, text, parameters, value=value)


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
    if zone.codes and value not in zone.codes:
        parameters: dict[str, object] = {"shown": value[:40], "codes": listed_codes(zone)}
        yield Finding("bounds", BLOCKING, zone.label, "008", path, "code", parameters, value=value)
        return
    if not zone.matches(value):
        parameters = {"shown": value[:40], "form": zone.form}
        yield Finding(
            "bounds", BLOCKING, zone.label, "003", path, "pattern", parameters, value=value
        )
        return
    shortest, longest = zone.shortest or 0, zone.longest or len(value)
    if not shortest <= len(value) <= longest:
        lengths = {"length": len(value), "shortest": shortest, "longest": longest}
        yield Finding("bounds", BLOCKING, zone.label, "093", path, "length", lengths, value=value)
