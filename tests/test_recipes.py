"""Each recipe of CONTRIBUTING.md does what it says."""

from __future__ import annotations

import json
from pathlib import Path

from fla_batch.rules import RULES
from tests.builders import inss
from tests.cli.test_added_rule import MONDAY, SUNDAY, written
from tests.command_line import write_csv
from tests.recipes import commands_of, copied, follow, pytest_in, run_in


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
            told = f"Impossible date: the period begins on {SUNDAY}, a Sunday"
            assert told in said.stdout, said.stdout + said.stderr
            assert MONDAY not in said.stdout
    tests = ["tests/rules/test_rules_page.py", "tests/rules/test_column_forms.py"]
    judged = pytest_in(tmp_path, *tests, "-k", "sundays or seen or clears and trainings")
    assert judged.returncode == 0, judged.stdout
    assert f"{len(RULES) + 1} rules" in judged.stdout


def test_a_zone(tmp_path: Path) -> None:
    """It is read, written, judged and compared everywhere, a pattern included."""
    assert len(set(follow("A zone", tmp_path))) == 5
    (tmp_path / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\n', encoding="utf-8")
    good, wrong = {"trainingRoom": "A-101"}, {"inss": inss(2), "trainingRoom": "A-1"}
    table = write_csv(tmp_path / "rooms.csv", [good, wrong])
    body = written(tmp_path, "json").read_text(encoding="utf-8")
    body = body.replace('"trainingType"', '"trainingRoom": "A-1", "trainingType"', 1)
    (tmp_path / "rooms.json").write_text(body, encoding="utf-8")
    for path in (table, tmp_path / "rooms.json"):
        said = json.loads(run_in(tmp_path, "check", str(path), "--json").stdout)
        (told,) = [each for each in said["anomalies"] if each["error_id"] == "TrainingRoom-003"]
        assert told["label"]["nl"].startswith("Opleidingslokaal - ")
        assert "X-000" in told["label"]["en"]
    # The profile is another one than was checked last: it is checked before it is used.
    assert run_in(tmp_path, "schema", "check", "fla-20250131").returncode == 0
    assert run_in(tmp_path, "build", str(table), "--skip-blocked").returncode == 1
    (message,) = (tmp_path / "outbox").rglob("FI*")
    assert b"<TrainingRoom>A-101</TrainingRoom>" in message.read_bytes()
    assert run_in(tmp_path, "validate", str(message)).returncode == 0
    judged = pytest_in(
        tmp_path,
        *(
            "tests/rules/test_bounds.py",
            "tests/rules/test_presence.py",
            "tests/rules/test_rules.py",
        ),
        *("tests/message/test_conformity.py", "tests/message/test_xsd.py"),
        *("tests/batching/test_screened_tables.py", "tests/vocabulary"),
        *(
            "-k",
            "clean or note or mandatory or never_raises or trainingRoom or clears and trainings",
        ),
    )
    assert judged.returncode == 0, judged.stdout


def test_a_profile(tmp_path: Path) -> None:
    """From the files of a schema that was received to a batch that the simulated portal took."""
    copied(tmp_path)
    (tmp_path / "received").mkdir()
    for path in (tmp_path / "schemas" / "fla-20250131").glob("*.xsd"):
        (tmp_path / "received" / path.name).write_bytes(path.read_bytes())
    said = [run_in(tmp_path, *command) for command in commands_of("A profile")]
    assert [each.returncode for each in said] == [0, 0, 0], [each.stderr for each in said]
    assert "clean" in said[1].stdout
    assert "accepted" in said[2].stdout
