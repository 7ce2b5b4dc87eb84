"""Mandatory zones, and the most often that blocks and zones may repeat."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration, TrainingsDeclaration
from fla_batch.models.entry import Path
from fla_batch.models.zone import Presence, blocks_of, json_name, leaves_of, repeats_of, walk
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext


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


def status_missing(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A period says its status: the manual leaves its presence blank (001) [D]."""
    if not isinstance(declaration, TrainingsDeclaration):
        return
    for index, training in enumerate(declaration.trainings):
        for number, period in enumerate(training.details_per_period):
            if period.training_status is None:
                path = ("trainings", index, "detailsPerPeriod", number, "trainingStatus")
                yield Finding(
                    "status-missing", WARNING, "TrainingStatus", "001", path, "status-missing"
                )


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
