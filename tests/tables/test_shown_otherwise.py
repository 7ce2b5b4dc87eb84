"""Cells that a program shows as another number, hides by another means, or stores twice."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.tables.reading import Whole, read
from tests.tables.test_everyday import HEADINGS, row, told

_SHEET = "xl/worksheets/sheet1.xml"
_ODS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"


def _written(path: Path, *rows: list[object], hours_as: str = "General") -> None:
    book = openpyxl.Workbook()
    for cells in (HEADINGS, *rows):
        book.active.append(cells)
    book.active["G2"].number_format = hours_as
    book.save(path)


def _changed(path: Path, change: Callable[[str], str]) -> Whole:
    """The workbook read, the XML of its sheet changed as another program would write it."""
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    old = content[_SHEET].decode()
    assert change(old) != old
    content[_SHEET] = change(old).encode()
    with zipfile.ZipFile(path, "w") as parts:
        for name, part in content.items():
            parts.writestr(name, part)
    return read(path)


@pytest.mark.parametrize("shown_as", ["0%", "0.00%", "0.0 %;-0.0 %"])
def test_hours_that_show_as_a_percentage(tmp_path: Path, shown_as: str) -> None:
    """The clerk sees 20 %; a fifth of an hour is nothing that she wrote."""
    _written(tmp_path / "formations.xlsx", list(row(Heures=0.2)), hours_as=shown_as)
    found = read(tmp_path / "formations.xlsx")
    assert told(found) == [("not-a-number", 2, True)]
    assert "20%" in str(found.anomalies[0].label.fr)


def test_a_percent_sign_in_quotes_is_a_text(tmp_path: Path) -> None:
    _written(tmp_path / "formations.xlsx", list(row()), hours_as='0.0" h (100 %)"')
    assert told(read(tmp_path / "formations.xlsx")) == []


@pytest.mark.parametrize(
    "columns",
    [
        '<cols><col min="1" max="16384" width="9" hidden="1"/></cols>',
        '<cols><col min="7" max="7" width="0" customWidth="1"/></cols>',
    ],
)
def test_columns_hidden_in_one_range_or_by_their_width(tmp_path: Path, columns: str) -> None:
    _written(tmp_path / "formations.xlsx", list(row()))
    found = _changed(
        tmp_path / "formations.xlsx",
        lambda text: text.replace("<sheetData>", f"{columns}<sheetData>"),
    )
    hidden = {each.source.column for each in found.anomalies if each.rule == "hidden-column"}
    assert "Heures" in hidden
    assert hidden <= set(HEADINGS)
    assert not found.blocks


def test_a_cell_that_stands_twice_is_not_one_of_both(tmp_path: Path) -> None:
    _written(tmp_path / "formations.xlsx", list(row()))
    found = _changed(
        tmp_path / "formations.xlsx",
        lambda text: text.replace('<c r="H2"', '<c r="G2" t="n"><v>15.2</v></c><c r="H2"'),
    )
    assert not found.declarations
    assert ["G2" in str(each.label.en) for each in found.anomalies if each.blocks] == [True]


def test_a_text_that_is_not_in_the_file_is_said_in_words(tmp_path: Path) -> None:
    _written(tmp_path / "formations.xlsx", list(row()))
    found = _changed(
        tmp_path / "formations.xlsx",
        lambda text: text.replace('<c r="H2"', '<c r="N2" t="s"><v>9999</v></c><c r="H2"'),
    )
    assert not found.declarations
    assert "text of number" in str(found.anomalies[0].label.en)


def _ods(path: Path, rows: str) -> Whole:
    names = " ".join(f'xmlns:{each}="{_ODS.format(each)}"' for each in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="F">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return read(path)


def _ods_row(cells: list[object], hours: str | None = None) -> str:
    shown = [f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell) for cell in cells]
    written = [f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in shown]
    if hours is not None:
        written[HEADINGS.index("Heures")] = hours
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def test_folded_groups_of_libreoffice_are_hidden_rows(tmp_path: Path) -> None:
    folded = f'<table:table-row-group table:display="false">{_ods_row(list(row(1)))}'
    rows = f"{_ods_row(list(HEADINGS))}{folded}</table:table-row-group>{_ods_row(list(row(2)))}"
    found = _ods(tmp_path / "formations.ods", rows)
    assert told(found) == [("hidden-rows", 2, False)]
    assert len(found.declarations) == 2


def test_a_percentage_of_libreoffice(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="percentage" office:value="0.2">'
        "<text:p>20 %</text:p></table:table-cell>"
    )
    rows = _ods_row(list(HEADINGS)) + _ods_row(list(row()), hours=cell)
    assert told(_ods(tmp_path / "formations.ods", rows)) == [("not-a-number", 2, True)]


@pytest.mark.parametrize(
    ("column", "text"), [("NISS", "'{}"), ("Heures", "'7,6"), ("BCE", "'0880.820.673'")]
)
def test_the_sign_that_keeps_a_number_as_text(tmp_path: Path, column: str, text: str) -> None:
    written = text.format(row()[1])
    cells = [
        written if name == column else cell for name, cell in zip(HEADINGS, row(), strict=True)
    ]
    _written(tmp_path / "formations.xlsx", cells)
    found = read(tmp_path / "formations.xlsx")
    assert told(found) == [("cleaned-cell", 2, False)]
    assert found.declarations[0]["employer"]["companyId"] == "0880820673"


def test_an_apostrophe_of_a_title_stays(tmp_path: Path) -> None:
    _written(tmp_path / "formations.xlsx", list(row(Intitulé="'t Werk")))
    (one,) = read(tmp_path / "formations.xlsx").declarations
    assert one["trainings"][0]["trainingDenomination"] == "'t Werk"


@pytest.mark.parametrize("right", ["Légal", "wettelijk", "LEGAL", "droit légal"])
@pytest.mark.parametrize("committee", ["CP 200", "PC200", "pc 200.00", "200"])
def test_rights_in_words(tmp_path: Path, right: str, committee: str) -> None:
    book = openpyxl.Workbook()
    book.active.append(["BCE", "NISS", "Année", "Type de droit", "Heures", "CP"])
    book.active.append([*row()[:3], right, 38, committee])
    book.save(tmp_path / "droits.xlsx")
    found = read(tmp_path / "droits.xlsx")
    assert told(found) == []
    (one,) = found.declarations
    wanted = [committee.removeprefix("pc ") if "." in committee else "200"]
    assert one["trainingRights"]["legalFlaRight"] == {
        "legalFlaRightHours": 3800, "jointCommissionNbr": wanted,
    }  # fmt: skip
