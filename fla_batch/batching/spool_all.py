"""The whole input, cut into jobs, checked and written by a workforce, to a spool.

One path, whatever the size and whoever works. Jobs come back in their order, and a form's number
follows from its place in the input, so that the same input gives the same bytes however many
hands there were (R26).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field

from fla_batch.batching.form_builder import Desk, Done, Job
from fla_batch.batching.form_store import Spool
from fla_batch.batching.recipe import DESKS, Recipe, write_forms
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.models import Entry
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.system.workforce import Workforce
from fla_batch.vocabulary.creation_stamps import CreationStamps
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.progress import Watcher

Item = Entry | Anomaly | TableChunk
Reserve = Callable[[int, int], CreationStamps | None]
"""Creation stamps for so many forms from a number on."""
_ITEMS_A_JOB = 500
_WORTH_A_CREW = 6_000
"""Questions after which other processes are started, which takes each about a second."""
_MANY = 8
"""One declaration in so many that is looked at by itself makes Python's lock the bottleneck. At one
in 18, as in varied files, other processes cost 130 MB and gained nothing."""


@dataclass(slots=True)
class Spooled:
    """What became of the whole input, whose forms now lie in the spool.

    `questions` are the declarations that the rules had to look at one by one.
    """

    anomalies: AnomalySpool = field(default_factory=AnomalySpool)
    declarations: int = 0
    questions: int = 0
    blocked: int = 0
    in_files: int = 0

    def take(self, done: Done) -> None:
        """What became of one job more."""
        self.anomalies.add(done.anomalies)
        self.declarations += done.declarations
        self.questions += done.questions
        self.blocked += done.blocked
        self.in_files += done.in_files

    @property
    def is_slow(self) -> bool:
        """Whether what comes is likely to hold Python's lock, for so long that it matters."""
        return self.questions > max(_WORTH_A_CREW, self.declarations / _MANY)


def spool_all(
    items: Iterable[Item],
    spool: Spool,
    desk: Desk,
    recipe: Recipe,
    counted: Watcher,
    *,
    workforce: Workforce,
    reserve: Reserve | None = None,
) -> Spooled:
    """Does the whole input and puts its forms in the spool, with stamps that `reserve` gives.

    `desk` is what `recipe` makes. Raises DiskTrouble: a disk is full; WorkersLost, WorkersUnfit.
    """
    total = Spooled()
    workforce.require_sight_of(spool.folder)

    def begun() -> Generator[Future[Done], None, None]:
        for job in _jobs(items, counted, reserve or _those_of_the_maker):
            executor = workforce.executor(holds_lock=total.is_slow)
            yield executor.submit(write_forms, recipe, job, spool.folder)

    # What was read aside for it goes now, when this fails, and not when the error is forgotten.
    with DESKS.lent(recipe.key, desk), closing(begun()) as tasks:
        for done in workforce.in_order(tasks):
            spool.add(done.written)
            total.take(done)
            counted(done.declarations)
    return total


def _those_of_the_maker(_first: int, _count: int) -> None:
    """Nobody else makes forms."""


def _jobs(items: Iterable[Item], counted: Watcher, reserve: Reserve) -> Iterator[Job]:
    first = 1
    for together in _gathered(items):
        if isinstance(together, TableChunk):
            counted.expect(together.announces)
            declarations = together.declarations
        else:
            declarations = sum(isinstance(one, Entry) for one in together)
        yield Job(first, together, reserve(first, declarations))
        first += declarations


def _gathered(items: Iterable[Item]) -> Iterator[list[Entry | Anomaly] | TableChunk]:
    """The same in their order: what comes one by one in lists, chunks as they are."""
    waiting: list[Entry | Anomaly] = []
    for item in items:
        is_chunk = isinstance(item, TableChunk)
        if waiting and (is_chunk or len(waiting) == _ITEMS_A_JOB):
            yield waiting
            waiting = []
        if isinstance(item, TableChunk):
            yield item
        else:
            waiting.append(item)
    if waiting:
        yield waiting
