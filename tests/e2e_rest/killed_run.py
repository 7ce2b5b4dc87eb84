"""A process that has imported everything and forks a child for each run, which may be killed.

    python -m tests.e2e_rest.killed_run

A job is a configuration and the number of the point at which the run dies (null: none), its result
the exit status and the points that were reached. A point is where something just happened or is
about to: a call, an answer kept, a file sealed, rows written. How jobs go to and fro:
tests/fork_server.py.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fla_batch.channel.rest_client import RestClient
from fla_batch.channel.retry import RetryPolicy, Waiting
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration import loading
from fla_batch.ledger.ledger import Ledger
from fla_batch.outbox.answer_journal import AnswerJournal
from fla_batch.vocabulary.errors import FlaBatchError
from tests.e2e_manual.office import Clock
from tests.fork_server import ForkServer, in_child, serve

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
    def work(tell: int) -> None:
        points = _Points(job["kill_at"])
        code = 70
        try:
            code = run(job, points)
        finally:
            os.write(tell, str(points.reached).encode())
            os._exit(code)

    status, reached = in_child(work)
    return {"status": status, "points": int(reached or 0)}


class Runner(ForkServer):
    """The process, from outside; use it in a `with`."""

    def __init__(self) -> None:
        super().__init__("tests.e2e_rest.killed_run")

    def run(self, config: Path, kill_at: int | None = None) -> dict[str, Any]:
        """One run of `send`, killed at that point if it is reached."""
        return self.ask({"config": str(config), "kill_at": kill_at})


if __name__ == "__main__":
    serve(_forked)
