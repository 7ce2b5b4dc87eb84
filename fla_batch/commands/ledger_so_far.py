"""The ledger as commands meet it that write nothing: it may not be there yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fla_batch.system.database_address import file_of

if TYPE_CHECKING:
    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.configuration.loading import Settings
    from fla_batch.configuration.sections import WorkspaceSection


@contextmanager
def history_if_any(settings: Settings) -> Iterator[LedgerHistory | None]:
    """The history of a ledger that is there already; None, and nothing made, when there is none.

    Raises LedgerTrouble for a ledger that cannot be read, LedgerBehind, ConfigurationMistake.
    """
    if _has_not_begun(settings.workspace):
        # The database library takes longer to import than a small file to check.
        yield None
        return
    from fla_batch.account.ledger_history import LedgerHistory
    from fla_batch.commands.ledger_of_outbox import ledger_if_any
    from fla_batch.commands.outbox_of_settings import outbox_of

    outbox = outbox_of(settings.workspace)
    if outbox.root.exists():
        outbox.require_ours(settings.workspace.group)
    with ledger_if_any(settings.workspace.ledger, outbox) as ledger:
        yield None if ledger is None else LedgerHistory(ledger, settings.environment)


def _has_not_begun(section: WorkspaceSection) -> bool:
    """True where neither the folder of the outbox nor the file of the ledger is there."""
    file = file_of(section.ledger)
    if section.store is not None or file is None:
        return False
    for path in (section.outbox, file):
        try:
            path.lstat()
        except FileNotFoundError:
            continue
        except OSError:  # for those to say who open it
            return False
        return False
    return True
