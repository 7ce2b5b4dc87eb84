"""Trainings and rights that stand twice, in one declaration or in two years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Training,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR
from fla_batch.models.zone import leaves_of
from fla_batch.rules.base import BLOCKING, WARNING, Finding, RuleContext, rule, trainings_of
from fla_batch.rules.characters import only_admitted
from fla_batch.rules.columns import DECLARATION, DeclarationColumns, Holds, once
from fla_batch.vocabulary.zone_path import Path

_ALIKE = ("training_start_date", "training_end_date", "training_days", "training_hours")
"""The fields of a period by which trainings of one name are told apart."""


def _numbers_once(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    number = pl.col("trainingSequenceNbr")
    yield Holds(Training, number.is_null() | once(DECLARATION, number))


@rule(clears=_numbers_once)
def sequence_unique(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """TrainingSequenceNbr is unique in the declaration (006)."""
    counts = Counter(training.training_sequence_nbr for training, _ in trainings_of(declaration))
    seen: set[int] = set()
    for training, path in trainings_of(declaration):
        number = training.training_sequence_nbr
        if number is not None and number in seen:
            yield Finding(
                "sequence-unique",
                BLOCKING,
                "TrainingSequenceNbr",
                "006",
                (*path, "trainingSequenceNbr"),
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
    first: dict[object, Training] = {}
    for training, path in trainings_of(declaration):
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
                (*path, "trainingDenomination"),
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


def _ids_once(columns: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    number = pl.col("providerTrainingId")
    alone = once(DECLARATION, number.str.to_lowercase())
    # With a history the other years are looked up, by the function.
    yield Holds(Training, number.is_null() | (alone & (columns.context.history is None)))


@rule(clears=_ids_once)
def provider_id_unique(declaration: Declaration, context: RuleContext) -> Iterator[Finding]:
    """A ProviderTrainingId stands in one training only, of one calendar year (006).

    REST manual 3.3.4.1 D: "unique key". Two numbers that differ in case are one.
    """
    if not isinstance(declaration, TrainingsDeclaration):
        return
    seen: dict[str, int] = {}
    for index, training in enumerate(declaration.trainings):
        number = _provider_id(training)
        if number is None:
            continue
        if number in seen:
            yield _id_again(training, index, "provider-id-twice", {"other": seen[number]})
        elif (year := _other_year(declaration, number, context)) is not None:
            yield _id_again(training, index, "provider-id-in-two-years", {"year": year})
        seen.setdefault(number, training.training_sequence_nbr or index + 1)


def _provider_id(training: Training) -> str | None:
    reference = training.training_provider_reference
    number = reference.provider_training_id if reference else None
    return number.lower() if number is not None else None


def _other_year(declaration: Declaration, number: str, context: RuleContext) -> int | None:
    """A year, other than that of the declaration, in which the last accepted one has `number`."""
    if context.history is None:
        return None
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        key = declaration.key._replace(calendar_year=year)
        if year == declaration.calendar_year or not context.history.may_hold(key):
            continue
        held = context.history.last_accepted(key)
        there = held.declaration if held else None
        if isinstance(there, TrainingsDeclaration) and number in map(_provider_id, there.trainings):
            return year
    return None


def _id_again(training: Training, index: int, text: str, parameters: dict[str, object]) -> Finding:
    reference = training.training_provider_reference
    path = ("trainings", index, "trainingProviderReference", "providerTrainingId")
    value = reference.provider_training_id if reference else None
    return Finding(
        "provider-id-unique", BLOCKING, "ProviderTrainingId", "006", path, text, parameters, value
    )


def _one_of_each(_: DeclarationColumns) -> Iterator[Holds]:
    import polars as pl

    committee, registry = pl.col("jointCommissionNbr"), pl.col("workingRegulationsRegistryNbr")
    yield Holds(ComplementarySectorRight, once(DECLARATION, committee, "activityCode"))
    # Blanks around a number are of no account; what is odd the function compares.
    plain = registry.is_null() | registry.str.contains("^[0-9A-Za-z/.-]+$")
    yield Holds(ComplementaryEmployerRight, once(DECLARATION, committee, registry) & plain)
    several = committee.list.n_unique() == committee.list.len()
    yield Holds(TrainingRightsDeclaration, committee.is_null() | several)


@rule(clears=_one_of_each)
def one_right_per_origin(declaration: Declaration, _: RuleContext) -> Iterator[Finding]:
    """One block per origin of a right (006), REST manual 3.3.3.1 D.

    An origin is a joint committee and activity, or a regulation number and joint committee; in
    the legal right each joint committee stands once.
    """
    if not isinstance(declaration, TrainingRightsDeclaration):
        return
    seen: set[Hashable] = set()
    for origin, path, text, parameters in _origins(declaration):
        zone, committee = origin[0], parameters["committee"]
        if origin in seen:
            yield Finding(
                "one-right-per-origin", BLOCKING, zone, "006", path, text, parameters, committee
            )
        seen.add(origin)


def _origins(
    declaration: TrainingRightsDeclaration,
) -> Iterator[tuple[tuple[str, Hashable], Path, str, dict[str, object]]]:
    """What each right comes from, under the label of what must not repeat; its place and text.

    Rights of which the origin is not known are left out.
    """
    rights, top = declaration.training_rights, "trainingRights"
    committees = rights.legal_fla_right.joint_commission_nbr if rights.legal_fla_right else ()
    for index, committee in enumerate(committees):
        path: Path = (top, "legalFlaRight", "jointCommissionNbr", index)
        yield ("JointCommissionNbr", committee), path, "committee-twice", {"committee": committee}
    for index, sector in enumerate(rights.complementary_sector_right):
        found, activity = sector.joint_commission_nbr, sector.activity_code
        path = (top, "complementarySectorRight", index, "jointCommissionNbr")
        if found is not None and activity is not None:
            told: dict[str, object] = {"committee": found, "activity": activity}
            yield ("ComplementarySectorRight", (found, activity)), path, "sector-right-twice", told
    for index, own in enumerate(rights.complementary_employer_right):
        found, registry = own.joint_commission_nbr, own.working_regulations_registry_nbr
        path = (top, "complementaryEmployerRight", index, "jointCommissionNbr")
        if found is not None:
            number = (registry or "").strip()
            told = {"committee": found, "registry": number or "-"}
            yield (
                ("ComplementaryEmployerRight", (number, found)),
                path,
                "employer-right-twice",
                told,
            )
