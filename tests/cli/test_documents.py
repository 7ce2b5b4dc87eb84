"""The JSON documents have exactly the keys that scripts count on (8, Commands)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.cli.options import now
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.yearly_calendar import deadlines
from tests.builders import company_id, inss
from tests.command_line import CommandLine, write_csv

ANOMALY = {
    "class": "B",
    "error_id": "TrainingHours-002",
    "rule": "not-a-number",
    "tag": "TrainingHours",
    "path": "trainings[0].detailsPerPeriod[0].trainingHours",
    "company_id": company_id(),
    "inss": inss(),
    "calendar_year": 2024,
    "origin": "local",
}
STATUS = (
    "name",
    "state",
    "environment",
    "ticket",
    "forms",
    "accepted",
    "warned",
    "refused",
    "open",
    "sent_at",
    "closed_at",
    "trouble",
    "waits_for",
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "good.csv", [{}])


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "bad.csv", [{"hours": "x"}])


def test_check(fla: CommandLine, bad: Path) -> None:
    document = fla("check", bad, "--json").document
    assert set(document) == {"anomalies", "blocking", "warnings", "information", "groups", "read"}
    (anomaly,) = document["anomalies"]
    assert set(anomaly) == {*ANOMALY, "label", "source", "value", "advice"}
    assert {key: anomaly[key] for key in ANOMALY} == ANOMALY
    assert set(anomaly["label"]) == {"en", "fr", "nl"}
    assert anomaly["source"] == {
        "file": str(bad),
        "sheet": None,
        "row": 2,
        "column": "hours",
    }
    (group,) = document["groups"]
    assert group == {
        "class": "B",
        "rule": anomaly["rule"],
        "error_id": anomaly["error_id"],
        "column": "hours",
        "count": 1,
        "first_rows": [2],
        "label": anomaly["label"],
        "advice": anomaly["advice"],
    }
    (read,) = document["read"]
    assert read == {
        "file": str(bad),
        "sheet": None,
        "header_row": 1,
        "rows": 1,
        "declarations": 1,
        "workers": 1,
        "employers": 1,
        "hours_centi": read["hours_centi"],
        "unread_hours": 1,
        "ignored_columns": [],
        "hidden_rows": 0,
        "unread_sheets": [],
    }
    assert (document["blocking"], document["warnings"]) == (1, 0)


def test_unknown_parts_are_null(fla: CommandLine, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    (anomaly,) = fla("check", empty, "--json").document["anomalies"]
    assert anomaly["source"] == {
        "file": str(empty),
        "sheet": None,
        "row": None,
        "column": None,
    }
    assert anomaly["inss"] is anomaly["company_id"] is anomaly["calendar_year"] is None


def test_build(fla: CommandLine, settings: Path, good: Path, bad: Path) -> None:
    document = fla("build", good, "--json").document
    assert set(document) == {
        "batches",
        "forms",
        "skipped",
        "removals_file",
        "being_cancelled",
        "anomalies",
        "unchanged",
        "groups",
        "read",
    }
    (batch,) = document["batches"]
    assert set(batch) == {"name", "forms", "parts", "files"}
    name = BatchName.parse(batch["name"])
    assert batch["files"] == [str(name.fi(1, 1)), str(name.go(1))]
    assert (document["forms"], document["skipped"], document["anomalies"]) == (1, 0, [])
    document = fla("build", bad, "--json").document
    assert (document["batches"], document["forms"]) == ([], 0)
    assert document["anomalies"] == fla("check", bad, "--json").document["anomalies"]


@pytest.mark.parametrize(
    ("language", "heading", "plan"),
    [
        ("en", "Within a year:", "training plan of"),
        ("fr", "D'ici un an :", "plan de formation"),
        ("nl", "Binnen een jaar:", "opleidingsplan"),
    ],
)
def test_status_ends_with_the_calendar(
    fla: CommandLine, settings: Path, good: Path, language: str, heading: str, plan: str
) -> None:
    for command in ("status", "status --year 2024"):
        shown = fla(*command.split(), "--lang", language).out
        assert (heading in shown and plan in shown) == (command == "status")
    coming = fla("status", "--lang", language).out.partition(heading)[2].split("\n")[1:-1]
    days = [line.split()[0] for line in coming]
    assert days == [str(each.day) for each in deadlines(belgian_date(now()))]


def test_status(fla: CommandLine, settings: Path, good: Path) -> None:
    nothing = fla("status", "--json").document
    coming = deadlines(belgian_date(now()))
    told = nothing.pop("deadlines")
    assert [(each["day"], each["due"]) for each in told] == [(str(d.day), d.due) for d in coming]
    assert all(set(each["text"]) == {"en", "fr", "nl"} for each in told)
    assert all(each["days_left"] >= 0 for each in told)
    assert nothing == {"batches": [], "left_alone": [], "blocked": 0}
    name = fla("build", good, "--json").document["batches"][0]["name"]
    (row,) = fla("status", "--json").document["batches"]
    assert tuple(row) == STATUS
    assert (row["name"], row["state"], row["environment"]) == (name, "staged", "S")
    assert row["ticket"] is row["sent_at"] is row["closed_at"] is None
    document = fla("status", name, "--json").document
    (form,) = document["forms"]
    assert (form["inss"], form["state"], form["calendar_year"]) == (inss(), "staged", 2024)


def test_validate(fla: CommandLine, settings: Path, good: Path, tmp_path: Path) -> None:
    built = fla("build", good, "--json").document["batches"][0]
    folder = tmp_path / "outbox" / "S" / built["name"] / "sent"
    sound = fla("validate", folder / built["files"][0], "--json")
    assert (sound.code, sound.document["anomalies"]) == (0, [])
    broken = tmp_path / "broken.xml"
    text = (folder / built["files"][0]).read_text()
    broken.write_text(
        text.replace("<TrainingHours>", "<Hours>").replace("/TrainingHours", "/Hours")
    )
    called = fla("validate", broken, "--json")
    assert called.code == 1
    assert set(called.document) == {"anomalies", "blocking", "warnings", "information"}
    assert called.document["blocking"] >= 1
    by_xsd = called.document["anomalies"][0]
    assert by_xsd["source"]["file"] == "broken.xml"
    assert by_xsd["source"]["row"] > 1
    assert set(by_xsd) == {*ANOMALY, "label", "source", "value", "advice"}
    assert "broken.xml: invalid by" in called.err


def test_validate_what_is_no_message(fla: CommandLine, good: Path) -> None:
    called = fla("validate", good, "--json")
    assert called.code == 1
    assert called.document["blocking"] == 1
    assert "invalid" in called.err


def test_anomalies_of_an_empty_ledger(fla: CommandLine, settings: Path) -> None:
    called = fla("anomalies", "--json")
    assert called.code == 0
    assert called.document == {"anomalies": [], "blocking": 0, "warnings": 0, "information": 0}
    assert fla("anomalies").out == "No anomalies.\n"


def test_cancel_before_sending(fla: CommandLine, settings: Path, good: Path) -> None:
    name = fla("build", good, "--json").document["batches"][0]["name"]
    assert fla("cancel", name, "--json").document == {
        "name": name,
        "state": "cancelled",
        "waits_for": None,
    }


def test_schemas(fla: CommandLine) -> None:
    profiles = fla("schema", "list", "--json").document["profiles"]
    assert [each["name"] for each in profiles] == ["fla-20250131", "fla-generic"]
    assert not any(each["official"] for each in profiles)
    assert "RECONSTRUCTED, not official" in fla("schema", "list").out
    called = fla("schema", "check", "--json")
    assert called.code == 0
    assert called.document["clean"] is True
    assert fla("schema", "check").out.endswith("(reconstructed, not official): clean.\n")


def test_demo(fla: CommandLine, tmp_path: Path) -> None:
    called = fla("demo", "--json")
    assert called.code == 0
    document = called.document
    assert [row["state"] for row in document["status"]] == ["closed"]
    assert document["folder"] == "fla-batch-demo"
    assert {each["origin"] for each in document["remote"]} == {"remote"}
    assert "Sent: FI -> FS -> GO" in called.err
    assert (tmp_path / "fla-batch-demo" / "outbox" / "ledger.db").is_file()


def test_demo_takes_nothing_of_the_users_settings(
    fla: CommandLine, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S14: a variable that names production does not lead practice there."""
    monkeypatch.setenv("FLA_BATCH_GATEWAY__HOST", "sftp.socialsecurity.be")
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "R")
    called = fla("demo")
    assert called.code == 0
    for chapter in ("Batches", "What our own rules stopped", "What the platform says", "Where"):
        assert f"== {chapter}" in called.out
    assert "Next: fla-batch init" in called.out
    again = fla("demo")
    assert "fla-batch-demo-2" in again.out
