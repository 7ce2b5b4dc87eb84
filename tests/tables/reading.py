"""What a file gives: its declarations as JSON, and all that is said of it, rules included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fla_batch.intake import AS_FOUND, InputReading, ReadingChoice, Receipt
from fla_batch.models import Entry
from fla_batch.rules import RuleContext, check
from fla_batch.vocabulary.findings import Anomaly

CONTEXT = RuleContext(today=date(2026, 11, 28))


@dataclass(frozen=True)
class Whole:
    """All of one reading."""

    declarations: list[dict[str, Any]]
    anomalies: list[Anomaly]
    receipts: list[Receipt]

    @property
    def rules(self) -> list[str]:
        return [str(anomaly.rule) for anomaly in self.anomalies]

    @property
    def blocks(self) -> bool:
        return any(anomaly.blocks for anomaly in self.anomalies)


def read(*paths: Path, how: ReadingChoice = AS_FOUND) -> Whole:
    """Everything that reading and the rules say of files."""
    reading = InputReading(paths, how)
    declarations: list[dict[str, Any]] = []
    anomalies: list[Anomaly] = []
    for item in reading:
        if isinstance(item, Anomaly):
            anomalies.append(item)
            continue
        for entry in [item] if isinstance(item, Entry) else item.entries():
            declarations.append(entry.declaration.to_json())
            anomalies += check(entry, CONTEXT)
    return Whole(declarations, anomalies, reading.receipts)
