"""R2, R4, R5: SIGKILL before each request and each reply of a real SFTP session, then again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.sandbox.operations import OperationKind
from fla_batch.vocabulary.terms import Environment
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.numbers import tell
from tests.reliability.points import Kind
from tests.reliability.scene import NOW, Clock, Scene
from tests.reliability.zygote import KILLED, Done, Job, Zygote

pytestmark = pytest.mark.timeout(900)
PORTAL_FOLDERS = ("portal", "portal-state")
SFTP = [Kind.SFTP.value]


@contextmanager
def server_over(folder: Path) -> Iterator[Ground]:
    with practice_ground(folder, load("fla-20250131"), clock=Clock(NOW)) as ground:
        yield ground


@pytest.fixture(scope="module")
def staged(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory, quick_disk: Path) -> Path:
    """Keys, settings, and a batch of several SFTP packets that waits to be sent."""
    folder = quick_disk / "ground"
    path = write(quick_disk / "large.json", trainings_body(1, 200), rights_body(2))
    with server_over(folder):
        done = zygote.run(Job(str(folder), "build", inputs=[str(path)]))
    assert done.status == 0, done
    return folder


def run(ground: Ground, zygote: Zygote, job: Job) -> Done:
    return zygote.run(replace(job, folder=str(ground.folder)))


def ended(ground: Ground) -> dict[str, Any]:
    """What the portal has in the end, and what our ledger says; GO must have come once."""
    ground.portal.settle()
    for path in sorted((ground.folder / "portal" / "INTEST-S").glob("GO.*")):
        # A GO whose close never came: a portal that looks into the folder finds it.
        ground.portal.process(Environment.SIMULATION, path.name)
    scene = Scene(ground.folder)
    opened = [each.name[:2] for each in ground.server.operations.of_kind(OperationKind.OPEN)]
    files = {
        path.relative_to(ground.folder).as_posix(): path.stat().st_size
        for folder in PORTAL_FOLDERS
        for path in (ground.folder / folder).rglob("F[IO].*")
    }
    view = scene.ledger_view()
    return {
        "files": files,
        "go": opened.count("GO") if "GO" in opened else 0,
        "ledger": {key: view[key] for key in ("batches", "forms", "anomalies", "told")},
        "outbox": sorted(scene.outbox_view()),
    }


def test_r2_r4_r5_a_send_killed_at_each_request_and_reply(
    zygote: Zygote, staged: Path, place: Path
) -> None:
    job = Job("", "send", SFTP, sftp=True, minute=2)
    shutil.copytree(staged, place / "uncut")
    with server_over(place / "uncut") as ground:
        done = run(ground, zygote, job)
        assert done.status == 0, done
        wanted = ended(ground)
    assert wanted["go"] == 1
    for number in range(1, done.points + 1):
        folder = place / f"killed-{number}"
        shutil.copytree(staged, folder)
        with server_over(folder) as ground:
            assert run(ground, zygote, replace(job, kill_at=number)).status == KILLED
            again = run(ground, zygote, replace(job, minute=3))
            assert again.status == 0, (number, again)
            assert ended(ground) == wanted, f"killed at point {number}"
        shutil.rmtree(folder)
    tell("send: requests and replies over SSH", done.points)
