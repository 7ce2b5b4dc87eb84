"""The help pages: shipped and documented as click prints them, and at once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fla_batch.cli.commands import COMMANDS
from fla_batch.cli.edge import run
from tests.cli.regenerate import HELP, PAGE, main_page, pages, reference

_CHILD = """
import json, sys
sys.argv = ["fla-batch", "--help"]
from fla_batch.cli import main
main()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def test_the_shipped_page_is_what_click_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    printed = capsys.readouterr().out
    assert printed == main_page()
    assert HELP.read_text(encoding="utf-8") == printed, "run python -m tests.cli.regenerate"


def test_every_page_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == reference(page), "run python -m tests.cli.regenerate"
    for name in COMMANDS:
        assert f"## fla-batch {name}\n" in page


def test_help_imports_nothing_heavy() -> None:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True, timeout=60
    )
    assert child.stdout == HELP.read_text(encoding="utf-8")
    heavy = {"click", "pydantic", "polars", "paramiko", "lxml", "sqlalchemy", "cryptography"}
    assert heavy.isdisjoint(json.loads(child.stderr))


def test_no_page_is_wider_than_a_terminal_or_says_nothing() -> None:
    for name, text in pages():
        assert max(map(len, text.splitlines())) <= 80, name
        assert "FLOAT RANGE" not in text, f"{name}: a metavar that says what is counted"
        assert "INTEGER RANGE" not in text, name


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []], ids=["--help", "-h", "nothing"])
def test_main_answers_at_once(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fla_batch import cli

    monkeypatch.setattr(sys, "argv", ["fla-batch", *arguments])
    cli.main()
    assert capsys.readouterr().out == HELP.read_text(encoding="utf-8")


def test_main_ends_with_the_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fla_batch import cli

    monkeypatch.setattr(sys, "argv", ["fla-batch", "biuld"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "Did you mean 'build'?" in capsys.readouterr().err
