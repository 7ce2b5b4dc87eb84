"""The credit that is computed from the user's own files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fla_batch.account import credit_forecast
from fla_batch.models import DeclarationKey, TrainingRights
from fla_batch.rules import RuleContext
from fla_batch.vocabulary.terms import FormKind
from tests.command_line import CommandLine
from tests.commands.consultation.asked import Desk, question, told
from tests.commands.consultation.test_answers import SECTOR
from tests.e2e_manual.office import MANUAL, printed
from tests.ledger.builders import COMPANY, WORKER, S

AT = datetime(2024, 3, 7, 12, 9, 16)  # noqa: DTZ001 - Belgian local time
CONTEXT = RuleContext(today=AT.date())


def rights(year: int, **changes: Any) -> dict[str, Any]:
    """The rights of the manual's credit: 38 legal hours and 40 of the sector."""
    body: dict[str, Any] = printed("GetTrainingRight_output.json")["flaDataDeclaration"]
    del body["trainingRights"]["complementaryEmployerRight"]
    return body | {"calendarYear": year} | changes


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    path = tmp_path / "rights.json"
    path.write_text(json.dumps([rights(2023), rights(2024)]), encoding="utf-8")
    return [path, MANUAL / "PutTraining_input.json"]


def test_the_manuals_example_comes_out_to_the_digit(files: list[Path]) -> None:
    read = credit_forecast.read(files, CONTEXT)
    (found,) = credit_forecast.forecasts(read.declarations, AT)
    expected = printed("GetCreditCalculation_output.json")
    shown = credit_forecast.forecast_json(found)
    assert [shown.pop(name) for name in ("uncovered", "notCounted", "remarks")] == [[], [], []]
    assert shown | {"calculationDate": expected["calculationDate"]} == expected


def test_time_without_credit_is_told_and_never_negative(tmp_path: Path) -> None:
    path = tmp_path / "rights.json"
    small = rights(2024)
    small["trainingRights"] = {
        "legalFlaRight": {"legalFlaRightHours": 300, "jointCommissionNbr": ["200"]}
    }
    path.write_text(json.dumps(small), encoding="utf-8")
    read = credit_forecast.read([path, MANUAL / "PutTraining_input.json"], CONTEXT)
    (found,) = credit_forecast.forecasts(read.declarations, AT)
    shown = credit_forecast.forecast_json(found)
    assert shown["legalFlaCredit"]["totalLegalFlaCreditHours"] == 0
    assert shown["uncovered"] == [
        {
            "trainingStartDate": "2024-02-01",
            "trainingEndDate": "2024-02-05",
            "trainingHours": 200,
            "scope": 1,
        }
    ]


def test_days_count_by_the_hours_that_another_year_declares(tmp_path: Path) -> None:
    days = rights(2024, employee={"inss": int(WORKER)})
    days["trainingRights"] = {
        "legalFlaRight": {"legalFlaRightDays": 500, "jointCommissionNbr": ["200"]}
    }
    path = tmp_path / "rights.json"
    path.write_text(json.dumps([rights(2023), days]), encoding="utf-8")
    read = credit_forecast.read([path], CONTEXT)
    (found,) = credit_forecast.forecasts(read.declarations, AT)
    legal = found.credit.legal_fla_credit
    assert legal is not None
    initial = [each.initial_legal_fla_credit_hours for each in legal.legal_fla_credit_per_year]
    assert initial == [0, 0, 0, 3800, 4000]


def test_other_years_come_from_the_ledger_and_files_count_first(desk: Desk, tmp_path: Path) -> None:
    desk.ask(*(question(FormKind.ASK_RIGHTS, calendar_year=year) for year in (2023, 2024)))
    for index, year in enumerate((2023, 2024)):
        told_rights = TrainingRights(complementary_sector_right=(SECTOR,))
        desk.arrive(desk.form(index, told(calendar_year=year, training_rights=told_rights)))
    path = tmp_path / "rights.json"
    own = rights(2024)
    del own["trainingRights"]["complementarySectorRight"]
    path.write_text(json.dumps(own), encoding="utf-8")
    read = credit_forecast.read([path], CONTEXT)

    completed = credit_forecast.with_ledger(read.declarations, desk.ledger, S)

    assert [each.key for each in completed] == [
        DeclarationKey(COMPANY, WORKER, year, FormKind.TRAINING_RIGHTS) for year in (2024, 2023)
    ]
    (found,) = credit_forecast.forecasts(completed, AT)
    sector = found.credit.complementary_sector_credit
    assert sector is not None
    assert sector.total_complementary_sector_credit_hours == 4000


def test_a_ledger_without_these_workers_adds_nothing(desk: Desk) -> None:
    read = credit_forecast.read([MANUAL / "PutTraining_input.json"], CONTEXT)
    assert credit_forecast.with_ledger(read.declarations, desk.ledger, S) == read.declarations


def test_the_command_in_json(fla: CommandLine, files: list[Path]) -> None:
    called = fla("credit", "forecast", *files, "--as-of", "2024-03-07", "--json")
    assert called.code == 0
    (found,) = called.document["credits"]
    assert found["calculationDate"] == "2024-03-07T23:59:59"
    assert found["legalFlaCredit"] == printed("GetCreditCalculation_output.json")["legalFlaCredit"]
    assert called.document["anomalies"] == []


def test_the_command_in_words(fla: CommandLine, files: list[Path], tmp_path: Path) -> None:
    called = fla("credit", "forecast", *files, "--as-of", "2024-03-07")
    assert called.code == 0
    lines = [line.split() for line in called.out.splitlines()]
    assert [WORKER, "legal", "2023", "38", "h", "33", "h"] in lines
    assert [WORKER, "legal", "total", "-", "71", "h"] in lines
    alone = fla("credit", "forecast", files[1], "--as-of", "2024-03-07")
    assert "1 followed period without enough credit" in alone.out
    assert "5 h" in alone.out


def test_what_is_blocked_is_listed_and_left_out(fla: CommandLine, tmp_path: Path) -> None:
    body = printed("PutTraining_input.json")
    body["trainings"][0]["trainingLastEndDate"] = "2024-02-06"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    called = fla("credit", "forecast", path, "--json")
    assert called.code == 1
    assert called.document["credits"] == []
    assert [each["rule"] for each in called.document["anomalies"]] == ["envelope"]
