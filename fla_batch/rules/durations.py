"""Days or hours: exactly one of the two, and no more than the period can hold."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration, DetailsPerPeriod, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.entry import Path
from fla_batch.models.zone import Presence, json_name, walk, zones_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, shown


def days_xor_hours(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Exactly one of Days and Hours in every block that offers both (001 none, 005 both)."""
    for block, path in walk(declaration):
        offered = [
            (name, zone)
            for name, zone in zones_of(type(block)).items()
            if zone.presence is Presence.ONE_OF
        ]
        if not offered:
            continue
        (days, days_zone), (hours, hours_zone) = offered
        parameters = {"days": f"@{days_zone.label}", "hours": f"@{hours_zone.label}"}
        filled = [name for name, _ in offered if getattr(block, name) is not None]
        if not filled:
            yield _finding(block, path, hours, "001", "neither", parameters)
        elif len(filled) == 2:
            yield _finding(block, path, days, "005", "both", parameters)


def _finding(
    block: Block, path: Path, name: str, code: str, text: str, parameters: dict[str, str]
) -> Finding:
    label = zones_of(type(block))[name].label
    here = (*path, json_name(type(block), name))
    return Finding("days-xor-hours", BLOCKING, label, code, here, text, parameters)


def more_hours_than_period(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """No more days than the period has, no more than 24 hours a calendar day (420) [D]."""
    if not isinstance(declaration, TrainingsDeclaration):
        return
    for index, training in enumerate(declaration.trainings):
        for number, period in enumerate(training.details_per_period):
            yield from _too_much(period, ("trainings", index, "detailsPerPeriod", number))


def _too_much(period: DetailsPerPeriod, path: Path) -> Iterator[Finding]:
    start, end = period.training_start_date, period.training_end_date
    if start is None or end is None or end < start:
        return
    days = (end - start).days + 1
    for name, limit, text in (
        ("training_days", days * 100, "more-days"),
        ("training_hours", days * 2400, "more-hours"),
    ):
        value = getattr(period, name)
        if value is not None and value > limit:
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
