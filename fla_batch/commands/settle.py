"""What a poll finds out of batches whose outcome is unknown, from the server's folder.

Not of one that another process works on right now (R29), nor of one in doubt whose files are not
there to compare with (R33): an answer will settle it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fla_batch.channel import upload
from fla_batch.channel.take_back import OnTheServer
from fla_batch.commands.cancel import look_after_td, record_of
from fla_batch.commands.lease import leased
from fla_batch.commands.outgoing import outgoing
from fla_batch.commands.send import batch_row
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld
from fla_batch.outbox.manifest import OutboxDamaged

if TYPE_CHECKING:
    from fla_batch.channel.protocol import Gateway
    from fla_batch.commands.needs import AnswerLine, PortalLine, Records
    from fla_batch.vocabulary.filenames import BatchName


def settle_doubts(workspace: PortalLine, gateway: Gateway) -> None:
    """Batches in doubt: did their GO arrive (R5)?"""
    for name in workspace.ledger.names(workspace.environment, [BatchState.IN_DOUBT]):
        with suppress(LockHeld, OutboxDamaged), leased(workspace, name) as lease:
            if workspace.ledger.state(name) is BatchState.IN_DOUBT:
                batch = outgoing(workspace, name)
                upload.settle(batch, gateway, lease.journal, workspace.pause)


def settle_cancellations(
    workspace: AnswerLine, gateway: Gateway, *, heard_all: bool
) -> list[BatchName]:
    """Batches whose TD was sent: those that are certain to be cancelled now.

    `heard_all`: every answer that is there was taken in, so that silence means something.
    """
    limit = timedelta(hours=workspace.answers.overdue_acrf_hours)
    now = workspace.clock()

    def is_silence(since: datetime) -> bool:
        return heard_all and now - since > limit and not _unread_since(workspace, since)

    cancelled = []
    for name in being_cancelled(workspace):
        row = batch_row(workspace, str(name))
        with suppress(LockHeld), leased(workspace, name) as lease:
            look_after_td(workspace, OnTheServer(name, row.parts), gateway, lease, is_silence)
        if workspace.ledger.state(name) is BatchState.CANCELLED:
            cancelled.append(name)
    return cancelled


def being_cancelled(workspace: Records) -> Iterator[BatchName]:
    """The batches whose TD is on the server, and may have come too late."""
    for name in workspace.ledger.names(workspace.environment, [BatchState.CANCELLING]):
        if record_of(workspace, name).td_sent:
            yield name


def _unread_since(workspace: Records, since: datetime) -> bool:
    """True while an answer lies in quarantine that came since: whose it is nobody knows."""
    return any(
        file.at >= since and file.environment in (None, workspace.environment)
        for file in workspace.outbox.quarantine.files()
    )
