"""Every page for everybody: axe, three languages, narrow and wide, dark, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import axe, steps
from tests.browser.serving import RunningPage
from tests.command_line import workers, write_csv
from tests.counts import COUNTED
from tests.rights.cases import COMPANY, inss_of, write_inputs
from tests.rights.test_cli import TWO_CONTRACTS

Takes = Callable[[Page, str], Path]
_WIDTHS = (375, 768, 1920)


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    """A server, used by all tests of this module; the first of them opens its link."""
    started = RunningPage(tmp_path_factory.mktemp("page"))
    yield started
    started.kill()


@pytest.fixture(scope="module")
def visitor(chromium: Browser, practised: RunningPage) -> Iterator[BrowserContext]:
    """A browser in which a file with mistakes was dropped and another one was accepted."""
    with chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}) as context:
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto(practised.link)
        page.wait_for_url("**/")
        page.goto(f"{_origin(practised)}/practice")
        page.get_by_role("button", name="Start the practice portal").click()
        expect(page.locator(".env-practice")).to_be_visible()
        folder = practised.folder
        _drop(page, practised, write_csv(folder / "fine.csv", workers(3)))
        steps.follow(page, page.get_by_role("link", name="See what would be sent"))
        steps.build_what_is_shown(page, "Build 3 declarations")
        steps.send(page)
        wrong = [{**row, "hours": "zeven", "Name": "x"} for row in workers(50)[10:]]
        _drop(page, practised, write_csv(folder / "wrong.csv", wrong))
        page.close()
        yield context


def _origin(practised: RunningPage) -> str:
    return practised.link.partition("/start")[0]


def _drop(page: Page, practised: RunningPage, file: Path) -> None:
    page.goto(_origin(practised))
    page.set_input_files("#file", file)
    page.wait_for_url("**/files/*")
    expect(page.locator("#grid td[data-column]").first).to_be_visible()


def _addresses(page: Page, origin: str) -> dict[str, str]:
    """Name and address of every page that there is to see now."""
    page.goto(origin)
    files = {
        link.inner_text().partition(".")[0]: link.get_attribute("href") or ""
        for link in page.locator("tbody th a").all()
    }
    page.goto(f"{origin}/batches")
    batch = page.locator(".batch-name").first.get_attribute("href") or ""
    page.goto(f"{origin}/workers")
    worker = page.locator("tbody th a").first.get_attribute("href") or ""
    employer = worker.replace("/workers/", "/employers/").rpartition("/")[0]
    return {
        "home": "/",
        "file": files["wrong"],
        "columns": f"{files['wrong']}/columns",
        "build": f"{files['fine']}/build",
        "blocked": f"{files['wrong']}/build",
        "batches": "/batches",
        "batch": batch,
        "workers": "/workers",
        "worker": worker,
        "employer": employer,
        "rights": "/rights",
        "print": f"{worker}/account.html",
        "print-all": f"{employer}/accounts.html",
        "practice": "/practice",
        "missing": "/nowhere",
    }


def _settled(page: Page) -> None:
    expect(page.locator(".busy")).to_have_count(0)
    if page.locator("#grid").count():
        expect(page.locator("#grid td[data-column]").first).to_be_visible()


def test_axe_finds_nothing_on_any_page_wide_or_narrow_light_or_dark(
    visitor: BrowserContext,
    practised: RunningPage,
    picture: Takes,
    record_property: Callable[[str, object], None],
) -> None:
    page, looked_at = visitor.new_page(), 0
    for name, path in _addresses(page, _origin(practised)).items():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(_origin(practised) + path)
        _settled(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe.findings(page) == [], (name, scheme)
            picture(page, f"{name}-{scheme}")
            looked_at += 1
        page.emulate_media(color_scheme="light")
        for width in _WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0 or name.startswith("print"), (name, width, overflow)
            if width == _WIDTHS[0]:
                picture(page, f"{name}-{width}")
                assert axe.findings(page) == [], (name, width)
                looked_at += 1
    record_property(COUNTED, f"{looked_at} looks of axe at pages, no finding")
    page.close()


def test_the_editor_is_clean_and_works_by_keyboard_alone(
    visitor: BrowserContext, practised: RunningPage, picture: Takes
) -> None:
    page = visitor.new_page()
    page.goto(_origin(practised) + _addresses(page, _origin(practised))["file"])
    _settled(page)
    page.locator(".cause").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cause").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#shown")).to_have_text("Rows: 40")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#grid td')"):
            break
    for key in ("ArrowDown", "ArrowDown", "End", "Home", *["ArrowRight"] * 7):
        page.keyboard.press(key)
    where = "(({parentElement: line, dataset}) => [line.dataset.row, dataset.column])"
    assert page.evaluate(f"{where}(document.activeElement)") == ["4", "8"]
    page.keyboard.press("Enter")
    editor = page.locator("dialog[open]")
    expect(editor).to_contain_text("hours, row 4")
    expect(page.locator("#cell-text")).to_be_focused()
    assert axe.findings(page) == []
    picture(page, "editor")
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    assert page.evaluate(f"{where}(document.activeElement)") == ["4", "8"]
    page.keyboard.press("F2")
    expect(page.locator("#cell-text")).to_be_focused()
    page.keyboard.type("7,5")
    page.get_by_label("In all 40 cells").uncheck()
    page.locator("#cell-text").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shown")).to_have_text("Rows: 39")
    page.close()


def test_a_right_is_explained_on_the_page(
    visitor: BrowserContext, practised: RunningPage, picture: Takes, tmp_path: Path
) -> None:
    page = visitor.new_page()
    page.goto(f"{_origin(practised)}/rights")
    dmfa, dimona = write_inputs(tmp_path, TWO_CONTRACTS)
    page.get_by_label("Worker").fill(inss_of(1))
    page.get_by_label("Right on").fill("2024-09-19")
    page.get_by_label("DmfA lines").set_input_files(dmfa)
    page.get_by_label("Dimona periods").set_input_files(dimona)
    page.get_by_label("Employer whose size you know").fill(COMPANY)
    page.get_by_label("Its size").fill("25")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".worksheet")).to_contain_text("Right: 15.30 hours = 15h18")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.findings(page) == []
        picture(page, scheme)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    picture(page, "375")
    page.close()


@pytest.mark.parametrize(
    ("language", "title", "mistakes"),
    [
        ("fr", "Contrôler et déclarer des formations", "erreurs à corriger"),
        ("nl", "Opleidingen controleren en aangeven", "fouten te verbeteren"),
        ("en", "Check and declare trainings", "mistakes to mend"),
    ],
)
def test_the_switch_of_language_is_kept(
    visitor: BrowserContext,
    practised: RunningPage,
    picture: Takes,
    language: str,
    title: str,
    mistakes: str,
) -> None:
    page = visitor.new_page()
    page.goto(_origin(practised))
    page.locator(f'.languages button[lang="{language}"]').click()
    expect(page.locator("h1")).to_have_text(title)
    assert page.locator("html").get_attribute("lang") == language
    steps.follow(page, page.get_by_role("link", name="wrong.csv", exact=True))
    expect(page.locator(".verdict strong")).to_contain_text(mistakes)
    _settled(page)
    picture(page, language)
    assert axe.findings(page) == []
    page.close()
