from __future__ import annotations

import pytest

from fla_batch.channel.protocol import OperationRefused
from fla_batch.channel.retry import RetryPolicy, Waiting
from fla_batch.vocabulary.errors import (
    GatewayUnavailable,
    HostKeyMismatch,
    LoginRefused,
    OutcomeUnknown,
)


class Attempts:
    """An action that fails with given errors, then succeeds; time passes only in pauses."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.count = 0
        self.now_s = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> str:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_s += seconds

    def run(self, policy: RetryPolicy, random: float = 1.0) -> str:
        waiting = Waiting(
            policy, sleep=self.sleep, random=lambda: random, elapsed=lambda: self.now_s
        )
        return waiting.patiently(self)


def test_r10_pauses_grow_up_to_the_cap() -> None:
    attempts = Attempts(*[GatewayUnavailable("down")] * 6)
    assert attempts.run(RetryPolicy(attempts=7, first_pause_s=1, cap_s=8)) == "done"
    assert attempts.pauses == [1, 2, 4, 8, 8, 8]


def test_r10_chance_takes_at_most_half_of_a_pause() -> None:
    policy = RetryPolicy(first_pause_s=4)
    assert policy.pause_s(1, lambda: 0.0) == 2
    assert policy.pause_s(1, lambda: 0.5) == 3
    assert policy.pause_s(2, lambda: 0.0) == 4


def test_r10_the_last_error_comes_out_after_the_last_attempt() -> None:
    last = GatewayUnavailable("third")
    attempts = Attempts(GatewayUnavailable("first"), GatewayUnavailable("second"), last)
    with pytest.raises(GatewayUnavailable) as caught:
        attempts.run(RetryPolicy(attempts=3))
    assert caught.value is last
    assert attempts.count == 3
    assert len(attempts.pauses) == 2


def test_r10_no_attempt_begins_after_the_total_time() -> None:
    attempts = Attempts(*[GatewayUnavailable("down")] * 10)
    with pytest.raises(GatewayUnavailable):
        attempts.run(RetryPolicy(attempts=99, first_pause_s=10, cap_s=10, total_s=35))
    assert attempts.pauses == [10, 10, 10]


@pytest.mark.parametrize(
    "error",
    [
        LoginRefused("no"),
        HostKeyMismatch("no"),
        OutcomeUnknown("perhaps"),
        OperationRefused("no"),
        ValueError("a mistake of ours"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_r10_what_would_fail_again_is_not_tried_again(error: Exception) -> None:
    attempts = Attempts(error)
    with pytest.raises(type(error)):
        attempts.run(RetryPolicy())
    assert attempts.count == 1
    assert attempts.pauses == []
