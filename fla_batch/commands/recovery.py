"""What a crashed build left, told from what another process is building right now.

All batches of a run become "staged" in one transaction at its end; until then none of them is
sent. A run holds a lock in the ledger while it works: a batch that is "built" while nobody holds
its run's lock belongs to a run that ended half-way. Its user saw no success and will run it
again, so all of that run is withdrawn: nothing of it is sent twice (decision 0701).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from fla_batch.batching.form_maker import run_of
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.system.files import remove_folder
from fla_batch.vocabulary.filenames import BatchName

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records


def lock_name(run: str) -> str:
    """The ledger's lock that a run holds.

    >>> lock_name("RUN1")
    'build RUN1'
    """
    return f"build {run}"


def recover(workspace: Records) -> None:
    """Clear away what crashed builds left. Raises LedgerTrouble, DiskTrouble."""
    from fla_batch.ledger import LockHeld

    workspace.outbox.clear_leftovers(workspace.environment)
    for run, names in unfinished(workspace).items():
        with suppress(LockHeld), workspace.ledger.lock(lock_name(run), workspace.clock):
            withdraw(workspace, names)


def unfinished(workspace: Records) -> dict[str, list[BatchName]]:
    """The batches that are built and not staged, by the run that they belong to."""
    found: defaultdict[str, list[BatchName]] = defaultdict(list)
    for row in workspace.ledger.batches(workspace.environment, [BatchState.BUILT]):
        first = next(iter(workspace.ledger.forms(row.name)))
        found[run_of(first.reference_nbr)].append(row.name)
    return dict(found)


def withdraw(workspace: Records, names: Iterable[BatchName]) -> None:
    """Cancel those of `names` that are still only built; their files go first.

    Only while holding the lock of their run: it may have ended well a moment ago.
    """
    for name in names:
        row = workspace.ledger.batch(name)
        if row is not None and row.state is BatchState.BUILT:
            remove_folder(workspace.outbox.folder(name))
            workspace.ledger.append(name, Event.CANCELLED, workspace.clock())
