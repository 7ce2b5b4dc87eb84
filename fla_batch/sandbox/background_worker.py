"""One thread that does jobs in the order in which they came, each some time after it came."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]


class BackgroundWorker:
    """Does jobs `delay_s` seconds after they were handed over. The thread starts with the first.

    A job that raises does not stop the others; `settle` and `close` raise the first failure.
    """

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self._changed = threading.Condition()
        self._jobs: deque[tuple[float, Job]] = deque()
        self._busy = False
        self._closed = False
        self._failure: Exception | None = None
        self._thread: threading.Thread | None = None

    def hand_over(self, job: Job) -> None:
        """Do `job` later; returns at once."""
        with self._changed:
            self._jobs.append((time.monotonic() + self.delay_s, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="portal", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until nothing is left to do. Raises TimeoutError, and what a job raised."""
        with self._changed:
            idle = self._changed.wait_for(lambda: not self._jobs and not self._busy, timeout_s)
            self._raise_failure()
        if not idle:
            raise TimeoutError(f"the portal still had work to do after {timeout_s} s")

    def close(self) -> None:
        """End the thread after the job at hand; jobs that still wait are not done."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        while True:
            job = self._next()
            if job is None:
                return
            try:
                job()
            except Exception as error:  # kept for whoever waits: the thread must go on
                self._failure = self._failure or error
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closed:
                if not self._jobs:
                    self._changed.wait()
                    continue
                due, job = self._jobs[0]
                left_s = due - time.monotonic()
                if left_s > 0:
                    self._changed.wait(left_s)
                    continue
                self._jobs.popleft()
                self._busy = True
                return job
            return None
