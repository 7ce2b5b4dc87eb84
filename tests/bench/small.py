"""Small runs, as a clerk has them: what each command costs beside another checkout of this tool.

    git worktree add --detach /tmp/then 2ac9b8c
    python -m tests.bench.small --against /tmp/then [--times 7] [--only check,build,...]

Both run in turn, each in a folder of its own that its own `build` filled, with a warm disk and
compiled modules. Prints the medians of processor time as a Markdown table; the clock says little
where a tenth of a second is measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from tests.bench import generate
from tests.bench.measure import Measured, in_turn, machine, program
from tests.bench.relay import LOOPBACK
from tests.bench.sending import FOLDER_IN, gateway_settings
from tests.contract.sshd import MODERN, Sshd, running_sshd
from tests.contract.user_keys import write_key

_OURS = Path(__file__).parents[2]
_TOOL = Path(sys.executable).with_name("fla-batch")
"""The script that pip wrote; whose package it starts, PYTHONPATH says."""
_READS = "import polars; polars.read_excel('thousand.xlsx', infer_schema_length=0)"


class Job(NamedTuple):
    """A command line, and whether the outbox and its ledger are there when it begins.

    `bare` is a program in Python that no command line tool of its kind could do without.
    """

    arguments: str
    built: bool
    bare: str = ""

    @property
    def name(self) -> str:
        ledger = "" if "help" in self.arguments else ", ledger" if self.built else ", no ledger"
        return f"`{self.arguments}`{ledger}"


JOBS = (
    Job("--help", built=False, bare="pass"),
    Job("check ten.csv", built=False),
    Job("check ten.csv", built=True),
    Job("check thousand.xlsx", built=False, bare=_READS),
    Job("check thousand.xlsx", built=True, bare=_READS),
    Job("build ten.csv", built=False),
    Job("build other.csv", built=True),
    Job("validate FI", built=False),
    Job("status", built=True),
    Job("anomalies", built=True),
    Job("send", built=True),
    Job("poll", built=True),
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """The package of one commit, and the folder in which it works."""

    code: Path
    folder: Path
    server: Sshd

    def prepare(self) -> None:
        """Tables, keys and settings, and the outbox of a first build, kept beside."""
        generate.write_settings(self.folder)
        with (self.folder / "fla-batch.toml").open("a") as file:
            file.write(gateway_settings(self.server.port, self.server.root.parent))
        rows = generate.trainings_table(0, 1000)
        rows.head(10).write_csv(self.folder / "ten.csv", separator=";")
        rows.slice(10 * generate.TRAININGS, 10).write_csv(self.folder / "other.csv", separator=";")
        rows.head(1000).write_excel(self.folder / "thousand.xlsx", autofit=False)
        self._tool("build ten.csv")
        parts = sorted((self.folder / "outbox").glob("S/*/sent/FI.*"))
        shutil.copy(parts[0], self.folder / "FI")
        (self.folder / "outbox").rename(self.folder / "built")

    def run(self, job: Job) -> Measured:
        """The job alone: what it finds is laid before, what it left is taken away."""
        shutil.rmtree(self.folder / "outbox", ignore_errors=True)
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        if job.built:
            shutil.copytree(self.folder / "built", self.folder / "outbox")
        for path in (self.server.root / FOLDER_IN).iterdir():
            path.unlink()
        return self._tool(job.arguments)

    def bare(self, job: Job) -> Measured:
        """What the job is compared with besides."""
        return program([sys.executable, "-c", job.bare], cwd=self.folder)

    def _tool(self, arguments: str) -> Measured:
        return program(
            [_TOOL, *arguments.split()],
            cwd=self.folder,
            code=None,
            variables={
                "PYTHONPATH": str(self.code),
                "XDG_STATE_HOME": str(self.folder / "state"),
                "XDG_CACHE_HOME": str(self.folder / "cache"),
            },
        )


@contextmanager
def both(then: Path) -> Iterator[tuple[Checkout, Checkout]]:
    """The other checkout and this one, ready to run, with an sshd for both."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        key = write_key(folder / "user", "ed25519")
        with running_sshd(folder, key, MODERN) as server:
            known = f"[{LOOPBACK}]:{server.port} {server.host_key_line}\n"
            (folder / "known_hosts").write_text(known)
            checkouts = (
                Checkout(then.resolve(), folder / "then", server),
                Checkout(_OURS, folder / "now", server),
            )
            for each in checkouts:
                each.folder.mkdir()
                each.prepare()
            yield checkouts


def rows(then: Checkout, now: Checkout, jobs: tuple[Job, ...], times: int) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    yield "| command | then, ms | now, ms | ratio | of the bare program |"
    yield "| --- | --- | --- | --- | --- |"
    for job in jobs:
        runs: dict[str, Callable[[], Measured]] = {
            "then": partial(then.run, job),
            "now": partial(now.run, job),
        }
        if job.bare:
            runs["bare"] = partial(now.bare, job)
        found = {name: each.cpu_s * 1000 for name, each in in_turn(runs, times).items()}
        bare = f"{found['now'] / found['bare']:.2f}" if job.bare else "-"
        ratio = found["now"] / found["then"]
        yield f"| {job.name} | {found['then']:.0f} | {found['now']:.0f} | {ratio:.2f} | {bare} |"


def main(arguments: list[str]) -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="another checkout")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--only", default="", help="beginnings of command lines, with commas")
    options = parser.parse_args(arguments)
    jobs = tuple(job for job in JOBS if job.arguments.startswith(tuple(options.only.split(","))))
    with both(options.against) as (then, now):
        click.echo(f"Medians of {options.times}, {machine()}, {time.strftime('%Y-%m-%d')}\n")
        for line in rows(then, now, jobs, options.times):
            click.echo(line)


if __name__ == "__main__":
    main(sys.argv[1:])
