"""Starting it: where it may listen, what is missing, and how a browser is opened."""

from __future__ import annotations

import builtins
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fla_batch.ui.page_state import PageState
from fla_batch.ui.serving import Listening, open_browser
from fla_batch.vocabulary.errors import ConfigurationMistake, UsageMistake
from tests.command_line import CommandLine
from tests.ui.conftest import served


@pytest.mark.parametrize(
    ("listen", "origin", "said"),
    [
        ("0.0.0.0:8740", None, "--listen needs --origin"),
        ("0.0.0.0:8740", "http://fla.example.be", "begins with https"),
        ("0.0.0.0:8740", "https://fla.example.be", "needs TLS"),
        ("fla.example.be", "https://fla.example.be", "ADDRESS:PORT, or unix:PATH"),
        ("unix:/run/fla.sock", None, "--listen needs --origin"),
    ],
)
def test_nothing_is_open_to_all_by_chance(listen: str, origin: str | None, said: str) -> None:
    with pytest.raises(UsageMistake, match=said):
        Listening.of(listen, 0, None, None, origin)


def test_a_socket_is_its_owners_and_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "fla.sock"
    listening = Listening.of(f"unix:{path}", 0, None, None, "https://fla.example.be/")
    with listening.bound() as bound:
        assert path.stat().st_mode & 0o007 == 0
        assert listening.origin(bound) == "https://fla.example.be"
    assert not path.exists()


def test_a_port_that_is_taken_is_said() -> None:
    with Listening().bound() as bound:
        port = bound.getsockname()[1]
        assert Listening().origin(bound) == f"http://127.0.0.1:{port}"
        taken = Listening(port=port).bound()
        with pytest.raises(ConfigurationMistake, match=f"cannot listen on 127.0.0.1:{port}"):
            taken.__enter__()


def test_the_link_stands_in_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    open_browser("http://127.0.0.1:1/start?token=secret", tmp_path / "outbox")
    (address,) = opened
    assert address.startswith("file:")
    assert "secret" not in address
    page = tmp_path / "outbox" / "page" / "open.html"
    assert page.stat().st_mode & 0o077 == 0
    assert "token=secret" in page.read_text(encoding="utf-8")


def test_a_missing_extra_says_how_it_is_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "uvicorn":
            raise ImportError("No module named 'uvicorn'", name="uvicorn")
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    called = CommandLine(capsys)("ui", "--no-browser")
    assert called.code == 3
    assert "packages that are not installed (uvicorn)" in called.err
    assert "pip install 'fla-batch[ui]'" in called.err


def test_half_of_tls_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pem"
    with pytest.raises(UsageMistake, match="go together"):
        Listening.of("127.0.0.1:0", 0, path, None, "https://fla.example.be")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "There are no settings yet"),
        ("fla-batch.toml", "The sender number is missing in fla-batch.toml"),
    ],
)
def test_what_keeps_from_sending_is_said(state: PageState, file: str | None, said: str) -> None:
    state.configured = False
    state.settings_file = Path(file) if file else None
    with served(state) as client:
        assert said in client.begin().get("/").text
