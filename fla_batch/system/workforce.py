"""Who does the work of a large run: threads and processes of this machine, or other machines.

Work is a function of a module with plain values, given to a `concurrent.futures.Executor`. What
comes of it does not depend on who does it, nor on how often: whoever is killed over it, another
one does it again.
"""

from __future__ import annotations

import os
import signal
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from fla_batch.system.closing import Closing
from fla_batch.system.portable import cores
from fla_batch.vocabulary.errors import FlaBatchError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Given = ParamSpec("Given")
Made = TypeVar("Made")
Tool = TypeVar("Tool")

_TO_END_S = 60.0
_MOST_TOOLS = 4


class WorkersLost(FlaBatchError):
    """Those who do the work were ended from outside: nothing of the run is kept."""

    exit_code = 4
    hint = "Run the same command again; if it stays, see how much memory the workers have."
    retryable = True


class Workforce(Closing):
    """Some workers; `at_once` tasks keep all of them busy."""

    at_once: int

    @abstractmethod
    def executor(self, *, holds_lock: bool) -> Executor:
        """Who does such a task; one that `holds_lock` of Python leaves other threads no room."""

    def require_sight_of(self, folder: Path) -> None:
        """Raises WorkersUnfit unless every worker reads and writes in that folder."""

    def submit(
        self,
        task: Callable[Given, Made],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Future[Made]:
        """Begin a task during most of which Python's other threads run."""
        return self.executor(holds_lock=False).submit(task, *given, **named)

    def outcome(self, begun: Future[Made]) -> Made:
        """What comes of a task. Raises what it raised, WorkersLost."""
        try:
            return begun.result()
        except BrokenExecutor:
            raise WorkersLost("a process that worked for this one was ended") from None

    def in_order(self, begun: Iterable[Future[Made]]) -> Iterator[Made]:
        """The outcomes of tasks, in their order, a few of them under way at a time.

        No more are begun than are needed for that. When one fails, or nobody asks for more, what
        is under way comes to its end.
        """
        under_way: deque[Future[Made]] = deque()
        try:
            for task in begun:
                under_way.append(task)
                while len(under_way) > self.at_once:
                    yield self.outcome(under_way.popleft())
            while under_way:
                yield self.outcome(under_way.popleft())
        finally:
            let_go(under_way)


def let_go(begun: Iterable[Future[Made]]) -> None:
    """Drop what was not begun yet, and wait for the rest: it writes in folders that will go."""
    under_way = [task for task in begun if not task.cancel()]
    wait(under_way, timeout=_TO_END_S)


class OwnWorkforce(Workforce):
    """This machine: a thread for each core, and at most so many processes beside them.

    The processes start with the first task that holds Python's lock. More than one is only for a
    program whose main module may be imported again, which is how Python starts them.
    """

    def __init__(self, processes: int = 1) -> None:
        self.at_once = max(cores(), processes)
        self._count = processes
        self._threads: ThreadPoolExecutor | None = None
        self._processes: ProcessPoolExecutor | None = None

    def executor(self, *, holds_lock: bool) -> Executor:
        """See `Workforce`."""
        if holds_lock and self._count > 1:
            if self._processes is None:
                from concurrent.futures import ProcessPoolExecutor
                from multiprocessing import get_context

                context = get_context("spawn")
                self._processes = ProcessPoolExecutor(
                    self._count, mp_context=context, initializer=_begin_to_work
                )
            return self._processes
        if self._threads is None:
            self._threads = ThreadPoolExecutor(cores(), thread_name_prefix="work")
        return self._threads

    def close(self) -> None:
        """End threads and processes."""
        for pool in (self._threads, self._processes):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        self._threads = self._processes = None


def _begin_to_work() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gave the work
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # there is a process for each core already


class Tools(Generic[Tool]):
    """What the tasks of one run need and is slow to make: once for each process, by the run's key.

    Whoever gives the work has it already, and lends it to the threads that work beside.
    """

    def __init__(self) -> None:
        self._made: dict[str, Tool] = {}

    @contextmanager
    def lent(self, key: str, tool: Tool) -> Iterator[None]:
        """Tasks of this process that ask for that key get `tool`."""
        self._made[key] = tool
        try:
            yield
        finally:
            self._made.pop(key, None)

    def get(self, key: str, make: Callable[[], Tool]) -> Tool:
        """The tool of that run."""
        found = self._made.get(key)
        if found is None:
            for old in list(self._made)[: 1 - _MOST_TOOLS]:
                self._made.pop(old, None)
            found = self._made[key] = make()
        return found
