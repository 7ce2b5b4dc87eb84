"""Cells that a program shows as another number, hides by another means, or stores twice."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from fla_batch.commands.checked_table import EVERY_ROW, CheckedTable, RowChoice, checked_table
from fla_batch.intake import AS_FOUND
from tests.rights.cases import inss_of
from tests.tables.reading import CONTEXT, Whole, read
from tests.tables.test_everyday import HEADINGS, row, told

AMOUNT = HEADINGS.index("Heures")
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
    assert told(found) == [("shown-otherwise", 2, True)]
    assert "affiche « 20" in str(found.anomalies[0].label.fr)


@pytest.mark.parametrize(
    ("shown_as", "held", "shown"),
    [
        ("0,0,", 7600, "07.6"),
        ("0.00,", 7600, "7.6"),
        ('0.0,," M"', 7600000, "7.6 M"),
        ('0.0" j"', 1, "1 j"),
        ("0.0\\ \\d\\a\\g", 1, "1 dag"),
        ('0" min"', 456, "456 min"),
        ('0"h"00', 736, "7h36"),
        ('0"0"', 76, "760"),
        (";;;", 7.6, ""),
    ],
)
def test_hours_that_show_as_another_number(
    tmp_path: Path, shown_as: str, held: float, shown: str
) -> None:
    """The clerk reads one number and the file holds another: both are named, none is taken."""
    _written(tmp_path / "formations.xlsx", list(row(Heures=held)), hours_as=shown_as)
    found = read(tmp_path / "formations.xlsx")
    assert told(found) == [("shown-otherwise", 2, True)]
    assert f"contient {held} et son format affiche « {shown} »" in str(found.anomalies[0].label.fr)


@pytest.mark.parametrize(
    "shown_as",
    [
        *('0.0" h"', '0.00\\ "u"', 'General" uur"', "0.00", "#,##0.00", '0.0\\ "€"', "[Red]0.0"),
        *("0_)", "0.0E+00", "# ?/?", "00.0", "[$-80C]0.0", "0;-0;;@"),
        *('0.0"%"', "0.0\\%"),
    ],
)
def test_hours_that_show_as_themselves(tmp_path: Path, shown_as: str) -> None:
    _written(tmp_path / "formations.xlsx", list(row()), hours_as=shown_as)
    found = read(tmp_path / "formations.xlsx")
    assert (told(found), len(found.declarations)) == ([], 1)


@pytest.mark.parametrize(
    ("column", "held", "shown_as"),
    [
        ("BCE", 880820673, "0000\\.000\\.000"),
        ("BCE", 880820673, '"BE "0000"."000"."000'),
        ("NISS", int(inss_of(1)), '00"."00"."00"-"000"."00'),
        ("Type", 1, '0" - formelle"'),
    ],
)
def test_numbers_of_which_signs_are_no_part(
    tmp_path: Path, column: str, held: int, shown_as: str
) -> None:
    cells = [held if name == column else cell for name, cell in zip(HEADINGS, row(), strict=True)]
    _written(tmp_path / "formations.xlsx", cells)
    book = openpyxl.load_workbook(tmp_path / "formations.xlsx")
    book.active.cell(2, HEADINGS.index(column) + 1).number_format = shown_as
    book.save(tmp_path / "formations.xlsx")
    found = read(tmp_path / "formations.xlsx")
    assert (told(found), len(found.declarations)) == ([], 1)


def test_hours_beyond_all_bounds_are_refused_in_their_cell(tmp_path: Path) -> None:
    _written(tmp_path / "formations.xlsx", list(row(Heures=1e305)), hours_as="[h]:mm")
    assert told(read(tmp_path / "formations.xlsx")) == [("not-a-number", 2, True)]


def test_a_merged_cell_is_quoted_as_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "formations.xlsx"
    _written(path, list(row(1)), list(row(2)), hours_as='0.0" h"')
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("G2:G3")
    book.save(path)
    found = read(path)
    (said,) = (each for each in found.anomalies if each.rule == "merged-empty")
    assert said.value == "7.6 h"


def _format_employer(path: Path, row_number: int) -> None:
    book = openpyxl.load_workbook(path)
    cell = book.active.cell(row_number, HEADINGS.index("BCE") + 1)
    cell.number_format = '"BE "0000"."000"."000'
    book.save(path)


def test_a_number_alone_is_no_note_whatever_its_format(tmp_path: Path) -> None:
    path = tmp_path / "formations.xlsx"
    _written(path, list(row()), [880820673])
    _format_employer(path, 3)
    assert any(at == 3 and blocks for _, at, blocks in told(read(path)))


def test_the_grid_shows_numbers_as_the_program_does(tmp_path: Path) -> None:
    path = tmp_path / "formations.xlsx"
    _written(path, list(row(BCE=880820673)))
    _format_employer(path, 2)
    table = checked_table(path, CONTEXT, AS_FOUND)
    assert isinstance(table, CheckedTable)
    assert table.employers() == [("BE 0880.820.673", 1)]
    assert table.rows(RowChoice(employer="BE 0880.820.673"), 0, 9)[1] == 1
    assert "BE 0880.820.673" in table.rows(EVERY_ROW, 0, 9)[0][0].cells


def test_struck_out_rows_are_read_and_said(tmp_path: Path) -> None:
    """A whole row, one cell of ours, a text with a struck word; a note of hers does not matter."""
    book = xlsxwriter.Workbook(tmp_path / "formations.xlsx")
    sheet, struck = book.add_worksheet(), book.add_format({"font_strikeout": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    struck_day = book.add_format({"num_format": "dd/mm/yyyy", "font_strikeout": True})
    sheet.write_row(0, 0, [*HEADINGS, "Nom"])
    for number in range(1, 6):
        for i, cell in enumerate([*row(number), "x"]):
            through = number == 1 or (number, i) in {(3, AMOUNT), (5, len(HEADINGS))}
            if isinstance(cell, date):
                sheet.write_datetime(number, i, cell, struck_day if through else day)
            else:
                sheet.write(number, i, cell, struck if through else None)
    sheet.write_rich_string(4, HEADINGS.index("Intitulé"), struck, "Excel", " Word")
    book.close()
    found = read(tmp_path / "formations.xlsx")
    assert told(found) == [("struck-rows", 2, False), ("ignored-column", 1, False)]
    assert "(3)" in str(found.anomalies[0].label.fr)
    assert str(found.anomalies[0].label.fr).endswith(": 2, 4, 5")
    assert len(found.declarations) == 5


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


def _ods(path: Path, rows: str, styles: str = "") -> Whole:
    spaces = ("office", "table", "text", "style")
    names = " ".join(f'xmlns:{each}="{_ODS.format(each)}"' for each in spaces)
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "content.xml",
            f"<office:document-content {names}>{styles}<office:body><office:spreadsheet>"
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
    assert told(_ods(tmp_path / "formations.ods", rows)) == [("shown-otherwise", 2, True)]


@pytest.mark.parametrize(
    ("held", "shown", "said"),
    [
        ("7600", "7,6", ["shown-otherwise"]),
        ("1", "1 dag", ["shown-otherwise"]),
        ("736", "7h36", ["shown-otherwise"]),
        ("7.6", "8", []),
        ("7.35", "7,4 u", []),
        ("7.6", "7,60 €", []),
        ("7.6", "7 3/5", []),
        ("7.6", "7,60E+00", []),
        ("7.6", "", []),
    ],
)
def test_what_libreoffice_shows(tmp_path: Path, held: str, shown: str, said: list[str]) -> None:
    cell = (
        f'<table:table-cell office:value-type="float" office:value="{held}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )
    rows = _ods_row(list(HEADINGS)) + _ods_row(list(row()), hours=cell)
    found = _ods(tmp_path / "formations.ods", rows)
    assert [each.rule for each in found.anomalies] == said


def test_struck_out_rows_of_libreoffice(tmp_path: Path) -> None:
    """By the style of a cell, of a row, of a column whose cells have none, and of a text."""
    style = (
        '<office:automatic-styles><style:style style:name="S" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="N" style:family="table-cell"><style:text-properties '
        'style:text-line-through-style="none"/></style:style></office:automatic-styles>'
    )
    plain = [_ods_row(list(row(each))) for each in range(1, 5)]
    own = plain[0].replace("table-cell>", 'table-cell table:style-name="S">', 1)
    whole = plain[1].replace("table-row>", 'table-row table:default-cell-style-name="S">', 1)
    word = plain[2].replace("<text:p>Séc", '<text:p><text:span text:style-name="S">Séc</text:span>')
    none = plain[3].replace("<table:table-cell>", '<table:table-cell table:style-name="N">')
    headings = _ods_row(list(HEADINGS))
    found = _ods(tmp_path / "formations.ods", f"{headings}{own}{whole}{word}{none}", style)
    assert [str(each.label.en)[-9:] for each in found.anomalies] == [": 2, 3, 4"]
    column = '<table:table-column table:default-cell-style-name="S"/>'
    found = _ods(tmp_path / "columns.ods", f"{column}{headings}{plain[0]}{none}", style)
    assert [str(each.label.en)[-5:] for each in found.anomalies] == ["rs: 2"]


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
