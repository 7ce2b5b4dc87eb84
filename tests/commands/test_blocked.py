"""What a build holds back is in the ledger until it is mended: nobody looks for it in vain."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.reliability.inputs import rights_body

CASE = Path(__file__).with_name("skip_blocked_25.csv")


@pytest.fixture
def fla(fla: CommandLine, tmp_path: Path) -> CommandLine:
    (tmp_path / "fla-batch.toml").write_text('[sender]\nnumber = "123456"\n')
    shutil.copy(CASE, tmp_path / CASE.name)
    return fla


def rows_of(fla: CommandLine) -> list[int]:
    """The rows of the file that hold declarations back."""
    document = fla("anomalies", "--json").document
    found = [each for each in document["anomalies"] if each.get("blocked")]
    assert all(each["origin"] == "local" for each in found)
    assert all(each["source"]["column"] == "hours" for each in found)
    return [each["source"]["row"] for each in found]


@pytest.mark.parametrize("skipping", [["--skip-blocked"], []])
def test_twenty_of_twenty_five_are_held_back_and_known(
    fla: CommandLine, skipping: list[str]
) -> None:
    built = fla("build", CASE.name, *skipping, "--json")
    assert built.code == (0 if skipping else 1) or built.document["skipped"] == 20
    assert rows_of(fla) == list(range(2, 22))
    assert fla("status", "--json").document["blocked"] == 20
    assert "20 declarations held back" in fla("status").out
    assert fla("anomalies").code == 1
    fla("report", "-o", "report.html")
    assert "60010100172" in Path("report.html").read_text(encoding="utf-8")
    # Once more the same file: they are known once, not twice.
    fla("build", CASE.name, *skipping)
    assert rows_of(fla) == list(range(2, 22))


def test_a_mended_file_of_the_same_name_supersedes_them(fla: CommandLine) -> None:
    fla("build", CASE.name, "--skip-blocked")
    path = Path(CASE.name)
    text = path.read_text(encoding="utf-8-sig").replace(";x;", ";7,6;", 19)
    path.write_text(text, encoding="utf-8")
    fla("build", CASE.name, "--skip-blocked")
    assert rows_of(fla) == [21]
    path.write_text(text.replace(";x;", ";7,6;"), encoding="utf-8")
    assert fla("build", CASE.name).code == 0
    assert (rows_of(fla), fla("status", "--json").document["blocked"]) == ([], 0)


def test_a_mended_file_of_another_name_supersedes_those_of_its_keys(fla: CommandLine) -> None:
    fla("build", CASE.name, "--skip-blocked")
    text = Path(CASE.name).read_text(encoding="utf-8-sig").replace(";x;", ";7,6;", 19)
    Path("mended.csv").write_text(text, encoding="utf-8")
    fla("build", "mended.csv", "--skip-blocked")
    # Row 21 is still held back, and known from either file.
    assert rows_of(fla) == [21, 21]


def test_another_kind_of_the_same_worker_supersedes_nothing(fla: CommandLine) -> None:
    fla("build", CASE.name, "--skip-blocked")
    body = rights_body()
    body["employee"]["inss"] = 60010100172
    Path("rights.json").write_text(json.dumps(body), encoding="utf-8")
    assert fla("build", "rights.json", "--json").document["forms"] == 1
    assert rows_of(fla) == list(range(2, 22))


def test_each_environment_has_its_own(fla: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fla("build", CASE.name)
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "T")
    assert fla("status", "--json").document["blocked"] == 0
    fla("build", CASE.name)
    assert fla("status", "--json").document["blocked"] == 20
    monkeypatch.delenv("FLA_BATCH_SENDER__ENVIRONMENT")
    assert fla("status", "--json").document["blocked"] == 20
    fla("anomalies", "--dismiss")
    monkeypatch.setenv("FLA_BATCH_SENDER__ENVIRONMENT", "T")
    assert fla("status", "--json").document["blocked"] == 20


def test_they_can_be_dismissed(fla: CommandLine) -> None:
    fla("build", CASE.name)
    called = fla("anomalies", "--dismiss")
    assert "20 findings of declarations that were held back: forgotten." in called.err
    assert (called.code, rows_of(fla)) == (0, [])
