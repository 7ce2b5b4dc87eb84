"""Which kind of outbox the settings mean: a folder, or objects that several hosts share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fla_batch.outbox.outbox import Outbox
from fla_batch.system.database_address import is_a_file
from fla_batch.vocabulary.errors import ConfigurationMistake

if TYPE_CHECKING:
    from fla_batch.configuration.sections import WorkspaceSection


def outbox_of(section: WorkspaceSection) -> Outbox:
    """The outbox of [workspace]; nothing is asked of a store yet.

    Raises ConfigurationMistake for a store that cannot be used, or beside a ledger that only one
    host can open: two of those would use the same names.
    """
    if section.store is None:
        return Outbox(section.outbox)
    if is_a_file(section.ledger):
        raise ConfigurationMistake(
            "[workspace] store is for hosts that share a ledger, and ledger is a file of this one",
            hint="Set [workspace] ledger to a PostgreSQL database, or leave store out.",
        )
    from fla_batch.outbox.object_store import ObjectStore
    from fla_batch.outbox.shared_outbox import SharedOutbox

    return SharedOutbox(section.outbox, ObjectStore.at(section.store, os.environ))
