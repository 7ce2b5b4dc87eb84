"""R4, R28, R29: two processes send, and two poll, and they are killed; each worker is counted.

Several batches, two of which hold an older and a newer photo of the same workers: whoever is killed
where, the portal gets each photo once, and those of a worker in the order of building.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState
from tests.builders import inss
from tests.counts import COUNTED, count
from tests.postgres import Postgres
from tests.reliability.inputs import rights_body, write
from tests.reliability.kills import ALL
from tests.reliability.numbers import tell
from tests.reliability.scene import Scene
from tests.reliability.test_one_sending import both
from tests.reliability.test_overtaking import photos_taken
from tests.reliability.zygote import KILLED, Done, Job, Zygote

WORKERS = range(1, 8)
TWICE_DECLARED = range(1, 3)
OLD, NEW = 400, 300
_POINTS = 250
"""More than any of the commands has; who is to die behind its end lives."""


def several_batches(folder: Path, url: str) -> Scene:
    """Four batches of two forms, and one that holds newer photos of the first two workers."""
    scene = Scene.make(folder, part_forms=2, parts=1, ledger=url)
    with scene.workspace() as workspace:
        for days, workers in ((OLD, WORKERS), (NEW, TWICE_DECLARED)):
            bodies = [rights_body(worker, days) for worker in workers]
            build(workspace, [write(scene.folder / f"{days}.json", *bodies)])
        assert len(workspace.ledger.batches()) == 5
    return scene


def at_once(
    zygotes: tuple[Zygote, Zygote], scene: Scene, command: str, minute: int, chance: random.Random
) -> list[Done]:
    """The same command of two processes, each killed somewhere or not at all."""
    job = Job(str(scene.folder), command, kinds=ALL)
    killed = [chance.randint(1, _POINTS), chance.choice((None, chance.randint(1, _POINTS)))]
    two = [replace(job, minute=minute + n, kill_at=point) for n, point in enumerate(killed)]
    done = both(zygotes, two)
    for each in done:
        assert each.status in (0, KILLED) or each.error == "LockHeld", each
    return done


def to_the_end(scene: Scene) -> None:
    """Undisturbed: what is left is sent, answered and taken in."""
    with scene.workspace() as workspace:
        send(workspace, to_send(workspace, ()))
        scene.let_portal_work()
        poll(workspace)


@pytest.mark.timeout(1800)
def test_r4_two_send_and_two_poll_and_are_killed(
    zygote: Zygote,
    second_zygote: Zygote,
    ledger_url: str,
    place: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    rounds, kills = count(3, 30), 0
    chance = random.Random(f"two killed {ledger_url[:6]}")
    for number in range(rounds):
        url = ledger_url
        if number and not url.startswith("sqlite"):
            postgres: Postgres = request.getfixturevalue("postgres")
            url = postgres.new_database()
        scene = several_batches(place / f"round-{number}", url)
        zygotes = (zygote, second_zygote)
        done = at_once(zygotes, scene, "send", 2, chance)
        scene.let_portal_work()
        done += at_once(zygotes, scene, "poll", 4, chance)
        done += at_once(zygotes, scene, "send", 6, chance)
        kills += sum(each.status == KILLED for each in done)
        to_the_end(scene)
        assert photos_taken(scene) == {
            inss(worker): [OLD, NEW] if worker in TWICE_DECLARED else [OLD] for worker in WORKERS
        }
        assert scene.created_again() == []
        with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
            assert {row.state for row in ledger.batches()} == {BatchState.CLOSED}
            assert ledger.verify() == []
    assert kills
    tell("rounds of two sends and two polls that are killed", rounds)
    record_property(
        COUNTED, f"two sends, two polls: {rounds} rounds, {kills} kills, 0 twice, 0 lost"
    )
