"""A real Chromium, Debian's, driven by Playwright; one for all tests of a process."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.serving import RunningPage
from tests.real_parts import real_part

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_EXPECTED = (
    "Failed to load resource",
    "Response Status",
    "htmx:",
    "[object ",
    "Applying inline style",
)
"""What is no complaint of a script: refused and broken requests, which the browser and htmx log;
and the empty `style` that axe leaves behind, when htmx keeps it."""
_PATIENCE_MS = 30_000
_KEPT = Path(
    os.environ.get("FLA_BATCH_SCREENSHOTS", Path(__file__).parents[2] / "build" / "screenshots")
)
"""What the tests saw is kept here, to be looked at."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Started once; each page of a test has a profile of its own that is thrown away."""
    program = real_part("chromium")
    with sync_playwright() as playwright:
        expect.set_options(timeout=_PATIENCE_MS)
        started = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def browser_context(chromium: Browser) -> Iterator[BrowserContext]:
    """Cookies and storage of its own, English, 1280 by 800."""
    with chromium.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB", accept_downloads=True
    ) as context:
        context.set_default_timeout(_PATIENCE_MS)
        yield context


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Iterator[Page]:
    """An empty page. What its scripts complain of fails the test at the end."""
    page = browser_context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(f"{said.text} {said.location}") if said.type == "error" else None
        ),
    )
    yield page
    page.close()
    assert [one for one in complaints if not one.startswith(_EXPECTED)] == []


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningPage]:
    """`fla-batch ui` in an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    started = RunningPage(folder)
    yield started
    started.kill()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Keeps what a page shows as a PNG under that name."""
    of_test = re.sub(r"\W+", "-", request.node.name)

    def take(page: Page, name: str) -> Path:
        path = _KEPT / f"{of_test}-{name}.png"
        page.screenshot(path=path)
        return path

    return take
