"""Inputs that once gave a wrong right in silence (`given/`), each with the right outcome."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.rights.cases import COMPANY
from tests.rights.test_cli import SIZE, run

GIVEN = Path(__file__).parent / "given"
WORKER, STUDENT = "80010100107", "85050500120"


def compute(
    folder: Path, *dmfa: str, dimona: tuple[str, ...] = (), as_of: str = "2024-04-15"
) -> dict[str, Any]:
    """What `rights compute --json` says, with the rows that it wrote, by worker."""
    output = folder / "rights.csv"
    arguments: list[object] = ["--as-of", as_of, *SIZE, "-o", output, "--json"]
    for name in dmfa:
        arguments += ["--dmfa", GIVEN / name]
    for name in dimona:
        arguments += ["--dimona", GIVEN / name]
    result = run("compute", *arguments)
    document: dict[str, Any] = json.loads(result.stdout)
    document["exit_code"] = result.exit_code
    document["rules"] = [found["rule"] for found in document["anomalies"]]
    document["rows"] = {}
    if output.exists():
        with output.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                document["rows"][row["INSS"]] = row
    return document


def test_missing_middle_quarter() -> None:
    result = run(
        *("explain", WORKER, "--dmfa", GIVEN / "missing-middle-quarter.csv"),
        *("--dimona", GIVEN / "dimona-open.csv", "--as-of", "2024-11-15", *SIZE, "--json"),
    )
    document = json.loads(result.stdout)
    (right,) = document["rights"]
    assert (right["hours"], right["joint_committees"][0]["bc"]) == ("30h24", "0.800000")
    (gap,) = [found for found in document["anomalies"] if found["rule"] == "gap"]
    assert (gap["value"], gap["inss"], gap["class"]) == ("2024Q2", WORKER, "W")
    place = {"file": "missing-middle-quarter.csv", "sheet": None, "row": 4, "column": None}
    assert gap["source"] == place


def test_duplicate_line(tmp_path: Path) -> None:
    found = compute(tmp_path, "duplicate-line.csv")
    assert (found["rows"][WORKER]["BC"], found["exit_code"]) == ("0.800000", 0)
    (said,) = [each for each in found["anomalies"] if each["rule"] == "duplicate-line"]
    assert said["source"]["row"] == 3
    assert "duplicate-line.csv:2" in said["label"]["en"]


@pytest.mark.parametrize(
    ("files", "bc"),
    [
        (("half-time.csv", "half-time-corrected-to-60.csv"), "0.600000"),
        (("half-time-corrected-to-60.csv", "half-time.csv"), "0.500000"),
    ],
)
def test_half_time_corrected(tmp_path: Path, files: tuple[str, str], bc: str) -> None:
    found = compute(tmp_path, *files)
    assert found["rows"][WORKER]["BC"] == bc
    (said,) = [each for each in found["anomalies"] if each["rule"] == "corrected-line"]
    assert said["source"]["file"] == files[0]
    assert files[1] in said["label"]["nl"]


@pytest.mark.parametrize("name", ["q-empty-part-timer.csv", "s-and-q-empty.csv"])
def test_a_rate_that_is_not_known_is_not_computed(tmp_path: Path, name: str) -> None:
    found = compute(tmp_path, name)
    assert (found["exit_code"], found["output"], found["rows"]) == (1, None, {})
    (held,) = found["not_computed"]
    assert (held["inss"], held["file"], held["row"]) == (WORKER, name, 2)


def test_student_code_dimona_oth(tmp_path: Path) -> None:
    found = compute(tmp_path, "student-code-dimona-oth.csv", dimona=("two-dimona.csv",))
    assert (set(found["rows"]), found["exit_code"]) == ({WORKER}, 1)
    (held,) = found["not_computed"]
    assert (held["inss"], held["row"], held["rule"]) == (STUDENT, 3, "code-against-dimona")


def test_jc_119_2026(tmp_path: Path) -> None:
    found = compute(tmp_path, "jc-119-2026.csv", as_of="2026-01-15")
    assert found["rows"][WORKER]["A"] == "4"
    assert not [rule for rule in found["rules"] if rule.startswith("sector")]


def test_agency_weekend_end_of_reference(tmp_path: Path) -> None:
    arguments = ("--dmfa", GIVEN / "agency-weekend-end-of-reference.csv", "--as-of", "2024-01-15")
    result = run("compute", *arguments, "-o", tmp_path / "rights.csv", "--json")
    size = json.loads(result.stdout)["sizes"][COMPANY]
    assert (size["value"], size["exact"]) == ("1.0652", "49/46")


@pytest.mark.parametrize("as_of", ["2025-01-15", "2025-02-10", "2025-02-11", "2025-12-31"])
def test_severance_on_the_last_day(tmp_path: Path, as_of: str) -> None:
    found = compute(tmp_path, "severance-on-the-last-day.xml", as_of=as_of)
    expected = "0.166667" if as_of <= "2025-02-10" else "0.000000"
    assert (found["rows"][WORKER]["BC"], found["exit_code"]) == (expected, 0)


def test_too_many_cells(tmp_path: Path) -> None:
    found = compute(tmp_path, "too-many-cells.csv")
    (held,) = found["not_computed"]
    assert (held["file"], held["row"], held["rule"]) == ("too-many-cells.csv", 2, "extra-cells")
    assert (held["inss"], found["exit_code"]) == (WORKER, 1)


def test_inss_float(tmp_path: Path) -> None:
    found = compute(tmp_path, "inss-float.csv")
    assert (found["rows"][WORKER]["BC"], found["exit_code"]) == ("0.800000", 0)
    said = [each for each in found["anomalies"] if each["source"]["column"] == "INSS"]
    assert [each["source"]["row"] for each in said] == [2]
    assert WORKER not in json.dumps([each["label"] for each in said])


def test_two_spellings_one_worker(tmp_path: Path) -> None:
    output = tmp_path / "x.json"
    arguments = ("--dmfa", GIVEN / "two-spellings-one-worker-dmfa.csv", "--as-of", "2024-07-15")
    assert run("compute", *arguments, *SIZE, "-o", output).exit_code == 0
    (body,) = json.loads(output.read_text(encoding="utf-8"))
    assert body["trainingRights"]["legalFlaRight"]["legalFlaRightHours"] == 2280
    assert body["employee"]["inss"] == 10100105


def test_two_readers_comment_row(tmp_path: Path) -> None:
    found = compute(tmp_path, "two-readers-comment-row-dmfa.csv")
    of_file = [each for each in found["anomalies"] if each["source"]["file"]]
    assert [(each["rule"], each["class"]) for each in of_file] == [("ignored-row", "W")]
    assert found["exit_code"] == 0
