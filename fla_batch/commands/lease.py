"""One process at a time works on a batch: a lease in the ledger, with a fence (R29).

`send`, `cancel`, `correct` and whoever settles a batch in doubt take it. What they record is in
the ledger only while the lease is still theirs: a process that was silent for so long that
another one took over records nothing more, and so creates no GO (decision 1403).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fla_batch.ledger.lifecycle import Event
from fla_batch.outbox.marks import Mark
from fla_batch.vocabulary.filenames import BatchName

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records
    from fla_batch.ledger.ledger import HeldLock

_RENEWED_EVERY = timedelta(seconds=10)
"""Far below the time after which a lease counts as stale."""


@dataclass(slots=True)
class Lease:
    """A batch that nobody else works on while it is held."""

    name: BatchName
    _records: Records
    _held: HeldLock
    _renewed_at: datetime

    def keep(self) -> None:
        """Call it before and while bytes leave. Raises LockHeld when another process took over."""
        now = self._records.clock()
        if abs(now - self._renewed_at) >= _RENEWED_EVERY:
            self._held.renew()
            self._renewed_at = now

    def journal(self, event: Event, **details: Any) -> None:
        """Put an event of the batch on disk: in the ledger, and beside the batch (R30).

        Raises LockHeld when another process took over; nothing is recorded then.
        """
        at = self._records.clock()
        self._records.ledger.append(self.name, event, at, details, held=self._held)
        mark = Mark(event.value, at, details)
        self._records.outbox.mark(self.name, mark, self._records.ledger.last_event())


@contextmanager
def leased(workspace: Records, name: BatchName) -> Iterator[Lease]:
    """Be the only one who works on a batch. Raises LockHeld when another process does."""
    with workspace.ledger.lock(str(name), workspace.clock) as held:
        yield Lease(name, workspace, held, workspace.clock())
