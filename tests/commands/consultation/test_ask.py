"""`ask` on the command line: what is printed where, and the exit code."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fla_batch.cli import options
from fla_batch.commands import ask
from fla_batch.intake.worker_list import Person
from fla_batch.sandbox.answer_faults import ANSWER_FAULTS
from fla_batch.sandbox.ground import practice_ground
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.command_line import CommandLine
from tests.e2e.servers import Server, now, sandbox
from tests.e2e_manual.office import EMPLOYER, MANUAL, OTHER_WORKER, PROFILE, WORKER, printed

ABOUT = ("--company-id", "880820673", "--inss", WORKER)
WAIT = ("--watch", "0.2", "--timeout", "60")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ground")
    with sandbox(folder):
        return folder / "keys"


@pytest.fixture
def server(tmp_path: Path, keys: Path) -> Iterator[Server]:
    shutil.copytree(keys, tmp_path / "server" / "keys")
    with sandbox(tmp_path / "server") as running:
        yield running


@pytest.fixture
def fla(fla: CommandLine, server: Server) -> CommandLine:
    return fla.with_settings(server.settings_file)


def test_a_question_and_its_answer_in_words(fla: CommandLine) -> None:
    rights, training = (MANUAL / "GetTrainingRight_output.json", MANUAL / "PutTraining_input.json")
    assert fla("run", rights, training, "--every", "0.2", "--timeout", "60").code == 0

    called = fla("ask", "rights", *ABOUT, "--year", "2024", *WAIT)
    assert called.code == 0
    lines = [line.split() for line in called.out.splitlines()]
    assert lines[0][:3] == ["Employer", EMPLOYER + ",", "told"]
    assert [WORKER, "2024", "sector", "40", "h", "202.01", "228", "-", "-"] in lines

    called = fla("ask", "trainings", *ABOUT, "--year", "2024", *WAIT)
    assert f"{WORKER}  2024  webmaster  2024-02-01  2024-02-05  5 h" in called.out

    called = fla("ask", "credit", *ABOUT, *WAIT)
    lines = [line.split() for line in called.out.splitlines()]
    assert [WORKER, "legal", "2024", "38", "h", "33", "h"] in lines

    called = fla(
        *("ask", "changed-rights", "--company-id", EMPLOYER, "--modified-from", "2024-01-01", *WAIT)
    )
    assert called.out.splitlines()[-1].split() == [WORKER, "2024"]


def test_without_waiting_it_says_what_to_do_next(fla: CommandLine, server: Server) -> None:
    fla("run", MANUAL / "PutTraining_input.json", "--every", "0.2", "--timeout", "60")
    asked = fla("ask", "trainings", *ABOUT, "--year", "2024", "--json")
    assert asked.code == 0
    assert (asked.document["answers"], asked.document["waiting"]) == ([], 1)
    before = fla("ask", "trainings", *ABOUT, "--year", "2024", "--show")
    assert "holds no answer to that yet" in before.out

    server.answered()
    assert fla("poll").code == 0

    shown = fla("ask", "trainings", *ABOUT, "--year", "2024", "--show", "--json")
    (answer,) = shown.document["answers"]
    expected = printed("GetTraining_output.json")["flaDataDeclaration"]
    assert answer["flaDataDeclaration"] == expected
    everyone = fla("ask", "trainings", "--company-id", EMPLOYER, "--show", "--json")
    assert everyone.document == shown.document
    other = fla("ask", "trainings", *ABOUT, "--processing-state", "all", "--show", "--json")
    assert other.document == {"answers": []}


def test_an_answer_alone_in_a_file_is_input(fla: CommandLine, tmp_path: Path) -> None:
    fla("run", MANUAL / "PutTrainingRight_input.json", "--every", "0.2", "--timeout", "60")
    asked = fla("ask", "rights", *ABOUT, "--year", "2024", *WAIT, "--json")
    path = tmp_path / "rights.json"
    path.write_text(json.dumps(asked.document["answers"]), encoding="utf-8")
    checked = fla("check", path, "--json")
    assert [each["rule"] for each in checked.document["anomalies"]] == ["already-declared"]


def test_a_refused_question_says_why_and_ends_with_1(fla: CommandLine) -> None:
    about = ("--company-id", "0999999922", "--inss", WORKER)
    called = fla("ask", "credit", *about, *WAIT)
    assert called.code == 1
    assert "Refused: askCredit" in called.out
    assert "[00014-017]" in called.out
    called = fla("ask", "credit", *about, *WAIT, "--json")
    assert called.code == 1
    assert [each["error_id"] for each in called.document["refused"]] == ["00014-017"]


def test_waiting_in_vain_ends_with_6_and_shows_what_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with practice_ground(
        tmp_path, PROFILE, clock=now, answer_fault=ANSWER_FAULTS["answer-never"]
    ) as ground:
        fla = CommandLine(capsys, ground.settings_file)
        called = fla("ask", "credit", *ABOUT, "--watch", "0.2", "--timeout", "0.5", "--json")
        assert called.code == 6
        assert called.document["waiting"] == 1
        assert "not every question was answered within 0.5 seconds" in called.err
        assert "--show" in called.err


LAST_MINUTE = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)


def test_reading_in_production_goes_on_until_the_data_are_destroyed(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "R")
    monkeypatch.setattr(options, "now", lambda: LAST_MINUTE)
    called = fla("ask", "credit", *ABOUT)
    assert called.code == 0
    assert "2026-12-31 (1 days left)" in called.err
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "S")
    assert "2026-12-31" not in fla("ask", "credit", *ABOUT).err


def test_after_that_day_reading_in_production_needs_a_word(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "R")
    monkeypatch.setattr(options, "now", lambda: LAST_MINUTE + timedelta(minutes=1))
    called = fla("ask", "credit", *ABOUT)
    assert called.code == 2
    assert "destroyed since 2027-01-01" in called.err
    assert fla("status", "--json").document["batches"] == []
    assert fla("ask", "credit", *ABOUT, "--after-closure").code == 0


def test_a_question_left_in_the_outbox_is_sent_as_reading_is(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "R")
    monkeypatch.setattr(options, "now", lambda: LAST_MINUTE)
    monkeypatch.setenv("FLA_BATCH_GATEWAY__PORT", "1")
    assert fla("ask", "credit", *ABOUT).code == 4
    monkeypatch.delenv("FLA_BATCH_GATEWAY__PORT")
    assert fla("send").code == 0
    monkeypatch.setattr(options, "now", lambda: LAST_MINUTE + timedelta(minutes=1))
    monkeypatch.setenv("FLA_BATCH_GATEWAY__PORT", "1")
    assert fla("ask", "credit", *ABOUT, "--after-closure").code == 4
    monkeypatch.delenv("FLA_BATCH_GATEWAY__PORT")
    assert fla("send").code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("credit", "--company-id", EMPLOYER), "no worker is named"),
        (("rights", *ABOUT), "no year is named"),
        (("credit", "--company-id", "0880820674", "--inss", WORKER), "no company number"),
        (("credit", "--company-id", EMPLOYER, "--inss", "81511716526"), "no national number"),
        (("rights", *ABOUT, "--year", "1900"), "1900"),
        (("rights", *ABOUT, "--year", "2024", "--right-type", "legal"), "LEGAL"),
        (("changed-rights", "--company-id", EMPLOYER), "--modified-from"),
        (
            ("changed-rights", "--company-id", EMPLOYER, "--modified-from", "01/02/2024"),
            "no date such as 2025-03-01",
        ),
    ],
)
def test_wrong_usage(fla: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    called = fla("ask", *arguments)
    assert called.code == 2
    assert said in called.err
    assert "81511716526" not in called.err


def test_one_question_for_each_worker_and_year() -> None:
    people = [Person(WORKER), Person(OTHER_WORKER, 2023)]
    found = ask.questions(
        FormKind.ASK_RIGHTS, "880820673", people, [2024, 2025], right_type="LEGAL"
    )
    assert [(each.employee and each.employee.inss, each.calendar_year) for each in found] == [
        (WORKER, 2024),
        (WORKER, 2025),
        (OTHER_WORKER, 2024),
        (OTHER_WORKER, 2025),
    ]
    assert {(each.employer.company_id, each.right_type) for each in found} == {(EMPLOYER, "LEGAL")}


def test_the_year_of_a_list_counts_where_none_is_named() -> None:
    people = [Person(OTHER_WORKER, 2023), Person(WORKER)]
    (first,) = ask.questions(FormKind.ASK_TRAININGS, EMPLOYER, people[:1])
    assert first.calendar_year == 2023
    with pytest.raises(UsageMistake, match="no year is named"):
        ask.questions(FormKind.ASK_TRAININGS, EMPLOYER, people)


def test_a_credit_is_asked_once_for_a_worker_of_several_years() -> None:
    people = [Person(WORKER, 2023), Person(WORKER, 2024)]
    (only,) = ask.questions(FormKind.ASK_CREDIT, EMPLOYER, people)
    assert only.calendar_year is None


def test_a_list_carries_its_limits() -> None:
    (found,) = ask.questions(
        FormKind.ASK_TO_VALIDATE,
        EMPLOYER,
        processing_state="toValidate",
        from_training_first_start_date=date(2024, 1, 1),
        to_training_last_end_date=None,
    )
    assert found.to_json() == {
        "question": "askToValidate",
        "employer": {"companyId": EMPLOYER},
        "processingState": "toValidate",
        "fromTrainingFirstStartDate": "2024-01-01",
    }
