"""The command line in a process of its own: Ctrl-C, readers that leave, odd terminals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from fla_batch.message import load
from fla_batch.sandbox.ground import practice_ground
from tests.command_line import CommandLine, workers, write_csv
from tests.e2e.servers import now

INTERRUPTED = 130


def child(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from fla_batch.cli import main; main()", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env)


def test_ctrl_c_ends_a_running_command(fla: CommandLine, tmp_path: Path) -> None:
    with child("sandbox", "serve", "--port", "0", "--dir", str(tmp_path / "sandbox")) as serving:
        assert serving.stdout is not None
        assert "listens on 127.0.0.1" in serving.stdout.readline()
        serving.send_signal(signal.SIGINT)
        _, err = serving.communicate(timeout=30)
    assert serving.returncode == 0
    assert "Stopped." in err
    assert "Traceback" not in err


def test_a_reader_that_leaves_is_no_trouble(fla: CommandLine, tmp_path: Path) -> None:
    rows = [{"inss": each["inss"], "hours": "x"} for each in workers(400)]
    path = write_csv(tmp_path / "many.csv", rows)
    with child("check", str(path), "--json") as checking:
        assert checking.stdout is not None
        assert checking.stdout.readline() == "{\n"
        checking.stdout.close()
        assert checking.stderr is not None
        err = checking.stderr.read()
        checking.wait(timeout=60)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert "mistake in fla-batch" not in err


def test_a_terminal_that_knows_few_characters(fla: CommandLine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bad.csv", [{"hours": "é"}])
    few = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for more in ([], ["--json"]):
        with child("check", str(path), "--lang", "fr", *more, env=few) as checking:
            out, err = checking.communicate(timeout=60)
        assert checking.returncode == 1, err
        assert "TrainingHours-002" in out
        assert "Traceback" not in err


def test_interrupting_a_watch(fla: CommandLine, tmp_path: Path) -> None:
    """As a person does: the batch stays sent, the next poll goes on."""
    good = write_csv(tmp_path / "good.csv", [{}])
    late = practice_ground(tmp_path / "late", load("fla-20250131"), clock=now, delay_s=3600)
    with late as ground:
        here = CommandLine(fla.capsys, ground.settings_file)
        assert here("build", good).code == 0
        assert here("send").code == 0
        watching = ["poll", "--watch", "0.2", "--config", str(ground.settings_file)]
        with child(*watching) as polling:
            time.sleep(3)
            polling.send_signal(signal.SIGINT)
            _, err = polling.communicate(timeout=30)
        assert polling.returncode == INTERRUPTED
        assert "Traceback" not in err
        assert here("status", "--json").document["batches"][0]["state"] == "sent"
