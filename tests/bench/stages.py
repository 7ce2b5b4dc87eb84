"""Where the time of the bulk path goes: its stages one after the other, in one process.

    python -m tests.bench.stages [--declarations 50000]

Prints microseconds of processor a declaration for each stage of `build` (Parquet and CSV),
`validate` and `poll`, and the share of its job. In life some of them run side by side.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from lxml import etree

from fla_batch.answers import notification
from fla_batch.answers.answer_changes import Interpreter
from fla_batch.answers.sent_forms import Sent
from fla_batch.batching.arrange import Part
from fla_batch.batching.form_builder import Desk, Job
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Spool, bytes_of
from fla_batch.commands.build_batches import _records
from fla_batch.intake.table_declarations import TableChunk, read_table_chunks
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.records import AnswerFile, BatchRecord, Change
from fla_batch.message import load
from fla_batch.message.column_validation import Clearing
from fla_batch.message.form_lines import FormLines
from fla_batch.message.message_format import stamps_of
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.rules import RuleContext
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.progress import UNWATCHED
from fla_batch.vocabulary.terms import Environment, FormKind
from tests.bench.jobs import NOTI, Site, now
from tests.bench.measure import machine

_PROFILE = load("fla-20250131")
_CONTEXT = RuleContext(today=date(2026, 1, 1))


@dataclass(slots=True)
class Stages:
    """The stages of one job, each with its seconds of processor."""

    job: str
    declarations: int
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures the body."""
        started = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - started

    def table(self) -> str:
        """Microseconds a declaration, and the share."""
        whole = sum(self.seconds.values())
        lines = [f"| {self.job} | microseconds | share |", "| --- | --- | --- |"]
        for name, seconds in self.seconds.items():
            each = seconds / self.declarations * 1e6
            lines.append(f"| {name} | {each:.1f} | {seconds / whole:.0%} |")
        return "\n".join(lines)


class _NothingToWaitFor:
    """Stands for the parts that are made beside the ledger's work."""

    def finish(self) -> None:
        """They are made in a stage of their own here."""


def build_stages(folder: Path, source: str, declarations: int) -> Stages:
    """The stages of `build`."""
    found = Stages(f"build from {source.rpartition('.')[2]}", declarations)
    desk = Desk.for_profile(_PROFILE, FormMaker(_PROFILE, "BENCHSTAGE", now()), _CONTEXT)
    work = folder / f"work-{source}"
    work.mkdir()
    spool = Spool(work)
    with Ledger.open(f"sqlite:///{work}/ledger.db") as ledger:
        with found.stage("read and convert"):
            items = list(read_table_chunks(folder / source))
        chunks = [item for item in items if isinstance(item, TableChunk)]
        with found.stage("screen"):
            for chunk in chunks:
                desk.screened(chunk)
        first = 1
        for chunk in chunks:
            with found.stage("XML and JSON by columns"):
                done = desk.do(Job(first, chunk))
            with found.stage("spool"):
                done.written.set_down(work, str(first))
                spool.add(done.written)
            first += chunk.declarations
        # That stage screened once more.
        found.seconds["XML and JSON by columns"] -= found.seconds["screen"]
        with found.stage("arrange"):
            sum(len(group) for group in spool.by_worker())
        part: list[Part] = [range(len(spool))]
        message = work / "FI.xml"
        with found.stage("FI and its digest"), message.open("wb") as file:
            writer = desk.writers[FormKind.TRAININGS]
            head, foot = writer.around(len(spool))
            digest = hashlib.sha256()
            pieces = [head, *bytes_of(spool.extents(part[0])), foot]
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
        del pieces
        with found.stage("XSD"):
            SchemaValidator(_PROFILE, _PROFILE.declaration).check(message)
        name = BatchName("FLAD", "123456", date(2026, 1, 1), "00001", Environment.SIMULATION)
        record = BatchRecord(
            name, _PROFILE.name, _PROFILE.version, 1, "folder", now(), sheets=spool.sheets
        )
        waiting: Any = _NothingToWaitFor()
        with found.stage("notes back from the spool"):
            records = list(_records(spool, part, waiting, UNWATCHED))
        with found.stage("ledger"):
            ledger.record_batch(record, records)
    return found


def validate_stages(parts: list[Path], declarations: int) -> Stages:
    """The stages of `validate`; in life blocks are looked at side by side."""
    found = Stages("validate", declarations)
    lines = FormLines(_PROFILE.declaration)
    validator = SchemaValidator(_PROFILE, _PROFILE.declaration)
    clearing, by_parts = Clearing(lines.places, _PROFILE, _CONTEXT), validator.by_parts
    for path in parts:
        for block in lines.blocks(path):
            with found.stage("table of forms"):
                len(block)
            with found.stage("XSD by parts"):
                if by_parts is None or not by_parts.finds_block_valid(block):
                    raise AssertionError(path)
            with found.stage("stamps"):
                stamps_of(block.table)
            with found.stage("rules by columns"):
                clearing.left_over(block)
    return found


def poll_stages(site: Site, declarations: int) -> Stages:
    """The stages of `poll`; the first three are one process in life, the ledger is another.

    Each of those passes does what the one before does and one thing more.
    """
    found = Stages("poll", declarations)
    path = site.folder / NOTI
    with Ledger.open(f"sqlite:///{site.folder / 'built'}/ledger.db") as ledger:
        interpreter = Interpreter(_PROFILE, Sent(ledger))
        changes: list[Change] = []
        passes: dict[str, Callable[[], object]] = {
            "parse": lambda: _exhaust(etree.iterparse(str(path), events=("end",), tag="Form")),
            "read": lambda: _exhaust(notification.read_forms(path)),
            "match and interpret": lambda: changes.extend(
                interpreter.changes(path, Environment.SIMULATION, now())
            ),
        }
        before = 0.0
        for name, run in passes.items():
            started = time.process_time()
            run()
            spent = time.process_time() - started
            found.seconds[name] = spent - before
            before = spent
        file = AnswerFile(path.name, 1, "0" * 64, Environment.SIMULATION, "kept", now())
        with found.stage("ledger"):
            ledger.accept_answer(file, changes, now())
    return found


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


def main(arguments: list[str]) -> None:
    """Measures the stages of all jobs and prints them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--declarations", type=int, default=50_000)
    count = parser.parse_args(arguments).declarations
    click.echo(f"{count:,} declarations, {machine()}\n")
    with TemporaryDirectory() as folder:
        site = Site(Path(folder), count)
        site.prepare()
        for source in ("trainings.parquet", "trainings.csv"):
            click.echo(build_stages(site.folder, source, count).table() + "\n")
        click.echo(validate_stages(site.parts(), count).table() + "\n")
        site.notify()
        click.echo(poll_stages(site, count).table())


if __name__ == "__main__":
    main(sys.argv[1:])
