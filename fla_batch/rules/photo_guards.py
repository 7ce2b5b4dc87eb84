"""The guards of the annual photo, which need to know what the platform holds already.

Without a history they say nothing: the first declaration of a key has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fla_batch.models import (
    Declaration,
    Right,
    Training,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.zone import Zone, ZoneType
from fla_batch.rules.base import (
    BLOCKING,
    FOR_INFORMATION,
    INFORMATION,
    WARNING,
    Finding,
    Removal,
    RuleContext,
    rule,
    shown,
)
from fla_batch.rules.columns import DeclarationColumns, Holds
from fla_batch.rules.photo_diff import (
    ItemDifference,
    ItemOutcome,
    ZoneChange,
    hours_of_training,
    rights_diff,
    size_of_right,
    trainings_diff,
)
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.words import colon, semicolon


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
    approved = Counter(context.allowed_removals)
    for difference in _differences(last.declaration, declaration, context):
        if difference.outcome is not ItemOutcome.REMOVED:
            continue
        zone, removed = _named(difference.before)
        value = removed.en if isinstance(removed, Labels) else removed
        removal = Removal(*declaration.key[:3], zone, value or "")
        listed = approved[removal] > 0
        approved[removal] -= listed
        allowed = context.allow_removals or listed
        yield Finding(
            "photo-shrinks",
            WARNING if allowed else BLOCKING,
            zone,
            "181",
            ("trainings",) if zone == "Training" else ("trainingRights",),
            "photo-shrinks-allowed" if allowed else "photo-shrinks",
            {"removed": removed},
            value=value,
        )


@rule(clears=_nothing_held)
def photo_lowers(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """A right, or the hours of a training, that would be less than what was accepted [D]."""
    last = context.history.last_accepted(declaration.key) if context.history else None
    if last is None:
        return
    day_hours = declaration.employee.ref_hours_in_working_day or 760
    for difference in _differences(last.declaration, declaration, context):
        if difference.outcome is not ItemOutcome.CHANGED:
            continue
        before, after = (_size(each, day_hours) for each in (difference.before, difference.after))
        if after.hours_centi < before.hours_centi:
            zone, item = _named(difference.before)
            yield Finding(
                "photo-lowers",
                WARNING,
                zone,
                FOR_INFORMATION,
                ("trainings",) if zone == "Training" else ("trainingRights",),
                "photo-lowers",
                {"item": item, "before": before.shown, "after": after.shown},
                value=after.shown.en,
            )


@rule(clears=_nothing_held)
def photo_changes(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """What is another value in something that stays: for information [D]."""
    last = context.history.last_accepted(declaration.key) if context.history else None
    if last is None:
        return
    for difference in _differences(last.declaration, declaration, context):
        if difference.outcome is ItemOutcome.CHANGED:
            zone, item = _named(difference.before)
            yield Finding(
                "photo-changes",
                INFORMATION,
                zone,
                FOR_INFORMATION,
                ("trainings",) if zone == "Training" else ("trainingRights",),
                "photo-changes",
                {"item": item, "changes": _spelled(difference.changes)},
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


def _differences(
    before: Declaration, after: Declaration, context: RuleContext
) -> Sequence[ItemDifference[Training] | ItemDifference[Right]]:
    """Item by item; nothing between two kinds."""
    if isinstance(before, TrainingsDeclaration) and isinstance(after, TrainingsDeclaration):
        return trainings_diff(before, after, numbers_given=context.numbers_given)
    if isinstance(before, TrainingRightsDeclaration) and isinstance(
        after, TrainingRightsDeclaration
    ):
        return rights_diff(before, after)
    return ()


def _named(item: Training | Right | None) -> tuple[str, str | Labels]:
    """Label of the block, and how people call it."""
    assert item is not None  # noqa: S101 - what was removed or changed was there
    name = _training_name(item) if isinstance(item, Training) else _right_name(item)
    return type(item).__name__, name


class _Size(NamedTuple):
    hours_centi: int
    shown: Labels


def _size(item: Training | Right | None, day_hours: int) -> _Size:
    """How much it is, and how a person writes that."""
    if isinstance(item, Training):
        hours = hours_of_training(item, day_hours)
        return _Size(hours, shown(_HOURS, hours))
    sizes = size_of_right(item) if item is not None else []
    total, spelled_as = 0, _NONE
    for zone, value in sizes:
        total += value * day_hours // 100 if zone.label.endswith("Days") else value
        spelled_as = shown(zone, value)
    return _Size(total, spelled_as)


_HOURS = Zone("TrainingHours", ZoneType.INTEGER)
_NONE = Labels("nothing", "rien", "niets")


def _spelled(changes: Iterable[ZoneChange]) -> Labels:
    """ "Scope: 1 -> 2; Training hours: 7.6 hours -> 3.8 hours", in each language."""
    texts = []
    for language in ("en", "fr", "nl"):
        parts = []
        for zone, before, after in changes:
            label = getattr(catalogue.zone_label(zone.label), language)
            was, now = (_value(zone, value, language) for value in (before, after))
            parts.append(f"{label}{colon(language)}{was} -> {now}")
        texts.append(semicolon(language).join(parts))
    return Labels(*texts)


def _value(zone: Zone, value: object, language: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = getattr(shown(zone, value), language) if isinstance(value, int) else str(value)
    return text if isinstance(text, str) else str(value)


def _training_name(training: Training) -> str:
    name = training.training_denomination or str(training.training_sequence_nbr)
    return f"“{name}” ({training.training_first_start_date})"


def _right_name(right: Right) -> Labels:
    """Kind, size and joint committee: "Sector training right, 7.6 hours (200)"."""
    kind = catalogue.zone_label(type(right).__name__)
    committees = right.joint_commission_nbr
    where = ", ".join(committees) if isinstance(committees, tuple) else committees
    texts = []
    for language in ("en", "fr", "nl"):
        sizes = [getattr(shown(zone, value), language) for zone, value in size_of_right(right)]
        name = ", ".join([getattr(kind, language), *sizes])
        texts.append(f"{name} ({where})" if where else name)
    return Labels(*texts)
