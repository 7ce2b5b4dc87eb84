"""Columns with headings of their own: chosen once, by drop-down, and remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.browser import axe, steps
from tests.browser.serving import RunningPage
from tests.command_line import ROW, workers, write_csv

Takes = Callable[[Page, str], Path]
_OWN = {"inss": "Qui ?", "hours": "Tps", "trainingDenomination": "Libellé interne"}
"""Headings that say nothing to anybody else."""


def _file(path: Path, count: int, more: str = "", *, loud: bool = False) -> Path:
    headings = [_OWN.get(name, name) for name in ROW] + ["Code interne", *([more] if more else [])]
    if loud:
        headings = [heading.upper() for heading in headings]
    rows = [[*{**ROW, **row}.values(), "x", *(["y"] if more else [])] for row in workers(count)]
    lines = [";".join(cells) for cells in (headings, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _verdict(page: Page, words: str) -> None:
    expect(page.locator(".verdict strong")).to_have_text(words)


def test_columns_are_chosen_once_and_remembered_by_the_shape_of_the_headings(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    steps.drop(page, _file(tmp_path / "january.csv", 2))
    expect(page.locator(".verdict.bad")).to_be_visible()
    steps.follow(page, page.get_by_role("link", name="Sheet and columns"))
    assert axe.findings(page) == []
    for name, heading in _OWN.items():
        page.get_by_label(heading, exact=True).select_option(name)
    expect(page.get_by_label("Code interne", exact=True)).to_have_value("-")
    picture(page, "chosen")
    page.get_by_role("button", name="Read it so").click()
    page.wait_for_url("**/files/*")
    _verdict(page, "Nothing stands in the way")
    steps.drop(page, _file(tmp_path / "february.csv", 3, loud=True))
    _verdict(page, "Nothing stands in the way")
    expect(page.locator(".receipt")).to_contain_text("3 workers")
    steps.follow(page, page.get_by_role("link", name="Sheet and columns"))
    for name, heading in _OWN.items():
        expect(page.get_by_label(heading.upper(), exact=True)).to_have_value(name)
    steps.drop(page, _file(tmp_path / "other.csv", 2, "Service"))
    expect(page.locator(".verdict.bad")).to_be_visible()


def test_another_sheet_and_row_of_headings_are_chosen(
    browser_page: Page, running: RunningPage, tmp_path: Path
) -> None:
    page, book = browser_page, Workbook()
    first, second = book.active, book.create_sheet("Formations")
    assert first is not None
    first.title = "Notes"
    for sheet, count in ((first, 1), (second, 4)):
        for cells in (list(ROW), *(list({**ROW, **row}.values()) for row in workers(count))):
            sheet.append(cells)
    second.insert_rows(1, 3)
    book.save(tmp_path / "year.xlsx")
    steps.open_link(page, running.link)
    steps.drop(page, tmp_path / "year.xlsx")
    expect(page.locator(".receipt")).to_contain_text("sheet “Notes” · headings in row 1")
    steps.follow(page, page.get_by_role("link", name="Sheet and columns"))
    page.locator("select[name=sheet]").select_option("Formations")
    page.get_by_label("Row of the headings").fill("4")
    page.get_by_role("button", name="Read it so").click()
    page.wait_for_url("**/files/*")
    expect(page.locator(".receipt")).to_contain_text("sheet “Formations” · headings in row 4")
    expect(page.locator(".receipt")).to_contain_text("4 rows")


def test_a_column_that_the_file_has_not_is_given_once_for_every_row(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    kept = {name: text for name, text in ROW.items() if name != "companyId"}
    lines = [kept, *({**kept, "inss": row["inss"]} for row in workers(2))]
    texts = [";".join(lines[0]), *(";".join(line.values()) for line in lines[1:])]
    (tmp_path / "ours.csv").write_text("\n".join(texts) + "\n", encoding="utf-8")
    steps.open_link(page, running.link)
    steps.drop(page, tmp_path / "ours.csv")
    expect(page.locator(".verdict.bad")).to_be_visible()
    steps.follow(page, page.get_by_role("link", name="Sheet and columns"))
    page.locator("select[name=constant]").select_option("companyId")
    page.get_by_role("button", name="Read it so").click()
    expect(page.get_by_role("alert")).to_contain_text("needs both its meaning and its text")
    page.locator("select[name=constant]").select_option("companyId")
    page.get_by_label("Every row says").fill(ROW["companyId"])
    assert axe.findings(page) == []
    picture(page, "given")
    page.get_by_role("button", name="Read it so").click()
    page.wait_for_url("**/files/*")
    _verdict(page, "Nothing stands in the way")
    steps.follow(page, page.get_by_role("link", name="Sheet and columns"))
    expect(page.get_by_label("Every row says").first).to_have_value(ROW["companyId"])
    expect(page.get_by_label("Every row says")).to_have_count(2)


def test_the_codes_of_a_column_are_offered_with_their_meaning(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    steps.drop(page, write_csv(tmp_path / "year.csv", [{"trainingType": "9"}]))
    column = list(ROW).index("trainingType") + 1
    steps.cell(page, 2, column).click()
    offered = page.locator("dialog[open] datalist option")
    expect(offered).to_have_text(["formal", "informal"])
    expect(offered.first).to_have_attribute("value", "1")
    assert axe.findings(page) == []
    picture(page, "codes")
