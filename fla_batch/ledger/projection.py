"""From events to the present: what a batch and a form are after each of them. Pure.

The ledger applies it to each event as it is recorded; `verify` applies it to all of them again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from fla_batch.ledger.lifecycle import (
    ACKNOWLEDGED_BATCH_STATES,
    FINAL_BATCH_STATES,
    BatchState,
    Event,
    FormState,
    next_batch_state,
    next_form_state,
)

_KNOWN_SENT = ACKNOWLEDGED_BATCH_STATES | {BatchState.SENT}


class Happening(NamedTuple):
    """One event as far as states depend on it."""

    event: Event
    at: datetime
    ticket: str | None = None


class BatchNow(NamedTuple):
    """A batch at present. `sent_at` is when it was first known to be sent."""

    state: BatchState
    since: datetime
    ticket: str | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None

    def after(self, happening: Happening) -> BatchNow:
        """The batch after `happening`. Raises UnknownTransition."""
        state = next_batch_state(self.state, happening.event)
        now = self._replace(ticket=ticket_after(self.ticket, happening.ticket))
        if state is self.state:
            return now
        return now._replace(
            state=state,
            since=happening.at,
            sent_at=self.sent_at or (happening.at if state in _KNOWN_SENT else None),
            closed_at=happening.at if state in FINAL_BATCH_STATES else None,
        )


class FormNow(NamedTuple):
    """A form at present; `ticket` is the portal's number of it."""

    state: FormState
    since: datetime
    ticket: str | None = None

    def after(self, happening: Happening) -> FormNow:
        """The form after `happening`. Raises UnknownTransition."""
        state = next_form_state(self.state, happening.event)
        since = self.since if state is self.state else happening.at
        return FormNow(state, since, ticket_after(self.ticket, happening.ticket))


def columns_of(now: BatchNow | FormNow) -> dict[str, Any]:
    """As the ledger keeps it, by the names of columns."""
    return now._asdict() | {"state": now.state.value}


def ticket_after(known: str | None, told: str | None) -> str | None:
    """The highest of several, so that the order in which answers come does not matter."""
    return max(known, told) if known and told else known or told or None
