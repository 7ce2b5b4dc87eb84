"""Each recipe of CONTRIBUTING.md does what it says."""

from __future__ import annotations

from pathlib import Path

from tests.recipes import follow, run_in


def test_a_command(tmp_path: Path) -> None:
    assert len(follow("A command", tmp_path)) == 3
    (tmp_path / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\n', encoding="utf-8")
    said = run_in(tmp_path, "count-forms")
    assert (said.returncode, said.stdout) == (0, "0 forms wait for an answer.\n"), said.stderr
    assert run_in(tmp_path, "count-forms", "--json").stdout == '{\n  "waiting": 0\n}\n'
    assert "Say how many forms wait" in run_in(tmp_path, "count-forms", "--help").stdout
