"""Do the ledger and the outbox tell the same story? Differences are values, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fla_batch.ledger.lifecycle import BatchState
from fla_batch.outbox.outbox import Fault, Outbox
from fla_batch.system.files import FileFacts
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.ledger.records import BatchRow
    from fla_batch.outbox.manifest import Manifest

_WITHOUT_FILES = frozenset({BatchState.BUILT, BatchState.CANCELLED})


def audit(ledger: Ledger, outbox: Outbox) -> list[Fault]:
    """Everything in which ledger, folders, manifests and kept answers differ.

    Raises LedgerTrouble and DiskTrouble when one of them cannot be read at all.
    """
    rows = {str(row.name): row for row in ledger.batches()}
    found = [
        Fault(each.batch, f"is recorded as {each.recorded}; its events say {each.derived}")
        for each in ledger.verify()
    ]
    found += [fault for row in rows.values() for fault in _batch(row, outbox)]
    found += _unknown(set(rows), outbox)
    return found + list(_answers(ledger, outbox))


def _batch(row: BatchRow, outbox: Outbox) -> Iterator[Fault]:
    name = str(row.name)
    if not outbox.has(row.name):
        if row.state not in _WITHOUT_FILES:
            yield Fault(name, "is in the ledger and not in the outbox")
        return
    faults = outbox.verify(row.name)
    yield from faults
    if not faults:
        yield from _manifest(row, outbox.manifest(row.name))


def _manifest(row: BatchRow, manifest: Manifest) -> Iterator[Fault]:
    pairs = {
        "forms": (row.forms, manifest.forms),
        "parts": (row.parts, manifest.parts),
        "profile": (row.profile, manifest.profile),
        "profile version": (row.profile_version, manifest.profile_version),
        "previous batch": (row.previous, manifest.previous),
    }
    for what, (ours, theirs) in pairs.items():
        if ours != theirs:
            yield Fault(str(row.name), f"{what}: {ours} in the ledger, {theirs} in the manifest")


def _unknown(known: set[str], outbox: Outbox) -> Iterator[Fault]:
    for environment in Environment:
        for batch in outbox.batches(environment):
            if str(batch) not in known:
                yield Fault(str(batch), "is in the outbox and not in the ledger")
        for folder in outbox.leftovers(environment):
            yield Fault(folder.name, "was left by a build that crashed; nothing of it was sent")


def _answers(ledger: Ledger, outbox: Outbox) -> Iterator[Fault]:
    from fla_batch.ledger.answer_rows import PURGED_ANSWER
    from fla_batch.ledger.records import AnswerOutcome

    for row in ledger.answer_files(AnswerOutcome.DONE):
        batch = PurePosixPath(row.file.kept_path).parent.parent.name
        facts = outbox.kept_facts(row.file.kept_path)
        if facts is None:
            if row.reason != PURGED_ANSWER and not _was_purged(batch, outbox):
                yield Fault(batch, "the raw answer is missing", row.file.name)
        elif facts != FileFacts(row.file.size, row.file.sha256):
            yield Fault(batch, "the raw answer was changed", row.file.name)


def _was_purged(batch: str, outbox: Outbox) -> bool:
    try:
        return outbox.is_purged(BatchName.parse(batch))
    except InvalidName:
        return False
