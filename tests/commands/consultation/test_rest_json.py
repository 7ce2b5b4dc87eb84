"""Answers in the REST manual's shape, beyond what its own examples show."""

from __future__ import annotations

from typing import Any

import pytest

from fla_batch.account.rest_json import answer_json
from fla_batch.ledger.records import ConsultationRow
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import FormKind
from tests.commands.consultation.asked import NOW
from tests.ledger.builders import COMPANY, WORKER

WORKER_BODY = {"employer": {"companyId": COMPANY}, "employee": {"inss": WORKER}}


def row(kind: FormKind, **body: Any) -> ConsultationRow:
    return ConsultationRow(kind, COMPANY, WORKER, 2024, NOW, WORKER_BODY | body)


def test_what_only_the_file_channel_has_is_left_out() -> None:
    handled = {"identification": "FLA103", "formCreationDate": "2025-03-01"}
    told = row(FormKind.ASK_TRAININGS, handledOriginalForm=handled, trainings=[], calendarYear=2024)
    assert answer_json(told) == {
        "flaDataDeclaration": {
            "employer": {"companyId": 880820673},
            "employee": {"inss": 81511716525},
            "calendarYear": 2024,
            "trainings": [],
        },
        "anomalies": [],
        "flaCreditCalculation": None,
    }


def test_rights_of_nobody_are_left_out_and_never_trainings() -> None:
    declared = answer_json(row(FormKind.ASK_RIGHTS, calendarYear=2024))["flaDataDeclaration"]
    assert list(declared) == ["employer", "employee", "calendarYear"]


def test_names_stand_in_the_manuals_order() -> None:
    legal = {"jointCommissionNbr": ["200"], "legalFlaRightHours": 3800}
    told = row(FormKind.ASK_RIGHTS, trainingRights={"legalFlaRight": legal}, calendarYear=2024)
    declared = answer_json(told)["flaDataDeclaration"]
    assert list(declared["trainingRights"]["legalFlaRight"]) == [
        "legalFlaRightHours",
        "jointCommissionNbr",
    ]


def test_the_providers_number_is_a_number_too() -> None:
    reference = {
        "providerTrainingId": "3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e30",
        "trainingProviderCompanyId": "0400767772",
    }
    training = {"trainingDenomination": "First aid", "trainingProviderReference": reference}
    told = row(FormKind.ASK_TRAININGS, trainings=[training], calendarYear=2024)
    (shown,) = answer_json(told)["flaDataDeclaration"]["trainings"]
    assert shown["trainingProviderReference"]["trainingProviderCompanyId"] == 400767772


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (Labels(fr="Déjà déclaré", nl="Reeds aangegeven"), ["fr", "nl"]),
        (Labels(en="Declared already"), ["en"]),
    ],
)
def test_anomalies_have_the_manuals_names(labels: Labels, expected: list[str]) -> None:
    anomaly = Anomaly("W", "FLA04-272", labels)
    (shown,) = answer_json(row(FormKind.ASK_RIGHTS), [anomaly])["anomalies"]
    assert (shown["anomalyClass"], shown["errorId"]) == ("W", "FLA04-272")
    assert list(shown["label"]) == expected
    assert "path" not in shown
