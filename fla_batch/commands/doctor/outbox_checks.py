"""Our own disk: the outbox, the room on it, the ledger, and what waits there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings
from fla_batch.outbox.whose_outbox import is_untouched, require_member
from fla_batch.system.files import existing, is_shared
from fla_batch.system.portable import OTHERS, mode_of
from fla_batch.vocabulary.words import spaced

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.outbox.outbox import Outbox

TIGHT_BYTES = 2_000_000_000
"""Below that much free room a large batch with its answers may not fit."""
NO_ROOM_BYTES = 100_000_000


def outbox_here(around: Surroundings) -> Outbox:
    """The outbox of the settings: a folder, or a store that several hosts share."""
    from fla_batch.commands.outbox_of_settings import outbox_of

    return outbox_of(around.settings.workspace)


def store(around: Surroundings) -> Iterator[Diagnosis]:
    """The object store, where one is set, answers, and never writes over what is there (R36)."""
    outbox_here(around).require_fit()
    where = around.settings.workspace.store
    yield around.ok("store", "store-fit", url=where) if where else around.ok("store", "store-none")


def workers(around: Surroundings) -> Iterator[Diagnosis]:
    """The cluster that a build would share is there, has our versions, and sees the outbox."""
    if around.workers is None:
        yield around.ok("workers", "workers-none")
        return
    from fla_batch.commands.cluster import Cluster

    with Cluster.at(around.workers) as cluster:
        cluster.require_sight_of(existing(around.settings.workspace.outbox))
        count = len(cluster.names)
        yield around.ok("workers", "workers-fit", address=around.workers, count=count)


def written_at(folder: Path) -> datetime | None:
    """When the disk says that a file, written there now, was written; None when none can be."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"0")
            probe.flush()
            return datetime.fromtimestamp(os.fstat(probe.fileno()).st_mtime, UTC)
    except OSError:
        return None


def outbox(around: Surroundings) -> Iterator[Diagnosis]:
    """It is ours and can be written to; or it can be made (R39)."""
    where = around.settings.workspace.outbox
    group = around.settings.workspace.group
    there = existing(where)
    if not there.is_dir():
        yield around.error("outbox", "outbox-no-folder", path=there)
        return
    if written_at(there) is None:
        yield around.error("outbox", "outbox-not-writable", path=there)
        return
    if not where.exists():
        if group is not None:
            require_member(group)
        yield around.ok("outbox", "outbox-will-be-made", path=where)
        return
    outbox_here(around).require_ours(group)
    yield around.ok("outbox", "outbox-ours", path=where)


def outbox_rights(around: Surroundings) -> Iterator[Diagnosis]:
    """It is for us alone, or for our group (S12). Nothing else fails where it is not."""
    where = around.settings.workspace.outbox
    if not where.exists():
        yield around.ok("outbox-rights", "outbox-will-be-made", path=where)
        return
    mode = mode_of(where.stat())
    is_open = mode is not None and mode & OTHERS and not is_shared(where)
    if is_open and is_untouched(where):
        yield around.ok("outbox-rights", "outbox-untouched", path=where)
    elif is_open:
        yield around.error("outbox-rights", "outbox-open", path=where, mode=f"{mode:04o}")
    else:
        yield around.ok("outbox-rights", "outbox-private", path=where)


def disk(around: Surroundings) -> Iterator[Diagnosis]:
    """There is room for a batch and its answers."""
    where = existing(around.settings.workspace.outbox)
    free = around.free_bytes(where)
    parts = {"megabytes": spaced(free // 1_000_000), "path": where}
    if free < NO_ROOM_BYTES:
        yield around.error("disk", "disk-full", **parts)
    elif free < TIGHT_BYTES:
        yield around.warning("disk", "disk-tight", **parts)
    else:
        yield around.ok("disk", "disk-room", **parts)


def ledger(around: Surroundings) -> Iterator[Diagnosis]:
    """It opens, knows all that the outbox saw (R30), and its states follow from its events."""
    with open_ledger_of(around) as found:
        if found is None:
            yield around.ok("ledger", "ledger-will-be-made")
            return
        wrong = found.verify()
        for each in wrong[:5]:
            said = f"{each.batch}: {each.recorded} / {each.derived}"
            yield around.error("ledger", "ledger-contradicts", said=said)
        if not wrong:
            yield around.ok("ledger", "ledger-sound", event=found.last_event())


def open_ledger_of(around: Surroundings) -> AbstractContextManager[Ledger | None]:
    """The ledger that is there; None, and nothing made, when there is none."""
    from fla_batch.commands.ledger_of_outbox import ledger_if_any

    return ledger_if_any(around.settings.workspace.ledger, outbox_here(around))


def batches(around: Surroundings) -> Iterator[Diagnosis]:
    """What is staged is whole, so that it can be sent; what is in doubt is named (R5, R33)."""
    from fla_batch.commands.send import SENDABLE
    from fla_batch.ledger.lifecycle import BatchState

    place, troubled = outbox_here(around), 0
    with open_ledger_of(around) as found:
        place = place.beside(found) if found is not None else place
        rows = found.batches() if found is not None else []
        waiting = [row for row in rows if row.state in SENDABLE]
        for row in waiting:
            faults = place.verify(row.name)
            if faults:
                troubled += 1
                said = f"{faults[0].file or ''} {faults[0].problem}".strip()
                yield around.error("batches", "batch-damaged", batch=row.name, said=said)
            elif row.state is BatchState.IN_DOUBT:
                troubled += 1
                yield around.warning("batches", "batch-in-doubt", batch=row.name)
    for environment in type(around.settings.environment):
        for left in place.leftovers(environment):
            troubled += 1
            yield around.warning("batches", "batch-left", name=left.name)
    if not troubled:
        yield around.ok("batches", "batches-whole", count=len(waiting))


def quarantine(around: Surroundings) -> Iterator[Diagnosis]:
    """Answers that could not be trusted or read wait for somebody."""
    section = around.settings.workspace
    somewhere = section.store is not None or (section.outbox / "quarantine").is_dir()
    count = len(list(outbox_here(around).quarantine.files())) if somewhere else 0
    if count:
        yield around.warning("quarantine", "quarantine-holds", count=count)
    else:
        yield around.ok("quarantine", "quarantine-empty")
