"""`kill -9` of `send` at every point: nothing lost, nothing carried out twice at the portal."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from fla_batch.answers.rest_verdicts import UNHEARD
from fla_batch.commands.build import build as build_command
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration import loading
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState, FormState
from tests.counts import COUNTED, count
from tests.e2e_manual.office import PROFILE, Office, printed
from tests.e2e_rest.killed_run import Runner

WORKERS = ("81511716525", "70081500504", "90030420237", "85061210108", "78092105546")
KILLED = -9


@pytest.fixture
def scene(
    open_rest: Callable[..., AbstractContextManager[Office]], tmp_path: Path
) -> Iterator[Office]:
    """An office with one batch staged: accepted ones, one with a warning, one refused."""
    with open_rest() as office:
        bodies = []
        for number, worker in enumerate(WORKERS):
            body = printed("PutTraining_input.json")
            body["employee"]["inss"] = int(worker)
            if number == 1:
                body["trainings"][0]["trainingDenomination"] = "webmaster – avancé"
            bodies.append(body)
        bodies[2]["employer"]["companyId"] = 999999922
        path = tmp_path / "input.json"
        path.write_text(json.dumps(bodies))
        settings = loading.load(office.ground.settings_file, environ={})
        with Workspace.open(settings, PROFILE, clock=office.clock) as workspace:
            build_command(workspace, [path])
        yield office


def copied(office: Office, folder: Path) -> Path:
    """The staged batch again, before a platform that knows nothing yet."""
    rest, platform = office.ground.rest, office.ground.platform
    assert rest is not None
    shutil.copytree(office.ground.folder / "keys", folder / "keys")
    shutil.copytree(office.ground.folder / "outbox", folder / "outbox")
    shutil.copy(office.ground.settings_file, folder)
    platform.store.execute("delete from photo")
    rest.calls.clear()
    return folder / office.ground.settings_file.name


def ends(config: Path) -> tuple[dict[str, FormState], BatchState]:
    with Ledger.open(loading.load(config, environ={}).workspace.ledger) as ledger:
        (batch,) = ledger.batches()
        assert ledger.verify() == []
        return {form.inss or "": form.state for form in ledger.forms(batch.name)}, batch.state


def unheard(config: Path) -> set[str | None]:
    """The workers at whose declarations it is said that the answer was lost."""
    with Ledger.open(loading.load(config, environ={}).workspace.ledger) as ledger:
        found = [row.anomaly for row in ledger.anomalies()]
        return {each.inss for each in found if each.error_id == UNHEARD}


def carried_out(office: Office) -> Counter[str]:
    assert office.ground.rest is not None
    return Counter(
        call.path for call in office.ground.rest.calls if call[0] == "PUT" and call.status == 200
    )


def test_killed_anywhere_loses_nothing_and_repeats_nothing(
    scene: Office,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    with Runner() as runner:
        config = copied(scene, tmp_path / "uncut")
        uncut = runner.run(config)
        assert uncut["status"] == 0
        wanted, state = ends(config)
        assert state is BatchState.CLOSED
        assert Counter(wanted.values()) == {
            FormState.ACCEPTED: 3,
            FormState.WARNED: 1,
            FormState.REFUSED: 1,
        }
        points = range(1, uncut["points"] + 1)
        chosen = random.Random(13).sample(points, min(count(12, 1000), len(points)))
        died = 0
        for kill_at in chosen:
            folder = tmp_path / f"killed-{kill_at}"
            config = copied(scene, folder)
            first = runner.run(config, kill_at)
            died += first["status"] == KILLED
            time.sleep(0.05)  # the portal ends what it began
            assert runner.run(config)["status"] == 0, kill_at
            found, state = ends(config)
            assert state is BatchState.CLOSED, kill_at
            for worker, verdict in wanted.items():
                # A warning that was lost with its answer cannot be asked for again: that is said.
                lost = verdict is FormState.WARNED and worker in unheard(config)
                assert found[worker] is verdict or lost, (kill_at, worker)
            puts = carried_out(scene)
            assert len(puts) == 4, kill_at
            assert set(puts.values()) == {1}, kill_at
            shutil.rmtree(folder)
    assert died >= len(chosen) - 3
    record_property(COUNTED, f"REST: {died} kills of send, 0 lost, 0 carried out twice")


def test_killed_again_and_again_it_comes_to_its_end(scene: Office, tmp_path: Path) -> None:
    """Every run dies a little later than the one before."""
    config = copied(scene, tmp_path / "stubborn")
    with Runner() as runner:
        for kill_at in range(4, 60, 5):
            if runner.run(config, kill_at)["status"] != KILLED:
                break
            time.sleep(0.05)
        assert runner.run(config)["status"] == 0
    states, state = ends(config)
    assert state is BatchState.CLOSED
    assert len(states) == len(WORKERS)
    assert set(carried_out(scene).values()) == {1}
