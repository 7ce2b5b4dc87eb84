"""Workers that are all gone in the middle of a build: told, nothing kept, done by a next run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fla_batch.batching import spool_all
from fla_batch.commands import cluster as cluster_module
from fla_batch.commands.build import build
from fla_batch.commands.cluster import Cluster
from fla_batch.commands.maintenance import verify
from fla_batch.system.workforce import WorkersLost
from tests.dask_cluster import DaskCluster, running_cluster
from tests.reliability.inputs import trainings_body, write
from tests.reliability.scene import Scene

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("dask")]
_BODIES = 200
_GONE = "the cluster has no workers any more|the scheduler was ended, or no longer knows"


@contextmanager
def once_forms_are_written(scene: Scene, then: Callable[[], None]) -> Iterator[None]:
    """Do something as soon as a worker has set a form down; that it was done is seen to."""
    done, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if list(scene.outbox.glob("S/.staging-spool-*/*.forms")):
                then()
                done.set()
                return
            time.sleep(0.005)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert done.is_set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of few declarations, and seconds instead of a minute until workers count as gone."""
    monkeypatch.setattr(spool_all, "_ITEMS_A_JOB", 2)
    monkeypatch.setattr(cluster_module, "_ALONE_S", 1.0)
    monkeypatch.setattr(cluster_module, "_LOOK_S", 0.2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("who", ["workers", "scheduler"])
def test_r28_all_who_work_are_gone(who: str, tmp_path: Path) -> None:
    scene = Scene.make(tmp_path / "scene")
    bodies = [trainings_body(worker, 1) for worker in range(1, 1 + _BODIES)]
    path = write(tmp_path / "bodies.json", *bodies)
    log = tmp_path / "dask"
    log.mkdir()
    with running_cluster(log, workers=2) as two:

        def end_them() -> None:
            gone = two.workers if who == "workers" else [two.scheduler]
            for process in gone:
                if process is not None:
                    process.kill()

        with Cluster.at(two.address) as crew, scene.workspace(workforce=crew) as workspace:
            with once_forms_are_written(scene, end_them), pytest.raises(WorkersLost, match=_GONE):
                build(workspace, [path])
            assert workspace.ledger.batches() == []
        assert not list(scene.outbox.glob("S/.staging*"))
        if who == "workers":
            built(two, scene, path)


def built(cluster: DaskCluster, scene: Scene, path: Path) -> None:
    """The same again, with workers that have come since."""
    cluster.add_workers(1)
    with Cluster.at(cluster.address) as crew, scene.workspace(workforce=crew) as workspace:
        (batch,) = build(workspace, [path]).batches
        assert batch.forms == _BODIES
        assert not list(verify(workspace))
