"""Tables that were once refused, or lost something in silence: each stands for its kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.intake import ReadingChoice
from fla_batch.tables.table import TableChoice
from tests.tables.reading import read

CASES = Path(__file__).parent / "cases"
READ: dict[str, tuple[int, list[tuple[str, int | None]]]] = {
    "title-row-above-headings-02_title_row.xlsx": (5, [("rows-above", 1)]),
    "other-sheet-first-06_readme_sheet_first.xlsx": (5, []),
    "french-headings-12_french_headings.xlsx": (5, []),
    "extra-column-14_extra_name_column.xlsx": (5, [("ignored-column", 1)]),
    "dutch-date-dd-mm-yyyy-said-not-to-exist.xlsx": (1, []),
    "strict-ooxml-refused-Sheet1.xlsx": (1, []),
    "second-sheet-ignored-silently.xlsx": (1, [("unread-sheet", None)]),
    "zero-width-in-inss.xlsx": (1, [("cleaned-cell", 2), ("cleaned-cell", 2)]),
}
REFUSED: dict[str, list[tuple[str, int | None, str | None]]] = {
    "error-cell-lost-t-before-r.xlsx": [("error-cell", 2, "trainingReferenceNbr")],
    "error-cell-named-in-wrong-row.xlsx": [("error-cell", 3, "additionalInformation")],
    "formula-without-cached-value-silently-empty.xlsx": [
        ("uncomputed-formula", 2, "trainingReferenceNbr")
    ],
    "localised-error-NB-sent-as-text.csv": [
        ("error-cell", 2, "trainingReferenceNbr"),
        ("error-cell", 2, "additionalInformation"),
    ],
    "unquoted-decimal-comma-shifts-columns-silently.csv": [("extra-cells", 2, None)],
    "password-protected-said-not-xlsx.xlsx": [("password-protected", None, None)],
}


@pytest.mark.parametrize("name", READ)
def test_is_read_and_says_what_was_passed_over(name: str) -> None:
    declarations, said = READ[name]
    found = read(CASES / name)
    assert len(found.declarations) == declarations
    assert [(one.rule, one.source.row) for one in found.anomalies] == said
    assert not found.blocks


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_at_its_place(name: str) -> None:
    found = [one for one in read(CASES / name).anomalies if one.blocks]
    assert [(one.rule, one.source.row, one.source.column) for one in found] == REFUSED[name]


def test_the_sheet_that_is_named_is_read() -> None:
    how = ReadingChoice(TableChoice(sheet="Sheet2"))
    found = read(CASES / "second-sheet-ignored-silently.xlsx", how=how)
    assert [one["employee"]["inss"] for one in found.declarations] == ["81061500131"]
    assert found.receipts[0].unread_sheets == ["Sheet1"]


def test_the_row_of_headings_that_is_named(tmp_path: Path) -> None:
    lines = (CASES / "localised-error-NB-sent-as-text.csv").read_text().splitlines()
    path = tmp_path / "t.csv"
    path.write_text("\n".join([lines[0].replace("inss", "nss"), "", lines[0], lines[1]]))
    found = read(path, how=ReadingChoice(TableChoice(header_row=3)))
    assert {one.source.row for one in found.anomalies if one.rule == "error-cell"} == {4}


def test_the_cleaned_sign_is_named() -> None:
    found = read(CASES / "zero-width-in-inss.xlsx")
    assert found.declarations[0]["employee"]["inss"] == "81511716525"
    assert "U+200B" in (found.anomalies[1].label.en or "")
