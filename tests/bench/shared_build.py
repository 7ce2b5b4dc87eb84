"""One build by this machine and by a Dask cluster of two workers on it: bytes, seconds, memory.

    python -m tests.bench.shared_build --declarations 1000000

Prints the ratio, and what eight workers would take: the seconds of a tenth and of the whole tell
what a build costs before its first declaration, and what each declaration adds. About five minutes
for a million.
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
from fla_batch.system.portable import cores
from fla_batch.system.workforce import OwnWorkforce, Workforce
from tests.bench import generate
from tests.bench.measure import machine
from tests.dask_cluster import DaskCluster, running_cluster

_WORKERS = 2
_PROJECTED = 8
_TENTH = 10
_SOURCE = "trainings.parquet"


@dataclass(frozen=True, slots=True)
class Built:
    """Seconds by the clock and of processors, and peak megabytes of each process."""

    wall_s: float
    coordinator_s: float
    scheduler_s: float
    workers_s: float
    coordinator_mb: float
    worker_mb: tuple[float, ...]
    messages: dict[str, list[str]]

    @property
    def cpu_s(self) -> float:
        return self.coordinator_s + self.scheduler_s + self.workers_s


def measured(folder: Path, cluster: DaskCluster | None) -> Built:
    """One build in a process of its own, by those of a cluster or by itself."""
    outbox = folder / "outbox"
    shutil.rmtree(outbox, ignore_errors=True)
    workers = [worker.pid for worker in cluster.workers] if cluster else []
    scheduler = [cluster.scheduler.pid] if cluster and cluster.scheduler else []
    for worker in workers:
        # What it needed at most is measured from here on.
        Path(f"/proc/{worker}/clear_refs").write_text("5")
    command = [sys.executable, "-m", "tests.bench.shared_build", "--build", str(folder)]
    before = _cpu_s(scheduler), _cpu_s(workers)
    started = time.perf_counter()
    process = subprocess.Popen([*command, *(["--workers", cluster.address] if cluster else [])])
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Built(
        wall,
        used.ru_utime + used.ru_stime,
        _cpu_s(scheduler) - before[0],
        _cpu_s(workers) - before[1],
        used.ru_maxrss / 1e3,
        tuple(map(_peak_mb, workers)),
        {path.parent.name: _digests(path) for path in sorted(outbox.glob("S/*/manifest.json"))},
    )


def _cpu_s(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3


def _digests(manifest: Path) -> list[str]:
    """Those of all FI; signatures differ each time."""
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return [file["sha256"] for file in files if file["name"].startswith("FI.")]


def one_build(folder: Path, address: str | None, at: datetime) -> None:
    """The same run at the same time, whoever does it: the bytes can be compared."""
    crew: Workforce = Cluster.at(address) if address else OwnWorkforce(cores())
    workspace = Workspace.open(
        load(folder / "fla-batch.toml", environ={}),
        clock=lambda: at,
        new_run=lambda: "BENCHRUN00",
        workforce=crew,
    )
    with crew, workspace:
        result = build(workspace, [folder / _SOURCE])
    if result.skipped or not result.batches:
        raise AssertionError(result)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same build by this machine and by workers who had done nothing before."""

    declarations: int
    own: Built
    shared: Built

    @classmethod
    def of(cls, declarations: int, tell: Callable[[str], None]) -> Pair:
        """Both in turn. Raises AssertionError where one byte of an FI differs."""
        with TemporaryDirectory() as name:
            folder, logs = Path(name, "site"), Path(name, "logs")
            folder.mkdir()
            logs.mkdir()
            generate.write_tables(folder, declarations)
            generate.write_settings(folder)
            own = measured(folder, None)
            tell(_row(declarations, "this machine", own))
            with running_cluster(logs, workers=_WORKERS) as cluster:
                shared = measured(folder, cluster)
            tell(_row(declarations, f"{_WORKERS} workers", shared))
        assert own.messages == shared.messages
        return cls(declarations, own, shared)

    def ratio(self) -> str:
        """What the workers take, in terms of this machine alone."""
        clock = self.shared.wall_s / self.own.wall_s
        processor = self.shared.cpu_s / self.own.cpu_s
        same = f"{self.declarations:,}: same bytes in {len(self.own.messages)} batches"
        return f"{same}; clock {clock:.2f} x, processor {processor:.2f} x"


def _row(declarations: int, who: str, one: Built) -> str:
    memory = ", ".join(f"{each:.0f}" for each in one.worker_mb) or "-"
    seconds = (one.wall_s, one.cpu_s, one.coordinator_s, one.scheduler_s, one.workers_s)
    shown = " | ".join(f"{each:.1f}" for each in seconds)
    return f"| {declarations:,} | {who} | {shown} | {one.coordinator_mb:.0f} | {memory} |"


@dataclass(frozen=True, slots=True)
class Line:
    """Seconds before the first declaration, and for each: what two sizes tell."""

    fixed_s: float
    each_s: float

    @classmethod
    def through(cls, small: Pair, large: Pair, seconds: Callable[[Pair], float]) -> Line:
        """That of some seconds of both."""
        more = large.declarations - small.declarations
        each = (seconds(large) - seconds(small)) / more
        return cls(max(0.0, seconds(small) - each * small.declarations), each)

    def at(self, declarations: float) -> float:
        """Seconds for so many."""
        return self.fixed_s + self.each_s * declarations


def projection(small: Pair, large: Pair) -> str:
    """What more workers would take, each with a core of its own, and from where it pays.

    At most: as if nobody wrote while the coordinator reads, or made parts while it fills the
    ledger.
    """
    own = Line.through(small, large, lambda pair: pair.own.wall_s)
    start = Line.through(small, large, lambda pair: pair.shared.wall_s).fixed_s
    coordinator = Line.through(small, large, lambda pair: pair.shared.coordinator_s).each_s
    work = Line.through(small, large, lambda pair: pair.shared.workers_s).each_s
    many = Line(start, coordinator + work / _PROJECTED)
    saved = own.each_s - many.each_s
    pays = max(0.0, start - own.fixed_s) / saved if saved > 0 else None
    begins = "it never pays" if pays is None else f"it pays from {pays:,.0f} declarations on"
    micro = 1e6
    return (
        f"start {start:.1f} s; a declaration takes {coordinator * micro:.0f} microseconds of the "
        f"coordinator and {work * micro:.0f} of a worker, {own.each_s * micro:.0f} by the clock of "
        f"this machine alone\n{_PROJECTED} workers: {many.at(large.declarations):.0f} s for "
        f"{large.declarations:,}, this machine {large.own.wall_s:.0f} s; {begins}"
    )


def main(arguments: list[str]) -> None:
    """Compares and prints; with --build it is the process that builds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--declarations", type=int, default=200_000)
    parser.add_argument("--build", type=Path)
    parser.add_argument("--workers")
    given = parser.parse_args(arguments)
    if given.build:
        # The certificate was made then, and the bytes do not depend on the clock.
        made = (given.build / "fla-batch.toml").stat().st_mtime
        one_build(given.build, given.workers, datetime.fromtimestamp(made + 1, UTC))
        return
    click.echo(f"{machine()}\n")
    heads = ("declarations", "by", "clock", "processor", "coordinator", "scheduler", "workers")
    click.echo(f"| {' | '.join(heads)} | coordinator MB | each worker MB |")
    click.echo(f"|{' --- |' * (len(heads) + 2)}")
    small = Pair.of(given.declarations // _TENTH, click.echo)
    large = Pair.of(given.declarations, click.echo)
    click.echo(f"\n{small.ratio()}\n{large.ratio()}\n\n{projection(small, large)}")


if __name__ == "__main__":
    main(sys.argv[1:])
