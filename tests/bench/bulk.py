"""Benchmark of the bulk path, beside the yardsticks that do the same work on the same files.

    python -m tests.bench.bulk [--declarations 1000000] [--varied] [--times 3] [--only build,...]

Generates trainings declarations with three trainings each, then runs in turn: `build` from
Parquet and from CSV, `validate`, `check`, `poll` of a NOTI with as many forms (5 % with anomalies),
`send` of all that was built to a local sshd, without and with a round trip of 20 ms, signing,
`--help`; and xmllint --stream, a bare iterparse, OpenSSH's sftp; at last the peers that write and
validate XML (`tests.bench.peers`). Prints tables of medians and ratios, and writes the same as
JSON with --json FILE.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.bench import jobs
from tests.bench.measure import Measured, in_turn, machine
from tests.bench.peers import measured_peers, peer_tables
from tests.bench.sending import sending


@dataclass(frozen=True, slots=True)
class Aim:
    """The most that the issue allows: times the yardstick's time, and peak megabytes."""

    most_times: float = math.inf
    most_mb: float = math.inf

    def __str__(self) -> str:
        parts = [f"<= {self.most_times:g} x"] if self.most_times < math.inf else []
        parts += [f"< {self.most_mb:g} MB"] if self.most_mb < math.inf else []
        return ", ".join(parts)


@dataclass(slots=True)
class Row:
    """One line of the table: ours, the yardstick, and how many times as long ours takes."""

    job: str
    ours: Measured
    yardstick: str
    theirs: Measured
    aim: Aim

    @property
    def ratio(self) -> float:
        return self.ours.wall_s / self.theirs.wall_s

    @property
    def cpu_ratio(self) -> float:
        """The same of processor time, which a busy machine hardly changes."""
        return self.ours.cpu_s / self.theirs.cpu_s

    @property
    def met(self) -> bool:
        return self.ratio <= self.aim.most_times and self.ours.peak_mb < self.aim.most_mb

    def to_json(self) -> dict[str, object]:
        return {
            "job": self.job,
            "ours": self.ours.to_json(),
            "yardstick": self.yardstick,
            "theirs": self.theirs.to_json(),
            "ratio": round(self.ratio, 2),
            "cpu_ratio": round(self.cpu_ratio, 2),
            "aim": str(self.aim),
            "met": self.met,
        }


@dataclass(slots=True)
class Bench:
    """What is measured, in which order, in one folder."""

    folder: Path
    declarations: int
    times: int
    varied: bool = False
    rows: list[Row] = field(default_factory=list)

    def compare(
        self,
        job: str,
        ours: Callable[[], Measured],
        yardstick: str,
        theirs: Callable[[], Measured],
        aim: Aim,
    ) -> None:
        """Measures both in turn and keeps a row."""
        click.echo(f"measuring: {job}", err=True)
        medians = in_turn({"ours": ours, "theirs": theirs}, self.times)
        self.rows.append(Row(job, medians["ours"], yardstick, medians["theirs"], aim))


def run(bench: Bench, only: frozenset[str]) -> None:
    """All jobs whose name is in `only`, or all. Later jobs need the files of `build`."""
    site = jobs.Site(bench.folder, bench.declarations, bench.varied)
    site.prepare()
    lint = site.xmllint
    if not only or "build" in only:
        parquet, csv = Aim(2, 450), Aim(2.1, 450)
        bench.compare("build from Parquet", site.build_parquet, "xmllint --stream", lint, parquet)
        bench.compare("build from CSV", site.build_csv, "xmllint --stream", lint, csv)
    if not only or "validate" in only:
        bench.compare("validate", site.validate, "xmllint --stream", lint, Aim(0.6))
        bench.compare("its XSD alone", site.validate_xsd, "xmllint --stream", lint, Aim(0.4))
    if not only or "check" in only:
        bench.compare("check of CSV", site.check_csv, "build from CSV", site.build_csv, Aim(0.4))
        sheet, polars = site.check_workbook, site.polars_workbook
        bench.compare("check of 1,000 rows of XLSX", sheet, "polars reads it", polars, Aim(3))
    if not only or "send" in only:
        # Before poll, after which the ledger knows these batches as answered.
        with sending(site) as (ours, theirs):
            bench.compare("send", ours, "OpenSSH sftp", theirs, Aim(1.15))
        with sending(site, round_trip_s=0.02) as (ours, theirs):
            bench.compare("send, 20 ms round trip", ours, "OpenSSH sftp", theirs, Aim(1.25))
    if not only or "poll" in only:
        bench.compare("poll a NOTI", site.poll, "bare iterparse", site.iterparse, Aim(3, 300))
    if not only or "sign" in only:
        bench.compare("sign", site.sign, "openssl cms", site.openssl, Aim(most_mb=100))
    if not only or "help" in only:
        bench.compare("--help", site.help_page, "bare Python", site.bare_python, Aim(1.5))


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| job | ours, s | MB | yardstick | its s | ratio | of processor | aim | met |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {row.job} | {row.ours.wall_s:.2f} | {row.ours.peak_mb:.0f} | {row.yardstick} "
        f"| {row.theirs.wall_s:.2f} | {row.ratio:.2f} | {row.cpu_ratio:.2f} | {row.aim} "
        f"| {'yes' if row.met else 'no'} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--declarations", type=int, default=1_000_000)
    parser.add_argument("--varied", action="store_true", help="see tests.bench.varied")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    only = frozenset(name for name in options.only.split(",") if name)
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.declarations, options.times, options.varied)
        run(bench, only)
    day = time.strftime("%Y-%m-%d")
    kind = "varied" if options.varied else "uniform"
    click.echo(f"{options.declarations:,} {kind} declarations, {machine()}, {day}\n")
    click.echo(table(bench.rows))
    peers = measured_peers() if not only or "peers" in only else []
    click.echo("\n" + peer_tables(peers))
    if options.json:
        document = {
            "declarations": options.declarations,
            "varied": options.varied,
            "machine": machine(),
            "date": day,
            "rows": [row.to_json() for row in bench.rows],
            "peers": [asdict(peer) for peer in peers],
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
