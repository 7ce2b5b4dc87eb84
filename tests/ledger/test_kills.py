"""kill -9 before every write and commit that the ledger runs; then everything again.

A child process is killed at its k-th write, for every k. What it left must be a ledger in
which the same work, done again, ends as if nothing had happened.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState, Event, FormState
from tests.ledger.builders import DAY, SENDER, SENDING_EVENTS, S, batch_name, reference
from tests.ledger.in_memory import folder_in_memory

# Forks for each point, so that Python and the libraries are loaded only once.
_KILLS = """
import os, shutil, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.records import BatchChange, FormChange
from fla_batch.ledger.lifecycle import BatchState, Event
from tests.ledger.builders import *

folder, template, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
name = batch_name(1)
acrf = answer("FO.ACRF.999999.20250302.00001.S")
noti = answer("FO.NOTI.999999.20250302.00002.S")
verdicts = [Event.ACCEPTED, Event.WARNED, Event.REFUSED]
STEPS = dict(zip(
    [BatchState.BUILT, BatchState.STAGED, BatchState.SENDING, BatchState.IN_DOUBT],
    SENDING_EVENTS,
))


def work(url):
    # Each step looks at what is there already, as `send` and `poll` do after a restart.
    with Ledger.open(url) as ledger:
        row = ledger.batch(name)
        if row is None:
            ledger.allocate_sequence(SENDER, DAY, S)
            ledger.record_batch(record(name), forms(name))
        state = row.state if row else BatchState.BUILT
        while state in STEPS:
            state = ledger.append(name, STEPS[state], NOW)
        ledger.accept_answer(acrf, [BatchChange(name, Event.RECEIVED, "T")], NOW)
        changes = [
            FormChange(found(name, number), verdict, None, (refusal(),))
            for number, verdict in enumerate(verdicts, start=1)
        ]
        ledger.accept_answer(noti, changes, NOW)


def child(url, at):
    statements = 0

    def write(*arguments):
        # Reading changes nothing: only writes and commits are points.
        nonlocal statements
        if len(arguments) > 1 and arguments[2].startswith(("SELECT", "PRAGMA", "BEGIN")):
            return
        if statements == at:
            os.kill(os.getpid(), signal.SIGKILL)
        statements += 1

    event.listen(Engine, "before_cursor_execute", write)
    event.listen(Engine, "commit", write)
    work(url)
    os._exit(0)


at = points = 0
while True:
    home = folder / str(points)
    home.mkdir()
    if template:
        shutil.copy(template, home / "ledger.db")
    url = f"sqlite:///{home}/ledger.db"
    pid = os.fork()
    if not pid:
        child(url, at)
    _, status = os.waitpid(pid, 0)
    work(url)
    if not os.WIFSIGNALED(status):
        assert os.WEXITSTATUS(status) == 0
        break
    assert os.WTERMSIG(status) == signal.SIGKILL
    at, points = at + step, points + 1
print(points)
"""


def kill_everywhere(folder: Path, template: str, step: int) -> int:
    """Do it at every `step`-th write; the count of points, whose folders are numbered."""
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", _KILLS, folder, template, str(step)],
        check=False,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


@dataclass(frozen=True)
class Story:
    """How it ended."""

    batch: BatchState
    forms: list[FormState]
    events: list[str]
    anomalies: int
    answers: int


def story(folder: Path) -> Story:
    with Ledger.open(f"sqlite:///{folder}/ledger.db", create=False) as ledger:
        name = batch_name()
        assert ledger.verify() == []
        # A number that was given out before the kill is not given again.
        assert ledger.allocate_sequence(SENDER, DAY, S) != name.sequence
        row = ledger.batch(name)
        assert row is not None
        return Story(
            row.state,
            [form.state for form in ledger.forms(name)],
            [f"{event.form} {event.event}" for event in ledger.events(name)],
            len(ledger.anomalies(name)),
            len(ledger.answer_files()),
        )


UNCUT = Story(
    BatchState.CLOSED,
    [FormState.ACCEPTED, FormState.WARNED, FormState.REFUSED],
    [
        *[f"None {event}" for event in (*SENDING_EVENTS, Event.RECEIVED, Event.NOTIFIED)],
        f"{reference(batch_name(), 1)} accepted",
        f"{reference(batch_name(), 2)} accepted with warnings",
        f"{reference(batch_name(), 3)} refused",
        "None answered",
    ],
    anomalies=3,
    answers=2,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_in_memory() as place:
        yield place


def test_r4_r16_killed_at_every_write_and_started_again(folder: Path) -> None:
    Ledger.open(f"sqlite:///{folder}/template.db").close()
    points = kill_everywhere(folder, str(folder / "template.db"), 1)
    print(f"points killed in the ledger: {points}")  # noqa: T201 - stands in the guide
    assert points > 30
    for point in range(points + 1):
        assert story(folder / str(point)) == UNCUT, point


def test_r16_killed_while_the_tables_are_made(folder: Path) -> None:
    points = kill_everywhere(folder, "", 15)
    assert points > 5
    for point in range(points + 1):
        assert story(folder / str(point)) == UNCUT, point
