"""A build that a Dask cluster shares: the same bytes, whoever works and whoever dies (R26, R28)."""

from __future__ import annotations

import json
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fla_batch.batching import spool_all
from fla_batch.commands.build import build
from fla_batch.commands.cluster import Cluster
from fla_batch.commands.maintenance import verify
from fla_batch.commands.send import send, to_send
from fla_batch.system.workforce import OwnWorkforce, Workforce
from fla_batch.tables import parquet_files
from tests.batching.test_screened_tables import chunks_of, mutated_rows
from tests.builders import inss
from tests.counts import COUNTED, count
from tests.dask_cluster import DaskCluster, running_cluster
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.scene import Scene

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("dask")]
_PATIENCE_S = 600
FLA_BATCH = [Path(sys.executable).with_name("fla-batch")]


def inputs(folder: Path, seed: int) -> list[Path]:
    """A table and bodies, with what blocks and what is warned of, a worker in both."""
    random = Random(seed)
    chunks_of(folder / "table.parquet", [row for _ in range(3) for row in mutated_rows(random)])
    bodies = [trainings_body(worker, 1 + worker % 3) for worker in range(1, 8)]
    bodies[random.randrange(7)]["calendarYear"] = random.choice((1890, 2024, 2077))
    bodies[random.randrange(7)]["trainings"][0]["trainingDenomination"] = "5 €"
    return [folder / "table.parquet", write(folder / "bodies.json", *bodies)]


def built(scene: Scene, paths: Sequence[Path], workforce: Workforce) -> dict[str, Any]:
    """All that a build left and said."""
    with scene.workspace(workforce=workforce, run="MORE") as workspace:
        result = build(workspace, paths, skip_blocked=True)
        assert not list(verify(workspace))
    said = result.to_json()
    return {
        "files": scene.outbox_view(),
        "ledger": scene.ledger_view(),
        "said": said | {name: list(said[name]) for name in ("anomalies", "groups")},
    }


@pytest.fixture
def small_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many jobs of few declarations: in a large input they have thousands."""
    monkeypatch.setattr(spool_all, "_ITEMS_A_JOB", 2)
    monkeypatch.setattr(parquet_files, "BATCH_ROWS", 5)


@pytest.mark.usefixtures("small_jobs")
def test_r26_the_same_bytes_for_any_number_of_workers(
    cluster: DaskCluster, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    begun = Scene.make(tmp_path / "begun", part_forms=12, parts=2)
    # What the platform holds already is looked up by each worker.
    with begun.workspace() as workspace:
        build(workspace, [write(begun.folder / "first.json", *map(rights_body, range(1, 4)))])
        send(workspace, to_send(workspace, ()))
    rounds, blocked, warned = count(3, 40), 0, 0
    expected = []
    for seed in range(rounds):
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        paths = [*inputs(folder, seed), begun.folder / "first.json"]
        with OwnWorkforce() as own:
            expected.append((paths, built(begun.copy(folder / "own"), paths, own)))
    for workers in (1, 2, 3):
        cluster.add_workers(max(0, workers - len(cluster.workers)))
        with Cluster.at(cluster.address) as crew:
            for seed, (paths, found) in enumerate(expected):
                scene = begun.copy(tmp_path / str(seed) / f"of-{workers}")
                assert built(scene, paths, crew) == found
                blocked += found["said"]["skipped"]
                warned += sum(one["class"] == "W" for one in found["said"]["anomalies"])
    assert blocked
    assert warned
    record_property(COUNTED, f"{rounds} inputs, 1 to 3 workers, {blocked} blocked, all alike")


def test_r26_processes_of_this_machine_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_jobs: None
) -> None:
    paths = inputs(tmp_path, 1)
    scene = Scene.make(tmp_path / "scene", part_forms=12, parts=2)
    with OwnWorkforce() as own:
        expected = built(scene.copy(tmp_path / "threads"), paths, own)
    monkeypatch.setattr(spool_all, "_WORTH_A_CREW", 0)
    with OwnWorkforce(2) as own:
        assert built(scene.copy(tmp_path / "processes"), paths, own) == expected
        assert own._processes is not None


@contextmanager
def building(scene: Scene, path: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """`fla-batch build` by a cluster, in a process of its own that has set some forms down."""
    command: list[str | Path] = [*FLA_BATCH, "build", str(path), "--workers", address]
    said = (scene.folder / "said").open("wb")
    with said, subprocess.Popen(command, cwd=scene.folder, stdout=said, stderr=said) as process:
        try:
            until = time.monotonic() + _PATIENCE_S
            while not list(scene.outbox.glob("S/.staging-spool-*/*.forms")):
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.01)
            yield process
        finally:
            process.kill()


def unsigned(folder: Path) -> Scene:
    """A scene for the command line, whose clock is later than its certificate."""
    scene = Scene.make(folder)
    settings = folder / "fla-batch.toml"
    text = re.sub(r"\[signing\].*?(?=\n\[|\Z)", "", settings.read_text(), flags=re.DOTALL)
    settings.write_text(text)
    return scene


def many(folder: Path) -> Path:
    """Bodies enough for eight jobs."""
    return write(folder / "many.json", *(trainings_body(worker, 1) for worker in range(1, 4_000)))


def test_r28_a_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    scene = unsigned(tmp_path / "scene")
    path = many(tmp_path)
    log = tmp_path / "dask"
    log.mkdir()
    with running_cluster(log, workers=2) as two:
        with building(scene, path, two.address) as process:
            two.workers[0].kill()
            assert process.wait(_PATIENCE_S) == 0, (scene.folder / "said").read_text()
        assert "Remove worker" in two.logged()
        assert no_number_in(two.logged())
    with scene.workspace() as workspace:
        assert not list(verify(workspace))
        (batch,) = workspace.ledger.batches()
        assert workspace.outbox.manifest(batch.name).forms == 3_999


def test_r28_a_coordinator_that_is_killed_is_resumed(cluster: DaskCluster, tmp_path: Path) -> None:
    scene = unsigned(tmp_path / "scene")
    path = many(tmp_path)
    with building(scene, path, cluster.address) as process:
        process.send_signal(signal.SIGKILL)
    again = subprocess.run(
        [*FLA_BATCH, "build", str(path), "--workers", cluster.address, "--json"],
        cwd=scene.folder,
        capture_output=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["forms"] == 3_999
    with scene.workspace() as workspace:
        assert not list(verify(workspace))
        assert len(workspace.ledger.batches()) == 1
    assert not list(scene.outbox.glob("S/.staging-*"))


def no_number_in(text: str) -> bool:
    return not any(inss(worker) in text for worker in range(1, 4_000))


@dataclass(frozen=True, repr=False)
class Order:
    """As the tasks of a build are given: without a text."""

    inss: str


def broken(order: Order) -> None:
    raise ValueError(f"what is {order.inss}?")


def test_no_national_number_in_what_dask_logs(cluster: DaskCluster) -> None:
    with Cluster.at(cluster.address) as crew:
        begun = crew.submit(broken, Order(inss(1)))
        with pytest.raises(RuntimeError, match="ValueError: what is"):
            crew.outcome(begun)
    until = time.monotonic() + _PATIENCE_S
    while "Compute Failed" not in cluster.logged() and time.monotonic() < until:
        time.sleep(0.05)
    assert "Compute Failed" in cluster.logged()
    assert no_number_in(cluster.logged())


def test_a_task_has_no_digest_of_what_it_holds(cluster: DaskCluster) -> None:
    """Dask takes tasks with equal keys for one."""
    with Cluster.at(cluster.address) as crew:
        begun = [crew.submit(secrets.token_hex, 8) for _ in range(2)]
        first, second = map(crew.outcome, begun)
    assert first != second
