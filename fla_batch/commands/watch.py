"""Polling again and again, until no answer is owed any more or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.commands.poll import poll
from fla_batch.commands.poll_result import PollResult
from fla_batch.vocabulary.errors import GatewayUnavailable, WaitTimedOut

if TYPE_CHECKING:
    from fla_batch.commands.needs import Channelled

_RECHECK_EVERY_S = 3600.0
"""How often a watch compares old answers again: each time they are fetched (decision 1411)."""


class Patience(NamedTuple):
    """How somebody waits for answers: a look every `every_s` seconds, for `timeout_s` in all.

    Without end when that is None; `elapsed` counts the seconds. `told` hears what comes meanwhile.
    """

    every_s: float
    timeout_s: float | None
    told: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


def watch(
    workspace: Channelled,
    patience: Patience,
    enough: Callable[[PollResult], bool] = lambda result: not result.open_batches,
) -> PollResult:
    """Polls again and again until it is `enough`: until no answer is owed any more.

    A server that is away for a while is told and waited for. Raises WaitTimedOut.
    """
    elapsed, every_s, timeout_s = patience.elapsed, patience.every_s, patience.timeout_s
    begun = elapsed()
    rechecked: float | None = None
    result = PollResult()
    while True:
        recheck = rechecked is None or elapsed() - rechecked >= _RECHECK_EVERY_S
        try:
            once = poll(workspace, recheck=recheck)
            rechecked = elapsed() if recheck else rechecked
            result.add(once)
            for name in once.processed:
                patience.told(f"{name}: processed")
            if enough(result) or not workspace.channel.answers_later:
                return result
        except GatewayUnavailable as error:
            if not error.retryable:
                raise
            patience.told(f"{error}; trying again in {every_s:g} s")
        if timeout_s is not None and elapsed() - begun + every_s > timeout_s:
            raise WaitTimedOut(
                f"not all answers came within {timeout_s:g} seconds; batches that wait for some: "
                f"{result.open_batches}"
            )
        patience.sleep(every_s)
