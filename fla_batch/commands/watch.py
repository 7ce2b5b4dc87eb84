"""Polling again and again, until no answer is owed any more or the time is up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fla_batch.commands.poll import poll
from fla_batch.commands.poll_result import PollResult
from fla_batch.vocabulary.errors import GatewayUnavailable, WaitTimedOut

if TYPE_CHECKING:
    from fla_batch.commands.needs import Channelled

_RECHECK_EVERY_S = 3600.0
"""How often a watch compares old answers again: each time they are fetched (decision 1411)."""


def watch(
    workspace: Channelled,
    *,
    every_s: float,
    timeout_s: float | None,
    sleep: Callable[[float], None],
    elapsed: Callable[[], float],
    told: Callable[[str], None],
    enough: Callable[[PollResult], bool] = lambda result: not result.open_batches,
) -> PollResult:
    """Polls every `every_s` seconds until it is `enough`: until no answer is owed any more.

    A server that is away for a while is told and waited for. Raises WaitTimedOut after
    `timeout_s` seconds; `elapsed` counts them.
    """
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
                told(f"{name}: processed")
            if enough(result) or not workspace.channel.answers_later:
                return result
        except GatewayUnavailable as error:
            if not error.retryable:
                raise
            told(f"{error}; trying again in {every_s:g} s")
        if timeout_s is not None and elapsed() - begun + every_s > timeout_s:
            raise WaitTimedOut(
                f"{result.open_batches} batches are still without all their answers after "
                f"{timeout_s:g} seconds"
            )
        sleep(every_s)
