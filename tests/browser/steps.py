"""What people do on the page again and again: the same words in every test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


def open_link(page: Page, link: str) -> None:
    """Open the page by the link that was printed."""
    page.goto(link)
    page.wait_for_url("**/")


def follow(page: Page, link: Locator) -> None:
    """Click a link, and wait until the page that it leads to listens to its buttons."""
    link.click()
    page.wait_for_load_state()


def practise(page: Page) -> None:
    """Start the practice portal."""
    follow(page, page.get_by_role("link", name="Practice", exact=True))
    page.get_by_role("button", name="Start the practice portal").click()
    expect(page.locator(".env-practice")).to_be_visible()


def drop(page: Page, file: Path) -> None:
    """Drop a file of trainings, and see its grid."""
    follow(page, page.get_by_role("link", name="Files", exact=True))
    page.wait_for_url("**/")
    page.set_input_files("#file", file)
    page.wait_for_url("**/files/*")
    expect(page.locator("#grid table")).to_be_visible()


def cell(page: Page, row: int, column: int) -> Locator:
    """A cell of the grid, both counted from 1."""
    return page.locator(f'tr[data-row="{row}"] td[data-column="{column}"]')


def mend(page: Page, row: int, column: int, text: str) -> None:
    """Open a cell, give it another text, and have it checked."""
    cell(page, row, column).click()
    editor = page.locator("dialog[open]")
    editor.get_by_label("The cell says").fill(text)
    editor.get_by_role("button", name="Mend and check").click()
    expect(editor).to_have_count(0)
    expect(cell(page, row, column)).to_have_text(text)


def build(page: Page, words: str) -> None:
    """From the page of a file to that of the batches."""
    follow(page, page.get_by_role("link", name="See what would be sent"))
    build_what_is_shown(page, words)


def build_what_is_shown(page: Page, words: str) -> None:
    """From what would be sent to the page of the batches."""
    page.get_by_role("button", name=words).click()
    follow(page, page.get_by_role("link", name="To sending"))
    page.wait_for_url("**/batches")


def send(page: Page) -> None:
    """Send what was built last, and wait for its answers."""
    page.locator("button", has_text="Send").first.click()
    expect(newest(page).locator(".state-closed")).to_be_visible()


def newest(page: Page) -> Locator:
    """The row of the batch that was built last."""
    return page.locator("#batch-rows tbody tr").first


def numbers(row: Locator) -> Sequence[str]:
    """Declarations of a batch: all, accepted, refused, open."""
    return [each.inner_text() for each in row.locator("td.number").all()]
