"""Mandatory zones, and the most often that blocks and zones may repeat."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration, TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.entry import Path
from fla_batch.models.rights import EMPLOYER_RIGHTS_MAX, SECTOR_RIGHTS_MAX
from fla_batch.models.training import PERIODS_MAX, TRAININGS_MAX
from fla_batch.models.zone import Presence, Zone, json_name, walk, zones_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext


def presence(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A mandatory zone is filled in (001)."""
    for block, path in walk(declaration):
        for name, zone in zones_of(type(block)).items():
            if zone.presence is Presence.MANDATORY and getattr(block, name) in (None, "", ()):
                yield _missing(zone.label, (*path, json_name(type(block), name)))
    if isinstance(declaration, TrainingsDeclaration):
        for index, training in enumerate(declaration.trainings):
            if not training.details_per_period:
                yield _missing("DetailsPerPeriod", ("trainings", index, "detailsPerPeriod"))


def _missing(label: str, path: Path) -> Finding:
    return Finding("presence", BLOCKING, label, "001", path, "missing", {"zone": f"@{label}"})


def status_missing(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """A period says its status: the manual leaves its presence blank [D]."""
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
    """Zones that only answers carry are not sent (005)."""
    for block, path in walk(declaration):
        for name, zone in zones_of(type(block)).items():
            if zone.presence is Presence.READ_ONLY and getattr(block, name) is not None:
                here = (*path, json_name(type(block), name))
                yield Finding("read-only", WARNING, zone.label, "005", here, "read-only")


def occurrences(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Blocks and zones repeat no more than their maximum (090)."""
    for label, path, found, most in _counts(declaration):
        if found > most:
            yield Finding(
                "occurrences",
                BLOCKING,
                label,
                "090",
                path,
                "too-many",
                {"found": found, "most": most},
                value=found,
            )


def _counts(declaration: Declaration) -> Iterator[tuple[str, Path, int, int]]:
    if isinstance(declaration, TrainingRightsDeclaration):
        yield from _counts_of_rights(declaration)
    else:
        yield "Training", ("trainings",), len(declaration.trainings), TRAININGS_MAX
        for index, training in enumerate(declaration.trainings):
            path: Path = ("trainings", index, "detailsPerPeriod")
            yield "DetailsPerPeriod", path, len(training.details_per_period), PERIODS_MAX


def _counts_of_rights(
    declaration: TrainingRightsDeclaration,
) -> Iterator[tuple[str, Path, int, int]]:
    rights = declaration.training_rights
    for label, name, found, most in (
        (
            "ComplementarySectorRight",
            "complementarySectorRight",
            len(rights.complementary_sector_right),
            SECTOR_RIGHTS_MAX,
        ),
        (
            "ComplementaryEmployerRight",
            "complementaryEmployerRight",
            len(rights.complementary_employer_right),
            EMPLOYER_RIGHTS_MAX,
        ),
    ):
        yield label, ("trainingRights", name), found, most
    legal = rights.legal_fla_right
    if legal is not None:
        zone: Zone = zones_of(type(legal))["joint_commission_nbr"]
        path = ("trainingRights", "legalFlaRight", "jointCommissionNbr")
        yield zone.label, path, len(legal.joint_commission_nbr), zone.many
