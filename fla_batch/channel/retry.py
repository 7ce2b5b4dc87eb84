"""Trying again, for errors that say themselves that it makes sense.

A refused login, a wrong host key and an unknown outcome are never retried: their classes are
not `retryable`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fla_batch.vocabulary.errors import FlaBatchError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
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


def with_retries(
    action: Callable[[], Result],
    policy: RetryPolicy,
    *,
    sleep: Callable[[float], None],
    random: Callable[[], float],
    clock: Callable[[], float],
    before_pause: Callable[[FlaBatchError, float], None] | None = None,
) -> Result:
    """What `action` returns, tried again as `policy` says while its error is retryable.

    `random` gives 0 to 1, `clock` monotonic seconds; `before_pause` is told the error and the
    pause in seconds. Raises the last error.
    """
    begun = clock()
    failures = 0
    while True:
        try:
            return action()
        except FlaBatchError as error:
            failures += 1
            pause_s = policy.pause_s(failures, random)
            late = clock() + pause_s - begun > policy.total_s
            if not error.retryable or failures >= policy.attempts or late:
                raise
            if before_pause:
                before_pause(error, pause_s)
        sleep(pause_s)
