"""The whole way on the page, in a real browser: from an empty folder to accepted answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from fla_batch.outbox.staging import PREFIX as HIDDEN
from tests.browser import axe, steps
from tests.browser.serving import RunningPage
from tests.builders import inss
from tests.command_line import ROW, workers, write_csv

Takes = Callable[[Page, str], Path]


class Mistake(NamedTuple):
    """A cell of the sheet, what wrongly stands in it, and what a person mends it to.

    `proposed`: the page offers that itself.
    """

    row: int
    column: str
    wrong: str
    right: str
    proposed: bool = False


_TRANSPOSED = inss(2)[:2] + inss(2)[3] + inss(2)[2] + inss(2)[4:]
MISTAKES = (
    Mistake(4, "hours", "zeven", "7"),
    Mistake(5, "inss", inss(2)[:-2] + "00", inss(2)),
    Mistake(6, "trainingResult", "9", "1"),
    Mistake(7, "trainingStartDate", "30/02/2024", "05/02/2024"),
    Mistake(8, "trainingEndDate", "2024-01-01", "2024-02-05"),
    Mistake(9, "trainingDenomination", "L’œuvre – š", "L'oeuvre - s", proposed=True),
    Mistake(10, "scope", "7", "1"),
    Mistake(11, "calendarYear", "1850", "2024"),
    Mistake(12, "companyId", "0880820670", ROW["companyId"]),
    Mistake(13, "trainingStatus", "x", "1"),
    Mistake(14, "trainingType", "", "1"),
    Mistake(15, "trainingStartDate", "2/13/2024", "13/02/2024", proposed=True),
    Mistake(16, "trainingLeadingToCertificate", "maybe", "1"),
    Mistake(17, "hours", "-3", "3"),
    Mistake(18, "trainingDenomination", "", "First aid"),
)
"""Fifteen, of ten kinds and more."""


def _workbook(path: Path) -> Path:
    """A sheet as people make them: a title above the headings, and the mistakes in their rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Formations 2024"
    sheet.append(["Trainings of 2024"])
    sheet.append([])
    names = list(ROW)
    sheet.append(names)
    last = {"trainingEndDate": "2024-02-13", "trainingStartDate": "2024-02-05"}
    for row in range(4, 20):
        cells = {**ROW, "inss": inss(row - 3), **(last if row == 15 else {})}
        sheet.append([cells[name] for name in names])
    for mistake in MISTAKES:
        sheet.cell(mistake.row, names.index(mistake.column) + 1, mistake.wrong)
    book.save(path)
    return path


def _mend(page: Page, mistake: Mistake) -> None:
    number = list(ROW).index(mistake.column) + 1
    cell = steps.cell(page, mistake.row, number)
    expect(cell).to_have_attribute("aria-invalid", "true")
    cell.click()
    editor = page.locator("dialog[open]")
    expect(editor.locator(".finding").first).to_be_visible()
    if mistake.proposed:
        editor.get_by_role("button", name=f"Use “{mistake.right}”").click()
    else:
        editor.get_by_label("The cell says").fill(mistake.right)
        editor.get_by_role("button", name="Mend and check").click()
    expect(editor).to_have_count(0)
    expect(cell.and_(page.locator(".error"))).to_have_count(0)


def test_from_an_empty_folder_to_accepted_answers(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    expect(page.get_by_text("There are no settings yet")).to_be_visible()
    picture(page, "1-start")
    steps.practise(page)
    steps.drop(page, _workbook(tmp_path / "formations.xlsx"))
    expect(page.get_by_text("sheet “Formations 2024”")).to_be_visible()
    expect(page.locator(".verdict strong")).to_have_text("15 mistakes to mend")
    assert axe.findings(page) == []
    picture(page, "2-mistakes")
    for mistake in MISTAKES:
        _mend(page, mistake)
    expect(page.locator(".verdict strong")).to_have_text("Nothing stands in the way")
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook as mended").click()
    download.value.save_as(tmp_path / "mended.xlsx")
    sheet = load_workbook(tmp_path / "mended.xlsx")["Formations 2024"]
    names = list(ROW)
    for mistake in MISTAKES:
        text = sheet.cell(mistake.row, names.index(mistake.column) + 1).value
        assert text == mistake.right, mistake
    steps.follow(page, page.get_by_role("link", name="See what would be sent"))
    expect(page.locator("#outlook table")).to_be_visible()
    picture(page, "3-what-would-be-sent")
    assert axe.findings(page) == []
    steps.build_what_is_shown(page, "Build 16 declarations")
    steps.send(page)
    assert steps.numbers(steps.newest(page)) == ["16", "16", "0", "0"]
    picture(page, "4-answered")
    assert axe.findings(page) == []


def test_a_removal_is_refused_and_confirmed_by_name(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    beta = {"trainingDenomination": "Beta", "trainingStartDate": "2024-03-05",
            "trainingEndDate": "2024-03-05"}  # fmt: skip
    steps.open_link(page, running.link)
    steps.practise(page)
    steps.drop(page, write_csv(tmp_path / "year.csv", [{}, beta]))
    steps.build(page, "Build 1 declaration")
    steps.send(page)
    steps.drop(page, write_csv(tmp_path / "year.csv", [{}]))
    steps.follow(page, page.get_by_role("link", name="See what would be sent"))
    expect(page.get_by_text("1 deletion on the platform")).to_be_visible()
    deletion = page.get_by_label(f"Delete “Beta” (2024-03-05) of worker {inss()}, 2024")
    assert axe.findings(page) == []
    page.get_by_role("button", name="Build 1 declaration").click()
    expect(page.get_by_role("alert")).to_contain_text("1 of 1 deletions were not confirmed")
    picture(page, "refused")
    deletion.check()
    steps.build_what_is_shown(page, "Build 1 declaration")
    steps.send(page)
    assert page.locator("#batch-rows tbody tr").count() == 2


def _wait_for_a_spool(folder: Path) -> None:
    """Until a build is at work."""
    for _ in range(4_000):
        if list(folder.glob(f"{HIDDEN}*")):
            return
        time.sleep(0.005)
    raise AssertionError("nothing was built")


def test_that_nobody_answers_any_more_is_said(
    browser_page: Page, running: RunningPage, tmp_path: Path
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    steps.drop(page, write_csv(tmp_path / "year.csv", workers(3)))
    said = page.get_by_role("alert")
    running.kill()
    page.get_by_label("Only rows with findings").click()
    expect(said).to_contain_text("fla-batch does not answer this page.")
    running.start()
    steps.open_link(page, running.link)
    steps.follow(page, page.get_by_role("link", name="Practice", exact=True))
    expect(said).to_be_empty()
    running.kill()
    page.get_by_role("button", name="Start the practice portal").click()
    expect(said).to_contain_text("open the link that it prints")


def test_a_server_that_was_killed_while_building_goes_on(
    browser_page: Page, running: RunningPage, tmp_path: Path
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    steps.practise(page)
    steps.drop(page, write_csv(tmp_path / "large.csv", workers(6_000)))
    page.get_by_label("Only rows with findings").uncheck()
    steps.mend(page, 2, 4, "Mended before the fall")
    steps.follow(page, page.get_by_role("link", name="See what would be sent"))
    page.get_by_role("button", name="Build 6 000 declarations").click(no_wait_after=True)
    _wait_for_a_spool(running.folder / "fla-sandbox" / "outbox" / "S")
    running.kill()
    running.start()
    steps.open_link(page, running.link)
    steps.practise(page)
    steps.follow(page, page.get_by_role("link", name="Batches", exact=True))
    expect(page.locator(".state-staged")).to_have_count(0)
    steps.follow(page, page.get_by_role("link", name="Files", exact=True))
    steps.follow(page, page.get_by_role("link", name="large.csv"))
    expect(page.locator(".verdict strong")).to_have_text("Nothing stands in the way")
    page.get_by_label("Only rows with findings").uncheck()
    expect(steps.cell(page, 2, 4)).to_have_text("Mended before the fall")
    steps.build(page, "Build 6 000 declarations")
    expect(page.locator(".state-staged")).to_have_count(1)
