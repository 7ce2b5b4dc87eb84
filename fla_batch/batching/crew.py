"""Who checks and writes the declarations: this process, and for large tables others beside it.

One path: whatever the size, the input is cut into jobs and each job is done by a Desk. Small
input is done here; a large table is shared among as many processes as there are cores. Jobs
come back in their order, and a form's number follows from its place in the input, so that the
same input gives the same bytes however many hands there were (R26).
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import TYPE_CHECKING

from fla_batch.batching.forms import FormMaker
from fla_batch.batching.spool import Spool, Written
from fla_batch.binding import MessageWriter, load
from fla_batch.findings import Anomaly
from fla_batch.intake.tables import TableChunk
from fla_batch.models import Entry
from fla_batch.rules import RuleContext, check
from fla_batch.terms import Environment

if TYPE_CHECKING:
    from fla_batch.rules import History

Item = Entry | Anomaly | TableChunk
_ITEMS_A_JOB = 500
_CHUNKS_WORTH_A_CREW = 6
"""Starting another Python takes about a second: less than six chunks are done before that."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a Desk in another process needs; plain values. `held` says if history matters."""

    profile: str
    run: str
    started: datetime
    context: RuleContext
    ledger: str
    environment: Environment
    held: bool


@dataclass(frozen=True, slots=True)
class Job:
    """Part of the input; `first` is the number of its first declaration, from 1."""

    first: int
    items: list[Entry | Anomaly] | TableChunk


@dataclass(slots=True)
class Done:
    """What became of a job: the forms to send, all anomalies, and the counts."""

    written: Written = field(default_factory=Written)
    anomalies: list[Anomaly] = field(default_factory=list)
    declarations: int = 0
    blocked: int = 0
    in_files: int = 0


@dataclass(slots=True)
class Spooled:
    """What became of the whole input, whose forms now lie in the spool."""

    anomalies: list[Anomaly] = field(default_factory=list)
    declarations: int = 0
    blocked: int = 0
    in_files: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Checks declarations and writes those that are not blocked."""

    maker: FormMaker
    writer: MessageWriter
    context: RuleContext

    def do(self, job: Job) -> Done:
        """One job. Never raises for its content."""
        done = Done()
        for item in self._items(job):
            if isinstance(item, Anomaly):
                done.anomalies.append(item)
                done.in_files += item.blocks
                continue
            number = job.first + done.declarations
            done.declarations += 1
            found = check(item, self.context)
            done.anomalies += found
            if any(anomaly.blocks for anomaly in found):
                done.blocked += 1
                continue
            form = self.maker.form(item.declaration, number)
            done.written.add(form, self.writer.form(form))
        return done

    def _items(self, job: Job) -> Iterable[Entry | Anomaly]:
        if not isinstance(job.items, TableChunk):
            return job.items
        from fla_batch.rules.screen import cleared

        return job.items.entries(partial(cleared, context=self.context))


def spool_all(
    items: Iterable[Item],
    spool: Spool,
    desk: Desk,
    recipe: Callable[[], Recipe],
    counted: Callable[[int], None],
    *,
    hands: int = 1,
) -> Spooled:
    """Does the whole input and puts its forms in the spool. Raises OSError: the disk is full.

    `hands` is how many processes may work at it. More than one only for a program whose main
    module may be imported again, which is how Python starts them.
    """
    total = Spooled()
    with _crew(_jobs(items), desk, recipe, hands) as results:
        for done in results:
            spool.add(done.written)
            total.anomalies += done.anomalies
            total.declarations += done.declarations
            total.blocked += done.blocked
            total.in_files += done.in_files
            counted(done.declarations)
    return total


def _jobs(items: Iterable[Item]) -> Iterator[Job]:
    first = 1
    waiting: list[Entry | Anomaly] = []
    for item in items:
        if not isinstance(item, TableChunk):
            waiting.append(item)
        if waiting and (isinstance(item, TableChunk) or len(waiting) == _ITEMS_A_JOB):
            yield Job(first, waiting)
            first += sum(isinstance(one, Entry) for one in waiting)
            waiting = []
        if isinstance(item, TableChunk):
            yield Job(first, item)
            first += item.declarations
    if waiting:
        yield Job(first, waiting)


@contextmanager
def _crew(
    jobs: Iterator[Job], desk: Desk, recipe: Callable[[], Recipe], hands: int
) -> Iterator[Iterator[Done]]:
    """The results of all jobs in order, done here or by several processes."""
    head = list(islice(jobs, _CHUNKS_WORTH_A_CREW))
    large = sum(isinstance(job.items, TableChunk) for job in head) == _CHUNKS_WORTH_A_CREW
    if not large or hands < 2:
        yield map(desk.do, chain(head, jobs))
        return
    pool = ProcessPoolExecutor(
        hands, mp_context=get_context("spawn"), initializer=_sit_down, initargs=(recipe(),)
    )
    try:
        yield _in_order(pool, chain(head, jobs), hands + 1)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, jobs: Iterator[Job], ahead: int) -> Iterator[Done]:
    """Results in the order of the jobs, no more than `ahead` of them under way."""
    under_way: deque[Future[Done]] = deque()
    for job in jobs:
        under_way.append(pool.submit(_do, job))
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


_desk: list[Desk] = []
"""The desk of this process, when it is one of a crew: a process pool has no other place for it."""


def _sit_down(recipe: Recipe) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gave the work
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # there is a process for each core already
    _desk[:] = [desk_of(recipe)]


def _do(job: Job) -> Done:
    return _desk[0].do(job)


def desk_of(recipe: Recipe) -> Desk:
    """A desk of its own for this process."""
    from dataclasses import replace

    profile = load(recipe.profile)
    maker = FormMaker(profile, recipe.run, recipe.started)
    context = replace(recipe.context, history=_history(recipe) if recipe.held else None)
    return Desk(maker, MessageWriter(profile.declaration), context)


def _history(recipe: Recipe) -> History:
    from fla_batch.history import LedgerHistory
    from fla_batch.ledger import Ledger

    return LedgerHistory(Ledger.open(recipe.ledger, create=False), recipe.environment)
