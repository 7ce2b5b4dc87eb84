"""Mandatory zones, read-only zones, and how often blocks and zones may stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fla_batch.models import (
    Declaration,
    Employee,
    Employer,
)
from fla_batch.models.zone import Presence, json_name, leaves_of, repeats_of
from tests import builders as b
from tests.one_zone import all_models

EMPLOYER = ("employer.companyId", "CompanyID")
MANDATORY: list[tuple[str, str, Declaration]] = [
    (*EMPLOYER, b.trainings(employer=Employer())),
    (*EMPLOYER, b.rights(employer=Employer())),
    ("employee.inss", "INSS", b.trainings(employee=Employee())),
    ("calendarYear", "CalendarYear", b.rights(calendar_year=None)),
    ("calendarYear", "CalendarYear", b.trainings(calendar_year=None)),
    *(
        (f"trainings[0].{path}", label, b.trainings(b.training(**{name: None})))
        for path, label, name in [
            ("trainingSequenceNbr", "TrainingSequenceNbr", "training_sequence_nbr"),
            ("trainingDenomination", "TrainingDenomination", "training_denomination"),
            ("trainingFirstStartDate", "TrainingFirstStartDate", "training_first_start_date"),
            ("trainingLastEndDate", "TrainingLastEndDate", "training_last_end_date"),
            ("trainingResult", "TrainingResult", "training_result"),
            (
                "trainingLeadingToCertificate",
                "TrainingLeadingToCertificate",
                "training_leading_to_certificate",
            ),
            ("scope", "Scope", "scope"),
        ]
    ),
    *(
        (
            f"trainings[0].detailsPerPeriod[0].{path}",
            label,
            b.trainings(
                b.training(
                    b.period(**{name: None}),
                    training_first_start_date=date(2024, 2, 5),
                    training_last_end_date=date(2024, 2, 9),
                )
            ),
        )
        for path, label, name in [
            ("trainingStartDate", "TrainingStartDate", "training_start_date"),
            ("trainingEndDate", "TrainingEndDate", "training_end_date"),
            ("trainingType", "TrainingType", "training_type"),
        ]
    ),
    *(
        (
            f"trainings[0].trainingProviderReference.{path}",
            label,
            b.trainings(
                b.training(training_provider_reference=b.provider_reference(**{name: None}))
            ),
        )
        for path, label, name in [
            ("providerTrainingId", "ProviderTrainingId", "provider_training_id"),
            (
                "trainingProviderCompanyId",
                "TrainingProviderCompanyId",
                "training_provider_company_id",
            ),
        ]
    ),
    (
        "trainingRights.legalFlaRight.jointCommissionNbr",
        "JointCommissionNbr",
        b.rights(b.legal(joint_commission_nbr=())),
    ),
    (
        "trainingRights.complementarySectorRight[0].jointCommissionNbr",
        "JointCommissionNbr",
        b.rights(sectors=(b.sector(joint_commission_nbr=None),)),
    ),
    (
        "trainingRights.complementarySectorRight[0].activityCode",
        "ActivityCode",
        b.rights(sectors=(b.sector(activity_code=None),)),
    ),
    (
        "trainingRights.complementaryEmployerRight[0].jointCommissionNbr",
        "JointCommissionNbr",
        b.rights(extras=(b.extra(joint_commission_nbr=None),)),
    ),
    (
        "trainings[0].detailsPerPeriod",
        "DetailsPerPeriod",
        b.trainings(b.training(details_per_period=())),
    ),
]


@pytest.mark.parametrize(("path", "label", "declaration"), MANDATORY)
def test_what_is_mandatory_is_missed(path: str, label: str, declaration: Declaration) -> None:
    assert b.ids(declaration) == [("presence", f"{label}-001", path)]


def test_nothing_else_is_mandatory() -> None:
    """What the table above empties is mandatory by the specification."""
    emptied = {path.rpartition(".")[2] for path, _, _ in MANDATORY}
    mandatory = set()
    for model in all_models():
        zones = leaves_of(model)
        mandatory |= {name for _, zone, name in zones if zone.presence is Presence.MANDATORY}
        least = {name for name, repeats in repeats_of(model).items() if repeats.least}
        mandatory |= {json_name(model, name) for name in least}
    assert mandatory == emptied


@pytest.mark.parametrize("blank", ["", "   ", "\t\n", "\u00a0\u00a0\u00a0"])
def test_blanks_alone_fill_nothing(blank: str) -> None:
    declaration = b.trainings(b.training(training_denomination=blank))
    blocking = [each.error_id for each in b.found(declaration) if each.blocks]
    assert blocking == ["TrainingDenomination-001"]


@pytest.mark.parametrize(("text", "told"), [(" ", True), ("\t\n\u00a0", True), ("", False)])
def test_an_optional_text_of_blanks_alone_is_no_text(text: str, told: bool) -> None:
    found = b.found(b.trainings(b.training(training_organiser_name=text)))
    blocking = [each.error_id for each in found if each.blocks]
    assert blocking == ["TrainingOrganiserName-003"] * told


def test_an_empty_text_that_the_xsd_refuses_is_blocked() -> None:
    declaration = b.rights(b.legal(working_regulations_registry_nbr=""))
    assert [each.error_id for each in b.found(declaration)] == ["WorkingRegulationsRegistryNbr-093"]


def test_a_status_that_is_missing_is_a_warning() -> None:
    declaration = b.trainings(b.training(b.period(training_status=None)))
    (anomaly,) = b.found(declaration)
    assert (anomaly.rule, anomaly.anomaly_class) == ("status-missing", "W")
    assert anomaly.error_id == "TrainingStatus-001"
    assert anomaly.path == "trainings[0].detailsPerPeriod[0].trainingStatus"


def test_read_only_zones_are_warned_about() -> None:
    legal = b.legal(source="FLA", legal_fla_right_validity_end_date=date(2028, 12, 31))
    declaration = b.rights(legal, (b.sector(source="EMPLOYER"),), (b.extra(source="PROVIDER"),))
    top = "trainingRights"
    assert b.ids(declaration) == [
        ("read-only", "Source-005", f"{top}.legalFlaRight.source"),
        (
            "read-only",
            "LegalFlaRightValidityEndDate-005",
            f"{top}.legalFlaRight.legalFlaRightValidityEndDate",
        ),
        ("read-only", "Source-005", f"{top}.complementarySectorRight[0].source"),
        ("read-only", "Source-005", f"{top}.complementaryEmployerRight[0].source"),
    ]
    assert not any(each.blocks for each in b.found(declaration))
    (state,) = b.found(b.trainings(b.training(processing_state="toValidate")))
    assert (state.error_id, state.anomaly_class, state.value) == (
        "ProcessingState-005",
        "W",
        "toValidate",
    )


def many_trainings(count: int) -> Declaration:
    return b.trainings(
        *(
            b.training(
                training_sequence_nbr=min(number, 999), training_denomination=f"Training {number}"
            )
            for number in range(1, count + 1)
        )
    )


@pytest.mark.parametrize(
    ("most", "label", "path", "build"),
    [
        (999, "Training", "trainings", many_trainings),
        (
            999,
            "DetailsPerPeriod",
            "trainings[0].detailsPerPeriod",
            lambda count: b.trainings(b.training(*[b.period()] * count)),
        ),
        (
            10,
            "ComplementarySectorRight",
            "trainingRights.complementarySectorRight",
            lambda count: b.rights(sectors=(b.sector(),) * count),
        ),
        (
            10,
            "ComplementaryEmployerRight",
            "trainingRights.complementaryEmployerRight",
            lambda count: b.rights(extras=(b.extra(),) * count),
        ),
        (
            10,
            "JointCommissionNbr",
            "trainingRights.legalFlaRight.jointCommissionNbr",
            lambda count: b.rights(b.legal(joint_commission_nbr=("200",) * count)),
        ),
    ],
)
def test_how_often(most: int, label: str, path: str, build: Any) -> None:
    assert not [each for each in b.found(build(most)) if each.rule == "occurrences"]
    too_many = [each for each in b.found(build(most + 1)) if each.rule == "occurrences"]
    assert [(each.error_id, each.path, each.value, each.blocks) for each in too_many] == [
        (f"{label}-090", path, str(most + 1), True)
    ]


def test_photos_without_anything_may_be_sent() -> None:
    assert not any(each.blocks for each in b.found(b.trainings(trainings=())))
