"""A machine that delivers answers in any order, twice, never, and around restarts (R18).

Whatever it did, once every answer has arrived the ledger tells the same as if all had come once
and in order.
"""

from __future__ import annotations

from contextlib import ExitStack

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import (
    VERDICTS,
    BatchState,
    Event,
    FormState,
    next_batch_state,
    next_form_state,
)
from fla_batch.ledger.records import Acceptance, BatchChange, Change, FormChange, UnmatchedChange
from tests.ledger.builders import (
    NOW,
    after,
    answer,
    batch_name,
    forms,
    found,
    record,
)
from tests.ledger.in_memory import folder_in_memory

NAME = batch_name(1)
STRANGER = batch_name(99)
FORMS = 2
RANK = {state: rank for rank, state in enumerate(BatchState)}
FORM_RANK = {state: rank for rank, state in enumerate(FormState)}
NEXT_STEP = {
    BatchState.BUILT: Event.STAGED,
    BatchState.STAGED: Event.SENDING,
    BatchState.SENDING: Event.GO_BEGUN,
    BatchState.IN_DOUBT: Event.SENT,
}
FINAL = {FormState.ACCEPTED, FormState.WARNED, FormState.REFUSED, FormState.REFUSED_FILE}

ACKNOWLEDGEMENTS = sorted({Event.RECEIVED, Event.FILE_REFUSED, Event.FILE_UNRECOGNISED})
acknowledgements = st.builds(
    BatchChange, st.just(NAME), st.sampled_from(ACKNOWLEDGEMENTS), st.sampled_from("AB")
)
verdicts = st.tuples(
    st.integers(1, FORMS).map(lambda number: found(NAME, number)),
    st.sampled_from(sorted(VERDICTS)),
    st.sampled_from("AB"),
).map(lambda told: FormChange(*told))
strangers = st.just(UnmatchedChange("unknown batch", STRANGER))
messages = st.lists(st.one_of(acknowledgements, verdicts, strangers), min_size=1, max_size=3)


def expected(answers: list[list[Change]]) -> tuple[BatchState, list[FormState]]:
    """The end by the tables alone, all answers once and in order, from a batch that was sent."""
    batch, each = BatchState.SENT, [FormState.SENT] * FORMS
    for change in (change for changes in answers for change in changes):
        if isinstance(change, BatchChange):
            batch = next_batch_state(batch, change.event)
            each = [next_form_state(state, change.event) for state in each]
        elif isinstance(change, FormChange):
            batch = next_batch_state(batch, Event.NOTIFIED)
            each = [next_form_state(state, Event.NOTIFIED) for state in each]
            number = int(change.form.key[-1]) - 1
            each[number] = next_form_state(each[number], change.event)
    if batch is BatchState.RECEIVED and set(each) <= FINAL:
        batch = BatchState.CLOSED
    return batch, each


class Deliveries(RuleBasedStateMachine):
    """The portal's answers to one batch, and a ledger that hears of them."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = ExitStack()
        self.folder = self.memory.enter_context(folder_in_memory())
        self.answers: list[list[Change]] = []
        self.arrived: set[int] = set()
        self.ledger = self.open()
        self.ledger.record_batch(record(NAME), forms(NAME, FORMS))
        self.before = self.states()

    def open(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.folder}/ledger.db")

    def states(self) -> tuple[BatchState, list[FormState]]:
        row = self.ledger.batch(NAME)
        assert row is not None
        return row.state, [form.state for form in self.ledger.forms(NAME)]

    @initialize(answers=st.lists(messages, min_size=1, max_size=6))
    def platform_decides(self, answers: list[list[Change]]) -> None:
        self.answers = answers

    @rule()
    def send_one_step(self) -> None:
        event = NEXT_STEP.get(self.states()[0])
        if event is not None:
            self.ledger.append(NAME, event, NOW)

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        self.hear(data.draw(st.integers(0, len(self.answers) - 1)))

    @precondition(lambda self: self.arrived)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.arrived)))
        before = self.ledger.events(NAME)
        self.hear(number)
        assert self.ledger.events(NAME) == before

    def hear(self, number: int) -> None:
        file = answer(f"FO.NOTI.999999.20250302.{number:05d}.S")
        got = self.ledger.accept_answer(file, self.answers[number], after(hours=1))
        assert got is (Acceptance.ALREADY if number in self.arrived else Acceptance.DONE)
        self.arrived.add(number)

    @rule()
    def restart(self) -> None:
        self.ledger.close()
        self.ledger = self.open()

    @invariant()
    def states_only_move_forward(self) -> None:
        now = self.states()
        assert RANK[now[0]] >= RANK[self.before[0]]
        pairs = zip(now[1], self.before[1], strict=True)
        assert all(FORM_RANK[state] >= FORM_RANK[old] for state, old in pairs)
        self.before = now

    @invariant()
    def states_follow_from_events(self) -> None:
        assert self.ledger.verify() == []

    def teardown(self) -> None:
        try:
            if self.answers:
                for number in range(len(self.answers)):
                    self.hear(number)
                while self.states()[0] in NEXT_STEP:
                    self.send_one_step()
                assert self.states() == expected(self.answers)
                assert self.ledger.verify() == []
        finally:
            self.ledger.close()
            self.memory.close()


def test_r18_any_order_of_answers_ends_the_same() -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Deliveries,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=quiet,
            # Each step is a transaction: shrinking would take minutes, and a dozen steps are
            # short enough to read.
            phases=[Phase.explicit, Phase.generate],
            database=None,
        ),
    )
