"""Trainings that stand twice in one declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fla_batch.models import Declaration, DetailsPerPeriod, Training, TrainingsDeclaration
from fla_batch.models.zone import leaves_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, rule
from fla_batch.rules.characters import only_admitted
from fla_batch.rules.columns import DECLARATION, DeclarationColumns, Holds, once

_ALIKE = ("training_start_date", "training_end_date", "training_days", "training_hours")
"""The fields of a period by which trainings of one name are told apart."""


def _numbers_once(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    number = pl.col("trainingSequenceNbr")
    yield Holds(Training, number.is_null() | once(DECLARATION, number))


@rule(clears=_numbers_once)
def sequence_unique(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """TrainingSequenceNbr is unique in the declaration (006)."""
    if not isinstance(declaration, TrainingsDeclaration):
        return
    counts = Counter(training.training_sequence_nbr for training in declaration.trainings)
    seen: set[int] = set()
    for index, training in enumerate(declaration.trainings):
        number = training.training_sequence_nbr
        if number is not None and number in seen:
            yield Finding(
                "sequence-unique",
                BLOCKING,
                "TrainingSequenceNbr",
                "006",
                ("trainings", index, "trainingSequenceNbr"),
                "sequence-unique",
                {"number": number, "count": counts[number]},
                value=number,
            )
        if number is not None:
            seen.add(number)


def _periods_once(_: DeclarationColumns) -> Iterator[Holds]:
    """Trainings that are alike have all their periods in common."""
    import polars as pl

    name = pl.col("trainingDenomination")
    # Of these characters none becomes another one in casefold than in lower.
    yield Holds(Training, only_admitted(name))
    amounts = [each for field, _, each in leaves_of(DetailsPerPeriod) if field in _ALIKE]
    edges = ("trainingFirstStartDate", "trainingLastEndDate")
    alone = once(DECLARATION, name.str.to_lowercase(), *edges, *amounts)
    yield Holds(DetailsPerPeriod, alone)


@rule(clears=_periods_once)
def duplicate_training(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """Same name, dates and hours twice in one declaration (006) [D]."""
    if not isinstance(declaration, TrainingsDeclaration):
        return
    first: dict[object, Training] = {}
    for index, training in enumerate(declaration.trainings):
        alike = _what_makes_it_alike(training)
        if alike is None:
            continue
        if alike in first:
            other = first[alike].training_sequence_nbr or first[alike].training_denomination
            yield Finding(
                "duplicate-training",
                WARNING,
                "TrainingDenomination",
                "006",
                ("trainings", index, "trainingDenomination"),
                "duplicate-training",
                {"other": other},
                value=training.training_denomination,
            )
        else:
            first[alike] = training


def _what_makes_it_alike(training: Training) -> object:
    """Equal for trainings that are alike; None when too little is known of this one."""
    if not training.training_denomination or not training.details_per_period:
        return None
    return (
        training.training_denomination.casefold(),
        training.training_first_start_date,
        training.training_last_end_date,
        frozenset(
            Counter(
                tuple(getattr(period, name) for name in _ALIKE)
                for period in training.details_per_period
            ).items()
        ),
    )
