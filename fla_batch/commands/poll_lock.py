"""Who takes in answers, one at a time: polls, replays, rebuilds and purges (R21).

In a ledger of one machine there is one such lock. In one that several hosts share there is one for
each sender and environment, so that hosts of different senders do not wait for each other, and one
for each folder that answers are downloaded to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import product
from typing import TYPE_CHECKING

from fla_batch.ledger.locks import this_machine
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records

_POLL = "poll"


def poll_locks(records: Records) -> list[str]:
    """The ledger's locks of whoever takes in answers here; the first one says what he does."""
    if not records.ledger.serves_several_hosts:
        return [_POLL]
    place = f"{this_machine()} {records.outbox.root.absolute()}"
    folder = hashlib.sha256(place.encode()).hexdigest()[:8]
    return [f"{_POLL} {records.sender} {records.environment.value}", f"{_POLL} into {folder}"]


def only_poller(records: Records) -> AbstractContextManager[Callable[[], None]]:
    """Be the only one who takes in answers; gives what renews that. Raises LockHeld."""
    return _holding(records, poll_locks(records))


def no_poller(records: Records) -> AbstractContextManager[Callable[[], None]]:
    """See that nobody takes in answers of any sender and environment. Raises LockHeld."""
    names = [_POLL]
    if records.ledger.serves_several_hosts:
        senders = {row.name.sender for row in records.ledger.batches()} | {records.sender}
        each = product(sorted(senders), Environment)
        names = [f"{_POLL} {sender} {environment.value}" for sender, environment in each]
    return _holding(records, names)


@contextmanager
def _holding(records: Records, names: Iterable[str]) -> Iterator[Callable[[], None]]:
    with ExitStack() as stack:
        held = [stack.enter_context(records.ledger.lock(name, records.clock)) for name in names]

        def renew() -> None:
            for lock in held:
                lock.renew()

        yield renew
