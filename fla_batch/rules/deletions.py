"""What a declaration deletes on the platform by what it says (REST manual 3.3.3.4, 3.3.4.4)."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import Declaration, TrainingRightsDeclaration
from fla_batch.rules.base import FOR_INFORMATION, INFORMATION, Finding, RuleContext


def delete_legal(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Tells that the legal right goes with the value 0, and what an empty photo deletes."""
    if not isinstance(declaration, TrainingRightsDeclaration):
        if not declaration.trainings:
            yield _tell("delete-empty", "Trainings", ("trainings",), "delete-trainings")
        return
    if not declaration.rights:
        yield _tell("delete-empty", "TrainingRights", ("trainingRights",), "delete-rights")
    legal = declaration.training_rights.legal_fla_right
    if legal is not None and 0 in (legal.legal_fla_right_days, legal.legal_fla_right_hours):
        path = ("trainingRights", "legalFlaRight")
        yield _tell("delete-legal", "LegalFlaRight", path, "delete-legal")


def _tell(rule: str, zone: str, path: tuple[str, ...], text: str) -> Finding:
    return Finding(rule, INFORMATION, zone, FOR_INFORMATION, path, text)
