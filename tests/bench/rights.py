"""Benchmark of `rights compute`: by columns, worker by worker, and a plain loop over the lines.

    python -m tests.bench.rights [--workers 250000] [--varied]

250,000 workers of 500 employers with four quarters make a million occupation lines. All read
the same two CSV files and write the same CSV file, each in a process of its own; the outputs
are compared byte for byte. Printed as a table and as JSON: seconds of the clock and of the
processor, workers a second, peak memory, and the ratios. Ours runs on a quarter of the workers
too, to show how memory grows. With `--varied` everybody's hours change on a day of their own, so
that hardly two histories are alike.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.bench.plain_rights import compute_plainly

AS_OF = date(2024, 10, 15)
QUARTERS = ("2023Q3", "2024Q1", "2024Q2", "2024Q3")
_EMPLOYERS = 500
_LINES_HEADING = (
    "CompanyID;NOSSRegistrationNbr;INSS;Quarter;EmployerClass;WorkerCode;OccupationStartingDate;"
    "OccupationEndingDate;JointCommissionNbr;RefMeanWorkingHours;MeanWorkingHours;ServiceNbrHours\n"
)
_PERIODS_HEADING = "CompanyID;NOSSRegistrationNbr;INSS;StartingDate;EndingDate;WorkerType\n"
_COMMITTEES = ("200", "124", "111", "140.01", "149.01.02", "330", "227", "116")
_REGIMES = (3800, 3800, 3800, 3800, 3700, 4000)
_PARTS = (100, 100, 100, 100, 80, 80, 50, 50, 75, 60)


def company(number: int) -> str:
    """A company number with right check digits."""
    body = 4_000_000 + number
    return f"0{body}{97 - body % 97:02d}"


def inss(number: int) -> str:
    """An INSS of someone born between 1960 and 1999, spread evenly."""
    born = date(1960, 1, 1) + timedelta(days=number % 14_000)
    body = int(f"{born:%y%m%d}{1 + number // 14_000:03d}")
    return f"{body:09d}{97 - body % 97:02d}"


def write_inputs(folder: Path, count: int, *, varied: bool = False) -> None:
    """The two files, in an order that mixes workers and quarters, the same at every run."""
    draw = random.Random(5)  # the same numbers at every run
    periods = (folder / "dimona.csv").open("w")
    lines: list[str] = []
    with periods:
        periods.write(_PERIODS_HEADING)
        for number in range(count):
            employer, worker = company(draw.randrange(_EMPLOYERS)), inss(number)
            start, end = _relation(draw)
            periods.write(f"{employer};;{worker};{start};{end or ''};OTH\n")
            lines += _worker_lines(draw, employer, worker, start, varied=varied)
    draw.shuffle(lines)
    with (folder / "dmfa.csv").open("w") as file:
        file.write(_LINES_HEADING)
        file.writelines(lines)


def _relation(draw: random.Random) -> tuple[date, date | None]:
    """Most continue; one in ten began in 2023 or 2024, one in twenty has an OUT that is known."""
    start = date(2005, 1, 1) + timedelta(days=draw.randrange(6_500))
    if draw.random() < 0.1:
        start = date(2023, 7, 1) + timedelta(days=draw.randrange(400))
    end = date(2024, 10, 20) + timedelta(days=draw.randrange(70)) if draw.random() < 0.05 else None
    return start, end


def _worker_lines(
    draw: random.Random, employer: str, worker: str, start: date, *, varied: bool
) -> Iterator[str]:
    """Four lines: one per quarter, or two in the quarter in which the hours changed."""
    committee, reference = draw.choice(_COMMITTEES), draw.choice(_REGIMES)
    mean = reference * draw.choice(_PARTS) // 100
    changes = draw.random() < (1 if varied else 0.1)
    for quarter in QUARTERS:
        first = date(int(quarter[:4]), int(quarter[5]) * 3 - 2, 1)
        last = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1) - timedelta(1)
        if start > last:
            continue
        fixed = f"{employer};;{worker};{quarter};010;495"
        if changes and quarter == QUARTERS[2] and start < first:
            turn = first + timedelta(days=draw.randrange(1, 90))
            yield f"{fixed};{start};{turn - timedelta(1)};{committee};{reference};{mean};\n"
            mean = reference * (draw.randrange(20, 101) if varied else draw.choice(_PARTS)) // 100
            yield f"{fixed};{turn};;{committee};{reference};{mean};\n"
        else:
            yield f"{fixed};{start};;{committee};{reference};{mean};\n"


def compute_ours(folder: Path, output: Path) -> None:
    """What `rights compute` does."""
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.output import write_rights
    from fla_batch.rights.request import Request
    from fla_batch.rights.spill import Spill

    request = Request(as_of=AS_OF, year=AS_OF.year)
    with Spill() as spill:
        computation = prepare(spill, [folder / "dmfa.csv"], [folder / "dimona.csv"], request)
        write_rights(computation, output)


def compute_one_by_one(folder: Path, output: Path) -> None:
    """The per-worker path, which explains and is the oracle of the columns."""
    from fla_batch.rights.compute import prepare
    from fla_batch.rights.output import CSV_COLUMNS, rows_of
    from fla_batch.rights.request import Request
    from fla_batch.rights.spill import Spill

    request = Request(as_of=AS_OF, year=AS_OF.year)
    with Spill() as spill, output.open("w", encoding="utf-8", newline="") as file:
        computation = prepare(spill, [folder / "dmfa.csv"], [folder / "dimona.csv"], request)
        table = csv.writer(file, delimiter=";", lineterminator="\n")
        table.writerow(CSV_COLUMNS)
        for right in computation.rights():
            table.writerows(rows_of(right))


_WAYS = {"ours": compute_ours, "one_by_one": compute_one_by_one, "plain": compute_plainly}


def measured(way: str, folder: Path, output: Path, workers: int) -> dict[str, float]:
    """Seconds and peak memory of one way, in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--way", way]
    command += ["--folder", str(folder), "--output", str(output)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(answer.stdout)
    result["workers_per_s"] = workers / result["seconds"]
    return result


def run_way(way: str, folder: Path, output: Path) -> dict[str, float]:
    """Run one way here and measure it."""
    begun, used = time.perf_counter(), time.process_time()
    _WAYS[way](folder, output)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu_seconds": time.process_time() - used,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def compare(workers: int, *, varied: bool) -> dict[str, object]:
    """All ways on all workers, ours on a quarter of them too."""
    with TemporaryDirectory(prefix="fla-batch-bench-") as name:
        folder, small = Path(name), Path(name) / "quarter"
        small.mkdir()
        write_inputs(folder, workers, varied=varied)
        write_inputs(small, workers // 4, varied=varied)
        with (folder / "dmfa.csv").open() as file:
            lines = sum(1 for _ in file) - 1
        ours = measured("ours", folder, folder / "ours.csv", workers)
        plain = measured("plain", folder, folder / "plain.csv", workers)
        single = measured("one_by_one", folder, folder / "single.csv", workers)
        quarter = measured("ours", small, small / "ours.csv", workers // 4)
        outputs = {(folder / f"{name}.csv").read_bytes() for name in ("ours", "single", "plain")}
    return {
        "workers": workers,
        "lines": lines,
        "varied": varied,
        "ours": ours,
        "one_by_one": single,
        "plain": plain,
        "ours_on_a_quarter": quarter,
        "times_faster": plain["seconds"] / ours["seconds"],
        "memory_ratio": ours["peak_mb"] / plain["peak_mb"],
        "times_faster_cpu": plain["cpu_seconds"] / ours["cpu_seconds"],
        "same_output": len(outputs) == 1,
    }


def show(result: dict[str, object]) -> None:
    """The table, then the JSON."""
    click.echo(f"{result['workers']} workers, {result['lines']} lines")
    click.echo(f"{'':18} {'seconds':>8} {'CPU s':>7} {'workers/s':>10} {'peak MB':>8}")
    for way in ("ours", "one_by_one", "plain", "ours_on_a_quarter"):
        found = result[way]
        if isinstance(found, dict):
            click.echo(
                f"{way:18} {found['seconds']:8.1f} {found['cpu_seconds']:7.1f} "
                f"{found['workers_per_s']:10.0f} {found['peak_mb']:8.0f}"
            )
    click.echo(
        f"times faster: {result['times_faster']:.1f} by the clock, "
        f"{result['times_faster_cpu']:.1f} in processor time; same output: {result['same_output']}"
    )
    click.echo(json.dumps(result))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=250_000)
    parser.add_argument("--varied", action="store_true")
    parser.add_argument("--way", choices=sorted(_WAYS))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    if given.way:
        click.echo(json.dumps(run_way(given.way, given.folder, given.output)))
    else:
        show(compare(given.workers, varied=given.varied))


if __name__ == "__main__":
    main()
