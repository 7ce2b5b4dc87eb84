"""A refusal of the platform leads back to the cell, whatever the file was, for as long as we know
of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from tests.builders import inss
from tests.command_line import ROW, CommandLine, write_csv
from tests.e2e.servers import now

WAIT = ("--every", "0.1", "--timeout", "60")
CASES = Path(__file__).parent / "cases"
UNKNOWN = "0888888895"
"""A company number with right check digits that the sandbox's directory does not hold."""


TRAINING = {
    "trainingSequenceNbr": 1,
    "trainingDenomination": "First aid",
    "trainingResult": 1,
    "trainingLeadingToCertificate": 1,
    "scope": 1,
    "trainingFirstStartDate": "2024-02-05",
    "trainingLastEndDate": "2024-02-05",
    "detailsPerPeriod": [
        {
            "trainingHours": 760,
            "trainingStartDate": "2024-02-05",
            "trainingEndDate": "2024-02-05",
            "trainingStatus": 1,
            "trainingType": 1,
        }
    ],
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates as the sandbox makes them, once: that takes a while."""
    folder = tmp_path_factory.mktemp("ground")
    with practice_ground(folder, load("fla-20250131"), clock=now):
        return folder / "keys"


@pytest.fixture
def ground(tmp_path: Path, keys: Path) -> Iterator[Ground]:
    shutil.copytree(keys, tmp_path / "ground" / "keys")
    with practice_ground(tmp_path / "ground", load("fla-20250131"), clock=now) as running:
        yield running


@pytest.fixture
def fla(fla: CommandLine, ground: Ground) -> CommandLine:
    return fla.with_settings(ground.settings_file)


def remote(fla: CommandLine, *arguments: str, anomaly_class: str = "B") -> list[dict[str, Any]]:
    document = fla("anomalies", *arguments, "--json").document
    return [
        each
        for each in document["anomalies"]
        if (each["origin"], each["class"]) == ("remote", anomaly_class)
    ]


def places(found: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    sources = (each["source"] for each in found)
    return {tuple(one[name] for name in ("file", "sheet", "row", "column")) for one in sources}


def test_three_refusals_of_a_workbook_name_their_cells(fla: CommandLine) -> None:
    path = str(CASES / "40_flow.xlsx")
    fla("run", path, *WAIT)
    found = remote(fla)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    wrong = [row for row in range(2, 42) if sheet.cell(row, 1).value != "0880820673"]
    assert places(found) == {(path, "Sheet1", row, "companyId") for row in wrong}
    assert len(found) == len(wrong) == 3
    assert all("company number" in each["advice"]["en"] for each in found)
    shown = fla("anomalies", "--lang", "en").out
    assert all(f"row {row}, column companyId" in shown for row in wrong)
    fla("report", "-o", "report.html")
    page = Path("report.html").read_text(encoding="utf-8")
    assert all(f"row {row}" in page for row in wrong)
    fla("anomalies", "--csv", "a.csv", "--xlsx", "a.xlsx")
    assert Path("a.csv").read_text(encoding="utf-8-sig").count(";Sheet1;") == 6
    exported = openpyxl.load_workbook("a.xlsx").active
    assert exported is not None
    assert [row[11] for row in exported.iter_rows(values_only=True)][1:] == ["Sheet1"] * 6
    assert len(remote(fla, "--origin", "remote")) == 3
    assert fla("anomalies", "--origin", "local", "--json").document["anomalies"] == []


def test_every_kind_of_input_keeps_its_place(fla: CommandLine) -> None:
    """Table, JSON, Parquet and a member of an archive, in one build."""
    rows = [{"companyId": UNKNOWN, "inss": inss(number)} for number in range(1, 5)]
    table = write_csv(Path("one.csv"), [{"inss": inss(9)}, rows[0]])
    member = write_csv(Path("two.csv"), [rows[1]])
    with zipfile.ZipFile("many.zip", "w") as archive:
        archive.write(member, "deep/two.csv")
    pl.DataFrame([{**ROW, **rows[2]}]).write_parquet("three.parquet")
    body = {
        "employer": {"companyId": UNKNOWN},
        "employee": {"inss": rows[3]["inss"]},
        "calendarYear": 2024,
        "trainings": [TRAINING],
    }
    Path("four.jsonl").write_text("\n" + json.dumps(body) + "\n")
    built = fla("run", table, "many.zip", "three.parquet", "four.jsonl", *WAIT)
    assert built.code == 1, built.said
    assert places(remote(fla)) == {
        ("one.csv", None, 3, "companyId"),
        ("many.zip/deep/two.csv", None, 2, "companyId"),
        ("three.parquet", None, 1, "companyId"),
        ("four.jsonl", None, 2, "employer.companyId"),
    }


def test_a_sheet_with_headings_in_two_rows_keeps_its_places(fla: CommandLine) -> None:
    """The second row names what stands below "Period"; a refusal names the row as it is shown."""
    names = list(ROW)
    below = {name for name in names if name.endswith("Date")}
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Période" if name in below else name for name in names])
    sheet.append([name if name in below else None for name in names])
    for worker, company in ((1, ROW["companyId"]), (2, UNKNOWN)):
        given = {**ROW, "inss": inss(worker), "companyId": company}
        sheet.append([given[name] for name in names])
    book.save("two-rows.xlsx")
    fla("run", "two-rows.xlsx", *WAIT)
    assert places(remote(fla)) == {("two-rows.xlsx", "Sheet", 4, "companyId")}


def test_a_warning_leads_to_the_row_of_its_training(fla: CommandLine) -> None:
    """Several trainings of one worker; the second one has a number that no provider registered."""
    provider = {
        "providerTrainingId": "f3b5c1b2-1c1d-4e2f-8a3b-5c6d7e8f9a0b",
        "trainingProviderCompanyId": UNKNOWN,
    }
    rows = [
        {"inss": inss(1), "trainingDenomination": "One"},
        {"inss": inss(2), "trainingDenomination": "Between"},
        {"inss": inss(1), "trainingDenomination": "Two", **provider},
    ]
    run = fla("run", write_csv(Path("t.csv"), rows), *WAIT)
    assert run.code == 0, run.said
    found = [each for each in remote(fla, anomaly_class="W") if each["error_id"].endswith("513")]
    assert places(found) == {("t.csv", None, 4, "providerTrainingId")}


def test_a_correction_keeps_its_own_places(fla: CommandLine) -> None:
    """What is refused once more leads to the file of the correction, not to the first one."""
    first = write_csv(Path("first.csv"), [{"companyId": UNKNOWN}])
    fla("run", first, *WAIT)
    (batch,) = fla("status", "--json").document["batches"]
    second = write_csv(
        Path("second.csv"), [{"inss": inss(3)}, {"companyId": UNKNOWN, "hours": "8"}]
    )
    corrected = fla("correct", batch["name"], second)
    assert corrected.code == 0, corrected.said
    fla("send")
    fla("poll", "--watch", "1", "--timeout", "60")
    assert places(remote(fla)) == {
        ("first.csv", None, 2, "companyId"),
        ("second.csv", None, 3, "companyId"),
    }


def test_places_outlive_a_rebuild_of_the_ledgers_rows(fla: CommandLine) -> None:
    fla("run", write_csv(Path("t.csv"), [{"companyId": UNKNOWN}]), *WAIT)
    before = places(remote(fla))
    fla("ledger", "rebuild")
    assert places(remote(fla)) == before == {("t.csv", None, 2, "companyId")}
