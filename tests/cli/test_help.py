"""The help pages: shipped and documented as click prints them, and at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fla_batch.cli.commands import COMMANDS
from fla_batch.cli.edge import run
from tests.cli.regenerate import HELP, PAGE, main_page, pages, reference

_CHILD = """
import json, sys
sys.argv = ["fla-batch", "--help"]
from fla_batch.cli import main
try:
    main()
except SystemExit:
    pass
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


_HEAVY = {"click", "tomllib", "pydantic", "polars", "paramiko", "lxml", "sqlalchemy"}


@pytest.mark.parametrize(
    "settings",
    [None, '[sender]\nnumber = "123456"\n', '[ui]\n# language = "fr"\n', "as `init` writes them"],
    ids=["none", "without language", "language in a comment", "init"],
)
def test_help_imports_nothing_heavy(settings: str | None, tmp_path: Path) -> None:
    if settings is not None:
        template = HELP.with_name("fla-batch.toml").read_text(encoding="utf-8")
        text = template if settings.startswith("as") else settings
        (tmp_path / "fla-batch.toml").write_text(text, encoding="utf-8")
    child = _help_in(tmp_path)
    assert child.stdout == HELP.read_text(encoding="utf-8")
    assert _HEAVY.isdisjoint(json.loads(child.stderr))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("key", ["language", r'"langu\u0061ge"'])
def test_help_speaks_the_language_of_the_settings(key: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "fla-batch.toml").write_text(f'# ours\n[ui]\n{key} = "fr"\n', encoding=encoding)
    french = HELP.with_name("help.fr.txt").read_text(encoding="utf-8")
    assert _help_in(tmp_path).stdout == french


def _help_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """`--help` in that folder, and on standard error what it has loaded."""
    silent = ("FLA_BATCH_LANG", "FLA_BATCH_UI__LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    spoken = {name: value for name, value in os.environ.items() if name not in silent}
    return subprocess.run(
        [sys.executable, "-c", _CHILD],
        cwd=folder,
        env={**spoken, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )


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
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
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
