"""`rights check` and `rights sectors`: what a payroll office reads before any number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fla_batch.vocabulary.errors import UsageMistake
from tests.rights.cases import COMPANY
from tests.rights.test_cli import SIZE, run
from tests.rights.test_given import GIVEN, STUDENT, WORKER


def test_check_reports_each_employer_and_quarter() -> None:
    result = run(
        *("check", "--dmfa", GIVEN / "missing-middle-quarter.csv"),
        *("--dimona", GIVEN / "dimona-open.csv", "--as-of", "2024-11-15", *SIZE, "--json"),
    )
    document = json.loads(result.stdout)
    (employer,) = [each for each in document["employers"] if each["company_id"] == COMPANY]
    quarters = {each["quarter"]: each for each in employer["quarters"]}
    assert sorted(quarters) == ["2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3"]
    assert (quarters["2024Q2"]["lines"], quarters["2024Q2"]["gaps"]) == (0, 1)
    assert (quarters["2024Q1"]["lines"], quarters["2024Q1"]["workers"]) == (1, 1)
    assert [found["rule"] for found in employer["findings"]] == ["gap"]
    assert (document["workers"], document["not_computed"], result.exit_code) == (1, [], 0)


def test_check_names_duplicates_corrections_and_contradictions() -> None:
    arguments = ("check", "--as-of", "2024-04-15", *SIZE, "--json")
    for files, dimona, column, code in (
        (("duplicate-line.csv",), (), "duplicates", 0),
        (("half-time.csv", "half-time-corrected-to-60.csv"), (), "corrections", 0),
        (("student-code-dimona-oth.csv",), ("two-dimona.csv",), "contradictions", 1),
    ):
        given = [part for name in files for part in ("--dmfa", GIVEN / name)]
        given += [part for name in dimona for part in ("--dimona", GIVEN / name)]
        result = run(*arguments, *given)
        document = json.loads(result.stdout)
        (employer, *_) = document["employers"]
        assert sum(each[column] for each in employer["quarters"]) == 1, column
        assert result.exit_code == code


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "company_id"), ("fr", "employeur"), ("nl", "werkgever")]
)
def test_check_in_words_has_a_table_and_no_whole_inss(language: str, heading: str) -> None:
    result = run(
        *("check", "--dmfa", GIVEN / "student-code-dimona-oth.csv", "--lang", language),
        *("--dimona", GIVEN / "two-dimona.csv", "--as-of", "2024-04-15", *SIZE),
    )
    assert result.exit_code == 1
    assert result.stdout.startswith(heading)
    assert "student-code-dimona-oth.csv" in result.stderr
    assert STUDENT not in result.stdout + result.stderr
    assert WORKER not in result.stdout + result.stderr


def test_the_head_of_compute_says_the_same(tmp_path: Path) -> None:
    result = run(
        *("compute", "--dmfa", GIVEN / "duplicate-line.csv", "--as-of", "2024-04-15", *SIZE),
        *("-o", tmp_path / "rights.csv"),
    )
    heading, row, *_ = result.stdout.splitlines()
    assert heading.split()[:2] == ["company_id", "quarter"]
    assert row.split() == [COMPANY, "2024Q1", "1", "1", "0", "0", "1", "0", "0"]


def test_sectors_of_one_committee_with_their_agreement() -> None:
    result = run("sectors", "200.00", "--json")
    facts = json.loads(result.stdout)["facts"]
    of_2024 = [each for each in facts if each["from"] == "2024-01-01" and each["days_20_plus"]]
    assert [(each["days_20_plus"], each["kind"], each["right"]) for each in of_2024] == [
        ("3", "individual", "legal")
    ]
    assert "181682/CO/200" in of_2024[0]["agreement"]
    shown = run("sectors", "law").stdout
    assert "law of 3 October 2022" in shown
    assert run("sectors", "209").stdout.count("32h") == 1
    with pytest.raises(UsageMistake, match="No fact"):
        run("sectors", "999")


def test_own_facts_lie_on_top_in_both_formats(tmp_path: Path) -> None:
    dated, yearly = tmp_path / "dated.csv", tmp_path / "yearly.csv"
    dated.write_text(
        "joint_committee;from;to;days_20_plus;agreement;confidence\n200;2024-01-01;;4,5;ours;high\n"
    )
    yearly.write_text("joint_committee;year;days_0_9;days_10_19;days_20_plus\n200;2024;;;4.5\n")
    for path in (dated, yearly):
        output = tmp_path / "rights.csv"
        run(
            *("compute", "--dmfa", GIVEN / "duplicate-line.csv", "--as-of", "2024-04-15", *SIZE),
            *("--sectors", path, "-o", output),
        )
        assert output.read_text(encoding="utf-8").splitlines()[1].split(";")[5] == "4.5"


def test_one_warning_for_each_committee_and_class_with_its_workers(tmp_path: Path) -> None:
    lines = ["CompanyID;INSS;Quarter;EmployerClass;WorkerCode;OccupationStartingDate;"]
    lines[0] += "JointCommissionNbr;RefMeanWorkingHours;MeanWorkingHours"
    for number, committee in enumerate(("111", "111", "330", "227"), start=1):
        body = 800101000 + number
        inss = f"{body}{97 - body % 97:02d}"
        lines.append(f"{COMPANY};{inss};2024Q1;010;495;2020-01-01;{committee};3800;3800")
    dmfa = tmp_path / "dmfa.csv"
    dmfa.write_text("\n".join(lines))
    output = tmp_path / "rights.csv"
    arguments = ("compute", "--dmfa", dmfa, "--as-of", "2024-04-15", *SIZE, "-o", output, "--json")
    found = [
        (each["rule"], each["value"], each["label"]["en"])
        for each in json.loads(run(*arguments).stdout)["anomalies"]
        if str(each["rule"]).startswith("sector")
    ]
    assert [each[:2] for each in found] == [("sector-uncertain", "111"), ("sector-no-fact", "330")]
    assert "workers: 2" in found[0][2]
    assert "workers: 1" in found[1][2]


def test_a_supplement_below_ten_workers_is_listed_apart(tmp_path: Path) -> None:
    output = tmp_path / "rights.csv"
    small = ("--size", f"{COMPANY}=5")
    given = ("compute", "--dmfa", GIVEN / "duplicate-line.csv", "--as-of", "2024-04-15")
    assert run(*given, *small, "-o", output).exit_code == 0
    row = output.read_text(encoding="utf-8").splitlines()[1].split(";")
    assert (row[5], row[8]) == ("0", "0")
    added = (tmp_path / "sector-supplements.csv").read_text(encoding="utf-8").splitlines()[1]
    assert added.split(";")[3:9] == ["200", "5", "1", "0.800000", "0.800000", "608"]
    assert run(*given, *SIZE, "-o", output).exit_code == 0
    assert not (tmp_path / "sector-supplements.csv").exists()
