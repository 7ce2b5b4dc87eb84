"""A process that has imported everything and forks a child for each run, which may be killed.

    python -m tests.reliability.zygote

How jobs go to and fro: tests/fork_server.py.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from fla_batch.channel.protocol import Gateway
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.poll import poll
from fla_batch.commands.question_line import BatchLine
from fla_batch.commands.rescue import RescueSubject, rescue
from fla_batch.commands.restore import restore
from fla_batch.commands.send import send, to_send
from fla_batch.commands.watch import Patience
from fla_batch.commands.workspace import Workspace
from fla_batch.intake.rescue_lists import read_workers
from fla_batch.report.rescue_folder import write_missing
from fla_batch.vocabulary.errors import FlaBatchError
from tests.fork_server import ForkServer, in_child, serve
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.points import Kind, Points
from tests.reliability.scene import IMPATIENT, NOW, Clock, Scene, profile

KILLED = -9


@dataclass(frozen=True)
class Job:
    """One run of `command` in the scene at `folder`.

    `kinds` are the points that count; the run dies at number `kill_at`. `minute` is when it
    begins. `max_bytes` limits the size of any file that it writes. With `cut` it is cut off there
    ("before" or "after" the operation) instead. `host` is the name of the host that it plays.
    """

    folder: str
    command: str
    kinds: list[str] = field(default_factory=list)
    kill_at: int | None = None
    minute: int = 1
    sftp: bool = False
    max_bytes: int | None = None
    inputs: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    cut: str | None = None
    host: str | None = None


@dataclass(frozen=True)
class Done:
    """How a run ended: its exit status (KILLED), the points reached, and what it said."""

    status: int
    points: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""
    message: str = ""


class Zygote(ForkServer):
    """The other end: start it once, run many jobs, close it."""

    def __init__(self) -> None:
        super().__init__("tests.reliability.zygote")

    def run(self, job: Job) -> Done:
        """Run one job to its end."""
        return Done(**self.ask(asdict(job)))


def main() -> None:
    """Serve until standard input ends."""
    _warm_up()
    serve(_forked)


def _warm_up() -> None:
    """Import everything and do everything once, so that no child has to."""
    import fla_batch.channel.sftp  # noqa: F401

    with tempfile.TemporaryDirectory() as name:
        scene = Scene.make(Path(name) / "scene")
        path = write(Path(name) / "input.json", trainings_body(), rights_body())
        job = Job(str(scene.folder), "build", inputs=[str(path)])
        with _workspace(scene, job) as workspace:
            _build(workspace, job)
            _send(workspace, job)
            scene.let_portal_work()
            _poll(workspace, job)


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    def work(tell: int) -> None:
        os.write(tell, json.dumps(asdict(_run(Job(**job)))).encode())

    code, told = in_child(work)
    return dict(json.loads(told)) if told else asdict(Done(code))


def _run(job: Job) -> Done:
    scene = Scene(Path(job.folder))
    points = Points(frozenset(map(Kind, job.kinds)), job.kill_at, job.cut)
    points.watch_files(scene.outbox, Kind.FILE)
    points.watch_files(scene.account, Kind.SFTP)  # what a FolderGateway does there
    points.watch_flushes()
    points.watch_ledger()
    if job.sftp:
        points.watch_sftp()
    if job.host is not None:
        host = job.host
        points.watch_store()
        points.watch_server_of_ledger()
        # It is on another machine: nobody there sees whether a process of ours lives.
        vars(socket)["gethostname"] = lambda: host
    if job.max_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.max_bytes, job.max_bytes))
    try:
        with _workspace(scene, job) as workspace:
            if job.command == "rescue":
                _rescue(workspace, job, points)
            else:
                COMMANDS[job.command](workspace, job)
    except FlaBatchError as error:
        return Done(1, points.count, dict(points.counts), type(error).__name__, str(error))
    except BaseException as error:  # a mistake in the test itself has to be seen
        return Done(2, points.count, dict(points.counts), type(error).__name__, repr(error))
    return Done(0, points.count, dict(points.counts))


def _workspace(scene: Scene, job: Job) -> Workspace:
    settings = scene.settings()

    def connect() -> Gateway:
        from fla_batch.channel.sftp import connect as over_ssh

        return over_ssh(settings.gateway.settings()) if job.sftp else FolderGateway(scene.account)

    # One build a run, but for what builds round by round.
    letters = chain([""], (chr(ord("A") + number) for number in range(26)))
    return Workspace.open(
        settings,
        profile(),
        clock=Clock(NOW + timedelta(minutes=job.minute)),
        new_run=lambda: f"RUN{job.minute}{next(letters)}",
        connect=connect,
        waiting=IMPATIENT,
        mend=job.command == "rebuild",
    )


def _build(workspace: Workspace, job: Job) -> None:
    build(workspace, map(Path, job.inputs))


def _send(workspace: Workspace, job: Job) -> None:
    send(workspace, to_send(workspace, job.names))


def _poll(workspace: Workspace, _: Job) -> None:
    poll(workspace)


def _cancel(workspace: Workspace, job: Job) -> None:
    for name in job.names:
        cancel(workspace, name)


def _rescue(workspace: Workspace, job: Job, points: Points) -> None:
    """A rescue of the workers in a file; the portal works whenever it waits."""
    scene = Scene(Path(job.folder))

    def sleep(_: float) -> None:
        with points.aside():
            scene.let_portal_work()

    (workers,) = job.inputs
    line = BatchLine(workspace, Patience(0.1, 600, sleep=sleep))
    subjects = [RescueSubject(*found) for found in read_workers(Path(workers))]
    found = rescue(workspace, line, subjects, scene.folder / "out", told=lambda _: None)
    write_missing(scene.folder / "out", found.missing.items())


def _rebuild(workspace: Workspace, _: Job) -> None:
    assert restore(workspace).problems == []


COMMANDS: dict[str, Callable[[Workspace, Job], Any]] = {
    "build": _build,
    "send": _send,
    "poll": _poll,
    "cancel": _cancel,
    "rebuild": _rebuild,
}

if __name__ == "__main__":
    main()
