"""--lang and the locale, --config and its variables, and what a terminal shows."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import company_id, inss
from tests.command_line import CommandLine, workers, write_csv

NAMES = {"en": "Training hours", "fr": "Heures de formation", "nl": "Opleidingsuren"}


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "bad.csv", [{"hours": "x"}])


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_language_of_labels_and_advice(fla: CommandLine, bad: Path, language: str) -> None:
    called = fla("check", bad, "--lang", language)
    assert NAMES[language] in called.out
    assert not any(name in called.out for other, name in NAMES.items() if other != language)
    assert "[TrainingHours-002]" in called.out
    assert "-> " in called.out


@pytest.mark.parametrize(
    ("variable", "value", "language"),
    [
        ("LC_ALL", "nl_BE.UTF-8", "nl"),
        ("LC_ALL", "fr_BE.UTF-8", "fr"),
        ("LC_ALL", "de_BE.UTF-8", "en"),
        ("LC_MESSAGES", "fr_BE", "fr"),
        ("LANG", "nl_NL.UTF-8", "nl"),
        ("LANG", "C", "en"),
    ],
)
def test_the_language_of_the_locale(
    fla: CommandLine,
    bad: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    language: str,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert NAMES[language] in fla("check", bad).out


@pytest.mark.parametrize("config", ["fla-batch.toml", "else.toml"])
def test_the_language_of_the_settings_and_what_comes_before_it(
    fla: CommandLine, bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    (tmp_path / config).write_text('[ui]\nlanguage = "nl"\n')
    named = [] if config == "fla-batch.toml" else ["--config", config]
    assert NAMES["nl"] in fla("check", bad, *named).out
    monkeypatch.setenv("FLA_BATCH_LANG", "fr")
    assert NAMES["fr"] in fla("check", bad, *named).out
    assert NAMES["en"] in fla("check", bad, *named, "--lang", "en").out


def test_a_language_that_there_is_not_is_refused(
    fla: CommandLine, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLA_BATCH_LANG", "es")
    called = fla("check", bad)
    assert called.code == 3
    assert "FLA_BATCH_LANG: must be one of en, fr, nl, de" in called.err


NEED_SETTINGS = {
    "send": [],
    "poll": [],
    "status": [],
    "anomalies": [],
    "report": ["-o", "r.html"],
    "account": ["export", "-o", "accounts"],
    "cancel": ["FLAD.123456.20250301.00001.S"],
    "correct": ["FLAD.123456.20250301.00001.S", "bad.csv"],
    "replay": [],
    "purge": ["--older-than", "1"],
    "ledger": ["verify"],
    "ask": ["credit", "--company-id", company_id(), "--inss", inss()],
    "rescue": ["--workers", "bad.csv", "-o", "rescued"],
}


@pytest.mark.parametrize("command", NEED_SETTINGS)
def test_a_command_without_settings_says_where_it_looked(
    fla: CommandLine, bad: Path, tmp_path: Path, command: str
) -> None:
    called = fla(command, *NEED_SETTINGS[command])
    assert called.code == 3, called.err
    assert str(tmp_path / "fla-batch.toml") in called.err
    assert str(tmp_path / "config" / "fla-batch" / "fla-batch.toml") in called.err
    assert "fla-batch init" in called.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_variables_are_settings_too(fla: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__NUMBER", "123456")
    assert fla("status").code == 0


def test_the_configuration_that_is_named(fla: CommandLine, tmp_path: Path) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    elsewhere = tmp_path / "else" / "mine.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text('[sender]\nnumber = "654321"\n')
    called = fla("build", good, "--config", elsewhere, "--json")
    assert called.document["batches"][0]["name"].startswith("FLAD.654321.")
    assert (elsewhere.parent / "outbox" / "ledger.db").is_file()
    assert not (tmp_path / "outbox").exists()


def test_variables_override_the_file(
    fla: CommandLine, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    monkeypatch.setenv("FLA_BATCH_SENDER__NUMBER", "111111")
    monkeypatch.setenv("FLA_BATCH_PROFILE__APPLICATION", "ABCD")
    name = fla("build", good, "--json").document["batches"][0]["name"]
    assert name.startswith("ABCD.111111.")
    monkeypatch.setenv("FLA_BATCH_SENDER__NUMBR", "1")
    called = fla("status")
    assert called.code == 3
    assert "Did you mean FLA_BATCH_SENDER__NUMBER?" in called.err


def test_the_users_own_folder(
    fla: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "fla-batch" / "fla-batch.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[sender]\nnumber = '222222'\n")
    good = write_csv(tmp_path / "good.csv", [{}])
    name = fla("build", good, "--json").document["batches"][0]["name"]
    assert name.startswith("FLAD.222222.")


def on_a_terminal(*arguments: str) -> str:
    """What a command shows where both its streams are a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from fla_batch.cli import main; main()", *arguments]
    size = os.environ | {"COLUMNS": "60", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=size) as child:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        child.wait(timeout=60)
    return shown.decode()


def test_progress_shows_and_is_gone_at_the_end(fla: CommandLine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "many.csv", [one | {"hours": "x"} for one in workers(40)])
    shown = on_a_terminal("check", str(path))
    progress, _, rest = shown.rpartition("\x1b[2K")
    assert "declarations" in progress
    assert "\x1b" not in rest
    assert "40 blocking anomalies" in rest
    assert max(map(len, rest.splitlines())) <= 60


def test_no_progress_in_json_or_in_a_pipe(fla: CommandLine, bad: Path) -> None:
    assert "\x1b" not in on_a_terminal("check", str(bad), "--json")
    assert "\x1b" not in fla("check", bad).said


def test_control_characters_never_reach_the_terminal(fla: CommandLine, tmp_path: Path) -> None:
    """S13: also those of the user's own file."""
    path = write_csv(tmp_path / "odd.csv", [{"hours": "\x1b[31mred\u202e\x07"}])
    called = fla("check", path)
    assert called.code == 1
    assert not set("\x1b\x07\u202e") & set(called.said)
