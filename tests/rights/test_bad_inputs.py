"""The table of bad inputs: each has its finding with file, row and column, in words of ours."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from fla_batch.rights.compute import prepare
from fla_batch.rights.output import Written, write_rights
from fla_batch.rights.own_sectors import read_own_sectors
from fla_batch.rights.request import Request
from fla_batch.rights.spill import Spill
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly
from tests.rights.cases import COMPANY, DIMONA_COLUMNS, DMFA_COLUMNS, write_table

TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "bad_inputs.yaml").read_text(encoding="utf-8")
)
WORKER, OTHER = "80010100107", "85050500120"
GOOD_LINE = {
    "CompanyID": COMPANY,
    "INSS": WORKER,
    "Quarter": "2024Q1",
    "EmployerClass": "010",
    "WorkerCode": "495",
    "OccupationStartingDate": "2020-01-01",
    "JointCommissionNbr": "200",
    "RefMeanWorkingHours": "3800",
    "MeanWorkingHours": "3040",
}
GOOD_PERIOD = {
    "CompanyID": COMPANY,
    "INSS": WORKER,
    "StartingDate": "2020-01-01",
    "WorkerType": "OTH",
}
SECTOR_HEADING = "joint_committee;from;to;days_0_9;days_10_19;days_20_plus;kind;right"
# Words of the libraries beneath, which a payroll clerk cannot use.
FOREIGN = (
    *("polars", "fastexcel", "calamine", "lxml", "libxml", "Traceback", "Error:", "zipfile"),
    *("ComputeError", "codec", "byte 0x", "expected", "tag mismatch", "StartTag", "Exception"),
)


def changes(kind: str) -> list[Any]:
    """Each case of a kind, named by what is wrong with it."""
    found = []
    for each in TABLE[kind]:
        (name,) = [key for key in each if key not in ("finds", "warns", "nobody", "other")]
        found.append(pytest.param(each[name], each, id=name))
    return found


def computed(folder: Path, line: dict[str, str], period: dict[str, str]) -> tuple[Written, str]:
    """What one changed line and one changed period come to, beside a sound worker."""
    sound = {**GOOD_LINE, "INSS": OTHER}
    lines = [[each.get(name, "") for name in DMFA_COLUMNS] for each in (line, sound)]
    periods = [[each.get(name, "") for name in DIMONA_COLUMNS] for each in (period,)]
    periods.append([{**GOOD_PERIOD, "INSS": OTHER}.get(name, "") for name in DIMONA_COLUMNS])
    dmfa = write_table(folder / "dmfa.csv", DMFA_COLUMNS, lines)
    dimona = write_table(folder / "dimona.csv", DIMONA_COLUMNS, periods)
    output = folder / "rights.csv"
    with Spill() as spill:
        request = Request(as_of=date(2024, 4, 15), year=2024, stated={COMPANY: Fraction(25)})
        written = write_rights(prepare(spill, [dmfa], [dimona], request), output)
    return written, output.read_text(encoding="utf-8") if output.exists() else ""


def understandable(found: Anomaly) -> None:
    for text in (*found.label.to_json().values(), *found.advice.to_json().values()):
        assert text
        assert not [word for word in FOREIGN if word.lower() in text.lower()], text


def check(written: Written, output: str, case: dict[str, Any], file: str) -> None:
    rule, column = case["finds"]
    (found, *_) = [each for each in written.anomalies if each.rule == rule]
    assert found.tag == column
    assert (found.source.file, found.source.row) in {(file, 2), ("dmfa.csv", 2), (None, None)}
    assert found.blocks != case.get("warns", False)
    for each in written.anomalies:
        understandable(each)
    held = [each.reason.rule for each in written.not_computed]
    assert (rule in held) == found.blocks
    computed_worker = WORKER in output
    wanted = bool(case.get("warns") or case.get("other")) and not case.get("nobody")
    assert computed_worker == wanted or case.get("nobody", False)
    assert OTHER in output


@pytest.mark.parametrize(("cells", "case"), changes("dmfa"))
def test_a_bad_line(cells: dict[str, str], case: dict[str, Any], tmp_path: Path) -> None:
    written, output = computed(tmp_path, {**GOOD_LINE, **cells}, GOOD_PERIOD)
    check(written, output, case, "dmfa.csv")


@pytest.mark.parametrize(("cells", "case"), changes("dimona"))
def test_a_bad_period(cells: dict[str, str], case: dict[str, Any], tmp_path: Path) -> None:
    written, output = computed(tmp_path, GOOD_LINE, {**GOOD_PERIOD, **cells})
    check(written, output, case, "dimona.csv")


@pytest.mark.parametrize("which", ["files", "dimona_files"])
def test_a_bad_file(which: str, tmp_path: Path) -> None:
    lines = [[GOOD_LINE.get(name, "") for name in DMFA_COLUMNS]]
    good = write_table(tmp_path / "good.csv", DMFA_COLUMNS, lines)
    for case in TABLE[which]:
        path = tmp_path / case["name"]
        path.write_text(case["text"], encoding="utf-8")
        dmfa, dimona = ([good, path], []) if which == "files" else ([good], [path])
        request = Request(as_of=date(2024, 4, 15), year=2024, stated={COMPANY: Fraction(25)})
        try:
            with Spill() as spill:
                computation = prepare(spill, dmfa, dimona, request)
        except InputUnreadable as told:
            text = f"{told} {told.hint or ''}"
            assert case["name"] in text
            assert case.get("says", "") in text
            assert not [word for word in FOREIGN if word.lower() in text.lower()], text
            assert str(tmp_path) not in text
            continue
        rules = {each.rule for each in computation.anomalies}
        assert "says" not in case, case
        assert case["finds"] is None or case["finds"] in rules
        assert computation.read.usable == (case["finds"] is None)


@pytest.mark.parametrize("case", TABLE["sectors"], ids=lambda case: case["row"])
def test_a_bad_row_of_a_sector_table(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{SECTOR_HEADING}\n{case['row']}\n", encoding="utf-8")
    facts, anomalies = read_own_sectors(path)
    assert facts == []
    assert [(each.rule, each.source.row) for each in anomalies] == [(case["finds"], 2)]
    understandable(anomalies[0])


def test_dimona_without_dmfa(tmp_path: Path) -> None:
    """A running period without any line in a quarter that the employer declared: no full right."""
    line = {**GOOD_LINE, "INSS": "85050500219"}
    written, output = computed(tmp_path, line, GOOD_PERIOD)
    assert WORKER not in output
    assert ("no-dmfa", WORKER) in {(each.reason.rule, each.inss) for each in written.not_computed}


def test_there_are_a_hundred_kinds() -> None:
    assert sum(map(len, TABLE.values())) >= 100
