"""What the portal remembers of names and numbers: a name is used once, a number given once.

Numbers come from counters in the store, so that the same batches give the same tickets and
names, and a restart goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.filenames import sequence_text

_TICKET_START = "34000000"


class PortalJournal:
    """Used names and counters, in `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_used(self, name: str) -> bool:
        """True when a file of that name was received before, in whatever folder."""
        return (
            self._store.row("select 1 from used_name where name = ?", (os.fsencode(name),))
            is not None
        )

    def use(self, names: Iterable[str]) -> None:
        """Note that `names` were received; a name that was noted before stays noted."""
        with self._store.transaction():
            for name in names:
                self._store.execute(
                    "insert or ignore into used_name values (?)", (os.fsencode(name),)
                )

    def next_number(self, counter: str) -> int:
        """The next number of `counter`, from 1."""
        with self._store.transaction():
            self._store.execute(
                "insert into counter values (?, 1) "
                "on conflict (name) do update set value = value + 1",
                (counter,),
            )
            found = self._store.row("select value from counter where name = ?", (counter,))
        assert found is not None  # noqa: S101 - it was written just now
        number: int = found["value"]
        return number

    def next_ticket(self) -> str:
        """A ticket of the portal, 13 characters, such as `3400000000001`."""
        return _TICKET_START + sequence_text(self.next_number("ticket"))
