"""A Dask cluster of real processes on loopback, thrown away after the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE_S = 300
_QUIET = {
    # As the guide says: nothing is measured beside the work, and a worker is one core.
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "false",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false",
    "POLARS_MAX_THREADS": "1",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3",
}


@dataclass
class DaskCluster:
    """A scheduler and its workers, one thread each; `folder` holds what they log.

    `protocol` is tcp or tls; `environ` is that of all of them, and for TLS Dask's own settings.
    """

    folder: Path
    _processes: ExitStack
    protocol: str = "tcp"
    environ: Mapping[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    scheduler: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        found: str = json.loads((self.folder / "scheduler.json").read_text())["address"]
        return found

    def begin(self) -> None:
        """Start the scheduler."""
        file = self.folder / "scheduler.json"
        options = ["--protocol", self.protocol, "--port", "0", "--no-dashboard", "--no-show"]
        place = ["--host", "127.0.0.1", "--scheduler-file", str(file)]
        self.scheduler = self._start("scheduler", [*options, *place])
        until = time.monotonic() + _PATIENCE_S
        while not _is_whole(file):
            assert time.monotonic() < until, self.logged()
            time.sleep(0.05)

    def add_workers(self, count: int, environ: Mapping[str, str] | None = None) -> None:
        """Start so many more, and wait until the scheduler knows them.

        `environ` is what only these have.
        """
        from distributed import Client

        for _ in range(count):
            options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
            place = ["--local-directory", str(self.folder)]
            self.workers.append(self._start("worker", [self.address, *options, *place], environ))
        with Client(self.address, set_as_default=False) as client:
            alive = sum(worker.poll() is None for worker in self.workers)
            client.wait_for_workers(alive, timeout=_PATIENCE_S)

    def logged(self) -> str:
        """All that scheduler and workers said."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _start(
        self, what: str, options: list[str], environ: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        log = self.folder / f"{what}-{len(self.workers)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
                stdout=file,
                stderr=file,
                env={**os.environ, **_QUIET, **self.environ, **(environ or {})},
            )
        self._processes.callback(_ended, process)
        return process


def _is_whole(file: Path) -> bool:
    """True when the scheduler has written all of it: it is there before its content is."""
    try:
        return bool(json.loads(file.read_text()))
    except (FileNotFoundError, ValueError):
        return False


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def running_cluster(
    folder: Path,
    workers: int = 0,
    protocol: str = "tcp",
    environ: Mapping[str, str] | None = None,
) -> Iterator[DaskCluster]:
    """A scheduler on a port of its own, with so many workers; see `DaskCluster`."""
    with ExitStack() as processes:
        cluster = DaskCluster(folder, processes, protocol, environ or {})
        cluster.begin()
        if workers:
            cluster.add_workers(workers)
        yield cluster
