"""`build --dry-run`: what a build would declare, change and delete; nothing is written.

The same reading, rules and comparison as those of the build, up to the first batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch.batching.form_store import Spool
from fla_batch.commands.build_batches import spool_checked, spooling
from fla_batch.commands.rule_context import rule_context
from fla_batch.commands.unchanged import is_same, key_of, with_newest
from fla_batch.intake import AS_FOUND, InputReading, ReadingChoice, Receipt
from fla_batch.intake.removal_list import removals_of
from fla_batch.rules import Removal
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.documents import BuiltJson, EmployerOutlookJson, members
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    from fla_batch.commands.needs import CheckedBuild


class Outlook(StrEnum):
    """What would become of a declaration."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class EmployerOutlook:
    """What would become of the declarations of one employer."""

    company_id: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    workers: set[str] = field(default_factory=set)

    def count(self, outlook: Outlook, inss: str) -> None:
        """One more declaration, of that worker."""
        setattr(self, outlook.value, getattr(self, outlook.value) + 1)
        self.workers.add(inss)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """By employer, in their order; `removals` are what would be deleted on the platform.

    `blocked` declarations are blocked by something else than what they delete, and `in_files`
    counts what blocks whole files.
    """

    employers: Sequence[EmployerOutlook]
    removals: Sequence[Removal]
    anomalies: AnomalySpool
    blocked: int
    in_files: int
    receipts: Sequence[Receipt]

    @property
    def to_send(self) -> int:
        """Declarations that would be in batches, were the removals allowed."""
        return sum(each.added + each.changed for each in self.employers)

    @property
    def is_free(self) -> bool:
        """True when only removals, or nothing, stand in the way."""
        return not self.blocked and not self.in_files

    def to_json(self) -> dict[str, Any]:
        """The document of `build --dry-run --json`: that of a build, and what it foresees."""
        return members(
            BuiltJson,
            self,
            batches=[],
            forms=self.to_send,
            skipped=self.blocked,
            unchanged=sum(each.unchanged for each in self.employers),
            being_cancelled=[],
            removals_file=None,
            anomalies=(anomaly.to_json() for anomaly in self.anomalies),
            groups=[group.to_json() for group in self.anomalies.groups],
            read=[receipt.to_json() for receipt in self.receipts],
            employers=[
                members(EmployerOutlookJson, each, workers=len(each.workers))
                for each in self.employers
            ],
            removals=[one._asdict() for one in self.removals],
        )


def foresee(
    workspace: CheckedBuild,
    inputs: Iterable[Path],
    *,
    how: ReadingChoice = AS_FOUND,
    counted: Watcher = UNWATCHED,
) -> Foreseen:
    """What `build` would do with these inputs. Raises UsageMistake, DiskTrouble, LedgerTrouble."""
    context = rule_context(
        workspace.rules, workspace.clock(), history=workspace.history, allow_removals=True
    )
    reading = InputReading(inputs, how)
    with spooling(workspace) as spool:
        maker = workspace.form_maker()
        done = spool_checked(workspace, reading, spool, maker, context, counted)
        return Foreseen(
            _by_employer(workspace, spool),
            removals_of(done.anomalies),
            done.anomalies,
            done.blocked,
            done.in_files,
            reading.receipts,
        )


def _by_employer(workspace: CheckedBuild, spool: Spool) -> list[EmployerOutlook]:
    found: dict[str, EmployerOutlook] = {}
    history = workspace.history
    with workspace.ledger.newest_states(workspace.environment) as states:
        for _, note, state in with_newest(spool, states):
            key = key_of(note)
            if state is not None and is_same(note, state):
                outlook = Outlook.UNCHANGED
            elif state is not None or history.last_accepted(key) is not None:
                outlook = Outlook.CHANGED
            else:
                outlook = Outlook.ADDED
            employer = found.setdefault(note.company_id, EmployerOutlook(note.company_id))
            employer.count(outlook, note.inss)
    return [found[company_id] for company_id in sorted(found)]
