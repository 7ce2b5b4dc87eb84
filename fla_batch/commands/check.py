"""`check`: reads the input and applies all rules; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fla_batch.batching.screened_chunk import ScreenedChunk
from fla_batch.intake import AS_FOUND, InputReading, ReadingChoice, Receipt
from fla_batch.models import Entry
from fla_batch.rules import RuleContext
from fla_batch.rules import check as check_entry
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.progress import UNWATCHED, Watcher


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All anomalies of the input, how many declarations were read, and of each file what."""

    anomalies: AnomalySpool
    declarations: int
    receipts: Sequence[Receipt] = ()


def check(
    inputs: Iterable[Path],
    context: RuleContext,
    counted: Watcher = UNWATCHED,
    how: ReadingChoice = AS_FOUND,
) -> CheckResult:
    """Reads and applies all rules. Tables are looked at by whole columns first."""
    found = AnomalySpool()
    declarations = 0
    reading = InputReading(inputs, how)
    for item in reading:
        if isinstance(item, Anomaly):
            found.add([item])
            continue
        entries: Iterable[Entry] = [item] if isinstance(item, Entry) else ()
        many = 1
        if not isinstance(item, Entry):
            counted.expect(item.announces)
            screened = ScreenedChunk.of(item, context)
            entries, many = screened.entries(), item.declarations
        for entry in entries:
            found.add(check_entry(entry, context))
        declarations += many
        counted(many)
    return CheckResult(found, declarations, reading.receipts)
