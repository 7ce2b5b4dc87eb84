"""What is said when the workers of --workers cannot do our work."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.cluster import Cluster
from fla_batch.commands.doctor.diagnosis import Health
from fla_batch.commands.scheduler import SchedulerUnavailable, WorkersUnfit
from fla_batch.system.workforce import WorkersLost
from tests.dask_cluster import DaskCluster, running_cluster
from tests.reliability.inputs import trainings_body, write
from tests.reliability.scene import Scene
from tests.several_hosts.hosts import doctor_says

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("dask")]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler without workers."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with running_cluster(folder) as cluster:
        yield cluster


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersUnfit, match="not installed: distributed") as told:
        Cluster.at("tcp://127.0.0.1:8786")
    assert told.value.hint == "pip install 'fla-batch[cluster]'"


def test_national_numbers_cross_no_network_in_the_clear() -> None:
    with pytest.raises(WorkersUnfit, match="in the clear"):
        Cluster.at("tcp://scheduler.example.org:8786")


@pytest.mark.parametrize(
    "address", ["scheduler:8786", "http://127.0.0.1:8786", "tcp://me:secret@127.0.0.1:8786", "tcp:"]
)
def test_what_is_no_address_is_refused_without_being_told(address: str) -> None:
    with pytest.raises(WorkersUnfit, match="no address") as told:
        Cluster.at(address)
    assert "secret" not in str(told.value)


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fla_batch.commands.scheduler._CONNECT_S", 1)
    with pytest.raises(SchedulerUnavailable, match="no scheduler answers"):
        Cluster.at("tcp://127.0.0.1:9")


def test_a_scheduler_without_workers(empty: DaskCluster) -> None:
    with pytest.raises(WorkersLost, match="the scheduler has no workers") as told:
        Cluster.at(empty.address)
    assert told.value.exit_code == 4


def test_a_worker_of_another_version(empty: DaskCluster, tmp_path: Path) -> None:
    """One of two: what the metadata of its installation say."""
    other = tmp_path / "site" / "fla_batch-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: fla-batch\nVersion: 0.0.1\n")
    empty.add_workers(1)
    empty.add_workers(1, {"PYTHONPATH": str(other.parent)})
    told = f"fla-batch 0.0.1 there, {version('fla-batch')} here"
    with pytest.raises(WorkersUnfit, match=rf"tcp://127\.0\.0\.1:\d+ differs: {told}$"):
        Cluster.at(empty.address)


def test_a_worker_without_fla_batch(empty: DaskCluster, tmp_path: Path) -> None:
    _at_start(tmp_path, "sys.modules['fla_batch'] = None")
    empty.add_workers(1, {"PYTHONPATH": str(tmp_path)})
    with pytest.raises(WorkersUnfit, match="cannot run fla_batch: ") as told:
        Cluster.at(empty.address)
    assert told.value.hint == "Install the same fla_batch there as here."


def test_a_worker_that_does_not_see_the_outbox(empty: DaskCluster, tmp_path: Path) -> None:
    """One of two: nothing is there for it, as on a machine without the volume."""
    scene = Scene.make(tmp_path / "scene")
    _at_start(
        tmp_path,
        f"""
        def blind(event, arguments):
            if event == "open" and str(arguments[0]).startswith({str(scene.outbox)!r}):
                raise FileNotFoundError(2, "No such file or directory", arguments[0])
        sys.addaudithook(blind)
        """,
    )
    empty.add_workers(1)
    empty.add_workers(1, {"PYTHONPATH": str(tmp_path)})
    path = write(tmp_path / "bodies.json", trainings_body())
    with Cluster.at(empty.address) as crew, scene.workspace(workforce=crew) as workspace:
        with pytest.raises(WorkersUnfit, match=r"^1 of 2 workers, tcp://.* first, cannot write"):
            build(workspace, [path])
        assert workspace.ledger.batches() == []
    assert not list(scene.outbox.glob("S/*")) + list(scene.outbox.glob("S/.*"))


def test_the_doctor_looks_at_the_workers(empty: DaskCluster, tmp_path: Path) -> None:
    scene = Scene.make(tmp_path / "scene")
    with scene.workspace():
        pass
    none = doctor_says(scene, workers=empty.address)["workers"]
    assert (none.state, none.message) == (Health.ERROR, "the scheduler has no workers")
    empty.add_workers(1)
    one = doctor_says(scene, workers=empty.address)["workers"]
    assert one.state is Health.OK
    assert one.message.startswith(f"workers at {empty.address}: 1, with our versions")


def _at_start(folder: Path, code: str) -> None:
    """What a Python with that folder in its path runs first."""
    (folder / "sitecustomize.py").write_text(f"import sys\n{textwrap.dedent(code)}")
