"""What a batch waits for before it goes on, in words, with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.commands.cancel import record_of
from fla_batch.commands.obstacle import obstacle_of
from fla_batch.ledger.lifecycle import BatchState

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools
    from fla_batch.ledger.records import BatchRow


def waits_for(workspace: AnswerTools, row: BatchRow) -> str | None:
    """A sentence, or two; None for a batch that waits for nothing but its turn or its answers."""
    if row.state is BatchState.CANCELLING:
        return _certainty(workspace, row)
    if row.state in (BatchState.STAGED, BatchState.SENDING):
        obstacle = obstacle_of(workspace, row.name)
        return f"it waits for {obstacle.why}" if obstacle else None
    return None


def _certainty(workspace: AnswerTools, row: BatchRow) -> str:
    """Of a batch that is being cancelled: its declarations count as sent until that is certain."""
    known = record_of(workspace, row.name)
    if not known.td_sent:
        return f"its cancelling was cut off. Run `fla-batch cancel {row.name}` again"
    if known.beside_go and known.taken_at is None:
        return "TD lies beside GO: when the portal takes both, `fla-batch poll` calls it cancelled"
    hours = workspace.answers.overdue_acrf_hours
    return (
        f"TD may have come too late. An answer will tell; when none has come {hours:g} hours "
        "after GO was gone, and none lies in quarantine, `fla-batch poll` calls it cancelled"
    )
