"""Declarations for property tests: valid ones, and ones that hold anything at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.block import Block
from fla_batch.models.zone import ZoneType, blocks_of, is_list, zones_of
from fla_batch.rules.characters import ADMITTED
from tests import builders as b

COMPANY_IDS = st.integers(1, 999).map(b.company_id)
INSS = st.integers(1, 499).map(b.inss)
JOINT_COMMITTEES = st.builds(
    "{:03d}{}".format, st.integers(0, 999), st.sampled_from(["", ".02", ".99", ".02.01"])
)
XML_CHARACTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\ufffe", "\uffff"]
) | st.sampled_from([*sorted(ADMITTED), "<", "&", ">", '"', "]", "\n", "\r", "\t"])


def texts(shortest: int, longest: int) -> st.SearchStrategy[str]:
    """Texts that XML can carry, markup and line ends included, that are not blank."""
    found = st.text(XML_CHARACTERS, min_size=shortest, max_size=min(longest, 20))
    return found.filter(lambda text: bool(text.strip()) and shortest <= len(text) <= longest)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def _either(draw: st.DrawFn, name: str, most_days: int, most_hours: int) -> dict[str, Any]:
    if draw(st.booleans()):
        return {f"{name}_days": draw(st.integers(0, most_days // 50)) * 50}
    return {f"{name}_hours": draw(st.integers(0, most_hours))}


def _right(model: type[Block], name: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    registry = optional(texts(1, 200))
    zones = st.fixed_dictionaries({"working_regulations_registry_nbr": registry, **more})
    return st.builds(
        lambda amount, others: model(**amount, **others), _either(name, 31200, 312000), zones
    )


LEGAL = _right(
    LegalFlaRight,
    "legal_fla_right",
    joint_commission_nbr=st.lists(JOINT_COMMITTEES, min_size=1, max_size=3, unique=True).map(tuple),
)
SECTOR = _right(
    ComplementarySectorRight,
    "complementary_sector_right",
    joint_commission_nbr=JOINT_COMMITTEES,
    activity_code=st.integers(0, 99999),
)
EXTRA = _right(
    ComplementaryEmployerRight,
    "complementary_employer_right",
    joint_commission_nbr=JOINT_COMMITTEES,
)


@st.composite
def _period(draw: st.DrawFn, window: int, *, first_year: bool) -> DetailsPerPeriod:
    start = draw(st.dates(date(window, 1, 1), date(window + (0 if first_year else 4), 12, 31)))
    end = min(start + timedelta(draw(st.integers(0, 400))), date(window + 4, 12, 31))
    return DetailsPerPeriod(
        **draw(_either("training", 156000, 1560000)),
        training_start_date=start,
        training_end_date=end,
        training_status=draw(optional(st.integers(1, 4))),
        training_type=draw(st.integers(1, 2)),
        training_place=draw(optional(st.integers(1, 4))),
        additional_information=draw(optional(texts(1, 500))),
    )


@st.composite
def _training(draw: st.DrawFn, window: int, number: int) -> Training:
    periods = (
        draw(_period(window, first_year=True)),
        *draw(st.lists(_period(window, first_year=False), max_size=2)),
    )
    reference = st.builds(
        TrainingProviderReference,
        provider_training_id=st.uuids().map(str),
        training_provider_company_id=COMPANY_IDS,
    )
    certificate = draw(optional(st.dates(date(2000, 1, 1), date(2050, 1, 1))))
    return b.training(
        *periods,
        training_sequence_nbr=number,
        training_denomination=draw(texts(3, 500)),
        training_reference_nbr=draw(optional(texts(1, 500))),
        training_organiser_name=draw(optional(texts(1, 500))),
        training_result=draw(st.integers(1, 5)),
        training_leading_to_certificate=draw(st.integers(1, 2)),
        certificate_validity_start_date=certificate,
        certificate_validity_end_date=certificate and certificate + timedelta(days=365),
        scope=draw(st.integers(1, 2)),
        training_provider_reference=draw(optional(reference)),
    )


EMPLOYERS = st.builds(
    Employer, company_id=COMPANY_IDS, fla_importance_code=optional(st.integers(1, 9))
)
EMPLOYEES = st.builds(
    Employee,
    inss=INSS,
    language=optional(st.integers(1, 4)),
    ref_hours_in_working_day=optional(st.integers(0, 1400)),
)


@st.composite
def valid_trainings(draw: st.DrawFn) -> TrainingsDeclaration:
    window = draw(st.sampled_from([1954, 2019, 2024, 2094]))
    count = draw(st.integers(0, 2))
    return TrainingsDeclaration(
        employer=draw(EMPLOYERS),
        employee=draw(EMPLOYEES),
        calendar_year=window,
        trainings=tuple(draw(_training(window, number)) for number in range(1, count + 1)),
    )


def _of_several_origins(right: st.SearchStrategy[Any], zone: str) -> st.SearchStrategy[Any]:
    def origin(each: Any) -> tuple[object, object]:
        value = getattr(each, zone)
        return each.joint_commission_nbr, value.strip() if isinstance(value, str) else value

    return st.lists(right, max_size=2, unique_by=origin).map(tuple)


VALID_RIGHTS = st.builds(
    TrainingRightsDeclaration,
    employer=EMPLOYERS,
    employee=EMPLOYEES,
    calendar_year=st.integers(1951, 2099),
    training_rights=st.builds(
        TrainingRights,
        legal_fla_right=optional(LEGAL),
        complementary_sector_right=_of_several_origins(SECTOR, "activity_code"),
        complementary_employer_right=_of_several_origins(EXTRA, "working_regulations_registry_nbr"),
    ),
)
VALID: st.SearchStrategy[Declaration] = valid_trainings() | VALID_RIGHTS

_ANY_INTEGER = st.integers() | st.sampled_from([0, 1, 2, 49, 50, 10**25, -(10**25), 2024])
_ANY_TEXT = st.text(max_size=12) | st.sampled_from(
    ["", " ", "x" * 501, "@Scope", "{zone}", "\x00", "\ud800", "81511716525", "0880820673"]
)
_ANY_DATE = st.dates() | st.dates(date(2023, 1, 1), date(2025, 12, 31))


@st.composite
def _anything(draw: st.DrawFn, model: type[Block]) -> Any:
    values: dict[str, Any] = {}
    for name, zone in zones_of(model).items():
        kind = {ZoneType.INTEGER: _ANY_INTEGER, ZoneType.DATE: _ANY_DATE}.get(zone.type, _ANY_TEXT)
        if zone.codes and any(isinstance(code, str) for code in zone.codes):
            kind = _ANY_TEXT
        if is_list(model, name):
            values[name] = tuple(draw(st.lists(kind, max_size=2)))
        else:
            values[name] = draw(optional(kind))
    for name, block in blocks_of(model).items():
        if is_list(model, name):
            values[name] = tuple(draw(st.lists(_anything(block), max_size=3)))
        elif model.model_fields[name].default is None:
            values[name] = draw(optional(_anything(block)))
        else:
            values[name] = draw(_anything(block))
    return model(**values)


ANYTHING: st.SearchStrategy[Declaration] = _anything(TrainingsDeclaration) | _anything(
    TrainingRightsDeclaration
)
"""Every zone holds any value of its type, or none."""
