"""The two tables: complete, forward, and the same end whatever the order of answers."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.ledger.lifecycle import (
    ACCEPTED_FORM_STATES,
    BATCH_TABLE,
    FORM_TABLE,
    VERDICTS,
    BatchState,
    Event,
    FormState,
    SilenceLimits,
    next_batch_state,
    next_form_state,
    shown,
    verdict_event,
)
from fla_batch.vocabulary.errors import UnknownTransition
from fla_batch.vocabulary.terms import ResultCode

ACKNOWLEDGEMENTS = {Event.RECEIVED, Event.FILE_REFUSED, Event.FILE_UNRECOGNISED}
ANSWERS = sorted(ACKNOWLEDGEMENTS | {Event.NOTIFIED})
FORM_ANSWERS = sorted(VERDICTS | ACKNOWLEDGEMENTS | {Event.NOTIFIED})
RANK = {state: rank for rank, state in enumerate(BatchState)}
FORM_RANK = {state: rank for rank, state in enumerate(FormState)}
STORED = [state for state in BatchState if state is not BatchState.OVERDUE]
IN_MESSAGE = [state for state in FormState if state is not FormState.BLOCKED]


def batch_after(state: BatchState, *events: Event) -> BatchState:
    for event in events:
        state = next_batch_state(state, event)
    return state


def form_after(state: FormState, *events: Event) -> FormState:
    for event in events:
        state = next_form_state(state, event)
    return state


def test_every_state_has_its_row() -> None:
    assert list(BATCH_TABLE) == STORED
    assert list(FORM_TABLE) == list(FormState)


@pytest.mark.parametrize(("state", "event"), list(product(STORED, Event)), ids=str)
def test_r18_a_pair_is_in_the_table_or_an_error_of_its_own(state: BatchState, event: Event) -> None:
    if event in BATCH_TABLE[state]:
        assert next_batch_state(state, event) is BATCH_TABLE[state][event]
    else:
        with pytest.raises(UnknownTransition, match=f'that is {state} knows no "{event}"'):
            next_batch_state(state, event)


def test_r18_states_only_move_forward_but_for_a_go_that_never_was() -> None:
    backwards = [
        (state, event)
        for state, row in BATCH_TABLE.items()
        for event, after in row.items()
        if RANK[after] < RANK[state]
    ]
    assert backwards == [(BatchState.IN_DOUBT, Event.GO_ABSENT)]
    assert all(
        FORM_RANK[after] >= FORM_RANK[state]
        for state, row in FORM_TABLE.items()
        for after in row.values()
    )


@given(
    st.sampled_from(STORED),
    st.lists(st.sampled_from(ANSWERS), max_size=8).flatmap(
        lambda events: st.tuples(st.just(events), st.permutations(events), st.permutations(events))
    ),
)
def test_r18_batches_end_alike_whatever_the_order_and_repetition(
    start: BatchState, orders: tuple[list[Event], list[Event], list[Event]]
) -> None:
    one, two, again = orders
    assert batch_after(start, *one) is batch_after(start, *two)
    assert batch_after(start, *one, *again) is batch_after(start, *one)


@given(
    st.sampled_from(IN_MESSAGE),
    st.lists(st.sampled_from(FORM_ANSWERS), max_size=8).flatmap(
        lambda events: st.tuples(st.just(events), st.permutations(events), st.permutations(events))
    ),
)
def test_r18_forms_end_alike_whatever_the_order_and_repetition(
    start: FormState, orders: tuple[list[Event], list[Event], list[Event]]
) -> None:
    one, two, again = orders
    assert form_after(start, *one) is form_after(start, *two)
    assert form_after(start, *one, *again) is form_after(start, *one)


def test_r18_every_order_of_up_to_four_answers() -> None:
    orders = 0
    for length in range(1, 5):
        for chosen in product(ANSWERS, repeat=length):
            ends = {batch_after(BatchState.SENT, *order) for order in permutations(chosen)}
            orders += len(list(permutations(chosen)))
            assert len(ends) == 1, chosen
    print(f"orders of answers tried: {orders}")  # noqa: T201 - stands in the guide
    assert orders == 4 * 1 + 16 * 2 + 64 * 6 + 256 * 24


def test_r4_r5_what_may_have_been_sent_is_never_sent_again() -> None:
    may_send = {state for state, row in BATCH_TABLE.items() if Event.SENDING in row}
    may_go = {state for state, row in BATCH_TABLE.items() if Event.GO_BEGUN in row}
    assert may_send == {BatchState.STAGED, BatchState.SENDING}
    assert may_go == {BatchState.SENDING}


def test_r5_a_doubt_is_settled_by_what_is_seen_or_answered() -> None:
    assert batch_after(BatchState.SENDING, Event.GO_BEGUN) is BatchState.IN_DOUBT
    assert batch_after(BatchState.IN_DOUBT, Event.SENT) is BatchState.SENT
    assert batch_after(BatchState.IN_DOUBT, Event.RECEIVED) is BatchState.RECEIVED
    assert batch_after(BatchState.IN_DOUBT, Event.NOTIFIED) is BatchState.RECEIVED


@pytest.mark.parametrize("state", [BatchState.RECEIVED, BatchState.CLOSED])
def test_a_batch_that_was_received_cannot_be_cancelled(state: BatchState) -> None:
    with pytest.raises(UnknownTransition):
        next_batch_state(state, Event.CANCEL_BEGUN)


def test_cancelling_twice_is_cancelling_once() -> None:
    once = batch_after(BatchState.SENT, Event.CANCEL_BEGUN, Event.CANCELLED)
    assert once is BatchState.CANCELLED
    assert batch_after(once, Event.CANCEL_BEGUN, Event.CANCELLED) is once


def test_a_cancellation_that_came_too_late_gives_way_to_the_answer() -> None:
    late = batch_after(BatchState.SENT, Event.CANCEL_BEGUN, Event.RECEIVED, Event.CANCELLED)
    assert late is BatchState.RECEIVED


def test_a_blocked_form_is_never_staged() -> None:
    with pytest.raises(UnknownTransition):
        form_after(FormState.BUILT, Event.BLOCKED, Event.STAGED)


_NOT_ACCEPTED = [code.value for code in ResultCode if code is not ResultCode.ACCEPTED]


@given(
    st.sampled_from(_NOT_ACCEPTED) | st.text(max_size=3).filter(lambda code: code != "1"),
    st.booleans(),
)
def test_r18_only_result_code_1_is_ever_accepted(code: str, with_anomalies: bool) -> None:
    event = verdict_event(code, with_anomalies=with_anomalies)
    assert form_after(FormState.SENT, event) not in ACCEPTED_FORM_STATES


def test_r18_contradictory_verdicts_are_not_shown_as_accepted() -> None:
    assert form_after(FormState.SENT, Event.ACCEPTED, Event.REFUSED) is FormState.REFUSED
    assert form_after(FormState.SENT, Event.REFUSED, Event.ACCEPTED) is FormState.REFUSED


def test_r18_a_provisional_answer_gives_way_to_the_final_one() -> None:
    assert form_after(FormState.SENT, Event.PENDING, Event.WARNED) is FormState.WARNED
    assert form_after(FormState.SENT, Event.UNRECOGNISED, Event.ACCEPTED) is FormState.ACCEPTED


@pytest.mark.parametrize(
    ("state", "silent", "expected"),
    [
        (BatchState.SENT, timedelta(hours=24), BatchState.SENT),
        (BatchState.SENT, timedelta(hours=24, seconds=1), BatchState.OVERDUE),
        (BatchState.RECEIVED, timedelta(days=3), BatchState.RECEIVED),
        (BatchState.RECEIVED, timedelta(days=3, seconds=1), BatchState.OVERDUE),
        (BatchState.UNRECOGNISED, timedelta(days=4), BatchState.OVERDUE),
        (BatchState.IN_DOUBT, timedelta(days=99), BatchState.IN_DOUBT),
        (BatchState.CLOSED, timedelta(days=99), BatchState.CLOSED),
        (BatchState.CANCELLED, timedelta(days=99), BatchState.CANCELLED),
    ],
)
def test_r22_silence_is_overdue_after_its_limit(
    state: BatchState, silent: timedelta, expected: BatchState
) -> None:
    assert shown(state, silent, SilenceLimits()) is expected


def test_r22_the_limits_are_the_users() -> None:
    limits = SilenceLimits(overdue_acrf_hours=1, overdue_noti_days=10)
    silent = timedelta(hours=2)
    assert shown(BatchState.SENT, silent, limits) is BatchState.OVERDUE
    assert shown(BatchState.RECEIVED, silent, limits) is BatchState.RECEIVED
