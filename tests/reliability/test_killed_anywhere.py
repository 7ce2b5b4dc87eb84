"""R4, R16: SIGKILL before every ledger write, file operation and sFTP operation, then again.

Each test counts its points and prints the count (`pytest -s`); `docs/concepts/reliability.md`
quotes them, and `test_every_r_has_a_test` holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fla_batch.ledger.lifecycle import BatchState
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.kills import ALL, each_kill, uncut
from tests.reliability.numbers import tell
from tests.reliability.scene import Scene
from tests.reliability.zygote import Job, Zygote

pytestmark = pytest.mark.timeout(900)  # hundreds of processes, on a machine that may be busy


@pytest.fixture(scope="session")
def inputs(quick_disk: Path) -> list[str]:
    """Four forms, one of which the platform refuses."""
    path = write(
        quick_disk / "year.json",
        trainings_body(1, 3),
        rights_body(2),
        trainings_body(3, 1, ABSENT_EMPLOYER),
        rights_body(1),
    )
    return [str(path)]


@pytest.fixture(scope="session")
def staged(zygote: Zygote, new_scene: Scene, inputs: list[str], quick_disk: Path) -> Scene:
    """A batch that waits to be sent."""
    scene = new_scene.copy(quick_disk / "staged")
    assert zygote.run(Job(str(scene.folder), "build", inputs=inputs)).status == 0
    return scene


@pytest.fixture(scope="session")
def answered(zygote: Zygote, staged: Scene, quick_disk: Path) -> Scene:
    """The batch was sent, and its answers lie on the server."""
    scene = staged.copy(quick_disk / "answered")
    assert zygote.run(Job(str(scene.folder), "send", minute=2)).status == 0
    scene.let_portal_work()
    return scene


def whole(scene: Scene) -> dict[str, Any]:
    """Portal, outbox and ledger."""
    return {
        "portal": scene.portal_view(),
        "outbox": scene.outbox_view(),
        "ledger": scene.ledger_view(),
        "created again": scene.created_again(),
    }


@pytest.mark.parametrize("portal", ["works afterwards", "works between kill and restart"])
def test_r4_r5_a_send_killed_at_any_point(
    zygote: Zygote, staged: Scene, place: Path, portal: str
) -> None:
    job = Job("", "send", ALL, minute=3)
    scene, done = uncut(zygote, staged, job, place / "uncut")
    scene.let_portal_work()
    wanted = whole(scene)
    assert wanted["created again"] == []
    assert any("FO.NOTI" in name for name in wanted["portal"])
    between = Scene.let_portal_work if "between" in portal else lambda _: None
    for number, ended in each_kill(zygote, staged, job, place, done.points, between):
        ended.let_portal_work()
        assert whole(ended) == wanted, f"killed at point {number}"
    tell("send: ledger, files and account", done.points)


def test_r16_a_poll_killed_at_any_point(zygote: Zygote, answered: Scene, place: Path) -> None:
    job = Job("", "poll", ALL, minute=4)
    scene, done = uncut(zygote, answered, job, place / "uncut")
    wanted = whole(scene)
    states = [state for state, _ in wanted["ledger"]["batches"].values()]
    assert states == [BatchState.CLOSED]
    assert len(wanted["ledger"]["answers"]) == 2
    for number, ended in each_kill(zygote, answered, job, place, done.points):
        assert whole(ended) == wanted, f"killed at point {number}"
    tell("poll: ledger, files and account", done.points)


def built(scene: Scene) -> dict[str, Any]:
    """What a build leaves to be sent; names differ, for a number is never used again."""
    ledger = scene.ledger_view()
    staged = [name for name, (state, _) in ledger["batches"].items() if state == BatchState.STAGED]
    tree = scene.outbox_view()
    bodies = [form[3] for form in ledger["forms"].values() if form[0] in staged]
    return {
        "batches": len(staged),
        "forms": sorted(bodies),
        "files": sorted(
            path.rsplit("/", 1)[1][:7] for path in tree if path.split("/")[1] in staged
        ),
        "strangers": [path for path in tree if path.split("/")[1] not in staged],
        "hidden": [path.name for path in scene.outbox.rglob(".*")],
    }


def test_r4_a_build_killed_at_any_point(zygote: Zygote, place: Path, inputs: list[str]) -> None:
    begin = Scene.make(place / "small", part_forms=2, parts=1)
    job = Job("", "build", ALL, inputs=inputs)
    scene, done = uncut(zygote, begin, job, place / "uncut")
    wanted = built(scene)
    assert wanted["batches"] == 2
    assert wanted["strangers"] == []
    assert wanted["hidden"] == []
    for number, ended in each_kill(zygote, begin, job, place, done.points):
        assert built(ended) == wanted, f"killed at point {number}"
    tell("build of two batches: ledger and files", done.points)
