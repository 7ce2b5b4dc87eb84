"""What is sent with care: production asks twice, and what was refused is sent again by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect

from fla_batch.configuration.loading import load as load_settings
from fla_batch.message import load
from fla_batch.sandbox.ground import practice_ground
from fla_batch.ui.page_state import PageState
from fla_batch.ui.serving import link
from fla_batch.vocabulary.terms import Language
from tests.browser import axe, steps
from tests.browser.serving import RunningPage
from tests.command_line import ROW, workers, write_csv
from tests.ui.conftest import now, served

Takes = Callable[[Page, str], Path]
_UNKNOWN_TO_THE_PLATFORM = "0888888895"
"""An employer with right digits that is not in the directory (docs/concepts/sandbox.md)."""
_COMPANY = 1


@pytest.fixture
def production(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A page in production, on a day when the platform was open: the folder of its portal, which
    is a simulated one all the same, and its link.
    """
    folder = tmp_path / "production"
    with practice_ground(folder, load("fla-20250131"), clock=now) as ground:
        settings = ground.settings_file.read_text(encoding="utf-8")
        assert 'environment = "S"' in settings
        ground.settings_file.write_text(
            settings.replace('environment = "S"', 'environment = "R"'), encoding="utf-8"
        )
        state = PageState(
            load_settings(ground.settings_file, environ={}), True, folder, now, Language.EN
        )
        with served(state) as client:
            yield folder / "portal", link(client.origin, client.access)


def _colour(page: Page) -> str:
    found: str = page.locator("header.bar").evaluate("bar => getComputedStyle(bar).borderTopColor")
    return found


def test_production_is_shown_in_its_colour_and_asks_twice(
    browser_page: Page, production: tuple[Path, str], tmp_path: Path, picture: Takes
) -> None:
    page, (portal, address) = browser_page, production
    steps.open_link(page, address)
    expect(page.locator("header .environment")).to_have_text("PRODUCTION")
    in_production = _colour(page)
    steps.drop(page, write_csv(tmp_path / "year.csv", workers(2)))
    steps.build(page, "Build 2 declarations")
    send = page.get_by_role("button", name="Send")
    for answers in (["Leave it"], ["Yes, to production", "Leave it"]):
        send.click()
        question = page.get_by_role("alertdialog")
        expect(question).to_contain_text("This goes to PRODUCTION")
        expect(question).to_contain_text("holds 2 declarations")
        assert axe.findings(page) == []
        picture(page, f"asked-{len(answers)}")
        for answer in answers:
            question.get_by_text(answer).click()
        expect(question).to_have_count(0)
        expect(steps.newest(page).locator(".state-staged")).to_be_visible()
    assert [path for path in portal.rglob("*") if path.is_file()] == []
    send.click()
    page.get_by_role("button", name="Yes, to production").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Once more: PRODUCTION, not a test")
    picture(page, "asked-again")
    page.get_by_role("button", name="Send now").click()
    expect(steps.newest(page).locator(".state-closed")).to_be_visible()
    assert steps.numbers(steps.newest(page)) == ["2", "2", "0", "0"]
    steps.follow(page, page.get_by_role("link", name="Practice", exact=True))
    page.get_by_role("button", name="Start the practice portal").click()
    expect(page.locator(".env-practice")).to_be_visible()
    assert _colour(page) != in_production


def test_nothing_is_pressed_before_the_page_listens(
    browser_page: Page, production: tuple[Path, str], tmp_path: Path
) -> None:
    page, (_, address) = browser_page, production
    steps.open_link(page, address)
    steps.drop(page, write_csv(tmp_path / "year.csv", workers(2)))
    steps.build(page, "Build 2 declarations")
    slow: list[Route] = []
    page.route("**/static/htmx.min.js", lambda route: slow.append(route))
    page.goto(page.url, wait_until="commit")
    send = page.get_by_role("button", name="Send")
    with pytest.raises(Error, match="intercepts pointer events"):
        send.click(timeout=1_000)
    for script in slow:
        script.continue_()
    send.click()
    expect(page.get_by_role("alertdialog")).to_contain_text("This goes to PRODUCTION")


def test_what_was_refused_comes_back_at_its_row_and_is_sent_by_itself(
    browser_page: Page, running: RunningPage, tmp_path: Path, picture: Takes
) -> None:
    page = browser_page
    steps.open_link(page, running.link)
    steps.practise(page)
    rows = workers(4)
    rows[2]["companyId"] = _UNKNOWN_TO_THE_PLATFORM
    steps.drop(page, write_csv(tmp_path / "year.csv", rows))
    expect(page.locator(".verdict strong")).to_have_text("Nothing stands in the way")
    steps.build(page, "Build 4 declarations")
    steps.send(page)
    assert steps.numbers(steps.newest(page)) == ["4", "3", "1", "0"]
    picture(page, "1-answered")
    steps.follow(page, steps.newest(page).get_by_role("link", name="Mend what was refused"))
    expect(page.get_by_label("Only rows with findings")).to_be_checked()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    refused = steps.cell(page, 4, _COMPANY)
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".cause")).to_contain_text("Refused by the platform")
    assert axe.findings(page) == []
    picture(page, "2-at-its-row")
    steps.mend(page, 4, _COMPANY, ROW["companyId"])
    expect(refused).not_to_have_attribute("aria-invalid", "true")
    picture(page, "3-mended")
    steps.follow(page, page.get_by_role("link", name="See what would be sent"))
    expect(page.locator("#outlook tbody tr td.number")).to_have_text(["4", "1", "0", "3"])
    picture(page, "4-only-that-one")
    steps.build_what_is_shown(page, "Build 1 declaration")
    steps.send(page)
    assert steps.numbers(steps.newest(page)) == ["1", "1", "0", "0"]
    steps.follow(page, page.get_by_role("link", name="year.csv").first)
    expect(page.locator(".verdict strong")).to_have_text("Nothing stands in the way")
    expect(page.locator(".cause")).to_have_count(0)
