"""A process that has imported everything and forks a child for each job: a few milliseconds each,
where starting Python anew takes half a second.

A job is one line of JSON on its standard input, how it ended one line on its standard output. The
process has no threads, so its children may be killed at any point.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fla_batch.system.closing import Closing


class ForkServer(Closing):
    """The caller's end of `python -m MODULE`, which calls `serve`; start it once."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Have one job done, and say how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        ended: dict[str, Any] = json.loads(self._process.stdout.readline())
        return ended

    def close(self) -> None:
        """End it, when the job that it has is done."""
        self._process.communicate()


def serve(run: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The server's end: `run` each job until standard input ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


def in_child(work: Callable[[int], None]) -> tuple[int, bytes]:
    """Do `work` in a child; its exit code (a signal's number below zero), and what it told.

    `work` writes what it tells to the file descriptor that it is given.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        work(writer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), told
