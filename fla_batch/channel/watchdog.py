"""Limits for each phase of a connection, also where the library below waits for ever.

A thread closes the connection when the server makes no progress in time; whatever waited for
it then fails, and `fired` tells why. paramiko has no limit of its own for a subsystem request
or for a server that no longer reads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchdog:
    """Watches one connection; `close` ends it and is called at most once, from a thread."""

    def __init__(
        self, close: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._close = close
        self._clock = clock
        self._condition = threading.Condition()
        self._deadline: float | None = None
        self._limit_s = 0.0
        self._phase = ""
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.fired: str | None = None

    @contextmanager
    def phase(self, name: str, limit_s: float) -> Iterator[None]:
        """While inside, at most `limit_s` seconds may pass without `progress`."""
        with self._condition:
            self._phase, self._limit_s = name, limit_s
            self._deadline = self._clock() + limit_s
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            self._condition.notify()
        try:
            yield
        finally:
            with self._condition:
                self._deadline = None

    def progress(self) -> None:
        """The server answered: the limit of this phase begins anew."""
        # Without the lock: a float is replaced whole, and the thread looks again before it acts.
        if self._deadline is not None:
            self._deadline = self._clock() + self._limit_s

    def stop(self) -> None:
        """Stop watching, for good."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _watch(self) -> None:
        with self._condition:
            while not self._stopped:
                if self._deadline is None:
                    self._condition.wait()
                    continue
                left_s = self._deadline - self._clock()
                if left_s > 0:
                    self._condition.wait(left_s)
                    continue
                self.fired = f"no answer within {self._limit_s:g} s ({self._phase})"
                break
        if self.fired:
            self._close()
