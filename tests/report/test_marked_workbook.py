"""The user's workbook comes back with what is wrong in it, and is as it was once it is mended."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from tests.builders import inss
from tests.command_line import ROW, CommandLine, write_csv

NAMES = list(ROW)
_ROWS = 40


def sheet_of(book: Any) -> Any:
    return book["2024"]


def good_book(path: Path) -> Path:
    """Forty trainings of twenty workers, below a title, behind a sheet of notes."""
    book = Workbook()
    book.active.title = "Notes"
    book.active["A1"] = "=1+1"
    sheet = book.create_sheet("2024")
    sheet["A1"] = "Formations"
    sheet["A1"].font = Font(bold=True, size=20)
    sheet.append([])
    sheet.append(NAMES)
    for number in range(_ROWS):
        row = dict(ROW) | {
            "inss": inss(number // 2 + 1),
            "trainingDenomination": f"Cours {number}",
        }
        sheet.append([row[name] for name in NAMES])
    book.save(path)
    return path


MISTAKES = {
    # row, column -> what the clerk wrote; fifteen of ten kinds
    (4, "inss"): "turned",
    (8, "inss"): inss(3)[:-2] + ("11" if inss(3)[-2:] != "11" else "12"),
    (10, "companyId"): "0880820674",
    (13, "companyId"): "",
    (15, "trainingStartDate"): "30/02/2024",
    (16, "trainingStartDate"): "2/13/2024",
    (19, "trainingEndDate"): "2023-01-01",
    (20, "hours"): "seven",
    (22, "hours"): "1.234",
    (25, "hours"): "#REF!",
    (27, "trainingStatus"): "99",
    (28, "trainingType"): "banana",
    (30, "trainingDenomination"): "",
    (33, "trainingDenomination"): "x" * 2000,
    (40, "calendarYear"): "yesterday",
}


def with_mistakes(path: Path) -> Path:
    book = load_workbook(path)
    sheet = sheet_of(book)
    for (row, name), text in MISTAKES.items():
        cell = sheet.cell(row, NAMES.index(name) + 1)
        if text == "turned":
            text = cell.value[:9] + cell.value[10] + cell.value[9]
        cell.value = text or None
    broken = path.with_name("broken.xlsx")
    book.save(broken)
    return broken


def comments_of(path: Path) -> dict[str, str]:
    cells = (cell for row in sheet_of(load_workbook(path)).iter_rows() for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment is not None}


def test_fifteen_mistakes_are_mended_from_the_marked_workbook_alone(
    fla: CommandLine, tmp_path: Path
) -> None:
    good = good_book(tmp_path / "good.xlsx")
    assert fla("check", good).code == 0
    broken = with_mistakes(good)
    assert fla("check", broken, "--marked", "marked.xlsx", "--lang", "fr").code == 1
    book, right = load_workbook("marked.xlsx"), sheet_of(load_workbook(good))
    listed = [row for row in book["fla-batch"].iter_rows(min_row=2, values_only=True) if row[0]]
    assert all(row[1] and row[6] for row in listed), "each says what is wrong and what to do"
    # The clerk knows the papers (the good sheet), and looks only at cells that are marked.
    said = comments_of(Path("marked.xlsx"))
    assert len(said) < 2 * len(MISTAKES)
    assert all("\n-> " in text for text in said.values())
    for coordinate in said:
        sheet_of(book)[coordinate].value = right[coordinate].value
    book.save("mended.xlsx")
    again = fla("check", "mended.xlsx", "--json")
    assert again.document["blocking"] == 0
    plain = fla("check", good, "--json").document
    assert [{**one, "file": None} for one in again.document["read"]] == [
        {**one, "file": None} for one in plain["read"]
    ]
    fla("check", "mended.xlsx", "--marked", "clean.xlsx")
    assert not [text for text in comments_of(Path("clean.xlsx")).values() if "#" in text[:12]][1:]


def test_styles_other_sheets_and_own_comments_stay(fla: CommandLine, tmp_path: Path) -> None:
    path = good_book(tmp_path / "own.xlsx")
    book = load_workbook(path)
    cell = sheet_of(book)["B4"]
    cell.value, cell.fill = "81511716500", PatternFill("solid", fgColor="FF00FF00")
    cell.comment = Comment("mine", "clerk")
    book.save(path)
    fla("check", path, "--marked", "m.xlsx")
    marked = load_workbook("m.xlsx")
    assert marked.sheetnames == ["fla-batch", "Notes", "2024"]
    assert marked["Notes"]["A1"].value == "=1+1"
    assert sheet_of(marked)["A1"].font.size == 20
    assert sheet_of(marked)["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet_of(marked)["B4"].comment.text.endswith("\nmine")
    assert [sheet.sheet_view.tabSelected for sheet in marked.worksheets] == [True, False, False]
    link = marked["fla-batch"].cell(2, 8)
    assert (link.value, link.hyperlink.location) == ("B4", "'2024'!B4")
    sheet_of(marked)["B4"].value = inss(1)
    marked.save("m.xlsx")
    fla("check", "m.xlsx", "--marked", "again.xlsx")
    cell = sheet_of(load_workbook("again.xlsx"))["B4"]
    assert (cell.fill.fgColor.rgb, cell.comment.text) == ("FF00FF00", "mine")


def test_what_is_lost_is_said(fla: CommandLine, tmp_path: Path) -> None:
    path = good_book(tmp_path / "own.xlsx")
    book = load_workbook(path)
    sheet_of(book)["Z1"] = "=A1"
    chart = BarChart()
    chart.add_data(Reference(sheet_of(book), min_col=1, min_row=4, max_row=6))
    sheet_of(book).add_chart(chart)
    book.save(path)
    called = fla("check", path, "--marked", "m.xlsx")
    assert "the stored values of formulas" in called.err
    csv = write_csv(tmp_path / "t.csv", [{"hours": "x", "trainingDenomination": "=1+1"}])
    csv.write_text("Formations 2024\n" + csv.read_text())
    called = fla("check", csv, "--marked", "n.xlsx")
    assert "row 1, above the headings" in called.err


def test_a_csv_becomes_a_workbook_in_which_nothing_runs(fla: CommandLine, tmp_path: Path) -> None:
    csv = write_csv(tmp_path / "t.csv", [{"hours": "=1+1", "trainingDenomination": "@SUM(A1)"}])
    assert fla("check", csv, "--marked", "m.xlsx").code == 1
    book = load_workbook("m.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    sheet = book["t"]
    assert sheet.cell(2, NAMES.index("trainingDenomination") + 1).value == "@SUM(A1)"
    assert sheet.cell(2, NAMES.index("hours") + 1).comment is not None


@pytest.mark.parametrize(
    ("inputs", "target"),
    [
        (["a.csv", "b.csv"], "m.xlsx"),
        (["a.csv"], "m.csv"),
        (["x.xlsx"], "x.xlsx"),
        (["."], "m.xlsx"),
    ],
)
def test_refused_before_anything_is_read(
    fla: CommandLine, tmp_path: Path, inputs: list[str], target: str
) -> None:
    for name in ("a.csv", "b.csv"):
        write_csv(tmp_path / name, [{}])
    good_book(tmp_path / "x.xlsx")
    called = fla("check", *inputs, "--marked", target)
    assert called.code in (2, 3)
    assert "Traceback" not in called.err
    assert not (tmp_path / "m.xlsx").exists()


def test_fix_puts_in_what_was_chosen_and_lists_each(fla: CommandLine, tmp_path: Path) -> None:
    path = good_book(tmp_path / "own.xlsx")
    book = load_workbook(path)
    right = inss(1)
    wrong = right[:9] + right[10] + right[9]
    for row in (4, 5):
        sheet_of(book).cell(row, NAMES.index("inss") + 1).value = wrong
    sheet_of(book).cell(8, NAMES.index("trainingStartDate") + 1).value = "2/13/2024"
    book.save(path)
    assert f"Proposed: {right} instead of {wrong}." in fla("check", path).out
    assert sheet_of(load_workbook(path))["B4"].value == wrong, "never applied unasked"
    called = fla("check", path, "--fix", "f.xlsx", "--fix-kind", "national-numbers", "--json")
    fixed = [(one["row"], one["column"], one["new"]) for one in called.document["fixed"]]
    assert fixed == [(4, "inss", right), (5, "inss", right)]
    mended = sheet_of(load_workbook("f.xlsx"))
    assert mended.cell(8, NAMES.index("trainingStartDate") + 1).value == "2/13/2024"
    assert wrong in mended["B4"].comment.text
    called = fla("check", path, "--fix", "f.xlsx")
    assert len(re.findall(r"^changed .* -> ", called.out, re.MULTILINE)) == 3


@pytest.mark.parametrize(
    ("written", "new", "hint"),
    [
        ("05/02/24", "05/02/2024", "It can be: 05/02/2024."),
        ("5 févr. 24", "05/02/2024", "It can be: 05/02/2024."),
        ("24-02-05", "05/02/2024", "24/02/2005, 05/02/2024. Proposed: 05/02/2024 instead of"),
        ("05/02/25", None, "It can be: 05/02/2025."),
        ("31/02/24", None, "is not written as a date"),
    ],
)
def test_a_year_of_two_digits_is_put_in_full_when_asked(
    fla: CommandLine, tmp_path: Path, written: str, new: str | None, hint: str
) -> None:
    """Only where one reading lies in the declaration's year (1515); it is 2024 in the book."""
    path = good_book(tmp_path / "own.xlsx")
    book = load_workbook(path)
    sheet_of(book).cell(8, NAMES.index("trainingStartDate") + 1).value = written
    book.save(path)
    called = fla("check", path)
    assert called.code == 1
    assert hint in called.out
    fixed = fla("check", path, "--fix", "f.xlsx", "--json").document["fixed"]
    assert [one["new"] for one in fixed] == ([new] if new else [])


def test_lists_and_page(fla: CommandLine, tmp_path: Path) -> None:
    csv = write_csv(tmp_path / "t.csv", [{"hours": "=cmd|x"}, {"inss": "81511716552"}])
    fla("check", csv, "--csv", "f.csv", "--xlsx", "f.xlsx", "--html", "f.html", "--lang", "nl")
    text = Path("f.csv").read_text(encoding="utf-8-sig")
    assert ";'=cmd|x;" in text
    assert "Voorstel: 81511716525" in text
    assert load_workbook("f.xlsx").active.max_row == len(text.splitlines())
    page = Path("f.html").read_text()
    assert "<h1>Bevindingen" in page
    assert "81511716525" in page
    assert fla("check", csv, "--html", "f.txt").code == 2


def test_a_date_is_no_proposal_when_both_readings_exist() -> None:
    from fla_batch.intake.proposals import day_and_month_turned

    assert day_and_month_turned(date(2024, 2, 3).strftime("%d/%m/%Y")) is None
