"""`fla-batch rights`: what it writes, prints and answers."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from fla_batch.cli.commands import commands
from fla_batch.vocabulary.errors import ConfigurationMistake, UsageMistake
from tests.rights.cases import (
    COMPANY,
    DIMONA_COLUMNS,
    DMFA_COLUMNS,
    cases,
    inss_of,
    write_inputs,
    write_table,
)

TWO_CONTRACTS = next(
    case.fields["workers"]
    for case in cases("worked_examples")
    if case.fields["section"] == "3.3.1.7 c"
)
CSV_COLUMNS = (
    *("CompanyID", "INSS", "CalendarYear", "JointCommissionNbr", "Size"),
    *("A", "BC", "Days", "HoursCenti", "Hours"),
)
SIZE = ("--size", f"{COMPANY}=25")


class Answer(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


def run(*arguments: object, env: dict[str, str] | None = None) -> Answer:
    """The command with a fixed locale; an error of ours is raised, as the edge sees it."""
    result = CliRunner(env={"LC_ALL": "en_GB.UTF-8", **(env or {})}).invoke(
        commands, ["rights", *map(str, arguments)], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    assert isinstance(result.return_value, int)
    return Answer(result.return_value, result.stdout, result.stderr)


def inputs(folder: Path, workers: Any = TWO_CONTRACTS) -> tuple[object, ...]:
    dmfa, dimona = write_inputs(folder, workers)
    return ("--dmfa", dmfa, "--dimona", dimona, "--as-of", "2024-09-19")


def test_json_is_a_list_of_bodies_of_the_rest_manual(tmp_path: Path) -> None:
    output = tmp_path / "rights.json"
    result = run("compute", *inputs(tmp_path), *SIZE, "-o", output)
    assert result.exit_code == 0
    assert json.loads(output.read_text(encoding="utf-8")) == [
        {
            "employer": {"companyId": 880820673},
            "employee": {"inss": int(inss_of(1))},
            "calendarYear": 2024,
            "trainingRights": {
                "legalFlaRight": {
                    "legalFlaRightHours": 1530,
                    "jointCommissionNbr": ["200", "227"],
                }
            },
        }
    ]
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_csv_has_the_columns_of_the_specification(tmp_path: Path) -> None:
    output = tmp_path / "rights.csv"
    assert run("compute", *inputs(tmp_path), *SIZE, "-o", output).exit_code == 0
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [
        [
            "CompanyID",
            "INSS",
            "CalendarYear",
            "JointCommissionNbr",
            "Size",
            "A",
            "BC",
            "Days",
            "HoursCenti",
            "Hours",
        ],
        [COMPANY, inss_of(1), "2024", "200", "25", "3", "0.592105", "1.776316", "1350", "13h30"],
        [COMPANY, inss_of(1), "2024", "227", "25", "2", "0.118421", "0.236842", "180", "1h48"],
    ]


def test_what_cannot_be_computed_is_listed_and_the_rest_is_written(tmp_path: Path) -> None:
    arguments = inputs(tmp_path)
    rows = [["", "", "", "x", "", "", "", "", "", "", "", "", "", ""]] * 2
    bad = write_table(tmp_path / "bad.csv", DMFA_COLUMNS, rows)
    output = tmp_path / "rights.csv"
    result = run("compute", *arguments, "--dmfa", bad, *SIZE, "-o", output, "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["workers"]) == (1, 1)
    rows_held = {(each["file"], each["row"]) for each in document["not_computed"]}
    assert rows_held == {("bad.csv", 2), ("bad.csv", 3)}
    assert document["blocking"] > 0
    assert len(output.read_text().splitlines()) == 3
    listed = (tmp_path / "not-computed.csv").read_text().splitlines()
    assert listed[0] == "CompanyID;INSS;File;Sheet;Row;Column;Reason;WhatToDo"
    assert len(listed) == 1 + document["blocking"]
    assert run("compute", *arguments, *SIZE, "-o", output).exit_code == 0
    assert not (tmp_path / "not-computed.csv").exists()


def test_all_or_nothing_writes_nothing_and_lists_all(tmp_path: Path) -> None:
    arguments = (*inputs(tmp_path), "--all-or-nothing")
    rows = [["", "", "", "x", "", "", "", "", "", "", "", "", "", ""]] * 2
    bad = write_table(tmp_path / "bad.csv", DMFA_COLUMNS, rows)
    output = tmp_path / "rights.csv"
    output.write_text("as it was")
    result = run("compute", *arguments, "--dmfa", bad, *SIZE, "-o", output, "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["output"] is None
    assert {found["source"]["row"] for found in document["anomalies"]} == {2, 3}
    assert output.read_text() == "as it was"


def test_an_unknown_size_writes_nothing(tmp_path: Path) -> None:
    workers = [{"dimona": [{"in": "2024-01-01"}]}]
    result = run("compute", *inputs(tmp_path, workers), "-o", tmp_path / "rights.csv")
    assert result.exit_code == 1
    assert "--size 0880820673=NUMBER" in result.stderr
    assert not (tmp_path / "rights.csv").exists()


def test_findings_are_printed_in_the_language_without_a_whole_inss(tmp_path: Path) -> None:
    dmfa, _ = write_inputs(tmp_path, TWO_CONTRACTS)
    texts = {}
    for language in ("en", "fr", "nl"):
        result = run(
            *("compute", "--dmfa", dmfa, "--as-of", "2024-09-19", *SIZE),
            *("--lang", language, "-o", tmp_path / "rights.csv"),
        )
        assert result.exit_code == 0
        assert inss_of(1) not in result.stderr + result.stdout
        texts[language] = result.stderr
    assert "No Dimona was given" in texts["en"]
    assert "Aucune Dimona" in texts["fr"]
    assert "Geen Dimona:" in texts["nl"]


def test_the_locale_chooses_the_language(tmp_path: Path) -> None:
    result = run("explain", inss_of(1), *inputs(tmp_path), *SIZE, env={"LC_ALL": "nl_BE.UTF-8"})
    assert "Paritair comité 227" in result.stdout


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_explain_prints_the_whole_arithmetic(tmp_path: Path, language: str) -> None:
    result = run("explain", inss_of(1), *inputs(tmp_path), *SIZE, "--lang", language)
    golden = Path(__file__).parent / f"explained.{language}.txt"
    assert result.exit_code == 0
    assert result.stdout == golden.read_text(encoding="utf-8")


def test_explain_as_json(tmp_path: Path) -> None:
    result = run("explain", inss_of(1), *inputs(tmp_path), *SIZE, "--json")
    (right,) = json.loads(result.stdout)["rights"]
    committee = right["joint_committees"][1]
    assert (right["hours"], right["hours_centi"], right["standing"]) == ("15h18", 1530, "employed")
    assert (committee["bc_exact"], committee["hours"]) == ("9/76", "1h48")
    assert committee["factor"]["source"] == "rights document (seed)"
    assert committee["months"][0] == {
        "month": 4,
        "rate": "3/19",
        "percent": "15.79",
        "basis": "declared",
        "kind": "ordinary",
    }


def test_explain_looks_at_all_workers_for_the_size(tmp_path: Path) -> None:
    workers = [
        {"times": 12, "dmfa": [{"quarter": "2023Q3", "from": "2020-01-01", "Q": 38}]},
    ]
    result = run("explain", inss_of(5), *inputs(tmp_path, workers), "--json")
    (right,) = json.loads(result.stdout)["rights"]
    assert right["inss"] == inss_of(5)
    assert right["size"]["quarters"] == {"2023Q3": "12"}
    assert len(json.loads(result.stdout)["anomalies"]) == 1


def test_explain_refuses_a_wrong_inss_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match="check digits"):
        run("explain", "80010100108", *inputs(tmp_path), *SIZE)
    with pytest.raises(UsageMistake, match="Nothing was found"):
        run("explain", inss_of(2), *inputs(tmp_path), *SIZE)


def test_a_frozen_size_survives_and_is_recomputed_on_request(tmp_path: Path) -> None:
    ledger = ("--ledger", f"sqlite:///{tmp_path / 'ledger.db'}", "-o", tmp_path / "rights.csv")
    line = {"quarter": "2023Q3", "from": "2020-01-01", "Q": 38}
    sizes = []
    for times, extra in ((12, ()), (25, ()), (25, ("--recompute-size",))):
        arguments = inputs(tmp_path, [{"times": times, "dmfa": [line]}])
        result = run("compute", *arguments, *ledger, *extra, "--json")
        sizes.append(json.loads(result.stdout)["sizes"][COMPANY]["value"])
    assert sizes == ["12", "12", "25"]


def test_own_sector_rows_come_first(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "joint_committee;year;days_0_9;days_10_19;days_20_plus;source;confidence\n"
        "200;2024;0;1;4;our agreement;high\n"
    )
    run("compute", *inputs(tmp_path), *SIZE, "--cct", own, "-o", tmp_path / "rights.csv")
    lines = (tmp_path / "rights.csv").read_text().splitlines()
    assert lines[1].split(";")[3:6] == ["200", "25", "4"]
    result = run("explain", inss_of(1), *inputs(tmp_path), *SIZE, "--cct", own)
    assert "own.csv; source our agreement" in result.stdout


def test_a_bad_row_of_the_own_table_blocks(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("joint_committee;year;days_0_9;days_10_19;days_20_plus\n200;2024;;;many\n")
    arguments = (*inputs(tmp_path), *SIZE, "--cct", own)
    assert run("compute", *arguments, "-o", tmp_path / "rights.csv").exit_code == 1
    assert run("explain", inss_of(1), *arguments).exit_code == 1
    assert not (tmp_path / "rights.csv").exists()


def test_employer_known_by_nsso_number_only(tmp_path: Path) -> None:
    line = [
        "",
        "12345678",
        inss_of(1),
        "2024Q1",
        "010",
        "495",
        "2020-01-01",
        "",
        "200",
        "3800",
        "3800",
        "",
    ]
    period = ["", "012345678", inss_of(1), "2020-01-01", "", "OTH"]
    dmfa = write_table(tmp_path / "dmfa.csv", DMFA_COLUMNS, [line])
    dimona = write_table(tmp_path / "dimona.csv", DIMONA_COLUMNS, [period])
    arguments = ("compute", "--dmfa", dmfa, "--dimona", dimona, "--as-of", "2024-04-15")
    stated = ("--size", "12345678=25")
    refused = run(*arguments, *stated, "-o", tmp_path / "a.json", "--json")
    assert refused.exit_code == 1
    assert [found["rule"] for found in json.loads(refused.stdout)["anomalies"]] == [
        "employer-unknown"
    ]
    assert run(*arguments, *stated, "-o", tmp_path / "a.csv").exit_code == 0
    named = run(*arguments, *SIZE, "--merged", f"12345678={COMPANY}", "-o", tmp_path / "a.json")
    assert named.exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text())[0]["employer"] == {"companyId": 880820673}


def test_nsso_number_and_company_number_meet_through_a_row_with_both(tmp_path: Path) -> None:
    line = [
        COMPANY,
        "12345678",
        inss_of(1),
        "2024Q1",
        "010",
        "495",
        "2020-01-01",
        "",
        "200",
        "3800",
        "1900",
        "",
    ]
    period = ["", "12345678", inss_of(1), "2020-01-01", "2024-06-30", "OTH"]
    dmfa = write_table(tmp_path / "dmfa.csv", DMFA_COLUMNS, [line])
    dimona = write_table(tmp_path / "dimona.csv", DIMONA_COLUMNS, [period])
    run(
        *("compute", "--dmfa", dmfa, "--dimona", dimona, "--as-of", "2024-04-15"),
        *(*SIZE, "-o", tmp_path / "a.csv"),
    )
    (row,) = (tmp_path / "a.csv").read_text().splitlines()[1:]
    assert row.split(";")[:1] + row.split(";")[6:7] == [COMPANY, "0.250000"]


def test_a_worker_whose_contract_lies_ahead_is_not_declared(tmp_path: Path) -> None:
    workers = [*TWO_CONTRACTS, {"dimona": [{"in": "2024-11-10"}]}]
    arguments = (*inputs(tmp_path, workers), *SIZE)
    run("compute", *arguments, "-o", tmp_path / "a.json")
    assert len(json.loads((tmp_path / "a.json").read_text())) == 1
    run("compute", *arguments, "-o", tmp_path / "a.csv")
    assert inss_of(2) in (tmp_path / "a.csv").read_text()


def test_more_than_ten_committees_cannot_be_declared(tmp_path: Path) -> None:
    lines = [
        {"quarter": "2024Q2", "from": "2024-04-01", "committee": str(200 + each), "Q": 3.8}
        for each in range(11)
    ]
    arguments = (*inputs(tmp_path, [{"dmfa": lines, "dimona": [{"in": "2024-04-01"}]}]), *SIZE)
    result = run("compute", *arguments, "-o", tmp_path / "a.json", "--json")
    held = json.loads(result.stdout)["not_computed"]
    assert [found["rule"] for found in held] == ["too-many-committees"]
    assert run("compute", *arguments, "-o", tmp_path / "a.csv").exit_code == 0


def test_a_year_without_table_names_the_table(tmp_path: Path) -> None:
    for year in ("2023", "2028"):
        with pytest.raises(ConfigurationMistake, match=f"reference_quarters .* {year}"):
            run("compute", *inputs(tmp_path), "--year", year, "-o", tmp_path / "a.csv")


@pytest.mark.parametrize(
    "extra",
    [
        ("--size", "0880820673"),
        ("--size", "0880820673=many"),
        ("--size", "0880820673=-1"),
        ("--size", "9999999999=5"),
        ("--declared-through", "2024Q5"),
        ("--merged", "0880820673=0403170701", "--merged", "0403170701=0880820673"),
    ],
)
def test_wrong_usage_is_said(tmp_path: Path, extra: tuple[str, ...]) -> None:
    with pytest.raises(UsageMistake):
        run("compute", *inputs(tmp_path), *extra, "-o", tmp_path / "a.csv")


def test_one_file_twice_and_an_output_of_another_kind_are_refused(tmp_path: Path) -> None:
    arguments = inputs(tmp_path)
    with pytest.raises(UsageMistake, match="twice"):
        run("compute", *arguments, "--dmfa", tmp_path / "dmfa.csv", "-o", tmp_path / "a.csv")
    with pytest.raises(UsageMistake, match="json or"):
        run("compute", *arguments, *SIZE, "-o", tmp_path / "a.xlsx")


def test_outside_the_law_of_1968(tmp_path: Path) -> None:
    run("compute", *inputs(tmp_path), *SIZE, "--outside-law", COMPANY, "-o", tmp_path / "a.csv")
    rows = (tmp_path / "a.csv").read_text().splitlines()[1:]
    assert [row.split(";")[5] for row in rows] == ["0", "0"]
