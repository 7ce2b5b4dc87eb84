"""Every bound of the specification, from a table of its own: a wrong bound in the models fails."""

from __future__ import annotations

import pytest

from fla_batch.models import Declaration
from fla_batch.models.zone import ZoneType, zones_of
from tests import builders as b
from tests.one_zone import all_models, with_value
from tests.rules.bounds_of_the_specification import (
    DATES,
    HALF_DAYS,
    INTEGERS,
    NUMBERS,
    PATTERNS,
    READ_ONLY,
    TEXTS,
)


def blocking(declaration: Declaration) -> list[tuple[str, str, str]]:
    return [
        (each.rule or "", each.error_id, each.path or "")
        for each in b.found(declaration)
        if each.blocks
    ]


def test_the_tables_name_every_zone_of_the_manual() -> None:
    """A zone that comes later has its second statement in the XSD; `schema check` compares."""
    labels = {zone.label for model in all_models() for zone in zones_of(model).values()}
    assert labels >= {*INTEGERS, *TEXTS, *PATTERNS, *NUMBERS, *DATES, *READ_ONLY}


@pytest.mark.parametrize("label", INTEGERS)
def test_both_ends_of_a_range_are_inside(label: str) -> None:
    for value in INTEGERS[label]:
        assert blocking(with_value(label, value)[0]) == []


@pytest.mark.parametrize("label", INTEGERS)
@pytest.mark.parametrize("side", ["below", "above", "far below", "far above"])
def test_one_step_beyond_either_end_is_outside(label: str, side: str) -> None:
    low, high = INTEGERS[label]
    step = 50 if label in HALF_DAYS else 1
    value = {
        "below": low - step,
        "above": high + step,
        "far below": -(10**20) * step,
        "far above": 10**20 * step,
    }[side]
    declaration, path = with_value(label, value)
    assert blocking(declaration) == [("bounds", f"{label}-008", path)]


@pytest.mark.parametrize("label", sorted(HALF_DAYS))
@pytest.mark.parametrize(("value", "fits"), [(50, True), (100, True), (25, False), (149, False)])
def test_days_are_half_days(label: str, value: int, *, fits: bool) -> None:
    declaration, path = with_value(label, value)
    expected = [] if fits else [("half-day", f"{label}-003", path)]
    assert blocking(declaration) == expected


@pytest.mark.parametrize("label", sorted(set(INTEGERS) - HALF_DAYS))
def test_only_days_have_a_step(label: str) -> None:
    low, high = INTEGERS[label]
    declaration, _ = with_value(label, min(low + 1, high))
    assert not [each for each in b.found(declaration) if each.rule == "half-day"]


@pytest.mark.parametrize("label", TEXTS)
def test_lengths(label: str) -> None:
    shortest, longest = TEXTS[label]
    for length in (shortest, longest):
        assert blocking(with_value(label, "é" * length)[0]) == []
    for length in (shortest - 1, longest + 1):
        if length >= 0:
            declaration, path = with_value(label, "é" * length)
            assert blocking(declaration) == [("bounds", f"{label}-093", path)]


@pytest.mark.parametrize("number", ["200", "149.02", "149.02.01", "000"])
def test_joint_committees_that_fit(number: str) -> None:
    assert blocking(with_value("JointCommissionNbr", number)[0]) == []


@pytest.mark.parametrize(
    "number",
    ["20", "2000", "200.", "200.1", "200.001", "200.01.1", "149.02.01.01", "20O", "200,01", " 200"],
)
def test_joint_committees_that_do_not(number: str) -> None:
    declaration, path = with_value("JointCommissionNbr", number)
    assert blocking(declaration) == [("bounds", "JointCommissionNbr-003", path)]


def test_each_joint_committee_of_the_legal_right_is_checked_at_its_place() -> None:
    declaration = b.rights(b.legal(joint_commission_nbr=("200", "x", "149.02", "")))
    assert blocking(declaration) == [
        (
            "bounds",
            "JointCommissionNbr-003",
            f"trainingRights.legalFlaRight.jointCommissionNbr[{at}]",
        )
        for at in (1, 3)
    ]


@pytest.mark.parametrize(
    ("uuid", "fits"),
    [
        ("8f14e45f-ceea-467f-9c2d-0123456789ab", True),
        ("8F14E45F-CEEA-467F-9C2D-0123456789AB", True),
        ("8f14e45fceea467f9c2d0123456789ab", False),
        ("8f14e45f-ceea-467f-9c2d-0123456789a", False),
        ("8f14e45f-ceea-467f-9c2d-0123456789ag", False),
        ("8f14e45f-ceea-467f-9c2d-0123456789ab\n", False),
    ],
)
def test_the_providers_training_id_is_a_uuid(uuid: str, *, fits: bool) -> None:
    declaration, path = with_value("ProviderTrainingId", uuid)
    expected = [] if fits else [("bounds", "ProviderTrainingId-003", path)]
    assert blocking(declaration) == expected


@pytest.mark.parametrize(
    ("label", "value", "code"),
    [
        ("INSS", "81511716525", None),
        ("INSS", "81511716526", "004"),
        ("INSS", "8151171652", "093"),
        ("INSS", "815117165250", "093"),
        ("INSS", "8151171652X", "002"),
        ("INSS", "٨١٥١١٧١٦٥٢٥", "002"),
        ("CompanyID", "0880820673", None),
        ("CompanyID", "0880820674", "004"),
        ("CompanyID", "2880820673", "004"),
        ("CompanyID", "880820673", "093"),
        ("CompanyID", "BE0880820673", "002"),
        ("TrainingProviderCompanyId", "0880820674", "004"),
        ("TrainingProviderCompanyId", "0880820673", None),
    ],
)
def test_numbers_with_check_digits(label: str, value: str, code: str | None) -> None:
    declaration, path = with_value(label, value)
    assert blocking(declaration) == ([("bounds", f"{label}-{code}", path)] if code else [])


def test_types_of_identifiers_are_those_of_the_models() -> None:
    of_models = {
        zone.label
        for model in all_models()
        for zone in zones_of(model).values()
        if zone.type in (ZoneType.INSS, ZoneType.COMPANY_ID)
    }
    assert of_models == NUMBERS


@pytest.mark.parametrize(
    ("label", "value", "en", "fr", "nl"),
    [
        (
            "TrainingHours",
            1560001,
            "15600.01 hours is not between 0 hours and 15600 hours",
            "15600,01 heures n'est pas compris entre 0 heure et 15600 heures",
            "15600,01 uur ligt niet tussen 0 uur en 15600 uur",
        ),
        (
            "Scope",
            3,
            "possible codes: 1 inside the FLA's scope, 2 outside the FLA's scope",
            "codes possibles : 1 dans le champ du FLA, 2 hors du champ du FLA",
            "codes: 1 binnen het toepassingsgebied, 2 buiten het toepassingsgebied",
        ),
        (
            "CalendarYear",
            2100,
            "2100 is not between 1951 and 2099",
            "2100 n'est pas compris entre 1951 et 2099",
            "2100 ligt niet tussen 1951 en 2099",
        ),
    ],
)
def test_what_a_clerk_reads(label: str, value: int, en: str, fr: str, nl: str) -> None:
    (anomaly,) = (each for each in b.found(with_value(label, value)[0]) if each.rule == "bounds")
    assert anomaly.value == str(value)
    assert (anomaly.label.en or "").endswith(en)
    assert (anomaly.label.fr or "").endswith(fr)
    assert (anomaly.label.nl or "").endswith(nl)


def test_a_value_that_looks_like_a_zone_is_shown_as_it_stands() -> None:
    (anomaly,) = b.found(with_value("JointCommissionNbr", "@Scope")[0])
    assert "“@Scope”" in (anomaly.label.en or "")
