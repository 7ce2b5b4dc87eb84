"""What a crashed build left, told from what another process is building right now.

All batches of a run become "staged" in one transaction at its end; until then none of them is
sent. One build at a time does this, holding a lock in the ledger: a batch that is "built" while
nobody holds it belongs to a run that ended half-way. Its user saw no success and will run it
again, so all of that run is withdrawn: nothing of it is sent twice (decision 0701).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records


def lock_name(environment: Environment) -> str:
    """The ledger's lock of whoever makes batches for an environment.

    >>> lock_name(Environment.SIMULATION)
    'build S'
    """
    return f"build {environment.value}"


def recover(workspace: Records) -> None:
    """Clear away what crashed builds left. Raises LedgerTrouble, DiskTrouble."""
    from fla_batch.ledger.locks import LockHeld

    workspace.outbox.clear_leftovers(workspace.environment)
    if not unfinished(workspace):
        return
    name = lock_name(workspace.environment)
    with suppress(LockHeld), workspace.ledger.lock(name, workspace.clock):
        withdraw(workspace, unfinished(workspace))


def unfinished(workspace: Records) -> list[BatchName]:
    """The batches that are built and not staged."""
    return workspace.ledger.names(workspace.environment, [BatchState.BUILT])


def withdraw(workspace: Records, names: Iterable[BatchName]) -> None:
    """Cancel those of `names` that are still only built; their files go first.

    Only while holding the lock of builds: one of another process may be going on.
    """
    for name in names:
        if workspace.ledger.state(name) is BatchState.BUILT:
            workspace.outbox.withdraw(name)
            workspace.ledger.append(name, Event.CANCELLED, workspace.clock())
