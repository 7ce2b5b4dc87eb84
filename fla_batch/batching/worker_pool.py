"""Who checks and writes the declarations: threads of this process, and for slow work others.

One path: whatever the size, the input is cut into jobs and each job is done by a Desk. Whole
columns are work during which Python's other threads run, so a thread does it while the next rows
are read here. Chunks in which many declarations have to be looked at one by one are shared among
as many processes as there are cores. Jobs come back in their order, and a form's number follows
from its place in the input, so that the same input gives the same bytes however many hands there
were (R26).
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing import get_context
from typing import TYPE_CHECKING

from fla_batch.batching.form_builder import Desk, Done, Job
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Spool
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.message import load
from fla_batch.message.extra_zones import EmployerZones
from fla_batch.models import Entry
from fla_batch.rules import RuleContext
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.creation_stamps import CreationStamps
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.progress import Watcher
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.rules import PlatformHistory

Item = Entry | Anomaly | TableChunk
Reserve = Callable[[int, int], CreationStamps | None]
"""Creation stamps for so many forms from a number on."""
_ITEMS_A_JOB = 500
_THREADS = 1
"""Reading goes on in the main thread, and is about as much work as this one does."""
_MANY_QUESTIONS = 1_000
_JOBS_WORTH_A_CREW = 6
"""Starting another Python takes about a second: fewer slow jobs than these are done by then."""


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
    extras: EmployerZones = field(default_factory=dict)


@dataclass(slots=True)
class Spooled:
    """What became of the whole input, whose forms now lie in the spool."""

    anomalies: AnomalySpool = field(default_factory=AnomalySpool)
    declarations: int = 0
    blocked: int = 0
    in_files: int = 0


def spool_all(
    items: Iterable[Item],
    spool: Spool,
    desk: Desk,
    recipe: Callable[[], Recipe],
    counted: Watcher,
    *,
    hands: int = 1,
    reserve: Reserve | None = None,
) -> Spooled:
    """Does the whole input and puts its forms in the spool, with stamps that `reserve` gives.

    Raises OSError or DiskTrouble: a disk is full. `hands` is how many processes may work at it;
    more than one only for a program whose main module may be imported again, which is how Python
    starts them.
    """
    total = Spooled()
    with _Crew(desk, recipe, hands) as crew:
        for done in crew.results(_jobs(items, desk, counted, reserve or _those_of_the_maker)):
            spool.add(done.written)
            total.anomalies.add(done.anomalies)
            total.declarations += done.declarations
            total.blocked += done.blocked
            total.in_files += done.in_files
            counted(done.declarations)
    spool.flush()
    return total


def _those_of_the_maker(_first: int, _count: int) -> None:
    """Nobody else makes forms."""


def _jobs(items: Iterable[Item], desk: Desk, counted: Watcher, reserve: Reserve) -> Iterator[Job]:
    first = 1
    waiting: list[Entry | Anomaly] = []
    for item in items:
        if not isinstance(item, TableChunk):
            waiting.append(item)
        if waiting and (isinstance(item, TableChunk) or len(waiting) == _ITEMS_A_JOB):
            declarations = sum(isinstance(one, Entry) for one in waiting)
            yield Job(first, waiting, reserve(first, declarations))
            first += declarations
            waiting = []
        if isinstance(item, TableChunk):
            counted.expect(item.announces)
            screened = desk.screened(item)
            yield Job(first, screened, reserve(first, screened.declarations))
            first += screened.declarations
    if waiting:
        declarations = sum(isinstance(one, Entry) for one in waiting)
        yield Job(first, waiting, reserve(first, declarations))


class _Crew:
    """Does jobs: row by row here, whole columns in threads, slow chunks in other processes.

    The processes start when enough slow chunks have come to be worth it.
    """

    def __init__(self, desk: Desk, recipe: Callable[[], Recipe], hands: int) -> None:
        self._desk = desk
        self._recipe = recipe
        self._hands = hands
        self._slow_jobs = 0
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="desk")
        self._processes: ProcessPoolExecutor | None = None

    def results(self, jobs: Iterable[Job]) -> Iterator[Done]:
        """The results in the order of the jobs, few of them under way at a time."""
        under_way: deque[Future[Done]] = deque()
        for job in jobs:
            under_way.append(self._started(job))
            while len(under_way) > (self._hands + 1 if self._processes else _THREADS):
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _started(self, job: Job) -> Future[Done]:
        if isinstance(job.items, list):
            here: Future[Done] = Future()
            here.set_result(self._desk.do(job))
            return here
        slow = self._hands > 1 and job.items.questions >= _MANY_QUESTIONS
        self._slow_jobs += slow
        if slow and self._slow_jobs > _JOBS_WORTH_A_CREW:
            return self._others().submit(_do, job)
        return self._threads.submit(self._desk.do, job)

    def _others(self) -> ProcessPoolExecutor:
        if self._processes is None:
            self._processes = ProcessPoolExecutor(
                self._hands,
                mp_context=get_context("spawn"),
                initializer=_sit_down,
                initargs=(self._recipe(),),
            )
        return self._processes

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)


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
    profile = load(recipe.profile)
    maker = FormMaker(profile, recipe.run, recipe.started)
    context = replace(recipe.context, history=_history(recipe) if recipe.held else None)
    return Desk.for_profile(profile, maker, context, recipe.extras)


def _history(recipe: Recipe) -> PlatformHistory:
    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.ledger import Ledger

    return LedgerHistory(Ledger.open(recipe.ledger, create=False), recipe.environment)
