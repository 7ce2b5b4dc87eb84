"""Declarations and questions that together cover every zone, every bound and every code, and
within each block every choice of the zones that may be left out.

They exist to try a binding against an XSD; they are not meant to pass the rules across zones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

from fla_batch.models import (
    DECLARATIONS,
    Declaration,
    Employee,
    Employer,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.block import Block
from fla_batch.models.question import Question
from fla_batch.models.zone import Presence, Zone, ZoneType, blocks_of, is_list, zones_of
from fla_batch.vocabulary.terms import FormKind

_COMPANY_ID = "0880820673"
_INSS = "81511716525"
_EMPLOYER = Employer(company_id=_COMPANY_ID)
_EMPLOYEE = Employee(inss=_INSS)


def values_of(zone: Zone) -> tuple[Any, ...]:
    """Values that reach the bounds of a zone: all codes, both ends of a range or a length."""
    if zone.codes:
        return tuple(zone.codes)
    if zone.samples:
        return zone.samples
    if zone.type is ZoneType.INTEGER:
        low, high = zone.low or 0, zone.high or 0
        middle = (low + high) // 2 // zone.step * zone.step
        return (low, middle, high - high % zone.step)
    if zone.type is ZoneType.TEXT:
        return (
            "x" * (zone.shortest or 1),
            "Sécurité & santé <2>"[: zone.longest],
            "é" * (zone.longest or 20),
        )
    return {
        ZoneType.DATE: (date(2024, 2, 29), date(1951, 1, 1), date(2099, 12, 31)),
        ZoneType.INSS: (_INSS, "00010100105"),
        ZoneType.COMPANY_ID: (_COMPANY_ID, "1000000021"),
    }[zone.type]


def declarations() -> Iterator[Declaration]:
    """Declarations of both kinds: the smallest, the fullest, and one per value of each zone."""
    for kind, top in DECLARATIONS.items():
        yield _photo(kind, _EMPLOYER, _EMPLOYEE, 2024, None)
        yield _photo(kind, _EMPLOYER, _EMPLOYEE, 2024, None).model_copy(
            update=_contents(kind, fullest=True)
        )
        for year in values_of(zones_of(top)["calendar_year"]):
            yield _photo(kind, _EMPLOYER, _EMPLOYEE, year, None)
    for kind, employer, employee in product(DECLARATIONS, _chosen(Employer), _chosen(Employee)):
        yield _photo(kind, employer, employee, 2024, None)
    for employer in _variants(Employer):
        yield _photo(FormKind.TRAININGS, employer, _EMPLOYEE, 2024, ())
    for employee in _variants(Employee):
        yield _photo(FormKind.TRAININGS, _EMPLOYER, employee, 2024, ())
    for training in (*_variants(Training), *_chosen(Training), *_periods()):
        yield _photo(FormKind.TRAININGS, _EMPLOYER, _EMPLOYEE, 2024, (training,))
    one: Any = _block(Training, fullest=False)
    for count in (2, 3):
        numbers = range(1, count + 1)
        some = tuple(one.model_copy(update={"training_sequence_nbr": each}) for each in numbers)
        yield _photo(FormKind.TRAININGS, _EMPLOYER, _EMPLOYEE, 2024, some)
    yield from _rights()


def _periods() -> Iterator[Training]:
    """Trainings of one period of each choice, and of several."""
    smallest: Any = _block(Training, fullest=False)
    period = blocks_of(Training)["details_per_period"]
    for each in _chosen(period):
        yield smallest.model_copy(update={"details_per_period": (each,)})
    for count in (2, 3):
        several = (_block(period, fullest=False),) * count
        yield smallest.model_copy(update={"details_per_period": several})


def _rights() -> Iterator[TrainingRightsDeclaration]:
    """Rights of each kind, of every value and choice, and beside each other."""
    every: list[dict[str, Any]] = []
    beside: list[list[tuple[str, Any]]] = []
    for name, block in blocks_of(TrainingRights).items():
        many = is_list(TrainingRights, name)
        rights = (*_variants(block), *_chosen(block))
        every += [{name: (right,) if many else right} for right in rights]
        smallest = _block(block, fullest=False)
        beside.append([(name, () if many else None), (name, (smallest,) if many else smallest)])
    every += [dict(pairs) for pairs in product(*beside)]
    for zones in every:
        yield TrainingRightsDeclaration(
            employer=_EMPLOYER,
            employee=_EMPLOYEE,
            calendar_year=2024,
            training_rights=TrainingRights().model_copy(update=zones),
        )


def questions() -> Iterator[Question]:
    """One question of each kind with the zones that its kind may carry."""
    since, until = date(2024, 1, 1), date(2024, 12, 31)
    yield Question(question=FormKind.ASK_CREDIT, employer=_EMPLOYER, employee=_EMPLOYEE)
    for right_type in values_of(zones_of(Question)["right_type"]):
        yield Question(
            question=FormKind.ASK_RIGHTS,
            employer=_EMPLOYER,
            employee=_EMPLOYEE,
            calendar_year=2024,
            right_type=right_type,
        )
        yield Question(
            question=FormKind.ASK_CHANGED_RIGHTS,
            employer=_EMPLOYER,
            calendar_year=2024,
            right_type=right_type,
            modified_from_date=since,
        )
    for state in values_of(zones_of(Question)["processing_state"]):
        yield Question(
            question=FormKind.ASK_TRAININGS,
            employer=_EMPLOYER,
            employee=_EMPLOYEE,
            calendar_year=2024,
            processing_state=state,
        )
        yield Question(
            question=FormKind.ASK_TO_VALIDATE,
            employer=_EMPLOYER,
            processing_state=state,
            from_training_first_start_date=since,
            to_training_last_end_date=until,
        )


def _photo(
    kind: FormKind,
    employer: Employer,
    employee: Employee,
    year: int,
    trainings: tuple[Training, ...] | None,
) -> Declaration:
    if kind is FormKind.TRAININGS:
        return TrainingsDeclaration(
            employer=employer, employee=employee, calendar_year=year, trainings=trainings or ()
        )
    return TrainingRightsDeclaration(employer=employer, employee=employee, calendar_year=year)


def _contents(kind: FormKind, *, fullest: bool) -> dict[str, Any]:
    if kind is FormKind.TRAININGS:
        return {"trainings": (_block(Training, fullest=fullest),)}
    return {"training_rights": _block(TrainingRights, fullest=fullest)}


def _variants(model: type[Block]) -> Iterator[Any]:
    """The block at its smallest and fullest, and with each value of each zone in it or below."""
    smallest = _block(model, fullest=False)
    yield smallest
    yield _block(model, fullest=True)
    for name, zone in zones_of(model).items():
        if zone.presence is Presence.READ_ONLY:
            continue
        for value in values_of(zone):
            update: dict[str, Any] = {name: (value,) if zone.many > 1 else value}
            if zone.presence is Presence.ONE_OF:
                update = dict.fromkeys(_either(model)) | update
            yield smallest.model_copy(update=update)
    for name, block in blocks_of(model).items():
        many = is_list(model, name)
        for inner in _variants(block):
            yield smallest.model_copy(update={name: (inner,) if many else inner})


def _chosen(model: type[Block]) -> Iterator[Any]:
    """The block with each choice of what may be left out, and of zones of which one is there."""
    zones, smallest = zones_of(model), _block(model, fullest=False)
    optional = {name: values_of(zones[name])[0] for name in zones if _may_miss(zones[name])}
    for name, block in blocks_of(model).items():
        if not is_list(model, name):
            optional[name] = _block(block, fullest=False)
    for there in product([False, True], repeat=len(optional)):
        pairs = zip(optional.items(), there, strict=True)
        update = {name: value if is_there else None for (name, value), is_there in pairs}
        if not _either(model):
            yield smallest.model_copy(update=update)
        for one in _either(model):
            amount = dict.fromkeys(_either(model)) | {one: values_of(zones[one])[1]}
            yield smallest.model_copy(update=update | amount)


def _may_miss(zone: Zone) -> bool:
    return zone.presence is Presence.OPTIONAL and zone.many == 1


def _either(model: type[Block]) -> list[str]:
    return [name for name, zone in zones_of(model).items() if zone.presence is Presence.ONE_OF]


def _block(model: type[Block], *, fullest: bool) -> Block:
    values: dict[str, Any] = {}
    for name, zone in zones_of(model).items():
        wanted = zone.presence is Presence.MANDATORY or fullest
        if not wanted or zone.presence in (Presence.READ_ONLY, Presence.ONE_OF):
            continue
        found = values_of(zone)
        values[name] = (
            found if zone.many > 1 and fullest else found[:1] if zone.many > 1 else found[0]
        )
    either = _either(model)
    if either:
        chosen = either[-1] if fullest else either[0]
        values[chosen] = values_of(zones_of(model)[chosen])[1]
    for name, block in blocks_of(model).items():
        many = is_list(model, name)
        if fullest:
            values[name] = (
                (_block(block, fullest=True),) * 2 if many else _block(block, fullest=True)
            )
        elif name == "details_per_period":
            values[name] = (_block(block, fullest=False),)
    return model(**values)
