"""What a declaration deletes on the platform by what it says (REST manual 3.3.3.4, 3.3.4.4)."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.models import (
    DECLARATIONS,
    Declaration,
    LegalFlaRight,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.zone import Presence
from fla_batch.rules.base import FOR_INFORMATION, INFORMATION, Finding, RuleContext, rule
from fla_batch.rules.columns import DeclarationColumns, Holds, count_of, fields_of
from fla_batch.vocabulary.terms import FormKind


def _deletes_nothing(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    if columns.kind is FormKind.TRAININGS:
        yield Holds(TrainingsDeclaration, pl.col(count_of("trainings")) > 0)
        return
    top = DECLARATIONS[columns.kind]
    legal = [column for column in columns.zones if column.block is LegalFlaRight]
    others = [pl.col(count_of(name)) > 0 for _, name in fields_of(top)]
    yield Holds(top, pl.any_horizontal(~legal[0].block_is_absent(), *others))
    for column in legal:
        if column.zone.presence is Presence.ONE_OF:
            amount = pl.col(column.name)
            yield Holds(top, amount.is_null() | (amount != 0))


@rule(clears=_deletes_nothing)
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
