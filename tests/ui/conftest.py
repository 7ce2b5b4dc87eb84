"""The page without a browser: what a browser would send is sent by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from fla_batch.configuration.loading import load
from fla_batch.ui.access import Access
from fla_batch.ui.app import make_app
from fla_batch.ui.page_state import PageState
from fla_batch.ui.serving import Listening
from fla_batch.vocabulary.terms import Language

API_TOKEN = b"a-token-of-machines-that-is-long-enough"
SETTINGS = """\
[sender]
number = "123456"
environment = "{environment}"
"""


def now() -> datetime:
    """A day in 2025, when the platform was open."""
    return datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


class Browser(httpx.Client):
    """What a browser sends that opened the link. `complaints` are mistakes of ours."""

    def __init__(self, access: Access, complaints: list[str]) -> None:
        self.access, self.complaints = access, complaints
        (self.origin,) = access.origins
        super().__init__(base_url=self.origin, headers={"accept-language": "en"}, timeout=30)

    def begin(self) -> Browser:
        """Open the link that was printed."""
        answer = self.get("/start", params={"token": self.access.start_token})
        assert answer.status_code == 200
        self.headers.update({"origin": self.origin, "x-csrf-token": self.access.csrf_token})
        return self

    def drop(self, path: Path, name: str | None = None) -> str:
        """Drop a file; the address of its page."""
        with path.open("rb") as file:
            answer = self.post("/files", files={"file": (name or path.name, file)})
        assert answer.status_code == 204, answer.text
        return answer.headers["hx-redirect"]

    def checked(self, page: str) -> str:
        """What the page of a file says when it was checked."""
        self.get(page)
        for _ in range(100):
            said = self.get(f"{page}/findings").text
            if "load delay" not in said:
                return said
        raise AssertionError(said)


@contextmanager
def served(state: PageState, api_token: bytes | None = None) -> Iterator[Browser]:
    """A server in this process; a browser that was given nothing yet."""
    import uvicorn

    complaints: list[str] = []
    listening = Listening()
    with listening.bound() as bound:
        access = Access(frozenset({listening.origin(bound)}), api_token)
        app = make_app(state, access, complaints.append)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            with Browser(access, complaints) as browser:
                yield browser
        finally:
            server.should_exit = server.force_exit = True
            thread.join(10)
    assert complaints == []


@pytest.fixture
def state(tmp_path: Path) -> PageState:
    """A workspace in simulation."""
    return state_in(tmp_path, "S")


def state_in(folder: Path, environment: str) -> PageState:
    """A workspace of that environment, in that folder."""
    path = folder / "fla-batch.toml"
    path.write_text(SETTINGS.format(environment=environment), encoding="utf-8")
    settings = load(path, environ={})
    return PageState(settings, True, folder, now, Language.EN)


@pytest.fixture
def stranger(state: PageState) -> Iterator[Browser]:
    """A browser that was given nothing."""
    with served(state, API_TOKEN) as client:
        yield client


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """A browser that opened the link."""
    return stranger.begin()
