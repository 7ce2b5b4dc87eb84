"""Work that goes on while a page is shown: told as it goes, and what became of it kept.

A job is a thread. What it raises for people is its outcome; a job that is still going when the
server ends goes with it, and the ledger knows how far it came.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from fla_batch.vocabulary.errors import OUR_MISTAKE, FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text

_KEPT = 200


class JobState(StrEnum):
    """Where a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class BackgroundJob:
    """One piece of work; a `Watcher`: counts what it is told, `total` is 0 while unknown.

    `trouble` is what stopped it, `result` what it returned.
    """

    kind: str
    noun: str = ""
    done: int = 0
    total: int = 0
    state: JobState = JobState.RUNNING
    result: object = None
    trouble: FlaBatchError | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self, count: int) -> None:
        """So many more are done."""
        self.done += count

    def begin(self, noun: str) -> None:
        """What comes now is counted anew."""
        self.noun, self.done, self.total = noun, 0, 0

    def expect(self, count: int) -> None:
        """So many more are to come."""
        self.total += count

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while that is not known."""
        return min(100, 100 * self.done // self.total) if self.total else None

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within that time."""
        return self._ended.wait(timeout_s)

    def run(self, work: Callable[[BackgroundJob], object]) -> None:
        """Do it; never raises."""
        try:
            self.result = work(self)
            self.state = JobState.DONE
        except FlaBatchError as trouble:
            self.trouble, self.state = trouble, JobState.FAILED
        except Exception:  # the last line of defence: never a thread that ends without a word
            self.trouble = InternalMistake(mask_text(traceback.format_exc(limit=-3)))
            self.state = JobState.FAILED
        finally:
            self._ended.set()


class InternalMistake(FlaBatchError):
    """A mistake in this program."""

    exit_code = 70
    hint = OUR_MISTAKE


class Jobs:
    """All jobs of this server, the latest of each kind and subject first."""

    def __init__(self) -> None:
        self._jobs: deque[BackgroundJob] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self.ending = False

    def start(self, kind: str, work: Callable[[BackgroundJob], object]) -> BackgroundJob:
        """Begin it; of one kind one at a time: while it runs, that one is returned."""
        with self._lock:
            running = self.running(kind)
            if running is not None:
                return running
            job = BackgroundJob(kind)
            self._jobs.append(job)
        threading.Thread(target=job.run, args=(work,), name=kind, daemon=True).start()
        return job

    def running(self, kind: str) -> BackgroundJob | None:
        """The job of that kind that goes on now."""
        last = self.last(kind)
        return last if last is not None and last.state is JobState.RUNNING else None

    def last(self, kind: str) -> BackgroundJob | None:
        """The last job of that kind."""
        return next((job for job in reversed(list(self._jobs)) if job.kind == kind), None)

    def stop(self) -> None:
        """Tell all that they should end."""
        self.ending = True
        for job in list(self._jobs):
            job.stopping.set()
