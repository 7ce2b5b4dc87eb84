"""Mandatory zones, and the most often that blocks and zones may repeat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.models import Declaration, DetailsPerPeriod
from fla_batch.models.zone import (
    Presence,
    Zone,
    ZoneType,
    blocks_of,
    json_name,
    leaves_of,
    repeats_of,
    walk,
)
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, periods_of, rule
from fla_batch.rules.columns import (
    DeclarationColumns,
    Holds,
    ZoneColumn,
    count_of,
    fields_of,
    levels_of,
)
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    import polars as pl


def _all_there(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    for column in columns.zones:
        if column.zone.presence is Presence.MANDATORY:
            filled = _is_filled(column)
            yield Holds(
                column.level, column.block_is_absent() | filled if column.optional else filled
            )
    for level in levels_of(columns.kind):
        for model, name in fields_of(level):
            yield Holds(level, pl.col(count_of(name)) >= repeats_of(model)[name].least)


def _is_filled(column: ZoneColumn) -> pl.Expr:
    import polars as pl

    value = pl.col(column.name)
    if column.zone.many > 1:
        return value.list.len() > 0
    if column.zone.type in (ZoneType.INTEGER, ZoneType.DATE):
        return value.is_not_null()
    # With one of these in it a text is not blank; of others, and blanks, the function decides.
    return value.str.contains("[0-9A-Za-z]")


@rule(clears=_all_there)
def presence(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A mandatory zone or block is there (001); blanks alone do not fill a zone."""
    for block, path in walk(declaration):
        for name, zone, here in leaves_of(type(block)):
            if zone.presence is Presence.MANDATORY and _is_empty(getattr(block, name)):
                yield _missing(zone.label, (*path, here))
        for name, repeats in repeats_of(type(block)).items():
            if len(getattr(block, name)) < repeats.least:
                label = blocks_of(type(block))[name].__name__
                yield _missing(label, (*path, json_name(type(block), name)))


def _is_empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _missing(label: str, path: Path) -> Finding:
    return Finding("presence", BLOCKING, label, "001", path, "missing", {"zone": label})


def _status_there(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    yield Holds(DetailsPerPeriod, pl.col("trainingStatus").is_not_null())


@rule(clears=_status_there)
def status_missing(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A period says its status: the manual leaves its presence blank (001) [D]."""
    for period, path in periods_of(declaration):
        if period.training_status is None:
            here = (*path, "trainingStatus")
            yield Finding(
                "status-missing", WARNING, "TrainingStatus", "001", here, "status-missing"
            )


def _none_read_only(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    for column in columns.zones:
        if column.zone.presence is Presence.READ_ONLY:
            yield Holds(column.level, pl.col(column.name).is_null())


@rule(clears=_none_read_only)
def read_only(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Zones that only answers carry are not sent (005) [D]."""
    for block, path in walk(declaration):
        for name, zone, here in leaves_of(type(block)):
            value = getattr(block, name)
            if zone.presence is Presence.READ_ONLY and value is not None:
                yield Finding(
                    "read-only",
                    WARNING,
                    zone.label,
                    "005",
                    (*path, here),
                    "read-only",
                    value=value,
                )


def _not_too_many(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    for level in levels_of(columns.kind):
        for model, name in fields_of(level):
            yield Holds(level, pl.col(count_of(name)) <= repeats_of(model)[name].most)
    for column in columns.zones:
        if column.zone.many > 1:
            values = pl.col(column.name)
            yield Holds(column.level, values.is_null() | (values.list.len() <= column.zone.many))


@rule(clears=_not_too_many)
def occurrences(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Blocks and zones repeat no more than their maximum (090)."""
    for block, path in walk(declaration):
        model = type(block)
        counted = [
            (blocks_of(model)[name].__name__, name, repeats.most)
            for name, repeats in repeats_of(model).items()
        ]
        counted += [
            (zone.label, name, zone.many) for name, zone, _ in leaves_of(model) if zone.many > 1
        ]
        for label, name, most in counted:
            found = len(getattr(block, name))
            if found > most:
                yield Finding(
                    "occurrences",
                    BLOCKING,
                    label,
                    "090",
                    (*path, json_name(model, name)),
                    "too-many",
                    {"found": found, "most": most},
                    value=found,
                )


def _no_blank_texts(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    for column in columns.zones:
        if _may_be_blank(column.zone):
            text = pl.col(column.name)
            yield Holds(column.level, text.is_null() | (text == "") | _is_filled(column))


def _may_be_blank(zone: Zone) -> bool:
    """Optional free text: of what is mandatory `presence` tells."""
    return zone.is_text and zone.presence is Presence.OPTIONAL and zone.many == 1


@rule(clears=_no_blank_texts)
def blank_text(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A text of blanks alone says nothing, and is not sent as if it did (003) [D]."""
    for block, path in walk(declaration):
        for name, zone, here in leaves_of(type(block)):
            value = getattr(block, name)
            if _may_be_blank(zone) and value and not value.strip():
                yield Finding(
                    "blank-text", BLOCKING, zone.label, "003", (*path, here), "blank", value=value
                )
