"""What a command did is told: as a log for machines, to hooks, and as metrics for a scraper."""

from __future__ import annotations

import json
import re
import stat
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from fla_batch.sandbox.ground import Ground
from tests.builders import inss
from tests.command_line import CommandLine, workers, write_csv

_LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9]+')


@pytest.fixture
def here(fla: CommandLine, ground: Ground) -> CommandLine:
    return CommandLine(fla.capsys, ground.settings_file)


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    """A command that keeps what it is told."""
    path = tmp_path / "hook.sh"
    path.write_text(f"#!/bin/sh\ncat >> {tmp_path}/told.jsonl; echo >> {tmp_path}/told.jsonl\n")
    path.chmod(0o755)
    return path


def set_on(ground: Ground, **hooks: object) -> None:
    text = ground.settings_file.read_text()
    lines = [f"{name} = {json.dumps(value)}" for name, value in hooks.items()]
    ground.settings_file.write_text(text + "\n[on]\n" + "\n".join(lines) + "\n")


def closed(here: CommandLine, tmp_path: Path, *more: str) -> Any:
    """Three workers, one of whom the platform refuses, through the whole chain."""
    path = write_csv(tmp_path / "mine.csv", workers(2))
    here("build", path)
    sent = here("send", *more)
    polled = here("poll", "--watch", "0.1", "--timeout", "20", *more)
    return sent, polled


def test_each_event_is_a_line_of_json(here: CommandLine, tmp_path: Path) -> None:
    sent, polled = closed(here, tmp_path, "--log-format", "json")
    lines = [json.loads(line) for line in sent.err.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["sending", "go begun", "sent"]
    assert {tuple(line) for line in lines} == {("at", "event", "batch", "environment", "form")}
    answers = [json.loads(line) for line in polled.err.splitlines() if line.startswith("{")]
    assert {"received", "answered"} <= {line["event"] for line in answers}
    assert sum(line["form"] is not None for line in answers) >= 2
    assert inss(1) not in sent.said + polled.said


def test_no_log_unless_it_is_asked_for(here: CommandLine, tmp_path: Path) -> None:
    sent, _ = closed(here, tmp_path)
    assert "{" not in sent.err


def test_a_command_is_told_once_a_kind(
    here: CommandLine, ground: Ground, tmp_path: Path, hook: Path
) -> None:
    set_on(ground, sent=str(hook), answered=str(hook), file_refused=str(hook))
    closed(here, tmp_path)
    told = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert [(each["event"], each["count"]) for each in told] == [("sent", 1), ("answered", 1)]
    assert told[0]["batches"] == told[1]["batches"]
    assert inss(1) not in str(told)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("sleep 30", "took more than 0.3 s"),
        ("false", "ended with 1"),
        ("no-such-command-anywhere", "cannot be run"),
        ("http://127.0.0.1:1/x", "does not answer"),
    ],
)
def test_a_hook_that_fails_stops_nothing(
    here: CommandLine, ground: Ground, tmp_path: Path, command: str, said: str
) -> None:
    set_on(ground, sent=command, timeout_s=0.3)
    path = write_csv(tmp_path / "mine.csv", workers(1))
    here("build", path)
    begun = time.monotonic()
    called = here("send")
    assert called.code == 0
    assert said in called.err
    assert time.monotonic() - begun < 15
    (row,) = here("status", "--json").document["batches"]
    assert row["state"] == "sent"


@pytest.fixture
def address() -> Iterator[tuple[str, list[Any]]]:
    """A web address that keeps what is posted to it."""
    posted: list[Any] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Keeps) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/told", posted
        server.shutdown()
        thread.join()


def test_a_web_address_is_told(
    here: CommandLine, ground: Ground, tmp_path: Path, address: tuple[str, list[Any]]
) -> None:
    url, posted = address
    set_on(ground, sent=url)
    here("build", write_csv(tmp_path / "mine.csv", workers(1)))
    assert here("send").code == 0
    (document,) = posted
    assert (document["event"], document["count"]) == ("sent", 1)


def test_metrics_for_a_scraper(here: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "fla.prom"
    closed(here, tmp_path)
    assert here("status", "--prometheus", file).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    lines = file.read_text().splitlines()
    values = [line for line in lines if not line.startswith("#")]
    assert all(_LINE.fullmatch(line) for line in values), values
    assert 'fla_batch_batches{environment="S",state="closed"} 1' in values
    counted = [int(line.split()[-1]) for line in values if line.startswith("fla_batch_forms{")]
    assert sum(counted) == 2
    named = {line.split("{")[0].split()[0] for line in values}
    assert named <= {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert inss(1) not in file.read_text()
