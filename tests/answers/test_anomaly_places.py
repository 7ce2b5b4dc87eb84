"""Where an anomaly of the platform is: the path of the zone leads to the cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from fla_batch.answers.anomaly_places import in_the_input
from fla_batch.ledger.lifecycle import FormState
from fla_batch.ledger.records import FormRow
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputOrigin, InputSheet, NoOrigin, Origin
from fla_batch.vocabulary.terms import AnomalyOrigin, FormKind

HEADINGS = (
    ("companyId", "Entreprise"),
    ("inss", "NISS"),
    ("trainingDenomination", "Formation"),
    ("hours", "Heures"),
    ("trainingStatus", "Statut"),
)
ORIGIN = InputOrigin(
    InputSheet("2024.xlsx", "Formations", HEADINGS),
    {(): 5, ("trainings", 1): 6, ("trainings", 1, "detailsPerPeriod", 1): 9},
)


def period(hours: int) -> dict[str, Any]:
    return {
        "trainingHours": hours,
        "trainingStartDate": "2024-02-05",
        "trainingEndDate": "2024-02-05",
        "trainingStatus": 1,
    }


BODY = {
    "employer": {"companyId": "0880820673"},
    "employee": {"inss": "80010100107"},
    "calendarYear": 2024,
    "trainings": [
        {"trainingSequenceNbr": 1, "trainingDenomination": "A", "detailsPerPeriod": [period(760)]},
        {
            "trainingSequenceNbr": 2,
            "trainingDenomination": "B",
            "detailsPerPeriod": [period(760), period(380)],
        },
    ],
}


def form(origin: Origin = ORIGIN, kind: FormKind = FormKind.TRAININGS, body: Any = BODY) -> FormRow:
    return FormRow(
        reference_nbr="R1",
        batch=BatchName.parse("FLAD.123456.20250301.00001.S"),
        part=1,
        position=1,
        identification="FLA002",
        created_date=date(2025, 3, 1),
        created_hour=time(10),
        kind=kind,
        company_id="0880820673",
        inss="80010100107",
        calendar_year=2024,
        sha256="",
        state=FormState.REFUSED,
        since=datetime(2025, 3, 1, tzinfo=UTC),
        ticket=None,
        body=body,
        origin=origin,
    )


def anomaly(tag: str | None = None, value: str | None = None, path: str | None = None) -> Anomaly:
    return Anomaly("B", "FLA39-008", tag=tag, value=value, path=path, origin=AnomalyOrigin.REMOTE)


def place(found: Anomaly) -> tuple[int | None, str | None]:
    assert (found.source.file, found.source.sheet) == ("2024.xlsx", "Formations")
    return found.source.row, found.source.column


@pytest.mark.parametrize(
    ("path", "row", "column"),
    [
        ("trainings[1].detailsPerPeriod[1].trainingHours", 9, "Heures"),
        ("$.trainings[1].detailsPerPeriod[0].trainingHours", 6, "Heures"),
        ("/trainings/1/detailsPerPeriod/1/trainingStatus", 9, "Statut"),
        ("Trainings[0].TrainingDenomination", 5, "Formation"),
        ("employer.companyId", 5, "Entreprise"),
        ("CalendarYear", 5, "calendarYear"),
    ],
)
def test_a_path_in_json_leads_to_the_cell(path: str, row: int, column: str) -> None:
    assert place(in_the_input(anomaly(path=path), form())) == (row, column)


@pytest.mark.parametrize(
    ("tag", "value", "identifying", "row", "column"),
    [
        ("INSS", "80010100107", (), 5, "NISS"),
        ("TrainingHours", "380", (), 9, "Heures"),
        ("trainingHours", "380", (), 9, "Heures"),
        # Two have that value: in which training it is, the path says.
        ("TrainingHours", "760", (("TrainingSequenceNbr", "2"),), 6, "Heures"),
        ("TrainingDenomination", None, (("TrainingSequenceNbr", "2"),), 6, "Formation"),
        # Nothing tells them apart: the column, in the row with which the declaration begins.
        ("TrainingHours", "760", (), 5, "Heures"),
        # Told apart as far as the training only.
        ("TrainingStatus", None, (("TrainingSequenceNbr", "2"),), 6, "Statut"),
        # A zone that is nowhere filled in, where it belongs.
        ("TrainingPlace", None, (("TrainingSequenceNbr", "2"),), 6, "trainingPlace"),
        # Identifying zones of another kind say nothing.
        ("TrainingHours", "380", (("CompanyID", "0880820673"), ("Odd", "1")), 9, "Heures"),
        ("NoSuchZone", "1", (), 5, None),
        # Without its name the zone is that of the error id, which is of the hours.
        (None, None, (), 5, "Heures"),
    ],
)
def test_zone_value_and_path_of_a_notification_lead_to_the_cell(
    tag: str | None, value: str | None, identifying: Any, row: int, column: str | None
) -> None:
    assert place(in_the_input(anomaly(tag, value, "1,1,7,2"), form(), identifying)) == (row, column)


def test_the_place_in_json_is_told_where_the_platform_tells_none() -> None:
    found = in_the_input(anomaly("TrainingHours", "380"), form())
    assert found.path == "trainings[1].detailsPerPeriod[1].trainingHours"
    assert in_the_input(anomaly("TrainingHours", "380", "1,1"), form()).path == "1,1"


@pytest.mark.parametrize("path", ["trainings[9].scope", "1,1,7", "trainings.scope", "", "[[[", "$"])
def test_a_path_that_leads_nowhere_still_names_the_declaration(path: str) -> None:
    unknown = replace(anomaly(path=path), error_id="Odd")
    assert place(in_the_input(unknown, form())) == (5, None)
    assert place(in_the_input(anomaly(path=path), form())) == (5, "Heures")


def test_what_came_from_no_file_has_no_place_but_advice() -> None:
    found = in_the_input(anomaly("TrainingHours", "380"), form(NoOrigin()))
    assert (found.source.file, found.source.row) == (None, None)
    assert found.advice.nl is not None
    question = form(NoOrigin(), FormKind.ASK_CREDIT, {"question": "x"})
    assert in_the_input(anomaly("INSS"), question).source.row is None
