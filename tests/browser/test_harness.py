"""The browser and axe themselves: a page with mistakes is found out, a sound one is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import axe

_SOUND = """<!DOCTYPE html><html lang="en"><head><title>Sound</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:"></head>
<body><main><h1>Sound</h1><p>All is well.</p></main></body></html>"""


def test_axe_is_the_package_that_we_name() -> None:
    content = axe.SCRIPT.read_bytes()
    assert hashlib.sha256(content).hexdigest() == axe.SHA256
    assert f"axe v{axe.VERSION}".encode() in content[:200]


def test_axe_finds_a_mistake_and_nothing_in_a_sound_page(browser_page: Page) -> None:
    browser_page.set_content(_SOUND.replace("<p>", '<img src="data:,"><p>'))
    (finding,) = axe.findings(browser_page)
    assert finding.startswith("image-alt: <img")
    browser_page.set_content(_SOUND)
    assert axe.findings(browser_page) == []


def test_a_picture_is_kept(browser_page: Page, picture: Callable[[Page, str], Path]) -> None:
    browser_page.set_content(_SOUND)
    assert picture(browser_page, "sound").read_bytes().startswith(b"\x89PNG")
