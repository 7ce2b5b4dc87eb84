"""DmfA and Dimona workbooks as payroll offices keep them: totals, merged cells, notes, layouts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet

from fla_batch.cli.commands import commands
from fla_batch.rights.dimona import read_dimona
from fla_batch.rights.dmfa import DMFA_COLUMNS, read_dmfa
from fla_batch.rights.input_headings import RightsReading
from fla_batch.rights.law import law_of
from fla_batch.tables.column_mapping import read_mapping
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly
from tests.rights.cases import COMPANY, inss_of
from tests.rights.test_headings import DUTCH, FRENCH, LINE

LAW = law_of(2024)
Cells = Sequence[object]


def line(worker: int, quarter: str = "2024T1") -> list[object]:
    return [LINE[0], inss_of(worker), LINE[2], quarter, *LINE[4:]]


def book(path: Path, *rows: Cells, merged: tuple[str, ...] = ()) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    for cells in rows:
        sheet.append([None if cell == "" else cell for cell in cells])
    for cells_made_one in merged:
        sheet.merge_cells(cells_made_one)
    workbook.save(path)
    return path


def read(path: Path, how: RightsReading | None = None) -> tuple[pl.DataFrame, list[Anomaly]]:
    chunks = list(read_dmfa(path, LAW, how or RightsReading()).chunks)
    found = [each for chunk in chunks for each in chunk.anomalies]
    return pl.concat([chunk.values for chunk in chunks]), found


def told(found: list[Anomaly]) -> list[tuple[str | None, int | None]]:
    return [(each.rule, each.source.row) for each in found if each.rule != "ignored-column"]


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ((*[None] * 2, "Sous-total T1", *[None] * 7, "57,00"), "total-row"),
        (("TOTAL GÉNÉRAL", *[None] * 9, "57,00"), "total-row"),
        ((None, "Eindtotaal", *[None] * 8, "57,00"), "total-row"),
        ((*[None] * 9, "38,00", "57,00"), "total-row"),
        ((LINE[0], inss_of(1), "Total Peeters", *[None] * 7, "19,00"), "total-row"),
        (("Édité le 28/11/2026 par le secrétariat social",), "note-row"),
        (FRENCH, "heading-again"),
    ],
)
def test_a_row_that_is_no_line_is_one_remark(tmp_path: Path, cells: Cells, rule: str) -> None:
    values, found = read(book(tmp_path / "dmfa.xlsx", FRENCH, line(1), cells, line(2)))
    assert values[ROW].to_list() == [2, 4]
    assert told(found) == [(rule, 3)]
    (said,) = (each for each in found if each.rule == rule)
    assert (said.source.file, said.source.sheet, said.blocks) == ("dmfa.xlsx", "Sheet", False)


@pytest.mark.parametrize(
    "cells",
    [
        (LINE[0], None, "Peeters", "2024T1", "010", "495", "01/03/2020", None, "200", "38", "19"),
        (None, inss_of(2), "Peeters", *[None] * 7, "19,00"),
        (LINE[0], "Peeters", None, None, "010", "495"),
    ],
)
def test_a_line_that_is_not_whole_is_no_total(tmp_path: Path, cells: Cells) -> None:
    _, found = read(book(tmp_path / "dmfa.xlsx", FRENCH, line(1), cells))
    assert {(each.source.row, each.blocks) for each in found if each.blocks} == {(3, True)}
    assert not {"total-row", "note-row"} & {each.rule for each in found}


def test_a_worker_written_once_beside_three_quarters(tmp_path: Path) -> None:
    rows = [line(1, "2024T1"), line(1, "2024T2"), line(1, "2024T3")]
    for cells in rows[1:]:
        cells[0] = cells[1] = None
    merged = ("A2:A4", "B2:B4")
    values, found = read(book(tmp_path / "dmfa.xlsx", FRENCH, *rows, merged=merged))
    assert values["inss"].to_list() == [inss_of(1)] * 3
    assert values["company"].to_list() == [COMPANY] * 3
    places = [(each.source.row, each.source.column) for each in found if each.value]
    assert places[1:] == [(3, "N° BCE"), (4, "N° BCE"), (3, "NISS"), (4, "NISS")]
    assert {each.rule for each in found} == {"ignored-column", "merged-filled"}
    assert not any(inss_of(1) in str(each.label.fr) for each in found)


def test_hours_over_two_rows_are_not_counted_twice(tmp_path: Path) -> None:
    rows = [line(1, "2024T1"), line(1, "2024T2")]
    rows[1][10] = None
    values, found = read(book(tmp_path / "dmfa.xlsx", FRENCH, *rows, merged=("K2:K3",)))
    assert values[ROW].to_list() == [2]
    assert told(found) == [("merged-empty", 3), ("missing-mean", 3)]


def test_a_dimona_table_with_a_total_and_a_merged_worker(tmp_path: Path) -> None:
    path = book(
        tmp_path / "dimona.xlsx",
        ("N° BCE", "NISS", "Date d'entrée", "Date de sortie", "Type de travailleur"),
        (COMPANY, inss_of(1), "01/01/2024", "31/01/2024", "STU"),
        (None, None, "01/03/2024", None, None),
        ("Total", 2),
        merged=("A2:A3", "B2:B3", "E2:E3"),
    )
    chunks = list(read_dimona(path, LAW).chunks)
    values = pl.concat([chunk.values for chunk in chunks])
    assert values.select("inss", "worker_type").rows() == [(inss_of(1), "STU")] * 2
    rules = [each.rule for chunk in chunks for each in chunk.anomalies]
    assert sorted(map(str, rules)) == ["merged-filled"] * 3 + ["total-row"]


def test_remarks_of_reading_are_told_by_their_cause(tmp_path: Path) -> None:
    """A thousand subtotals must not push the one thing to mend off the screen."""
    rows: list[Cells] = []
    for worker in range(1, 120):
        rows += [line(worker), (None, "Sous-total", *[None] * 8, "19,00")]
        rows += [(None, None, "Total", *[None] * 7, "19,00")]
    wrong = line(120)
    wrong[6] = "31/02/2020"
    path = book(tmp_path / "dmfa.xlsx", FRENCH, *rows, wrong)
    args = ["--lang", "en", "rights", "check", "--dmfa", str(path), "--as-of", "2024-05-01"]
    result = CliRunner().invoke(commands, args)
    assert "238 times: dmfa.xlsx, rows 3, 4, 6, 7, 9, ..." in result.output
    assert "31/02/2020" in result.output


@pytest.mark.parametrize("headings", [FRENCH, DUTCH], ids=["fr", "nl"])
def test_a_draft_of_a_dmfa_table_is_read_back(tmp_path: Path, headings: tuple[str, ...]) -> None:
    """A heading that nobody foresaw; as drafted, hours a week stay hours, and others unsaid."""
    own = ["Loonfiche" if text == headings[4] else text for text in headings]
    path = book(tmp_path / "dmfa.xlsx", ("DmfA 2024",), own, line(1))
    result = CliRunner().invoke(commands, ["columns", "draft", str(path)])
    assert result.exit_code == 0
    drafted = tomllib.loads(result.output)
    assert drafted["ignore"] == [headings[2], "Loonfiche"]
    assert drafted["columns"][headings[1]] == "INSS"
    assert set(drafted["columns"].values()) < set(DMFA_COLUMNS.names)
    assert '# EmployerClass = ""' in result.output
    assert f'# "{headings[11]}" = "ServiceNbrHours"' in result.output
    mapping = tmp_path / "columns.toml"
    text = result.output.replace('# EmployerClass = ""', 'EmployerClass = "010"')
    mapping.write_text(text, encoding="utf-8")
    how = RightsReading(mapping=read_mapping(mapping, DMFA_COLUMNS.names, extra_zones=False))
    values, found = read(path, how)
    assert values["employer_class"].to_list() == [10]
    assert values.select("mean", "ref").rows() == [(1900, 3800)]
    assert [each.rule for each in found] == ["rows-above"]


def test_a_draft_of_a_dimona_table(tmp_path: Path) -> None:
    headings = ("N° BCE", "NISS", "Date d'entrée", "Date de sortie", "Nom")
    path = book(tmp_path / "dimona.xlsx", headings, (COMPANY, inss_of(1), "01/01/2024"))
    result = CliRunner().invoke(commands, ["columns", "draft", str(path)])
    drafted = tomllib.loads(result.output)
    assert list(drafted["columns"].values()) == ["CompanyID", "INSS", "StartingDate", "EndingDate"]
    assert drafted["ignore"] == ["Nom"]
    assert '# WorkerType = ""' in result.output
