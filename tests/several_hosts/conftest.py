from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.ledger.ledger import Ledger
from tests.dask_cluster import DaskCluster, running_cluster
from tests.object_store import S3Server, running_s3
from tests.postgres import Postgres, running_postgres
from tests.several_hosts.hosts import Hosts


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def empty_ledger(postgres: Postgres) -> str:
    """The name of a database with an empty ledger, to copy."""
    url = postgres.new_database()
    Ledger.open(url).close()
    return url.rpartition("/")[2]


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture
def hosts(tmp_path: Path, postgres: Postgres, empty_ledger: str, s3: S3Server) -> Hosts:
    """Two hosts on one PostgreSQL ledger and one object store."""
    return Hosts.make(tmp_path, postgres.new_database(empty_ledger), s3.new_store())


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A Dask cluster, of one worker to begin with."""
    with running_cluster(tmp_path_factory.mktemp("dask"), workers=1) as running:
        yield running
