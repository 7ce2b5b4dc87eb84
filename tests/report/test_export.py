"""Exports: complete, harmless in a spreadsheet (S13), for their owner only."""

from __future__ import annotations

import csv
import stat
import zipfile
from pathlib import Path

import polars as pl
import pytest

from fla_batch.errors import UsageMistake
from fla_batch.findings import Anomaly, Labels, Source
from fla_batch.report.export import HEADINGS, write_anomalies
from fla_batch.terms import Language
from tests.builders import inss

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def anomaly(value: str) -> Anomaly:
    return Anomaly(
        "B",
        "TrainingHours-002",
        Labels("hours", "heures", "uren"),
        value=value,
        inss=inss(),
        calendar_year=2024,
        source=Source("a.csv", 7, value),
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.mark.parametrize("value", FORMULAS)
def test_no_cell_is_a_formula(tmp_path: Path, value: str) -> None:
    path = tmp_path / "out.csv"
    write_anomalies(path, [anomaly(value)], Language.EN)
    (row,) = rows(path)
    assert row["value"] == row["column"] == "'" + value
    write_anomalies(tmp_path / "out.xlsx", [anomaly(value)], Language.EN)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert not [name for name in book.namelist() if "externalLink" in name]


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    found = [anomaly("x"), anomaly("é – ì")]
    write_anomalies(tmp_path / "out.csv", found, Language.NL)
    write_anomalies(tmp_path / "out.xlsx", found, Language.NL)
    from_csv = rows(tmp_path / "out.csv")
    from_xlsx = pl.read_excel(tmp_path / "out.xlsx", infer_schema_length=0).to_dicts()
    assert tuple(from_csv[0]) == HEADINGS
    assert [{key: value or "" for key, value in row.items()} for row in from_xlsx] == from_csv
    assert [row["label"] for row in from_csv] == ["uren", "uren"]
    assert [row["inss"] for row in from_csv] == [inss(), inss()]
    assert from_csv[0]["row"] == "7"


def test_for_the_owner_only(tmp_path: Path) -> None:
    for name in ("out.csv", "out.XLSX"):
        write_anomalies(tmp_path / name, [], Language.EN)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match=r"out\.pdf: anomalies are written to"):
        write_anomalies(tmp_path / "out.pdf", [], Language.EN)
    assert list(tmp_path.iterdir()) == []
