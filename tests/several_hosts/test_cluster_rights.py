"""Rights that a workforce shares: the same bytes and findings, whoever works."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fla_batch.commands.cluster import Cluster
from fla_batch.rights import compute
from fla_batch.rights.output import write_rights
from fla_batch.rights.request import Request
from fla_batch.rights.spill import Spill
from fla_batch.system.workforce import OwnWorkforce, Workforce
from tests.counts import count
from tests.dask_cluster import DaskCluster
from tests.rights.cases import DIMONA_COLUMNS, DMFA_COLUMNS, write_table
from tests.rights.random_workers import RandomWorkers, company

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("dask")]


def computed(paths: list[Path], folder: Path, workforce: Workforce | None) -> dict[str, Any]:
    """All that a run wrote and said."""
    folder.mkdir()
    found: dict[str, Any] = {}
    request = Request(as_of=date(2024, 10, 15), year=2024, merged={company(900): company(1)})
    for name in ("rights.csv", "rights.json"):
        with Spill(folder) as spill:
            run = compute.prepare(spill, paths[:2], paths[2:], request)
            written = write_rights(run, folder / name, workforce=workforce)
        found[name] = written.anomalies, written.not_computed, written.supplements
        found[f"sizes of {name}"] = run.sizes.known()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return found | {path.name: path.read_bytes() for path in files}


def test_r26_rights_do_not_depend_on_who_computes(
    cluster: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = RandomWorkers(seed=7, count=count(200, 4_000))
    paths = [
        write_table(tmp_path / name, columns, [[row[each] for each in columns] for row in rows])
        for name, columns, rows in (
            ("dmfa.csv", DMFA_COLUMNS, given.dmfa),
            ("later.csv", DMFA_COLUMNS, given.later),
            ("dimona.csv", DIMONA_COLUMNS, given.dimona),
        )
    ]
    expected = computed(paths, tmp_path / "here", None)
    assert expected["rights.csv"].count(b"\n") > 50
    assert expected["not-computed.csv"]
    with OwnWorkforce() as threads:
        assert computed(paths, tmp_path / "threads", threads) == expected
    monkeypatch.setattr(compute, "_WORTH_PROCESSES_BYTES", 0)
    with OwnWorkforce(2) as processes:
        assert computed(paths, tmp_path / "processes", processes) == expected
    cluster.add_workers(max(0, 2 - len(cluster.workers)))
    with Cluster.at(cluster.address) as crew:
        assert computed(paths, tmp_path / "cluster", crew) == expected
