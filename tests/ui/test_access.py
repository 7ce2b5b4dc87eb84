"""Who may talk to the page, and what its answers let in."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from fla_batch.ui.access import Access
from fla_batch.ui.app import STATIC
from tests.ui.conftest import Browser

_PAGES = ("/", "/batches", "/batches/events", "/practice", "/files/0123456789ab")
_CHANGES = ("/files", "/practice/begin", "/practice/end", "/language/fr", "/batches/X/send")


@pytest.mark.parametrize("path", _PAGES)
def test_without_the_cookie_nothing_is_shown(stranger: Browser, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "no access" in answer.text
    assert "fla-batch ui" in answer.text


def test_the_link_is_good_once(stranger: Browser) -> None:
    access = stranger.access
    assert stranger.get("/start", params={"token": "guessed"}).status_code == 403
    assert stranger.get("/start").status_code == 403
    first = stranger.get("/start", params={"token": access.start_token})
    assert first.status_code == 200
    cookie = first.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert stranger.get("/").status_code == 200
    again = stranger.get("/start", params={"token": access.start_token})
    assert (again.status_code, again.headers["location"]) == (303, "/")
    stranger.cookies.clear()
    used = stranger.get("/start", params={"token": access.start_token})
    assert used.status_code == 403
    assert "used already" in used.text


def test_a_cookie_of_an_earlier_start_is_stale(stranger: Browser) -> None:
    access = stranger.access
    earlier = Access(access.origins)
    cookie = earlier.start(earlier.start_token)
    assert cookie is not None
    answer = stranger.get("/", headers={"cookie": cookie.partition(";")[0]})
    assert answer.status_code == 403
    assert "started anew" in answer.text
    for broken in ("a=b; =;", f"{access.cookie_name}=", f"{access.cookie_name}=é"):
        assert stranger.get("/", headers=[(b"cookie", broken.encode())]).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost:8740", ""]
)
@pytest.mark.parametrize("path", ["/", "/static/page.css", "/start", "/api/batches"])
def test_another_host_name_gets_nothing(browser: Browser, host: str, path: str) -> None:
    answer = browser.get(path, headers={"host": host})
    assert answer.status_code == 403
    assert "another name" in answer.text or "refused_host" in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_another_origin_gets_nothing(browser: Browser, origin: str) -> None:
    for path in (*_PAGES, *_CHANGES):
        answer = browser.request(
            "POST" if path in _CHANGES else "GET", path, headers={"origin": origin}
        )
        assert answer.status_code == 403, path


@pytest.mark.parametrize("path", _CHANGES)
def test_a_change_needs_the_token_of_the_page(browser: Browser, path: str) -> None:
    assert browser.post(path, headers={"x-csrf-token": "guessed"}).status_code == 403
    del browser.headers["origin"]
    assert browser.post(path).status_code == 403
    assert browser.post(path, headers={"origin": browser.origin}).status_code != 403


def test_no_answer_lets_another_site_in(browser: Browser) -> None:
    for path in ("/", "/nowhere", "/static/page.css", "/files/000000000000"):
        headers = browser.get(path).headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert {policy[f"{kind}-src"] for kind in ("script", "style", "connect")} == {"'self'"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_nothing_of_a_page_comes_from_outside_or_stands_inline() -> None:
    templates = sorted(STATIC.parent.joinpath("templates").glob("*.html"))
    assert len(templates) > 15
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert "http:" not in text, path
        assert "https:" not in text, path
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert not [part for part in text.split("<script")[1:] if not part.startswith(" src=")]
        assert re.search(r"\son[a-z]+=", text) is None, path
        assert "|safe" not in text.replace(" ", ""), path


def test_htmx_is_the_package_that_we_name() -> None:
    found = {
        name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
        for name in ("htmx.min.js", "sse.js")
    }
    assert found == {  # npm: htmx.org 2.0.11 dist/htmx.min.js, htmx-ext-sse 2.2.4 dist/sse.min.js
        "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
        "sse.js": "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
    }
    for name in ("htmx.LICENSE", "sse.LICENSE"):
        assert "BSD" in (STATIC / name).read_text(encoding="utf-8")


def test_the_folder_of_files_is_its_owners(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("inss\n1\n")
    browser.drop(path)
    root = tmp_path / "outbox" / "page"
    for each in (root, *root.rglob("*")):
        if each.is_dir():
            assert each.stat().st_mode & 0o077 == 0, each
