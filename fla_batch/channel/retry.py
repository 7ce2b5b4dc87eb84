"""Trying again, for errors that say themselves that it makes sense.

A refused login, a wrong host key and an unknown outcome are never retried: their classes are
not `retryable`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from fla_batch.vocabulary.errors import FlaBatchError

Result = TypeVar("Result")


class RetryPolicy(NamedTuple):
    """How often and how patiently: pauses double from `first_pause_s` up to `cap_s`.

    `attempts` counts the first one too; no attempt begins later than `total_s` after it.
    """

    attempts: int = 5
    first_pause_s: float = 2.0
    cap_s: float = 60.0
    total_s: float = 900.0

    def pause_s(self, failures: int, random: Callable[[], float]) -> float:
        """Seconds to wait after failure number `failures` (from 1): half fixed, half by chance.

        >>> [RetryPolicy().pause_s(n, lambda: 1.0) for n in (1, 2, 6, 400)]
        [2.0, 4.0, 60.0, 60.0]
        """
        doublings = min(failures - 1, 30)
        longest = min(self.cap_s, self.first_pause_s * (1 << doublings))
        return longest / 2 + longest / 2 * random()


_POLICY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the program waits: retries, and the pause between two looks at the server's folder.

    `sleep` takes seconds; `random` gives 0 to 1; `elapsed` counts seconds.
    """

    policy: RetryPolicy = _POLICY
    look_again_s: float = 10.0
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    elapsed: Callable[[], float] = time.monotonic

    def patiently(self, action: Callable[[], Result]) -> Result:
        """What `action` returns, tried again as the policy says while its error is retryable.

        Raises the last error.
        """
        begun, failures = self.elapsed(), 0
        while True:
            try:
                return action()
            except FlaBatchError as error:
                failures += 1
                if not error.retryable or not self.pauses(failures, begun):
                    raise

    def pauses(self, failures: int, begun: float, at_least_s: float = 0.0) -> bool:
        """Waits after failure number `failures` of what was `begun` then; False after the last."""
        pause_s = max(self.policy.pause_s(failures, self.random), at_least_s)
        late = self.elapsed() + pause_s - begun > self.policy.total_s
        if failures >= self.policy.attempts or late:
            return False
        self.sleep(pause_s)
        return True


PATIENTLY = Waiting()
