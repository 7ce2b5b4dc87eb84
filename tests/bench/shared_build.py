"""One build by this machine and by a Dask cluster of two workers on it: bytes, seconds, memory.

python -m tests.bench.shared_build --declarations 1000000
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from fla_batch.commands.build import build
from fla_batch.commands.cluster import Cluster
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration.loading import load
from fla_batch.system.cores import cores
from fla_batch.system.workforce import OwnWorkforce, Workforce
from tests.bench import generate
from tests.bench.measure import machine
from tests.dask_cluster import running_cluster

_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Shared:
    """Seconds by the clock and of all processors, and peak megabytes of each process."""

    wall_s: float
    cpu_s: float
    coordinator_mb: float
    worker_mb: tuple[float, ...]
    files: dict[str, str]


def measured(folder: Path, source: str, workers: list[int], address: str | None) -> Shared:
    """One build in a process of its own; `workers` are processes beside it."""
    outbox = folder / "outbox"
    shutil.rmtree(outbox, ignore_errors=True)
    before = sum(map(_cpu_s, workers))
    for worker in workers:
        # What it needed at most is measured from here on.
        Path(f"/proc/{worker}/clear_refs").write_text("5")
    command = [sys.executable, "-m", "tests.bench.shared_build", "--build", str(folder), source]
    started = time.perf_counter()
    process = subprocess.Popen([*command, *(["--workers", address] if address else [])])
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    cpu = used.ru_utime + used.ru_stime + sum(map(_cpu_s, workers)) - before
    files = {}
    for manifest in sorted(outbox.glob("S/*/manifest.json")):
        listed = manifest.read_text(encoding="utf-8")
        files[manifest.parent.name] = listed
    return Shared(wall, cpu, used.ru_maxrss / 1e3, tuple(map(_peak_mb, workers)), files)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3


def one_build(folder: Path, source: str, address: str | None, at: datetime) -> None:
    """The same run at the same time, whoever does it: the bytes can be compared."""
    crew: Workforce = Cluster.at(address) if address else OwnWorkforce(cores())
    workspace = Workspace.open(
        load(folder / "fla-batch.toml", environ={}),
        clock=lambda: at,
        new_run=lambda: "BENCHRUN00",
        workforce=crew,
    )
    with crew, workspace:
        result = build(workspace, [folder / source])
    if result.skipped or not result.batches:
        raise AssertionError(result)


def compare(folder: Path, source: str, times: int, tell: Callable[[str], None]) -> None:
    """Both in turn; raises AssertionError where one byte of an FI differs."""
    with TemporaryDirectory() as logs, running_cluster(Path(logs), workers=_WORKERS) as cluster:
        pids = [worker.pid for worker in cluster.workers]
        servants = [*pids, cluster.scheduler.pid] if cluster.scheduler else pids
        tell("| by | clock | processor | coordinator MB | worker MB |")
        tell("| --- | --- | --- | --- | --- |")
        for _ in range(times):
            own = measured(folder, source, [], None)
            tell(_row("this machine", own))
            shared = measured(folder, source, servants, cluster.address)
            tell(_row("two workers", shared))
            assert _messages(own) == _messages(shared)
            clock, processor = shared.wall_s / own.wall_s, shared.cpu_s / own.cpu_s
            same = f"same bytes in {len(own.files)} batches"
            tell(f"\n{same}; clock {clock:.2f} x, processor {processor:.2f} x\n")


def _messages(built: Shared) -> dict[str, list[str]]:
    """The digests of all FI; signatures differ each time."""
    return {
        name: [
            file["sha256"] for file in json.loads(text)["files"] if file["name"].startswith("FI.")
        ]
        for name, text in built.files.items()
    }


def _row(who: str, one: Shared) -> str:
    workers = ", ".join(f"{each:.0f}" for each in one.worker_mb[:_WORKERS]) or "-"
    return f"| {who} | {one.wall_s:.1f} | {one.cpu_s:.1f} | {one.coordinator_mb:.0f} | {workers} |"


def main(arguments: list[str]) -> None:
    """Compares and prints; with --build it is the process that builds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--declarations", type=int, default=200_000)
    parser.add_argument("--source", default="trainings.parquet")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--build", nargs=2)
    parser.add_argument("--workers")
    given = parser.parse_args(arguments)
    if given.build:
        folder = Path(given.build[0])
        # The certificate was made then, and the bytes do not depend on the clock.
        made = (folder / "fla-batch.toml").stat().st_mtime
        one_build(folder, given.build[1], given.workers, datetime.fromtimestamp(made + 1, UTC))
        return
    click.echo(f"{given.declarations:,} declarations, {machine()}\n")
    with TemporaryDirectory() as name:
        folder = Path(name)
        generate.write_tables(folder, given.declarations)
        generate.write_settings(folder)
        compare(folder, given.source, given.times, click.echo)


if __name__ == "__main__":
    main(sys.argv[1:])
