"""Why it is not the turn of a batch: another one holds declarations of the same keys (1421)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fla_batch.commands.channels import went_over_rest
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records
    from fla_batch.ledger.sending_order import RivalBatch
    from fla_batch.vocabulary.filenames import BatchName


class Obstacle(NamedTuple):
    """The other batch, and why it is in the way, with what to do.

    `is_overtaken`: the batch must never be sent any more.
    """

    by: BatchName
    why: str
    is_overtaken: bool = False


def obstacle_of(workspace: Records, name: BatchName) -> Obstacle | None:
    """What keeps a batch that is not sent yet from being sent; None for nothing.

    Over REST each form goes by itself: one that was begun puts what nobody replaced since.
    """
    order = workspace.ledger.sending_order(name)
    if order.overtaken_by and not went_over_rest(workspace, name):
        return _overtaken(name, order.overtaken_by[-1])
    for holding in order.behind:
        if not _goes_form_by_form(workspace, holding):
            return Obstacle(holding.batch, _behind(holding))
    return None


def _overtaken(name: BatchName, newer: RivalBatch) -> Obstacle:
    if newer.state is BatchState.IN_DOUBT:
        why = f"{_held(newer)}, was built later and is in doubt: `fla-batch poll` settles it"
        return Obstacle(newer.batch, why, is_overtaken=True)
    why = (
        f"{_held(newer)}, was built later and is sent already. `fla-batch cancel {name}`, and "
        "build again: what is not sent yet is built"
    )
    return Obstacle(newer.batch, why, is_overtaken=True)


def _behind(older: RivalBatch) -> str:
    if older.state is BatchState.IN_DOUBT:
        return f"{_held(older)}, was built before it and is in doubt: `fla-batch poll` settles it"
    return (
        f"{_held(older)}, was built before it and is not sent yet. `fla-batch send` sends both in "
        f"their order; if it is not to be sent, `fla-batch cancel {older.batch}`"
    )


def _held(holding: RivalBatch) -> str:
    if holding.forms == 1:
        return f"{holding.batch}, which holds a declaration of the same workers"
    return f"{holding.batch}, which holds {holding.forms} declarations of the same workers"


def _goes_form_by_form(workspace: Records, older: RivalBatch) -> bool:
    """True for one that was begun over REST, and that nobody works on right now."""
    if older.state is BatchState.STAGED or not went_over_rest(workspace, older.batch):
        return False
    try:
        workspace.ledger.require_free(str(older.batch), workspace.clock())
    except LockHeld:
        return False
    return True
