"""`rescue` against the sandbox: nothing is missing, or it is said what and why."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fla_batch.account.rest_json import answer_json
from fla_batch.cli import options
from fla_batch.commands.channels import REST, SFTP
from fla_batch.ledger.records import ConsultationRow
from fla_batch.message import load
from fla_batch.models import Employee, Employer
from fla_batch.models.question import Question
from fla_batch.sandbox.consulting import QuestionAnswers
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.vocabulary.terms import FormKind
from tests.command_line import CommandLine
from tests.counts import COUNTED, count
from tests.e2e.servers import now
from tests.rescue.crowd import Someone, crowd, settle

pytestmark = pytest.mark.timeout(7200)
QUICKLY = ("--every", "0.2", "--timeout", "3000")


@pytest.fixture(params=[SFTP, REST])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """The same rescue over both channels."""
    rest = RestFaultPlan() if request.param == REST else None
    profile = load("fla-20250131")
    with practice_ground(tmp_path / "ground", profile, clock=now, rest=rest) as running:
        yield running


@pytest.fixture
def fla(fla: CommandLine, ground: Ground) -> CommandLine:
    return fla.with_settings(ground.settings_file)


def listed(path: Path, people: list[Someone]) -> Path:
    lines = ["CompanyID;INSS", *(f"{one.company_id};{one.inss}" for one in people)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def missing(folder: Path) -> list[dict[str, str]]:
    text = (folder / "missing.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def account(folder: Path, one: Someone) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / one.company_id / f"{one.inss}.json").read_text())
    return found


def require_everything(ground: Ground, folder: Path, people: list[Someone]) -> None:
    """What came out is what the platform holds, worker by worker."""
    for one in people:
        held = ground.platform.accounts.account(one.company_id, one.inss)
        found = account(folder, one)
        rights = {
            each["calendarYear"]: {
                name: value for name, value in each.items() if name != "calendarYear"
            }
            for each in found["rightsInForce"]
        }
        for year, state in held.years.items():
            assert rights[year] == state.rights_in_force.to_json(), (one, year)
            waiting = [
                training.training_denomination
                for training in held.trainings(year)
                if training.processing_state == "toValidate"
            ]
            assert [
                each["trainingDenomination"]
                for each in found["toValidate"]
                if each["calendarYear"] == year
            ] == waiting
            declared = [
                training["trainingDenomination"]
                for each in found["trainings"]
                if each["calendarYear"] == year
                for training in each["declaration"]["trainings"]
            ]
            photo = state.trainings.trainings if state.trainings else ()
            assert declared == [training.training_denomination for training in photo]


def test_everything_comes_out(
    fla: CommandLine, ground: Ground, tmp_path: Path, record_property: Any
) -> None:
    employers, workers = count(4, 200), count(40, 20_000)
    people = settle(ground.platform, employers, workers)
    called = fla("rescue", "--workers", listed(tmp_path / "w.csv", people), "-o", "out", *QUICKLY)
    assert called.code == 0, called.said
    assert missing(tmp_path / "out") == []
    require_everything(ground, tmp_path / "out", people)
    kept = "REST.*" if ground.rest else "FO.FLAA.*"
    assert list((tmp_path / "out" / "answers").glob(kept))
    assert (tmp_path / "out" / people[0].company_id / "accounts.csv").exists()
    record_property(COUNTED, f"rescue of {employers} employers, {workers} workers: 0 missing")


def test_the_lists_reveal_workers_that_nobody_named(
    fla: CommandLine, ground: Ground, tmp_path: Path
) -> None:
    people = settle(ground.platform, 1, 6)
    (tmp_path / "e.txt").write_text(people[0].company_id + "\n")
    called = fla("rescue", "--employers", "e.txt", "-o", "out", *QUICKLY, "--json")
    assert called.code == 0, called.said
    assert called.document["workers"] == 6
    require_everything(ground, tmp_path / "out", people)


def test_an_employer_that_the_platform_refuses_is_missing_with_the_reason(
    fla: CommandLine, ground: Ground, tmp_path: Path
) -> None:
    people = settle(ground.platform, 1, 1)
    (tmp_path / "e.txt").write_text("0999999922\n")
    called = fla("rescue", "--employers", "e.txt", "--workers", listed(tmp_path / "w.csv", people),
                 "-o", "out", *QUICKLY)  # fmt: skip
    assert called.code == 1
    rows = missing(tmp_path / "out")
    assert {row["CompanyID"] for row in rows} == {"0999999922"}
    assert all("00014-017" in row["Reason"] for row in rows)
    assert rows[0]["Path"].startswith("/employers/0999999922/employees")


def test_the_same_folder_goes_on_and_asks_only_what_is_missing(
    fla: CommandLine, ground: Ground, tmp_path: Path
) -> None:
    people = settle(ground.platform, 1, 4)
    first = listed(tmp_path / "first.csv", people[:2])
    assert fla("rescue", "--workers", first, "-o", "out", *QUICKLY).code == 0
    again = fla("rescue", "--workers", first, "-o", "out", *QUICKLY, "--json")
    assert (again.code, again.document["questions"]) == (0, 0)
    anew = fla("rescue", "--workers", first, "-o", "new", *QUICKLY, "--json")
    assert anew.code == 0
    assert anew.document["questions"] > 0


def test_offline_writes_the_list_of_what_to_ask(fla: CommandLine, tmp_path: Path) -> None:
    people = list(crowd(1, 1))
    called = fla(
        "rescue", "--workers", listed(tmp_path / "w.csv", people), "--offline", "-o", "out"
    )
    assert called.code == 1
    rows = missing(tmp_path / "out")
    assert {row["Reason"] for row in rows} == {"not asked"}
    years = 3  # 2024 to 2026
    assert len(rows) == 2 + 1 + years * 5


def test_after_the_last_day_production_needs_a_word(
    fla: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "R")
    monkeypatch.setenv("FLA_BATCH_REST__ENVIRONMENT", "R")
    monkeypatch.setattr(options, "now", lambda: datetime(2027, 1, 1, 9, 0, tzinfo=UTC))
    called = fla("rescue", "--workers", listed(tmp_path / "w.csv", list(crowd(1, 1))), "-o", "out")
    assert called.code == 2
    assert "destroyed" in called.err


GETS: tuple[tuple[FormKind, str, dict[str, Any]], ...] = (
    (FormKind.ASK_CREDIT, "creditCalculation", {}),
    (FormKind.ASK_RIGHTS, "trainingRights?rightType=LEGAL", {"right_type": "LEGAL"}),
    (FormKind.ASK_RIGHTS, "trainingRights?rightType=SECTOR", {"right_type": "SECTOR"}),
    (FormKind.ASK_RIGHTS, "trainingRights?rightType=EMPLOYER", {"right_type": "EMPLOYER"}),
    (FormKind.ASK_TRAININGS, "trainings?processingState=all", {"processing_state": "all"}),
)


def fetched(ground: Ground, folder: Path, people: list[Someone]) -> None:
    """GET answers of the REST manual as somebody's script keeps them: a file per resource."""
    answers = QuestionAnswers(ground.platform)

    def write(path: str, question: Question) -> None:
        answer = answers.answer(question, at=now())
        told = ConsultationRow(
            question.kind, None, None, None, now(), answer.to_json()
            if question.kind is not FormKind.ASK_CREDIT
            else (answer.fla_credit_calculation or answer).to_json(),
        )  # fmt: skip
        file = folder / f"{path}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(answer_json(told)), encoding="utf-8")

    for company in {one.company_id for one in people}:
        employer = Employer(company_id=company)
        write(
            f"employers/{company}/employeesTrainings?processingState=all",
            Question(question=FormKind.ASK_TO_VALIDATE, employer=employer, processing_state="all"),
        )
        write(
            f"employers/{company}/employeesTrainingRights?modifiedFromDate=2000-01-01",
            Question(
                question=FormKind.ASK_CHANGED_RIGHTS,
                employer=employer,
                modified_from_date=date(2000, 1, 1),
            ),
        )
    for one in people:
        for kind, resource, zones in GETS:
            years = (None,) if kind is FormKind.ASK_CREDIT else (2024, 2025, 2026)
            for year in years:
                place = f"employers/{one.company_id}/employees/{one.inss}"
                where = f"{place}/calendarYears/{year}" if year else place
                asked = Question(
                    question=kind,
                    employer=Employer(company_id=one.company_id),
                    employee=Employee(inss=one.inss),
                    calendar_year=year,
                    **zones,
                )
                write(f"{where}/{resource}", asked)


@pytest.mark.parametrize("how", ["folder", "zip", "tar"])
def test_answers_fetched_by_another_way_count_as_those_that_were_asked(
    fla: CommandLine, ground: Ground, tmp_path: Path, how: str
) -> None:
    people = settle(ground.platform, 2, 6)
    fetched(ground, tmp_path / "got", people)
    (tmp_path / "got" / "employers" / "notes.json").write_text("{}")
    (tmp_path / "got" / "employers" / "broken.json").write_text("{")
    source = tmp_path / "got"
    if how != "folder":
        made = shutil.make_archive(str(tmp_path / "got"), how, tmp_path / "got")
        source = Path(made)
    called = fla("rescue", "--from", source, "--offline", "-o", "out", "--json")
    assert called.code == 0, missing(tmp_path / "out")[:3]
    assert len(called.document["unread"]) == 2
    require_everything(ground, tmp_path / "out", people)
    again = fla("rescue", "--from", source, "--offline", "-o", "out", "--json")
    assert again.code == 0
    assert fla("ledger", "rebuild").code == 0
    assert fla("rescue", "--offline", "-o", "out").code == 0


def test_what_was_not_fetched_is_missing(fla: CommandLine, ground: Ground, tmp_path: Path) -> None:
    people = settle(ground.platform, 1, 2)
    fetched(ground, tmp_path / "got", people)
    place = f"employers/{people[0].company_id}/employees/{people[0].inss}"
    gone = tmp_path / "got" / place / "calendarYears/2024/trainings?processingState=all.json"
    gone.unlink()
    assert fla("rescue", "--from", "got", "--offline", "-o", "out").code == 1
    rows = missing(tmp_path / "out")
    assert [(row["INSS"], row["CalendarYear"]) for row in rows] == [(people[0].inss, "2024")] * 2
    assert [row["Path"].rpartition("/")[2] for row in rows] == [
        "trainings?processingState=validated",
        "trainings?processingState=toValidate",
    ]
