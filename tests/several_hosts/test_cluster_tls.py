"""The cluster over TLS, with certificates as the guide sets them: Dask's own settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
import distributed  # noqa: F401 - its defaults come before what is set here
import pytest

from fla_batch.commands.build import build
from fla_batch.commands.cluster import Cluster
from fla_batch.commands.maintenance import verify
from fla_batch.commands.scheduler import SchedulerUnavailable, WorkersUnfit
from tests.dask_cluster import DaskCluster, running_cluster
from tests.reliability.inputs import trainings_body, write
from tests.reliability.scene import Scene
from tests.several_hosts.test_cluster_build import FLA_BATCH, unsigned
from tests.several_hosts.test_guide import PAGE

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("dask")]


_CLIENT = ("client.cert", "client.key")


@dataclass(frozen=True)
class Certificates:
    """An authority of our own, and one key and certificate for all of a cluster."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        """By openssl, as an administrator does."""
        folder.mkdir()
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        own = ["-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=authority"]
        _openssl(folder, "req", "-x509", *new, *own, "-days", "2")
        request = ["-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=cluster"]
        _openssl(folder, "req", *new, *request)
        by = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2"]
        _openssl(folder, "x509", "-req", "-in", "request.pem", *by, "-out", "cert.pem")
        return cls(folder)

    def settings(self) -> dict[str, str | None]:
        """Dask's, for all three roles."""
        found = none() | {"distributed.comm.tls.ca-file": str(self.folder / "ca.pem")}
        for role in ("client", "worker", "scheduler"):
            for what in ("cert", "key"):
                path = self.folder / f"{what}.pem"
                found[f"distributed.comm.tls.{role}.{what}"] = str(path)
        return found

    def environ(self) -> dict[str, str]:
        """The same by the names that the guide gives."""
        return {
            f"DASK_{name.upper().replace('.', '__').replace('-', '_')}": str(path)
            for name, path in self.settings().items()
        }


def none() -> dict[str, str | None]:
    """The settings of who has no certificate."""
    return dict.fromkeys(f"distributed.comm.tls.{name}" for name in ("ca-file", *_CLIENT))


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("tls") / "certificates")


@pytest.fixture(scope="module")
def private(
    certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DaskCluster]:
    """A cluster of one worker that speaks TLS."""
    folder = tmp_path_factory.mktemp("private")
    with (
        dask.config.set(certificates.settings()),
        running_cluster(folder, 1, "tls", certificates.environ()) as cluster,
    ):
        yield cluster


def test_a_build_over_tls(private: DaskCluster, tmp_path: Path) -> None:
    scene = Scene.make(tmp_path / "scene")
    path = write(tmp_path / "bodies.json", *(trainings_body(worker, 1) for worker in range(1, 4)))
    assert private.address.startswith("tls://127.0.0.1:")
    with Cluster.at(private.address) as crew, scene.workspace(workforce=crew) as workspace:
        assert [batch.forms for batch in build(workspace, [path]).batches] == [3]
        assert not list(verify(workspace))


def test_who_has_no_certificate_is_told_so(private: DaskCluster) -> None:
    with dask.config.set(none()), pytest.raises(WorkersUnfit) as told:
        Cluster.at(private.address)
    assert str(told.value) == "--workers begins with tls://, and no certificate is set"
    assert "COMM__TLS__CA_FILE" in str(told.value.hint)


def test_another_authority_is_not_trusted(private: DaskCluster, tmp_path: Path) -> None:
    other = Certificates.make(tmp_path / "other")
    with (
        dask.config.set(other.settings()),
        pytest.raises(WorkersUnfit, match="do not trust each other's certificates"),
    ):
        Cluster.at(private.address)


def test_certificates_that_are_not_there(private: DaskCluster) -> None:
    gone = {"distributed.comm.tls.ca-file": "gone.pem"}
    with dask.config.set(gone), pytest.raises(WorkersUnfit, match="cannot be read: No such file"):
        Cluster.at(private.address)


def test_tcp_to_a_scheduler_that_speaks_tls(
    private: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fla_batch.commands.scheduler._CONNECT_S", 2)
    with pytest.raises(SchedulerUnavailable, match="no scheduler answers at tcp://"):
        Cluster.at(private.address.replace("tls:", "tcp:"))


def test_the_settings_by_the_names_of_the_guide(
    private: DaskCluster, certificates: Certificates, tmp_path: Path
) -> None:
    scene = unsigned(tmp_path / "scene")
    path = write(tmp_path / "bodies.json", *(trainings_body(worker, 1) for worker in range(1, 4)))
    environ = certificates.environ()
    named = re.findall(r"\.\.\.(_TLS__\w+)|(DASK_\w+__TLS__\w+)", PAGE)
    assert len(named) > 3
    for short, whole in named:
        assert whole in environ or any(name.endswith(short) for name in environ)
    ran = subprocess.run(
        [*FLA_BATCH, "build", str(path), "--workers", private.address, "--json"],
        cwd=scene.folder,
        env=os.environ | environ,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["forms"] == 3
