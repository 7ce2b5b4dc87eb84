"""Each recipe of CONTRIBUTING.md does what it says."""

from __future__ import annotations

from pathlib import Path

from fla_batch.rules import RULES
from tests.cli.test_added_rule import MONDAY, SUNDAY, written
from tests.recipes import follow, pytest_in, run_in


def test_a_command(tmp_path: Path) -> None:
    assert len(follow("A command", tmp_path)) == 3
    (tmp_path / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\n', encoding="utf-8")
    said = run_in(tmp_path, "count-forms")
    assert (said.returncode, said.stdout) == (0, "0 forms wait for an answer.\n"), said.stderr
    assert run_in(tmp_path, "count-forms", "--json").stdout == '{\n  "waiting": 0\n}\n'
    assert "Say how many forms wait" in run_in(tmp_path, "count-forms", "--help").stdout


def test_a_rule(tmp_path: Path) -> None:
    """It is found in every input, and the tests of rules judge it without being told of it."""
    assert len(follow("A rule", tmp_path)) == 3
    (tmp_path / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\n', encoding="utf-8")
    ways = {"check": ["json", "csv", "xlsx", "parquet"], "build": ["csv"], "validate": ["xml"]}
    for command, endings in ways.items():
        for ending in endings:
            said = run_in(tmp_path, command, str(written(tmp_path, ending)))
            assert f"begins on {SUNDAY}, a Sunday" in said.stdout, said.stdout + said.stderr
            assert MONDAY not in said.stdout
    tests = ["tests/rules/test_rules_page.py", "tests/rules/test_column_forms.py"]
    judged = pytest_in(tmp_path, *tests, "-k", "sundays or seen or clears and trainings")
    assert judged.returncode == 0, judged.stdout
    assert f"{len(RULES) + 1} rules" in judged.stdout
