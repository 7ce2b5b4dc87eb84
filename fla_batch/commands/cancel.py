"""`cancel`: with TD once the batch may be on the server, and never after the portal accepted it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from fla_batch.channel.take_back import OnTheServer, send_td, settle_td
from fla_batch.commands.channels import require_channel
from fla_batch.commands.lease import Lease, leased
from fla_batch.commands.send import batch_row
from fla_batch.ledger.cancellation import Cancellation, cancellation_of
from fla_batch.ledger.lifecycle import ACKNOWLEDGED_BATCH_STATES, BatchState, Event
from fla_batch.vocabulary.errors import UnknownTransition, UsageMistake
from fla_batch.vocabulary.filenames import BatchName

if TYPE_CHECKING:
    from fla_batch.channel.protocol import Gateway
    from fla_batch.commands.needs import Channelled, PortalLine, Records
    from fla_batch.ledger.records import BatchRow

_BETWEEN_TWO_LOOKS_S = 2.0
"""Long enough for a portal that is taking the files away, short enough to see GO before it does."""


def cancel(workspace: Channelled, name: str) -> BatchState:
    """Cancels a batch: with TD once it may be on the server; its files are not needed for that.

    The state after it is "cancelling" until it is certain that TD came in time. Raises
    UsageMistake after ACRF 1, LockHeld while another process sends it.
    """
    row = batch_row(workspace, name)
    try:
        with leased(workspace, row.name) as lease:
            _cancel(workspace, batch_row(workspace, name), lease)
    except UnknownTransition:
        # An acknowledgement may have come since the state was read.
        if workspace.ledger.state(row.name) in ACKNOWLEDGED_BATCH_STATES:
            raise _too_late(row.name, workspace.ledger.state(row.name)) from None
        raise
    return workspace.ledger.state(row.name)


def _cancel(workspace: Channelled, row: BatchRow, lease: Lease) -> None:
    if row.state in (BatchState.BUILT, BatchState.STAGED):
        lease.journal(Event.CANCELLED)
    elif row.state in ACKNOWLEDGED_BATCH_STATES and workspace.channel.answers_later:
        raise _too_late(row.name, row.state)
    elif row.state is not BatchState.CANCELLED:
        require_channel(workspace, row.name)
        workspace.channel.cancel(row, lease)


def cancel_by_file(workspace: PortalLine, row: BatchRow, lease: Lease) -> None:
    """By TD, over sFTP, and a look at what becomes of it; doing it again changes nothing."""
    there = OnTheServer(row.name, row.parts)
    with workspace.connect() as gateway:
        if not record_of(workspace, row.name).td_sent:
            send_td(there, gateway, lease.journal)
        look_after_td(workspace, there, gateway, lease)


def look_after_td(
    workspace: PortalLine,
    there: OnTheServer,
    gateway: Gateway,
    lease: Lease,
    is_silence: Callable[[datetime], bool] = lambda _: False,
) -> None:
    """Settle what was cancelled by TD, as far as the server's folder tells (decision 1420)."""
    if workspace.ledger.state(there.batch) is BatchState.CANCELLING:
        known = record_of(workspace, there.batch)
        pause = partial(workspace.pause, _BETWEEN_TWO_LOOKS_S)
        settle_td(there, gateway, lease.journal, known, pause=pause, is_silence=is_silence)


def record_of(workspace: Records, name: BatchName) -> Cancellation:
    """What is on record of the cancelling of a batch. Raises UsageMistake for an unknown one."""
    return cancellation_of(workspace.ledger.events(name, of_forms=False))


def _too_late(name: BatchName, state: BatchState) -> UsageMistake:
    return UsageMistake(
        f"{name} is {state.value}: the portal has taken it in, TD comes too late",
        hint="Send a new declaration with the right data: it replaces the photo.",
    )
