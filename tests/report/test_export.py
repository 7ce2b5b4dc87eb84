"""Exports: complete, harmless in a spreadsheet (S13), for their owner only."""

from __future__ import annotations

import csv
import resource
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from fla_batch.report import export
from fla_batch.report.export import HEADINGS, write_anomalies
from fla_batch.vocabulary.errors import DiskTrouble, UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import Language
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


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_row_by_row_and_nothing_left_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_anomalies(path, (anomaly(str(number)) for number in range(2_500)), Language.FR)
    if path.suffix == ".csv":
        found = [row["value"] for row in rows(path)]
    else:
        # As texts: Excel would round a long number.
        found = pl.read_excel(path, infer_schema_length=0)["value"].to_list()
    assert found == [str(number) for number in range(2_500)]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_no_file_can_hold_is_written_out(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_anomalies(path, [anomaly("half \ud83d")], Language.EN)
    if path.suffix == ".csv":
        assert rows(path)[0]["value"] == "half \\ud83d"
    else:
        assert pl.read_excel(path)["value"].to_list() == ["half \\ud83d"]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_whole_or_as_it_was(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")

    def breaks() -> Iterator[Anomaly]:
        for number in range(1_500):
            yield anomaly(str(number))
        raise LookupError

    with pytest.raises(LookupError):
        write_anomalies(path, breaks(), Language.EN)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


@pytest.mark.parametrize("limit_bytes", [10_000, 100_000])
@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_r11_no_room_on_the_disk(tmp_path: Path, name: str, limit_bytes: int) -> None:
    path = tmp_path / name
    many = [anomaly(str(number)) for number in range(2_000)]
    with no_file_above(limit_bytes), pytest.raises(DiskTrouble, match="larger than the limit"):
        write_anomalies(path, many, Language.EN)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def no_file_above(limit_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_more_than_a_sheet_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_IN_A_SHEET", 2)
    found = [anomaly(str(number)) for number in range(3)]
    write_anomalies(tmp_path / "out.xlsx", found[:2], Language.EN)
    with pytest.raises(UsageMistake, match=r"more\.xlsx: there are .*no more than 2"):
        write_anomalies(tmp_path / "more.xlsx", found, Language.EN)
    write_anomalies(tmp_path / "more.csv", found, Language.EN)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more.csv", "out.xlsx"]


def test_for_the_owner_only(tmp_path: Path) -> None:
    for name in ("out.csv", "out.XLSX"):
        write_anomalies(tmp_path / name, [], Language.EN)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageMistake, match=r"out\.pdf: anomalies are written to"):
        write_anomalies(tmp_path / "out.pdf", [], Language.EN)
    assert list(tmp_path.iterdir()) == []
