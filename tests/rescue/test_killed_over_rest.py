"""`rescue` over REST, killed at random moments: the same command goes on, nothing is missing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from tests.counts import COUNTED, count
from tests.rescue.crowd import settle
from tests.rescue.test_rescue import listed, missing, require_everything

pytestmark = pytest.mark.timeout(14_000)
_BEFORE = datetime.now(UTC) - datetime(2024, 9, 2, 9, 0, tzinfo=UTC)
"""In 2024 a worker has one or two years to ask for, so that more workers can be asked about."""
_COMMAND = """
import sys
from datetime import UTC, datetime, timedelta
from fla_batch.cli import edge, options
options.now = lambda: datetime.now(UTC) - timedelta(seconds=float(sys.argv[1]))
import fla_batch.cli.rescue
fla_batch.cli.rescue.now = options.now
sys.exit(edge.run(sys.argv[2:]))
"""


def then() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=_BEFORE.total_seconds())


def started(ground: Ground, folder: Path, workers: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", _COMMAND, str(_BEFORE.total_seconds()), "rescue"),
            *("--workers", str(workers), "-o", str(folder), "--config", str(ground.settings_file)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rescue_with_kills(folder: Path, employers: int, workers: int, kills: int) -> str:
    """What was seen, in a line. Raises AssertionError when anything is missing."""
    chance = random.Random(31)
    # From a second on, each order of magnitude as often: while it starts, builds, asks and writes.
    longest_s = max(1.7, 0.006 * workers)
    begun = time.monotonic()
    died = 0
    with practice_ground(
        folder / "ground", load("fla-20250131"), clock=then, rest=RestFaultPlan()
    ) as ground:
        people = settle(ground.platform, employers, workers)
        file = listed(folder / "workers.csv", people)
        for _ in range(kills):
            process = started(ground, folder / "out", file)
            try:
                process.communicate(timeout=longest_s ** chance.random())
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                died += 1
        last = started(ground, folder / "out", file)
        said, _ = last.communicate()
        assert last.returncode == 0, said
        assert missing(folder / "out") == []
        require_everything(ground, folder / "out", people)
        assert ground.rest is not None
        calls = len(ground.rest.calls)
    seconds = time.monotonic() - begun
    return (
        f"rescue over REST, {employers} employers, {workers} workers, killed {died} times: "
        f"0 missing, {calls} calls, {seconds:.0f} s"
    )


def test_killed_at_random_moments_nothing_is_missing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seen = rescue_with_kills(tmp_path, count(4, 200), count(24, 20_000), count(3, 50))
    record_property(COUNTED, seen)
