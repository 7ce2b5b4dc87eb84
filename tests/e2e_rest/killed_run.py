"""A process that has imported everything and forks a child for each run, which may be killed.

    python -m tests.e2e_rest.killed_run

A job is one line of JSON on standard input: a configuration, a command, and the number of the
point at which the run dies (null: none). Its result is one line: the exit status and the points
that were reached. A point is where something just happened or is about to: a call, an answer kept,
a file sealed, rows written.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from fla_batch.channel.rest_client import RestClient
from fla_batch.channel.retry import RetryPolicy
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Waiting, Workspace
from fla_batch.configuration import loading
from fla_batch.ledger.ledger import Ledger
from fla_batch.outbox.answer_journal import AnswerJournal
from fla_batch.vocabulary.errors import FlaBatchError
from tests.e2e_manual.office import Clock

POINTS: tuple[tuple[type, str], ...] = (
    (RestClient, "call"),
    (AnswerJournal, "add"),
    (AnswerJournal, "seal"),
    (Ledger, "accept_answer"),
    (Ledger, "append"),
)
QUICK = Waiting(policy=RetryPolicy(attempts=3, first_pause_s=0.01))


class _Points:
    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.reached = 0
        self._lock = threading.Lock()

    def here(self) -> None:
        with self._lock:
            self.reached += 1
            if self.reached == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, action: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **options: Any) -> Any:
            self.here()
            result = action(*arguments, **options)
            self.here()
            return result

        return wrapped


def run(job: dict[str, Any], points: _Points) -> int:
    """The exit code of the command, in this process."""
    for owner, name in POINTS:
        setattr(owner, name, points.around(getattr(owner, name)))
    settings = loading.load(Path(job["config"]), environ={})
    try:
        with Workspace.open(settings, clock=Clock(), waiting=QUICK) as workspace:
            outcomes = send(workspace, to_send(workspace, []))
    except FlaBatchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 4 if any(each.in_doubt for each in outcomes) else 0


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        points = _Points(job["kill_at"])
        code = 70
        try:
            code = run(job, points)
        finally:
            os.write(writing, str(points.reached).encode())
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        reached = told.read()
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "points": int(reached or 0)}


class Runner:
    """The process, from outside; use it in a `with`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e_rest.killed_run"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.stdout.close()  # type: ignore[union-attr]
        self._process.wait(30)

    def run(self, config: Path, kill_at: int | None = None) -> dict[str, Any]:
        """One run of `send`, killed at that point if it is reached."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"config": str(config), "kill_at": kill_at}) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()
