"""After a refusal, and before a loss: what a clerk does next, and what goes again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.sandbox.ground import Ground
from tests.builders import inss
from tests.command_line import CommandLine, write_csv

CASES = Path(__file__).parent / "cases"
WAIT = ("--every", "0.1", "--timeout", "60")
EMPLOYER = "0880820673"


@pytest.fixture
def fla(fla: CommandLine, ground: Ground) -> CommandLine:
    return fla.with_settings(ground.settings_file)


def test_after_three_refusals_in_forty_the_mended_file_sends_three(fla: CommandLine) -> None:
    """Case 40_flow: three company numbers that the platform does not know, then mended."""
    refused = fla("run", CASES / "40_flow.xlsx", *WAIT)
    assert refused.code == 1
    assert "3 declarations refused" in refused.out
    assert "fla-batch build FILE sends what changed" in refused.out
    (batch,) = fla("status", "--json").document["batches"]
    asked = fla("correct", batch["name"], CASES / "41_flow_fixed.xlsx")
    assert asked.code == 1
    assert asked.out.count("the input has this worker for employer 0880820673, 2024") == 3
    assert "fla-batch build FILE" in asked.out
    built = fla("build", CASES / "41_flow_fixed.xlsx", "--json").document
    assert (built["forms"], built["unchanged"]) == (3, 37)
    assert fla("run", CASES / "41_flow_fixed.xlsx", *WAIT).code == 0
    again = fla("build", CASES / "41_flow_fixed.xlsx", "--json").document
    assert (again["forms"], again["unchanged"]) == (0, 40)


def declared(folder: Path, *rows: dict[str, str]) -> Path:
    about = {"inss": inss(), "companyId": EMPLOYER}
    return write_csv(folder / "year.csv", [about | row for row in rows])


ALPHA = {"trainingDenomination": "Alpha"}
BETA = {"trainingDenomination": "Beta", "trainingStartDate": "2024-03-05",
        "trainingEndDate": "2024-03-05"}  # fmt: skip
GAMMA = {"trainingDenomination": "Gamma"}


def test_exactly_the_removals_that_a_person_approved(fla: CommandLine, tmp_path: Path) -> None:
    year = declared(tmp_path, ALPHA, BETA, GAMMA)
    assert fla("run", year, *WAIT).code == 0
    declared(tmp_path, ALPHA, GAMMA)
    stopped = fla("build", year)
    assert stopped.code == 1
    assert "--allow-removals-of" in stopped.out
    listed = tmp_path / "year-removals.csv"
    rows = list(csv.DictReader(io.StringIO(listed.read_text("utf-8-sig")), delimiter=";"))
    assert [(row["INSS"], row["Block"], row["What"]) for row in rows] == [
        (inss(), "Training", "“Beta” (2024-03-05)")
    ]
    declared(tmp_path, ALPHA)
    more = fla("build", year, "--allow-removals-of", listed)
    assert more.code == 1
    declared(tmp_path, ALPHA, GAMMA)
    listed.write_text("\n".join(_lines(rows)), encoding="utf-8")
    assert fla("build", year, "--allow-removals-of", listed, "--json").document["forms"] == 1


def test_a_build_that_is_only_foreseen_tells_all_and_writes_nothing(
    fla: CommandLine, tmp_path: Path
) -> None:
    year = declared(tmp_path, ALPHA, BETA)
    new = fla("build", year, "--dry-run", "--json")
    (employer,) = new.document["employers"]
    assert (new.code, employer) == (
        0,
        {"company_id": EMPLOYER, "workers": 1, "added": 1, "changed": 0, "unchanged": 0},
    )
    assert fla("status", "--json").document["batches"] == []
    assert fla("run", year, *WAIT).code == 0
    same = fla("build", year, "--dry-run", "--json").document
    assert same["employers"][0] | {"workers": 0} == employer | {
        "workers": 0, "added": 0, "unchanged": 1
    }  # fmt: skip
    shorter = fla("build", declared(tmp_path, ALPHA), "--dry-run")
    assert shorter.code == 1
    assert f"would be deleted: “Beta” (2024-03-05), {inss()}, 2024" in shorter.out
    assert "1 declaration would be built; nothing was written." in shorter.out
    assert not (tmp_path / "year-removals.csv").exists()
    blocked = fla("build", declared(tmp_path, {**ALPHA, "hours": "zeven"}), "--dry-run", "--json")
    assert (blocked.code, blocked.document["skipped"]) == (1, 1)


def _lines(rows: list[dict[str, str]]) -> Iterator[str]:
    yield ";".join(rows[0])
    for row in rows:
        yield ";".join(row.values())


def test_a_mended_file_never_asks_for_a_permission_to_delete(
    fla: CommandLine, tmp_path: Path
) -> None:
    numbered = [{**ALPHA, "trainingSequenceNbr": "1"}, {**BETA, "trainingSequenceNbr": "2"}]
    assert fla("run", declared(tmp_path, *numbered), *WAIT).code == 0
    mended = [{**numbered[0], "trainingDenomination": "Alfa"}, {**numbered[1], "hours": "3.8"}]
    built = fla("build", declared(tmp_path, *mended), "--json").document
    assert built["forms"] == 1
    assert {each["rule"] for each in built["anomalies"]} == {"photo-changes", "photo-lowers"}
    assert built["removals_file"] is None


def test_what_is_no_list_of_removals_is_said(fla: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a;b\n1;2\n")
    called = fla("build", declared(tmp_path, ALPHA), "--allow-removals-of", path)
    assert called.code in (1, 2)
    assert "CompanyID" in called.err
