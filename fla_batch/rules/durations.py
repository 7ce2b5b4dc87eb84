"""Days or hours: exactly one of the two, and no more than the period can hold."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration, DetailsPerPeriod
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, json_name, leaves_of, walk, zones_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, periods_of, rule, shown
from fla_batch.rules.columns import DeclarationColumns, Holds, ZoneColumn
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.zone_path import Path

_DAY_CENTI = {"training_days": 100, "training_hours": 2400}
"""How much of a zone a calendar day holds at most."""


def _one_of_two(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    either: dict[type[Block], list[ZoneColumn]] = {}
    for column in columns.zones:
        if column.zone.presence is Presence.ONE_OF:
            either.setdefault(column.block, []).append(column)
    for offered in either.values():
        filled = pl.sum_horizontal(pl.col(each.name).is_not_null() for each in offered)
        one = filled == 1
        first = offered[0]
        yield Holds(first.level, first.block_is_absent() | one if first.optional else one)


@rule(clears=_one_of_two)
def days_xor_hours(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Exactly one of Days and Hours in every block that offers both (001 none, 005 both)."""
    for block, path in walk(declaration):
        offered = [leaf for leaf in leaves_of(type(block)) if leaf[1].presence is Presence.ONE_OF]
        if not offered:
            continue
        filled = sum(getattr(block, name) is not None for name, _, _ in offered)
        if filled != 1:
            yield _neither_or_both(path, offered, filled)


def _neither_or_both(path: Path, offered: list[tuple[str, Zone, str]], filled: int) -> Finding:
    (_, days, days_name), (_, hours, hours_name) = offered
    zone, name, code, text = (
        (days, days_name, "005", "both") if filled else (hours, hours_name, "001", "neither")
    )
    parameters = {
        "days": catalogue.zone_label(days.label),
        "hours": catalogue.zone_label(hours.label),
    }
    return Finding("days-xor-hours", BLOCKING, zone.label, code, (*path, name), text, parameters)


def _fits_in_period(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    start, end = pl.col("trainingStartDate"), pl.col("trainingEndDate")
    days = (end - start).dt.total_days() + 1
    for name, most in _DAY_CENTI.items():
        value = pl.col(json_name(DetailsPerPeriod, name))
        yield Holds(DetailsPerPeriod, value.is_null() | (value <= days * most))


@rule(clears=_fits_in_period)
def more_hours_than_period(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """No more days than the period has, no more than 24 hours a calendar day (420) [D]."""
    for period, path in periods_of(declaration):
        yield from _too_much(period, path)


def _too_much(period: DetailsPerPeriod, path: Path) -> Iterator[Finding]:
    start, end = period.training_start_date, period.training_end_date
    if start is None or end is None or end < start:
        return
    days = (end - start).days + 1
    for name, text in (("training_days", "more-days"), ("training_hours", "more-hours")):
        value = getattr(period, name)
        if value is not None and value > days * _DAY_CENTI[name]:
            zone = zones_of(DetailsPerPeriod)[name]
            parameters = {"shown": shown(zone, value), "days": days}
            here = (*path, json_name(DetailsPerPeriod, name))
            yield Finding(
                "more-hours-than-period",
                WARNING,
                zone.label,
                "420",
                here,
                text,
                parameters,
                value=value,
            )
