"""The guards of the annual photo, which need to know what the platform holds already.

Without a history they say nothing: the first declaration of a key has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from fla_batch.models import (
    Declaration,
    Right,
    Training,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.block import Block
from fla_batch.models.zone import Presence, Zone, leaves_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, rule, shown
from fla_batch.rules.columns import DeclarationColumns, Holds
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Labels


def _nothing_held(columns: DeclarationColumns) -> Iterable[Holds]:
    return columns.unknown_to(columns.context.history)


@rule(clears=_nothing_held)
def legal_must_stay(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """Once a declaration carried LegalFlaRight, every later one must (001).

    REST manual 3.3.3.2 F: from then on the employer is responsible for that worker and year.
    """
    if not isinstance(declaration, TrainingRightsDeclaration) or context.history is None:
        return
    if declaration.training_rights.legal_fla_right is not None:
        return
    if context.history.had_legal_right(declaration.key):
        yield Finding(
            "legal-must-stay",
            BLOCKING,
            "LegalFlaRight",
            "001",
            ("trainingRights", "legalFlaRight"),
            "legal-must-stay",
        )


@rule(clears=_nothing_held)
def photo_shrinks(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """What the last accepted declaration had and this one drops would be deleted (181).

    One finding for each thing lost, blocking unless the user allowed removals. The legal right
    is not among them: leaving it out does not delete it (legal-must-stay).
    """
    if context.history is None:
        return
    last = context.history.last_accepted(declaration.key)
    if last is None:
        return
    for zone, removed in _removed(last.declaration, declaration):
        allowed = context.allow_removals
        yield Finding(
            "photo-shrinks",
            WARNING if allowed else BLOCKING,
            zone,
            "181",
            ("trainings",) if zone == "Training" else ("trainingRights",),
            "photo-shrinks-allowed" if allowed else "photo-shrinks",
            {"removed": removed},
            value=removed.en if isinstance(removed, Labels) else removed,
        )


@rule(clears=_nothing_held)
def already_declared(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """Identical to what the platform says it holds (272): sending it changes nothing.

    What we sent ourselves is not built a second time, and needs no warning here.
    """
    if context.history is None:
        return
    last = context.history.last_accepted(declaration.key)
    if last is not None and not last.ours and last.declaration == declaration:
        yield _declared(declaration, "already-declared", {"date": last.on})


def sent_again(declaration: Declaration, batch: str) -> Finding:
    """Identical to what `batch` holds, and sent once more because the user wants it (272)."""
    return _declared(declaration, "sent-again", {"batch": batch})


def _declared(declaration: Declaration, text: str, parameters: Mapping[str, object]) -> Finding:
    zone = "TrainingRights" if declaration.kind.value == "trainingRights" else "Trainings"
    path = (declaration.kind.value,)
    return Finding("already-declared", WARNING, zone, "272", path, text, parameters)


def _removed(before: Declaration, after: Declaration) -> Iterator[tuple[str, str | Labels]]:
    """Label of the block and name of each thing that `after` drops."""
    if isinstance(before, TrainingsDeclaration) and isinstance(after, TrainingsDeclaration):
        yield from (
            ("Training", _training_name(training))
            for training in _missing(before.trainings, after.trainings, _training_key)
        )
    if isinstance(before, TrainingRightsDeclaration) and isinstance(
        after, TrainingRightsDeclaration
    ):
        yield from (
            (type(right).__name__, _right_name(right))
            for right in _missing(_deletable(before), _deletable(after), _right_key)
        )


_Block = TypeVar("_Block", bound=Block)


def _missing(
    before: Iterable[_Block], after: Iterable[_Block], key: Callable[[_Block], object]
) -> list[_Block]:
    """Those of `before` that have no counterpart in `after`; two alike need two."""
    kept = Counter(key(item) for item in after)
    lost = []
    for item in before:
        if kept[key(item)] > 0:
            kept[key(item)] -= 1
        else:
            lost.append(item)
    return lost


def _training_key(training: Training) -> object:
    """What makes a training the same one: its name and dates; its number may change [D]."""
    return (
        (training.training_denomination or "").strip().casefold(),
        training.training_first_start_date,
        training.training_last_end_date,
    )


def _training_name(training: Training) -> str:
    name = training.training_denomination or str(training.training_sequence_nbr)
    return f"“{name}” ({training.training_first_start_date})"


def _deletable(declaration: TrainingRightsDeclaration) -> list[Right]:
    """Sector and employer's rights that say something; 0 is a deletion already."""
    rights = declaration.training_rights
    found: list[Right] = [
        *rights.complementary_sector_right,
        *rights.complementary_employer_right,
    ]
    return [right for right in found if _amount(right)]


def _amount(right: Right) -> int:
    return sum(value for _, value in _days_and_hours(right))


def _days_and_hours(right: Right) -> list[tuple[Zone, int]]:
    filled = ((zone, getattr(right, name)) for name, zone, _ in leaves_of(type(right)))
    return [
        (zone, value)
        for zone, value in filled
        if zone.presence is Presence.ONE_OF and value is not None
    ]


def _right_key(right: Right) -> object:
    """What makes a right the same one: kind, agreement, joint committee, activity [D]."""
    return (
        right.right_type,
        right.working_regulations_registry_nbr,
        right.joint_commission_nbr,
        getattr(right, "activity_code", None),
    )


def _right_name(right: Right) -> Labels:
    """Kind, size and joint committee: "Sector training right, 7.6 hours (200)"."""
    kind = catalogue.zone_label(type(right).__name__)
    texts = []
    for language in ("en", "fr", "nl"):
        sizes = [getattr(shown(zone, value), language) for zone, value in _days_and_hours(right)]
        name = ", ".join([getattr(kind, language), *sizes])
        texts.append(f"{name} ({right.joint_commission_nbr})")
    return Labels(*texts)
