"""One thread that does jobs in the order in which they came, each some time after it came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

Job = Callable[[], None]


class BackgroundWorker:
    """Does jobs `delay_s` seconds after they were handed over. The thread starts with the first.

    A job that raises does not stop the others; `settle` and `close` raise the first failure.
    """

    def __init__(self, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s
        self._closed = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="portal")
        self._begun: list[Future[None]] = []
        self._failure: Exception | None = None

    def hand_over(self, job: Job) -> None:
        """Do `job` later; returns at once."""
        due = time.monotonic() + self._delay_s
        self._begun.append(self._thread.submit(self._do, job, due))

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until nothing is left to do. Raises TimeoutError, and what a job raised."""
        _, left = wait(self._begun, timeout_s)
        self._raise_failure()
        if left:
            raise TimeoutError(f"the portal still had work to do after {timeout_s} s")

    def close(self) -> None:
        """End the thread after the job at hand; jobs that still wait are not done."""
        self._closed.set()
        self._thread.shutdown(cancel_futures=True)
        self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _do(self, job: Job, due: float) -> None:
        try:
            if not self._closed.wait(max(0.0, due - time.monotonic())):
                job()
        except Exception as error:  # kept for whoever waits: the thread must go on
            self._failure = self._failure or error
