"""Running a program and measuring it: seconds of clock and processor, peak memory of all its
processes together."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

_SAMPLE_S = 0.05
_COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the clock, seconds of the processor, and peak megabytes (10**6 bytes)."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def to_json(self) -> dict[str, float]:
        return {name: round(value, 3) for name, value in asdict(self).items()}


def program(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    code: int | None = 0,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Measured:
    """Runs a command to its end. Raises CalledProcessError with what it wrote to stderr.

    `code` is the exit code that it must end with; None for 0 or 1, anomalies or none. `variables`
    come on top of the environment. Modules are compiled once and kept, as where the package was
    installed, whatever this process was told.
    """
    environment = {name: value for name, value in os.environ.items() if name != _COMPILES_ANEW}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        watch = _Memory(process.pid)
        watch.start()
        _, errors = process.communicate()
        watch.stop()
    wall = time.perf_counter() - started
    if process.returncode not in ((0, 1) if code is None else (code,)):
        raise subprocess.CalledProcessError(process.returncode, command, stderr=errors)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(wall, cpu, watch.peak / 1e6)


def in_turn(runs: dict[str, Callable[[], Measured]], times: int) -> dict[str, Measured]:
    """Every run once, then every run again, `times` times; the median of each one's seconds."""
    found: dict[str, list[Measured]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            found[name].append(run())
    return {name: _median(measured) for name, measured in found.items()}


def _median(measured: Sequence[Measured]) -> Measured:
    return Measured(
        statistics.median(one.wall_s for one in measured),
        statistics.median(one.cpu_s for one in measured),
        max(one.peak_mb for one in measured),
    )


class _Memory(threading.Thread):
    """Adds up the memory that a process and all below it hold, many times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            self.peak = max(self.peak, sum(_private_bytes(pid) for pid in _tree(self._pid)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        found += [int(child) for child in children]
    return found


def _private_bytes(pid: int) -> int:
    """Resident memory without pages of files, which the system takes back when it likes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("RssAnon")), "0")
    return int(kilobytes) * 1024


def machine() -> str:
    """Processor, cores and Python, for the heading of a table."""
    import platform

    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, Python {platform.python_version()}"
