"""Is this the ledger that sent what lies in this outbox? Asked before anything is done (R30).

A ledger that was deleted, is empty, or was restored from a backup knows less than the outbox: to
go on with it would send again what was sent, and use numbers a second time (decision 1404).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fla_batch.outbox.high_water import UNFINISHED, clear_half_written
from fla_batch.outbox.whose_outbox import make_private
from fla_batch.vocabulary.errors import LedgerTrouble
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.outbox.outbox import Outbox


class LedgerBehind(LedgerTrouble):
    """The ledger is missing, empty or older than the outbox beside it."""

    hint = "Run `fla-batch ledger rebuild --from-outbox`. Nothing was changed or sent."


def open_ledger(url: str, outbox: Outbox, *, create: bool = True) -> Ledger:
    """The ledger of this outbox; with `create` a new one, but not for an outbox that was used.

    Raises LedgerBehind, NoLedger without `create`, LedgerTrouble, DiskTrouble.
    """
    from fla_batch.ledger.database import NoLedger
    from fla_batch.ledger.ledger import Ledger

    clear_half_written(outbox.root)
    is_used = outbox.high_waters.highest() is not None or outbox.has_batches
    if create:
        make_private(outbox.root)
    try:
        ledger = Ledger.open(url, create=create and not is_used)
    except NoLedger as error:
        if not is_used:
            raise
        raise LedgerBehind(f"the outbox {outbox.root} was used, and {error}") from error
    try:
        if is_used:
            require_knows(ledger, outbox)
    except BaseException:
        ledger.close()
        raise
    return ledger


@contextmanager
def ledger_if_any(url: str, outbox: Outbox) -> Iterator[Ledger | None]:
    """The ledger that is there already; None, and nothing made, when there is none.

    Raises LedgerBehind, LedgerTrouble.
    """
    from fla_batch.ledger.database import NoLedger

    try:
        ledger = open_ledger(url, outbox, create=False)
    except NoLedger:
        yield None
        return
    with ledger:
        yield ledger


def require_knows(ledger: Ledger, outbox: Outbox) -> None:
    """Raises LedgerBehind when the outbox has seen more than the ledger has on record."""
    reached = outbox.high_waters.highest()
    if reached is None:
        # Made by an earlier version, or deleted: the folders themselves tell.
        batches = (name for environment in Environment for name in outbox.batches(environment))
        missing = next((name for name in batches if not ledger.has_batch(name)), None)
    else:
        missing = next((name for name in reached.names if not ledger.has_used(name)), None)
    if missing is not None:
        raise LedgerBehind(f"the ledger is older than the outbox: it does not know {missing}")
    if reached is not None and reached.event == UNFINISHED:
        raise LedgerBehind("a rebuild of the ledger has begun, and has not come to its end")
    if reached is not None and ledger.last_event() < reached.event:
        raise LedgerBehind(
            f"the ledger is older than the outbox: it ends with event {ledger.last_event()}, and "
            f"{reached.event} is the last that the outbox saw"
        )
