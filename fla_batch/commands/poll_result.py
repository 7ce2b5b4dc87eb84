"""What came in one poll, in all polls of a watch, or in a replay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fla_batch.ledger.left_rows import LeftAlone
from fla_batch.vocabulary.documents import PolledJson, members
from fla_batch.vocabulary.terms import FileKind

_BESIDE = (f"{FileKind.GO}.", f"{FileKind.FS}.")


@dataclass(slots=True)
class PollResult:
    """Names of answers and what became of them.

    `quarantined` were fetched and cannot be trusted or read; `unfetched` are ours and could not
    be fetched whole: every poll tries them again; `strangers` are not ours. Each is told once.
    `cancelled` are batches that are certain to be cancelled now. `note` says why there is
    nothing to fetch at all.
    """

    processed: list[str] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    unfetched: list[LeftAlone] = field(default_factory=list)
    strangers: list[LeftAlone] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    refused_files: int = 0
    refused_forms: int = 0
    open_batches: int = 0
    note: str = ""

    def add(self, other: PollResult) -> None:
        """Takes in what a later poll brought."""
        self.processed += other.processed
        self.quarantined += other.quarantined
        self.unfetched += other.unfetched
        self.strangers += other.strangers
        self.unmatched += other.unmatched
        self.cancelled += other.cancelled
        self.refused_files += other.refused_files
        self.refused_forms += other.refused_forms
        self.open_batches = other.open_batches
        self.note = other.note

    @property
    def lacks_answers(self) -> bool:
        """True when an answer could not be had; without its GO or FS it may be whole."""
        return any(not one.name.startswith(_BESIDE) for one in self.unfetched)

    @property
    def brought_nothing(self) -> bool:
        """True when there is nothing to name."""
        told = (self.processed, self.quarantined, self.unfetched, self.strangers, self.cancelled)
        return not any(told)

    def to_json(self) -> dict[str, Any]:
        """The document of `poll --json`."""
        return members(
            PolledJson,
            self,
            quarantined=[{"name": name, "reason": reason} for name, reason in self.quarantined],
            unfetched=[one.to_json() for one in self.unfetched],
            strangers=[one.to_json() for one in self.strangers],
        )
