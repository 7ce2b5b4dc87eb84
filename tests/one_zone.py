"""Declarations that are valid but for the value of one zone."""

from __future__ import annotations

from typing import Any

from fla_batch.models import Declaration, TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, zones_of
from tests import builders as b


def with_value(label: str, value: object) -> tuple[Declaration, str]:
    """An otherwise valid declaration in which the zone `label` holds `value`, and its path."""
    fields = {zone.label: name for model in all_models() for name, zone in zones_of(model).items()}
    name = fields[label]
    given: dict[str, Any] = {name: value}
    if label == "CalendarYear":
        return b.rights(**given), "calendarYear"
    if label in {"CompanyID", "FlaImportanceCode"}:
        return b.trainings(employer=b.employer(**given)), f"employer.{_camel(name)}"
    if label in {"INSS", "Language", "RefHoursInWorkingDay"}:
        return b.trainings(employee=b.employee(**given)), f"employee.{_camel(name)}"
    if label.startswith("Legal"):
        return b.rights(b.legal(**given)), f"trainingRights.legalFlaRight.{_camel(name)}"
    if label.startswith("ComplementaryEmployer"):
        path = f"trainingRights.complementaryEmployerRight[0].{_camel(name)}"
        return b.rights(extras=(b.extra(**given),)), path
    if label.startswith("ComplementarySector") or label in {
        "ActivityCode",
        "WorkingRegulationsRegistryNbr",
        "JointCommissionNbr",
    }:
        path = f"trainingRights.complementarySectorRight[0].{_camel(name)}"
        return b.rights(sectors=(b.sector(**given),)), path
    if label in {"ProviderTrainingId", "TrainingProviderCompanyId"}:
        reference = b.provider_reference(**given)
        path = f"trainings[0].trainingProviderReference.{_camel(name)}"
        return b.trainings(b.training(training_provider_reference=reference)), path
    if name in zones_of(type(b.period())):
        path = f"trainings[0].detailsPerPeriod[0].{_camel(name)}"
        return b.trainings(b.training(b.period(**given))), path
    return b.trainings(b.training(**given)), f"trainings[0].{_camel(name)}"


def all_models() -> list[type[Block]]:
    """Every block of a declaration, the declarations themselves included."""
    known: list[type[Block]] = [TrainingRightsDeclaration, TrainingsDeclaration]
    for model in known:
        known += [block for block in blocks_of(model).values() if block not in known]
    return known


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(step.capitalize() for step in rest)
