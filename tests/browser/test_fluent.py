"""50,000 rows: the first ones in a moment, the others as they are needed, and little memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.browser.serving import RunningPage
from tests.builders import inss
from tests.command_line import ROW
from tests.counts import COUNTED

_ROWS, _MISTAKES = 50_000, 1_000
_MOST_S, _MOST_MB = 2.0, 300
"""Seconds of the server's own processor time: how busy the machine is says nothing of it."""
_PATIENCE_MS = 150_000


def _workbook(path: Path) -> Path:
    names = list(ROW)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("2024")
        sheet.write_row(0, 0, names)
        for row in range(1, _ROWS + 1):
            cells = {**ROW, "inss": inss(1 + row // 3), "trainingDenomination": f"Course {row % 3}"}
            if row % (_ROWS // _MISTAKES) == 0:
                cells["hours"] = "zeven"
            sheet.write_row(row, 0, [cells[name] for name in names])
    return path


@pytest.mark.timeout(600)
def test_fifty_thousand_rows_stay_fluent(
    browser_page: Page,
    running: RunningPage,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    page = browser_page
    page.goto(running.link)
    page.wait_for_url("**/")
    file = _workbook(tmp_path / "large.xlsx")
    before_s, begun_s = running.cpu_s, time.monotonic()
    page.set_input_files("#file", file)
    page.locator("#first-rows td, #grid td[data-column]").first.wait_for(timeout=_PATIENCE_MS)
    first_s, wall_s = running.cpu_s - before_s, time.monotonic() - begun_s
    expect(page.locator(".verdict strong")).to_have_text(
        "1 000 mistakes to mend", timeout=_PATIENCE_MS
    )
    checked_s = running.cpu_s - before_s
    assert page.locator("tr[data-row]").count() < 200
    page.get_by_label("Only rows with findings").uncheck()
    expect(page.locator("#shown")).to_have_text("Rows: 50000")
    before_s = running.cpu_s
    page.evaluate("() => { const box = document.getElementById('grid'); box.scrollTop = 1e9; }")
    expect(page.locator('tr[data-row="50001"]')).to_be_visible()
    jump_s = running.cpu_s - before_s
    page.locator('tr[data-row="50001"] td[data-column="4"]').click()
    page.get_by_label("The cell says").fill("Mended at the end")
    before_s = running.cpu_s
    page.get_by_role("button", name="Mend and check").click()
    expect(page.locator('tr[data-row="50001"] td[data-column="4"]')).to_have_text(
        "Mended at the end", timeout=_PATIENCE_MS
    )
    again_s = running.cpu_s - before_s
    record_property(
        COUNTED,
        f"{_ROWS} rows: first rows after {wall_s:.2f} s by the clock, at a load of "
        f"{os.getloadavg()[0]:.1f}; CPU of the server: first rows {first_s:.2f} s, "
        f"checked {checked_s:.2f} s, "
        f"to the last row {jump_s:.2f} s, mended and checked again {again_s:.2f} s; "
        f"{running.peak_mb} MB",
    )
    assert running.peak_mb < _MOST_MB
    assert first_s < _MOST_S
