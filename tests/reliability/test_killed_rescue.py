"""A rescue killed at any point goes on: nothing is missing in the end, nothing is asked twice."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.store import Store
from tests.counts import COUNTED, count
from tests.reliability.scene import Scene
from tests.reliability.zygote import KILLED, Job, Zygote
from tests.rescue.crowd import settle

pytestmark = pytest.mark.timeout(7200)
NEVER_SENT = (BatchState.BUILT, BatchState.CANCELLED)


@pytest.fixture
def begin(new_scene: Scene, place: Path) -> Scene:
    """A platform that holds something of four workers of two employers, and their list."""
    scene = new_scene.copy(place / "begin")
    store = Store(scene.folder / "platform.db")
    people = settle(Platform(store), 2, 4)
    store.close()
    lines = ["CompanyID;INSS", *(f"{one.company_id};{one.inss}" for one in people[:3])]
    (scene.folder / "workers.csv").write_text("\n".join(lines))
    return scene


def job(scene: Scene, minute: int = 3, **more: Any) -> Job:
    return Job(
        str(scene.folder),
        "rescue",
        ["file", "ledger", "sftp"],
        minute=minute,
        inputs=[str(scene.folder / "workers.csv")],
        **more,
    )


def questions(scene: Scene) -> Counter[str]:
    """How often each question went to the portal."""
    with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
        return Counter(
            json.dumps([form.kind.value, form.body], sort_keys=True)
            for row in ledger.batches()
            if row.state not in NEVER_SENT
            for form in ledger.forms(row.name)
        )


def missing(scene: Scene) -> list[str]:
    return (scene.folder / "out" / "missing.csv").read_text("utf-8-sig").splitlines()[1:]


def test_a_rescue_killed_at_any_point(
    zygote: Zygote, begin: Scene, place: Path, record_property: Any
) -> None:
    uncut = begin.copy(place / "uncut")
    done = zygote.run(job(uncut))
    assert done.status == 0, done
    assert missing(uncut) == []
    asked = questions(uncut)
    assert set(asked.values()) == {1}
    points = list(range(1, done.points + 1))
    tried = sorted(Random(1).sample(points, count(4, len(points))))
    for number in tried:
        scene = begin.copy(place / f"killed-{number}")
        cut = zygote.run(job(scene, kill_at=number))
        assert cut.status == KILLED, (number, cut)
        again = zygote.run(job(scene, minute=10))
        assert again.status == 0, (number, again)
        assert missing(scene) == [], f"killed at point {number}"
        assert questions(scene) == asked, f"killed at point {number}"
        shutil.rmtree(scene.folder)
    record_property(
        COUNTED, f"rescue: {len(tried)} of {len(points)} points killed, 0 missing, 0 asked twice"
    )
