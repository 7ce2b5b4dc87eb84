"""`sandbox serve` in a process of its own, as a person runs it, and its faults."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fla_batch.sandbox.rest_faults import RestFault
from tests.command_line import CommandLine, write_csv


@contextmanager
def serving(folder: Path, *more: str) -> Iterator[Path]:
    """Its settings file. Ends it with Ctrl-C and looks that it ends well."""
    command = [sys.executable, "-c", "from fla_batch.cli import main; main()", "sandbox", "serve"]
    command += ["--port", "0", "--delay", "0", "--dir", str(folder), "--json", *more]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            lines: list[str] = []
            while not lines or lines[-1] != "}\n":
                lines.append(server.stdout.readline())
                assert lines[-1], "the sandbox ended"
            facts = json.loads("".join(lines))
            assert set(facts) == {"host", "port", "host_key", "settings", "folder"}
            assert facts["host"] == "127.0.0.1"
            yield Path(facts["settings"])
        finally:
            server.send_signal(signal.SIGINT)
            _, err = server.communicate(timeout=30)
    assert server.returncode == 0, err
    assert "Stopped. The folder keeps everything" in err


def test_a_batch_goes_there_and_comes_back(fla: CommandLine, tmp_path: Path) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    with serving(tmp_path / "sandbox") as settings:
        here = CommandLine(fla.capsys, settings)
        assert here("run", good, "--every", "0.2", "--timeout", "60").code == 0
        assert "closed" in here("status").out
    with serving(tmp_path / "sandbox") as settings:  # the folder keeps everything
        here = CommandLine(fla.capsys, settings)
        assert here("poll", "--json").document["processed"] == []


def test_its_settings_lead_nowhere_else(
    fla: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S14: a variable that names production stops the command instead."""
    with serving(tmp_path / "sandbox") as settings:
        monkeypatch.setenv("FLA_BATCH_GATEWAY__HOST", "sftp.socialsecurity.be")
        called = CommandLine(fla.capsys, settings)("poll")
        assert called.code == 3
        assert "never reaches another machine" in called.err


@pytest.mark.parametrize(
    ("fault", "code"),
    [("refuse-login", 3), ("no-stat", 0), ("ssh-rsa-only", 3), ("drop", 0)],
)
def test_a_fault_of_the_channel(fla: CommandLine, tmp_path: Path, fault: str, code: int) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    with serving(tmp_path / "sandbox", "--fault", fault) as settings:
        here = CommandLine(fla.capsys, settings)
        assert here("build", good).code == 0
        assert here("send").code == code


def test_a_fault_of_an_answer(fla: CommandLine, tmp_path: Path) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    with serving(tmp_path / "sandbox", "--fault", "answer-truncated") as settings:
        here = CommandLine(fla.capsys, settings)
        called = here("run", good, "--every", "0.2", "--timeout", "2", "--json")
        assert called.code in (1, 6)
        assert list((tmp_path / "sandbox" / "outbox" / "quarantine").glob("*.reason.json"))
        (row,) = here("status", "--json").document["batches"]
        assert row["state"] == "sent"


def test_a_portal_that_speaks_in_tickets_and_parts_among_strangers(
    fla: CommandLine, tmp_path: Path
) -> None:
    good = write_csv(tmp_path / "good.csv", [{}, {"inss": "70081500504"}])
    dialects = [f"--dialect={name}" for name in ("ticket", "go-batch", "strangers")]
    with serving(tmp_path / "sandbox", *dialects) as settings:
        here = CommandLine(fla.capsys, settings)
        called = here("run", good, "--every", "0.2", "--timeout", "60", "--json")
        assert called.code == 0, called.err
        document = here("status", "--json").document
        assert [row["state"] for row in document["batches"]] == ["closed"]
        assert {one["name"] for one in document["left_alone"]} >= {"README", "archive", "latest"}
        shown = here("status").out
        assert "left in OUTTEST-S: README (the name is none of the channel)" in shown
        again = here("poll")
        assert (again.code, "README" in again.out) == (0, False)


def test_an_unknown_fault(fla: CommandLine) -> None:
    called = fla("sandbox", "serve", "--fault", "bogus")
    assert called.code == 2
    assert "answer-truncated" in called.err


def test_a_port_that_is_taken(fla: CommandLine, tmp_path: Path) -> None:
    with serving(tmp_path / "first") as settings:
        port = settings.read_text().partition("port = ")[2].split()[0]
        called = fla("sandbox", "serve", "--port", port, "--dir", tmp_path / "second")
        assert called.code == 3
        assert f"cannot listen on 127.0.0.1:{port}" in called.err


@pytest.mark.parametrize("kind", sorted(fault.value for fault in RestFault))
def test_each_fault_of_the_rest_api_is_taken_as_help_names_it(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command_line = CommandLine(capsys)
    called = command_line("sandbox", "serve", "--dir", tmp_path / "s", "--fault", kind)
    assert called.code == 2
    assert f"--fault {kind} is one of the REST API: add --rest" in called.err
    help_page = command_line("sandbox", "serve", "--help").out
    assert kind in "".join(help_page.split())
