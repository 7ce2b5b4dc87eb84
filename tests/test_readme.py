"""What README says is so: its two commands, links, size, the promise that CI runs the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.command_line import CommandLine, write_csv

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
# Those of docs/ are judged by the site's builder (tests/docs).
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("schemas/**/*.md"))]
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def commands() -> list[str]:
    """The shell commands of README, whole."""
    return re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)


def test_there_are_two_commands_and_ci_runs_the_second() -> None:
    install, tests = commands()
    assert install.endswith("fla-batch demo")
    assert tests.endswith("-m pytest")
    assert f"\n{tests}\n" in CI


def test_both_begin_with_nothing_but_python() -> None:
    for command in commands():
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [match[0] for match in _LINK.findall(page.read_text(encoding="utf-8"))]
    broken = [
        target
        for target in targets
        if not target.startswith(("http://", "https://")) and not (page.parent / target).exists()
    ]
    assert broken == []


def test_places_in_the_map_exist() -> None:
    for row in README.partition("| stage |")[2].partition("\n\n")[0].splitlines()[2:]:
        for place in re.findall(r"`([\w/.]+)`", row.split("|")[2]):
            assert (ROOT / place).exists() or (ROOT / "fla_batch" / place).exists(), place


def test_python_is_the_one_that_the_package_wants() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11"
    assert "Python 3.11 or later" in README


def test_the_first_own_file_in_five_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As README tells it; the sending itself is in tests/e2e."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    fla = CommandLine(capsys)
    assert fla("init").code == 0
    settings = tmp_path / "fla-batch.toml"
    settings.write_text(settings.read_text().replace('number = ""', 'number = "123456"'))
    assert 'environment = "S"' in settings.read_text()
    assert fla("template", "trainings", "mine.xlsx").code == 0
    assert (tmp_path / "mine.xlsx").stat().st_size > 1000
    mine = write_csv(tmp_path / "mine.csv", [{}])
    assert fla("check", mine).code == 0
    assert not (tmp_path / "outbox").exists()
    assert fla("build", mine).code == 0
    assert fla("status").code == 0
