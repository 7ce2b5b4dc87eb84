"""A finding in a workbook names its sheet; in a text file there is none."""

from __future__ import annotations

from pathlib import Path

from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.findings import Anomaly, Source
from tests.tables.reading import read
from tests.tables.workbooks import Cell, Sheet, good, write


def test_every_finding_of_a_workbook_names_the_sheet(tmp_path: Path) -> None:
    sheet: Sheet = good()
    sheet.rows[2][1] = Cell("81511716500")
    sheet.rows[3][0] = Cell("#REF!", "e")
    sheet.rows[0].append(Cell("Remarque libre"))
    found = read(write(tmp_path / "t.xlsx", {"2024": sheet})).anomalies
    assert len(found) >= 3
    assert {one.source.sheet for one in found} == {"2024"}


def test_a_sheet_that_lacks_a_column_is_named(tmp_path: Path) -> None:
    sheet: Sheet = good()
    for row in sheet.rows:
        del row[1]
    found = read(write(tmp_path / "t.xlsx", {"2024": sheet})).anomalies
    assert [one.rule for one in found if one.blocks] == ["missing-column"]
    assert found[0].source.sheet == "2024"


def test_what_waits_in_the_temporary_file_keeps_its_sheet() -> None:
    one = Anomaly("B", "INSS-004", source=Source("t.xlsx", 7, "inss", "2024"))
    assert list(AnomalySpool([one, one], most_held=1)) == [one, one]
