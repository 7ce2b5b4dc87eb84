"""The life of a batch and of a form: two literal tables (state, event) -> state, and no I/O.

What we do ourselves (stage, send, cancel) is strict: an event that a state does not know raises
UnknownTransition, which is how a batch that may have been sent can never be sent again. What
the portal tells comes late, twice and in any order (R18): over answers every table is the
maximum of an order, so that the end state does not depend on the order of arrival. States only
move forward, with one exception: `in doubt` returns to `sending` when it is certain that GO was
never created (R5).

>>> state = BatchState.STAGED
>>> for event in (Event.SENDING, Event.GO_BEGUN, Event.SENT, Event.RECEIVED):
...     state = next_batch_state(state, event)
>>> str(state)
'received'

NOTI before ACRF, and the ACRF once more:

>>> state = next_batch_state(BatchState.SENT, Event.NOTIFIED)
>>> str(next_batch_state(next_batch_state(state, Event.RECEIVED), Event.RECEIVED))
'received'

GO left, and then the connection broke: what happened is unknown, and sending is refused.

>>> next_batch_state(BatchState.IN_DOUBT, Event.SENDING)
Traceback (most recent call last):
fla_batch.vocabulary.errors.UnknownTransition: a batch that is in doubt knows no "sending"

Source: 4-responses, life of a form; R5, R18 and R22 of the reliability requirements.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

from fla_batch.vocabulary.errors import UnknownTransition
from fla_batch.vocabulary.terms import ResultCode


class BatchState(StrEnum):
    """States of a batch, in the order in which they outrank each other.

    OVERDUE is shown, never stored: `waiting` derives it from the clock.
    """

    BUILT = "built"  # recorded; its files are not complete yet
    STAGED = "staged"  # whole in the outbox
    SENDING = "sending"  # the intent is on disk; FI and FS may be on the server
    IN_DOUBT = "in doubt"  # GO may have been created
    SENT = "sent"  # GO confirmed
    CANCELLING = "cancelling"  # TD may have been created; whether in time is not known
    CANCELLED = "cancelled"
    UNRECOGNISED = "unrecognised"  # acknowledged with a result that we do not know
    REFUSED_FILE = "refused-file"  # ACRF 0
    RECEIVED = "received"  # ACRF 1, or a NOTI about one of its forms
    CLOSED = "closed"  # every form has its verdict
    OVERDUE = "overdue"


class FormState(StrEnum):
    """States of a form, in the order in which they outrank each other."""

    BUILT = "built"
    BLOCKED = "blocked"
    STAGED = "staged"
    SENT = "sent"
    CANCELLED = "cancelled"
    REFUSED_FILE = "refused-file"
    RECEIVED = "received"
    OVERTAKEN = "overtaken"  # not put over REST, for a newer batch replaces it
    UNRECOGNISED = "unrecognised"
    PENDING = "pending"  # result codes 2 to 4
    ACCEPTED = "accepted"
    WARNED = "accepted with warnings"
    REFUSED = "refused"


class Event(StrEnum):
    """What can happen to a batch, or to one form of it."""

    STAGED = "staged"
    SENDING = "sending"  # the intent, before the first byte leaves
    GO_BEGUN = "go begun"  # the intent, before GO is created
    GO_ABSENT = "go absent"  # certain: GO was never created
    SENT = "sent"
    CANCEL_BEGUN = "cancel begun"  # the intent, before TD is created
    TD_SENT = "td sent"  # TD is on the server
    GO_BESIDE_TD = "go beside td"  # both were seen there, so that they go together
    GO_TAKEN = "go taken"  # GO is gone, and nobody saw it beside TD
    CANCELLED = "cancelled"  # certain: nothing of it is processed
    RECEIVED = "received"  # ACRF 1
    FILE_REFUSED = "file refused"  # ACRF 0
    FILE_UNRECOGNISED = "file unrecognised"  # ACRF with any other result
    NOTIFIED = "notified"  # a NOTI about a form of the batch
    ANSWERED = "answered"  # every form has its verdict
    # Of one form
    BLOCKED = "blocked"
    OVERTAKEN = "overtaken"
    ACCEPTED = "accepted"
    WARNED = "accepted with warnings"
    REFUSED = "refused"
    PENDING = "pending"
    UNRECOGNISED = "unrecognised"


VERDICTS = frozenset(
    {Event.ACCEPTED, Event.WARNED, Event.REFUSED, Event.PENDING, Event.UNRECOGNISED}
)

# After we moved on, the confirmation of our own act and any answer may still come.
_LATE = (
    Event.SENT,
    Event.CANCELLED,
    Event.RECEIVED,
    Event.FILE_REFUSED,
    Event.FILE_UNRECOGNISED,
    Event.NOTIFIED,
)

# What is seen of a TD, which an answer may have overtaken.
_SEEN_OF_TD = (Event.TD_SENT, Event.GO_BESIDE_TD, Event.GO_TAKEN)

_State = TypeVar("_State", BatchState, FormState)


def _stays(state: _State, *events: Event) -> dict[Event, _State]:
    return dict.fromkeys(events, state)


# An answer proves that the batch was sent, whatever we knew: it must not be sent (again).
_ANSWERED: Mapping[Event, BatchState] = {
    Event.FILE_UNRECOGNISED: BatchState.UNRECOGNISED,
    Event.FILE_REFUSED: BatchState.REFUSED_FILE,
    Event.RECEIVED: BatchState.RECEIVED,
    Event.NOTIFIED: BatchState.RECEIVED,
}

BATCH_TABLE: Mapping[BatchState, Mapping[Event, BatchState]] = {
    BatchState.BUILT: {
        **_ANSWERED,
        Event.STAGED: BatchState.STAGED,
        Event.CANCELLED: BatchState.CANCELLED,
    },
    BatchState.STAGED: {
        **_ANSWERED,
        Event.SENDING: BatchState.SENDING,
        Event.CANCELLED: BatchState.CANCELLED,
    },
    BatchState.SENDING: {
        **_ANSWERED,
        Event.SENDING: BatchState.SENDING,
        Event.GO_BEGUN: BatchState.IN_DOUBT,
        Event.CANCEL_BEGUN: BatchState.CANCELLING,
    },
    BatchState.IN_DOUBT: {
        **_ANSWERED,
        Event.GO_ABSENT: BatchState.SENDING,
        Event.SENT: BatchState.SENT,
        Event.CANCEL_BEGUN: BatchState.CANCELLING,
    },
    BatchState.SENT: {
        **_ANSWERED,
        Event.SENT: BatchState.SENT,
        Event.CANCEL_BEGUN: BatchState.CANCELLING,
    },
    BatchState.CANCELLING: {
        **_ANSWERED,
        **_stays(BatchState.CANCELLING, *_SEEN_OF_TD),
        Event.SENT: BatchState.CANCELLING,
        Event.CANCEL_BEGUN: BatchState.CANCELLING,
        Event.CANCELLED: BatchState.CANCELLED,
    },
    BatchState.CANCELLED: {
        **_ANSWERED,
        **_stays(BatchState.CANCELLED, *_SEEN_OF_TD),
        Event.SENT: BatchState.CANCELLED,
        Event.CANCEL_BEGUN: BatchState.CANCELLED,
        Event.CANCELLED: BatchState.CANCELLED,
    },
    BatchState.UNRECOGNISED: {
        **_stays(BatchState.UNRECOGNISED, *_LATE, *_SEEN_OF_TD),
        **_ANSWERED,
    },
    BatchState.REFUSED_FILE: {
        **_stays(BatchState.REFUSED_FILE, *_LATE, *_SEEN_OF_TD),
        Event.RECEIVED: BatchState.RECEIVED,
        Event.NOTIFIED: BatchState.RECEIVED,
    },
    BatchState.RECEIVED: {
        **_stays(BatchState.RECEIVED, *_LATE, *_SEEN_OF_TD),
        Event.ANSWERED: BatchState.CLOSED,
    },
    BatchState.CLOSED: _stays(BatchState.CLOSED, *_LATE, *_SEEN_OF_TD, Event.ANSWERED),
}

_JUDGED: Mapping[Event, FormState] = {
    Event.UNRECOGNISED: FormState.UNRECOGNISED,
    Event.PENDING: FormState.PENDING,
    Event.ACCEPTED: FormState.ACCEPTED,
    Event.WARNED: FormState.WARNED,
    Event.REFUSED: FormState.REFUSED,
}
_TOLD: Mapping[Event, FormState] = {
    **_JUDGED,
    Event.FILE_REFUSED: FormState.REFUSED_FILE,
    Event.RECEIVED: FormState.RECEIVED,
    Event.NOTIFIED: FormState.RECEIVED,
}

FORM_TABLE: Mapping[FormState, Mapping[Event, FormState]] = {
    FormState.BUILT: {
        **_TOLD,
        Event.FILE_UNRECOGNISED: FormState.SENT,
        Event.BLOCKED: FormState.BLOCKED,
        Event.STAGED: FormState.STAGED,
        Event.CANCELLED: FormState.CANCELLED,
    },
    # A blocked form is in no message: nothing can be said about it any more.
    FormState.BLOCKED: {},
    FormState.STAGED: {
        **_TOLD,
        Event.FILE_UNRECOGNISED: FormState.SENT,
        Event.SENT: FormState.SENT,
        Event.CANCELLED: FormState.CANCELLED,
        Event.OVERTAKEN: FormState.OVERTAKEN,
    },
    FormState.SENT: {
        **_TOLD,
        Event.FILE_UNRECOGNISED: FormState.SENT,
        Event.SENT: FormState.SENT,
        Event.CANCELLED: FormState.CANCELLED,
    },
    FormState.CANCELLED: {
        **_stays(FormState.CANCELLED, *_LATE),
        **_TOLD,
    },
    FormState.REFUSED_FILE: {
        **_stays(FormState.REFUSED_FILE, *_LATE),
        **_TOLD,
    },
    FormState.RECEIVED: {
        **_stays(FormState.RECEIVED, *_LATE),
        **_JUDGED,
    },
    FormState.OVERTAKEN: {
        **_stays(FormState.OVERTAKEN, *_LATE, Event.OVERTAKEN),
        **_JUDGED,
    },
    FormState.UNRECOGNISED: {
        **_stays(FormState.UNRECOGNISED, *_LATE),
        **_JUDGED,
    },
    FormState.PENDING: {
        **_stays(FormState.PENDING, *_LATE, Event.UNRECOGNISED, Event.PENDING),
        Event.ACCEPTED: FormState.ACCEPTED,
        Event.WARNED: FormState.WARNED,
        Event.REFUSED: FormState.REFUSED,
    },
    FormState.ACCEPTED: {
        **_stays(FormState.ACCEPTED, *_LATE, *VERDICTS),
        Event.WARNED: FormState.WARNED,
        Event.REFUSED: FormState.REFUSED,
    },
    FormState.WARNED: {
        **_stays(FormState.WARNED, *_LATE, *VERDICTS),
        Event.REFUSED: FormState.REFUSED,
    },
    # Two verdicts that contradict each other: never shown as accepted.
    FormState.REFUSED: _stays(FormState.REFUSED, *_LATE, *VERDICTS),
}

FORM_EVENTS = frozenset(event for row in FORM_TABLE.values() for event in row)
"""Events that forms know: their own, and those of their batch that concern every form."""

FINAL_BATCH_STATES = frozenset({BatchState.CANCELLED, BatchState.REFUSED_FILE, BatchState.CLOSED})
"""Nothing more is expected; a late answer still moves the batch on."""
OPEN_BATCH_STATES = frozenset(BatchState) - FINAL_BATCH_STATES - {BatchState.OVERDUE}
"""Something is still expected, of us or of the portal."""

ACKNOWLEDGED_BATCH_STATES = frozenset(
    {BatchState.UNRECOGNISED, BatchState.REFUSED_FILE, BatchState.RECEIVED, BatchState.CLOSED}
)
"""TD comes too late then; an acknowledgement that we do not know may be positive."""
UNSENT_BATCH_STATES = frozenset({BatchState.BUILT, BatchState.STAGED})
ACCEPTED_FORM_STATES = frozenset({FormState.ACCEPTED, FormState.WARNED})
REFUSED_FORM_STATES = frozenset({FormState.REFUSED, FormState.REFUSED_FILE})
WITHDRAWN_FORM_STATES = frozenset({FormState.CANCELLED, FormState.OVERTAKEN})
FINAL_FORM_STATES = (
    ACCEPTED_FORM_STATES | REFUSED_FORM_STATES | WITHDRAWN_FORM_STATES | {FormState.BLOCKED}
)


def next_batch_state(state: BatchState, event: Event) -> BatchState:
    """The state of a batch after `event`. Raises UnknownTransition for a pair not in the table."""
    return _next(BATCH_TABLE, "batch", state, event)


def next_form_state(state: FormState, event: Event) -> FormState:
    """The state of a form after `event`. Raises UnknownTransition for a pair not in the table.

    >>> str(next_form_state(FormState.SENT, Event.WARNED))
    'accepted with warnings'
    """
    return _next(FORM_TABLE, "form", state, event)


def _next(
    table: Mapping[_State, Mapping[Event, _State]], what: str, state: _State, event: Event
) -> _State:
    try:
        return table[state][event]
    except KeyError:
        raise UnknownTransition(f'a {what} that is {state} knows no "{event}"') from None


def acknowledgement_event(result_code: str) -> Event:
    """What an ACRF says, by its ResultCode alone.

    >>> [acknowledgement_event(code).value for code in ("1", "0", "7")]
    ['received', 'file refused', 'file unrecognised']
    """
    known: dict[str, Event] = {
        ResultCode.ACCEPTED: Event.RECEIVED,
        ResultCode.REFUSED: Event.FILE_REFUSED,
    }
    return known.get(result_code, Event.FILE_UNRECOGNISED)


def verdict_event(result_code: str, *, with_anomalies: bool) -> Event:
    """What a NOTI says of a form, by its ResultCode; anomalies of an accepted form are warnings.

    >>> [verdict_event(code, with_anomalies=True).value for code in ("1", "0", "3", "X")]
    ['accepted with warnings', 'refused', 'pending', 'unrecognised']
    """
    if result_code == ResultCode.ACCEPTED:
        return Event.WARNED if with_anomalies else Event.ACCEPTED
    if result_code == ResultCode.REFUSED:
        return Event.REFUSED
    return Event.PENDING if result_code in set(ResultCode) else Event.UNRECOGNISED


class SilenceLimits(NamedTuple):
    """How long silence is normal: hours until the ACRF, days until the last NOTI."""

    overdue_acrf_hours: float = 24
    overdue_noti_days: float = 3


def shown(state: BatchState, age: timedelta, patience: SilenceLimits) -> BatchState:
    """How to show a batch that reached `state` so long ago: OVERDUE when silence lasts (R22).

    A batch in doubt stays so, however long: it needs to be settled, not waited for.

    >>> shown(BatchState.SENT, timedelta(hours=25), SilenceLimits()).value
    'overdue'
    """
    limits = {
        BatchState.SENT: timedelta(hours=patience.overdue_acrf_hours),
        BatchState.UNRECOGNISED: timedelta(days=patience.overdue_noti_days),
        BatchState.RECEIVED: timedelta(days=patience.overdue_noti_days),
    }
    limit = limits.get(state)
    return BatchState.OVERDUE if limit is not None and age > limit else state
