"""Reading tables: every format gives the same values, every fault is listed with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fla_batch.rights.dimona import read_dimona
from fla_batch.rights.dmfa import read_dmfa
from fla_batch.rights.law import law_of
from fla_batch.rights.occupation import Kind
from fla_batch.rights.own_sectors import read_own_sectors
from fla_batch.rights.quarters import OPEN, parse_quarter
from fla_batch.tables.table import ROW as ROW_NUMBER
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Anomaly
from tests.rights.cases import COMPANY, DMFA_COLUMNS, inss_of

LAW = law_of(2024)
HEADING = ";".join(DMFA_COLUMNS)
ROW = f"880820673;;{inss_of(1)};2024Q1;010;495;2020-03-01;;200;3800;1900;"


def dmfa(path: Path) -> tuple[pl.DataFrame, list[Anomaly]]:
    """All values and findings of a file."""
    chunks = list(read_dmfa(path, LAW).chunks)
    return pl.concat([chunk.values for chunk in chunks]), [
        found for chunk in chunks for found in chunk.anomalies
    ]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def places(anomalies: list[Anomaly]) -> list[tuple[int | None, str | None, str | None]]:
    return [(found.source.row, found.source.column, found.rule) for found in anomalies]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{HEADING}\n{ROW}\n", "utf-8"),
        (f"{HEADING}\r\n{ROW}\r\n", "utf-8-sig"),
        (f"\ufeff{HEADING}\r\n{ROW}\r\n\x1a", "utf-8-sig"),
        (f"{HEADING}\n{ROW}\n".replace(";", "\t"), "utf-16"),
        (f"sep=;\n{HEADING}\n{ROW}\n", "utf-8"),
        (f"DmfA of 2024\n\n{HEADING}\n{ROW}\n", "utf-8"),
        (f"{HEADING}\n{ROW.replace(inss_of(1), inss_of(1) + '.0')}\n", "utf-8"),
        (f"{HEADING}\n{ROW.replace('2020-03-01', '1 mars 2020')}", "utf-8"),
        (f"{HEADING};Prénom\n{ROW};;;Zoé\n", "cp1252"),
        (f"{HEADING}\n{ROW}\n".replace(";", ","), "utf-8"),
        (f"{HEADING.upper()}\n{ROW}", "utf-8"),
        (f"{HEADING}\n{ROW.replace('2020-03-01', '01/03/2020')}", "utf-8"),
        (f"{HEADING}\n\n{ROW.replace('2024Q1', ' 20241 ')}", "utf-8"),
    ],
    ids=[
        "plain",
        "bom",
        "two boms and ctrl-z",
        "utf-16 with tabs",
        "sep",
        "title",
        "float",
        "date in words",
        "windows-1252",
        "comma",
        "case",
        "belgian date",
        "blank row",
    ],
)
def test_every_csv_gives_the_same_line(tmp_path: Path, text: str, encoding: str) -> None:
    values, _ = dmfa(written(tmp_path / "lines.csv", text, encoding))
    (row,) = values.drop(ROW_NUMBER).iter_rows(named=True)
    assert row == {
        "inss": inss_of(1),
        "company": COMPANY,
        "noss": None,
        "begins": date(2020, 3, 1).toordinal(),
        "quarter": parse_quarter("2024Q1"),
        "start": date(2024, 1, 1).toordinal(),
        "end": date(2024, 3, 31).toordinal(),
        "joint_committee": "200",
        "mean": 1900,
        "ref": 3800,
        "regime_centi": 3800,
        "hours_centi": 0,
        "kind": int(Kind.ORDINARY),
        "agency": False,
        "employer_class": 10,
        "worker_code": 495,
        "occupation": None,
        "undated": False,
        "form": 0,
        "created": 0,
        "is_update": False,
    }


def test_xlsx_and_parquet_give_what_csv_gives(tmp_path: Path) -> None:
    cells = {
        "CompanyID": [880820673, 880820673],
        "INSS": ["00010100105", "81.51.17-165.25"],
        "Quarter": ["2024Q1", "20242"],
        "EmployerClass": [10, 10],
        "WorkerCode": [495, 495],
        "OccupationStartingDate": [date(2024, 1, 15), date(2024, 4, 1)],
        "OccupationEndingDate": [None, date(2024, 5, 31)],
        "JointCommissionNbr": ["140.01", "200"],
        "RefMeanWorkingHours": [3800.0, 3800.0],
        "MeanWorkingHours": [1900, 3800],
    }
    frame = pl.DataFrame(cells)
    frame.write_parquet(tmp_path / "lines.parquet")
    frame.write_excel(tmp_path / "lines.xlsx")
    frame.write_csv(tmp_path / "lines.csv")
    csv_values, anomalies = dmfa(tmp_path / "lines.csv")
    assert anomalies == []
    assert csv_values["joint_committee"].to_list() == ["140.01", "200"]
    for kind in ("parquet", "xlsx"):
        values, _ = dmfa(tmp_path / f"lines.{kind}")
        assert values.drop(ROW_NUMBER).equals(csv_values.drop(ROW_NUMBER))


def test_all_faults_of_all_rows_are_listed_with_their_place(tmp_path: Path) -> None:
    rows = [
        "880820674;;81511716526;2024Q5;x;495;31/02/2024;;20;38;1x;",
        f";;{inss_of(1)};2024Q1;010;495;2024-03-01;2024-02-01;200;;1900;",
        f"880820673;;{inss_of(2)};2024Q1;010;050;2024-01-01;;200;;;",
        f"880820673;12x;{inss_of(3)};;;;;;;3800;3800;",
        "880820673;;;2024Q1;010;495;2024-06-01;;200;3800;6100;",
    ]
    values, anomalies = dmfa(written(tmp_path / "bad.csv", "\n".join([HEADING, *rows])))
    assert values.height == 0
    assert places(anomalies) == [
        (2, "CompanyID", "check-digits"),
        (2, "INSS", "check-digits"),
        (2, "Quarter", "not-a-quarter"),
        (2, "EmployerClass", "not-numeric"),
        (2, "OccupationStartingDate", "not-a-date"),
        (2, "JointCommissionNbr", "not-a-committee"),
        (2, "RefMeanWorkingHours", "out-of-range"),
        (2, "MeanWorkingHours", "not-numeric"),
        (3, "CompanyID", "missing-employer"),
        (3, "OccupationEndingDate", "end-before-start"),
        (3, "RefMeanWorkingHours", "missing-reference"),
        (4, "RefMeanWorkingHours", "missing-reference"),
        (4, "ServiceNbrHours", "missing-hours"),
        (5, "NOSSRegistrationNbr", "not-numeric"),
        (5, "Quarter", "missing"),
        (5, "EmployerClass", "missing-code"),
        (5, "WorkerCode", "missing-code"),
        (5, "OccupationStartingDate", "missing"),
        (5, "JointCommissionNbr", "missing"),
        (6, "INSS", "missing"),
        (6, "Quarter", "outside-quarter"),
        (6, "MeanWorkingHours", "out-of-range"),
        (6, "MeanWorkingHours", "mean-above-reference"),
    ]
    assert all(
        found.label.en and found.label.fr and found.label.nl and found.advice.nl
        for found in anomalies
    )
    assert all(found.source.file == "bad.csv" for found in anomalies)
    assert anomalies[1].value == "*********26"


def test_one_worker_in_two_spellings(tmp_path: Path) -> None:
    """Case two-spellings-one-worker-dmfa: a spreadsheet took the zeros of one of two rows."""
    rows = [ROW.replace(inss_of(1), text) for text in ("10100105", "00010100105", "10100105.0")]
    values, anomalies = dmfa(written(tmp_path / "a.csv", "\n".join([HEADING, *rows])))
    assert values["inss"].unique().to_list() == ["00010100105"]
    assert places(anomalies) == [(4, "INSS", "read-as")]
    assert "10100105" not in (anomalies[0].label.en or "")


def test_a_comment_row_is_one_warning(tmp_path: Path) -> None:
    """Case two-readers-comment-row-dmfa: as in the tables of trainings."""
    note = "# line kept as a note;;;;;;;;;"
    values, anomalies = dmfa(written(tmp_path / "a.csv", f"{HEADING}\n{note}\n{ROW}"))
    assert values.height == 1
    assert [(one.rule, one.source.row, one.blocks) for one in anomalies] == [
        ("ignored-row", 2, False)
    ]


def test_too_many_cells_are_said_with_their_row(tmp_path: Path) -> None:
    """Case too-many-cells: no words of the table library."""
    values, anomalies = dmfa(written(tmp_path / "a.csv", f"{HEADING}\n{ROW};;;x;y\n{ROW}"))
    assert values.height == 1
    assert [(one.rule, one.source.row, one.value, one.blocks) for one in anomalies] == [
        ("extra-cells", 2, "x;y", True)
    ]


@pytest.mark.parametrize("error", ["#N/B", "#VALEUR !", "Fout:502", "#REF!"])
def test_an_error_of_a_formula_is_named(tmp_path: Path, error: str) -> None:
    text = f"{HEADING}\n{ROW.replace(';1900;', f';{error};')}"
    values, anomalies = dmfa(written(tmp_path / "a.csv", text))
    assert values.height == 0
    assert places(anomalies) == [(2, "MeanWorkingHours", "error-cell")]


def test_excluded_lines_are_not_checked(tmp_path: Path) -> None:
    excluded = f"880820673;;{inss_of(1)};2024Q1;027;495;nonsense;;x;y;z;"
    values, anomalies = dmfa(written(tmp_path / "a.csv", f"{HEADING}\n{excluded}\n{ROW}"))
    assert anomalies == []
    assert sorted(values["kind"].to_list()) == [int(Kind.ORDINARY), int(Kind.EXCLUDED)]


def test_part_timer_of_the_xml_columns_without_q(tmp_path: Path) -> None:
    row = f"{ROW.replace(';1900;', ';;')};1;"
    _, anomalies = dmfa(written(tmp_path / "a.csv", f"{HEADING}\n{row}"))
    assert places(anomalies) == [(2, "MeanWorkingHours", "missing-mean")]


def test_a_misspelled_column_blocks_and_names_the_nearest(tmp_path: Path) -> None:
    text = HEADING.replace("WorkerCode", "WorkerKode")
    values, anomalies = dmfa(written(tmp_path / "a.csv", f"{text}\n{ROW}"))
    assert values.height == 0
    assert [(found.rule, found.source.column, found.blocks) for found in anomalies] == [
        ("unknown-column", "WorkerKode", True),
    ]


def test_dimona_periods(tmp_path: Path) -> None:
    text = (
        "NOSSRegistrationNbr;INSS;StartingDate;EndingDate;WorkerType\n"
        f"0012345678;{inss_of(1)};2024-01-01;;FLX\n"
        f"012345678;{inss_of(2)};2024-01-01;2023-12-31;\n"
    )
    (chunk,) = read_dimona(written(tmp_path / "d.csv", text), LAW).chunks
    start = date(2024, 1, 1).toordinal()
    assert chunk.values.rows() == [
        (inss_of(1), None, "12345678", start, OPEN, int(Kind.FLEXI), "FLX", 2)
    ]
    assert places(chunk.anomalies) == [
        (3, "EndingDate", "end-before-start"),
        (3, "WorkerType", "missing-type"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("not_a_workbook.xlsx", b"INSS\x00\x01;Quarter\n"),
        ("not_parquet.parquet", b"INSS;Quarter\n"),
        ("letter.doc", b"INSS"),
        ("not_xml.xml", b"INSS;Quarter\n"),
        ("cut_off.xml", b"<DmfAOriginal><Form>"),
        ("another_message.xml", b"<Dimona/>"),
        ("doctype.xml", b'<!DOCTYPE d [<!ENTITY e "x">]><DmfAOriginal>&e;</DmfAOriginal>'),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputUnreadable) as caught:
        list(read_dmfa(tmp_path / name, LAW).chunks)
    assert caught.value.file == name
    assert str(tmp_path) not in str(caught.value)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.binary(max_size=300), st.sampled_from([".csv", ".xml", ".xlsx", ".parquet"]))
def test_random_bytes_never_crash_a_reader(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"random{kind}"
    path.write_bytes(content)
    rules: set[str | None] = set()
    try:
        rules = {found.rule for chunk in read_dmfa(path, LAW).chunks for found in chunk.anomalies}
    except InputUnreadable:
        rules.add("missing-column")
    assert "missing-column" in rules


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n;"'), max_size=8),
        min_size=12,
        max_size=12,
    )
)
def test_random_cells_become_findings(tmp_path: Path, cells: list[str]) -> None:
    path = written(tmp_path / "cells.csv", f"{HEADING}\n{';'.join(cells)}\n{ROW}\n")
    values, _ = dmfa(path)
    assert values.height >= 1


def test_own_sector_table(tmp_path: Path) -> None:
    text = (
        "joint_committee;year;days_0_9;days_10_19;days_20_plus;source;confidence\n"
        "200;2024;0;1,5;4;our agreement;high\n"
        "200;soon;;;4;;\n"
        "201;2024;;;-1;;\n"
    )
    rows, anomalies = read_own_sectors(written(tmp_path / "own.csv", text))
    assert [(row.joint_committee, row.first.year, str(row.days("10_19"))) for row in rows] == [
        ("200", 2024, "3/2")
    ]
    assert places(anomalies) == [
        (3, "joint_committee", "not-a-sector-row"),
        (4, "joint_committee", "not-a-sector-row"),
    ]
