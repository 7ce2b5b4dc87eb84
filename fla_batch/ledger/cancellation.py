"""What the record tells of a batch that is being cancelled: was GO ever there, and TD in time?

TD counts only before GO is processed, and the portal says nothing of it. Until it is certain that
nothing of the batch is processed, it holds its declarations as if it were sent (decision 1420).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import EventRow


class Cancellation(NamedTuple):
    """`go_begun`: GO may have been created; `go_sent`: it was. `beside_go`: TD was seen beside it.

    `taken_at` is when GO was first seen to be gone, and that did not tell whether with TD.
    """

    go_begun: bool = False
    go_sent: bool = False
    td_sent: bool = False
    beside_go: bool = False
    taken_at: datetime | None = None


def cancellation_of(events: Iterable[EventRow]) -> Cancellation:
    """From the events of a batch itself, oldest first."""
    go_begun = go_sent = td_sent = beside_go = False
    taken_at: datetime | None = None
    for row in events:
        match row.event:
            case Event.GO_BEGUN:
                go_begun = True
            case Event.SENT:
                go_begun = go_sent = True
            case Event.GO_ABSENT:
                go_begun = False
            case Event.TD_SENT:
                td_sent = True
            case Event.GO_BESIDE_TD:
                beside_go = True
            case Event.GO_TAKEN:
                taken_at = taken_at or row.at
    return Cancellation(go_begun, go_sent, td_sent, beside_go, taken_at)
