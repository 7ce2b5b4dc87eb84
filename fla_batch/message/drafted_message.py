"""What a draft recognised in one XSD: layouts, a report on each element, what has no place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.message.draft_leftovers import DraftedElement
from fla_batch.vocabulary.terms import FormKind

ASK_ONLY = {
    "rightType": ["askRights", "askChangedRights"],
    "processingState": ["askTrainings", "askToValidate"],
    "fromTrainingFirstStartDate": ["askToValidate"],
    "toTrainingLastEndDate": ["askToValidate"],
    "modifiedFromDate": ["askChangedRights"],
}
"""Zones that only questions carry, and the kinds of question that do."""
CONTENT = {"trainingRights": FormKind.TRAINING_RIGHTS, "trainings": FormKind.TRAININGS}
"""The field that holds the content of each kind of declaration."""


@dataclass(slots=True)
class DraftedMessage:
    """A message as it was recognised: its place in the binding, its layouts, its report.

    `is_apart` when the worker stands in what is for one kind of declaration alone.
    """

    schema: Path
    payloads: list[Path]
    root: str
    form: str
    layouts: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    report: list[DraftedElement] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    header: list[dict[str, object]] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    answers: bool = False
    is_apart: bool = False

    @property
    def kinds(self) -> list[FormKind]:
        """The kinds of declaration whose content it has a place for."""
        return [kind for name, kind in CONTENT.items() if name in self.fields]

    @property
    def can_ask(self) -> bool:
        """True when it has a place for every zone that questions carry."""
        return set(ASK_ONLY) <= self.fields
