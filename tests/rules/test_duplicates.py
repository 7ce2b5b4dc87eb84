"""Trainings and rights that stand twice, in one declaration or in two years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fla_batch.models import Training
from tests import builders as b
from tests.rules.test_history import Remembered

NAME = "trainings[1].trainingDenomination"


def two(**second: Any) -> list[tuple[str, str, str]]:
    return b.ids(b.trainings(b.training(), b.training(**({"training_sequence_nbr": 2} | second))))


def test_sequence_numbers_are_unique() -> None:
    different = {"training_denomination": "Another one"}
    assert two(**different) == []
    assert two(training_sequence_nbr=1, **different) == [
        ("sequence-unique", "TrainingSequenceNbr-006", "trainings[1].trainingSequenceNbr")
    ]


def test_each_further_use_of_a_number_is_found() -> None:
    declaration = b.trainings(
        *(b.training(training_denomination=f"Training {name}") for name in "ABC")
    )
    found = b.found(declaration)
    assert [each.path for each in found] == [
        f"trainings[{index}].trainingSequenceNbr" for index in (1, 2)
    ]
    assert "used by 3 trainings" in (found[0].label.en or "")


def test_numbers_that_are_missing_are_not_the_same() -> None:
    assert "sequence-unique" not in {
        rule for rule, _, _ in two(training_sequence_nbr=None, training_denomination="Another")
    }


def test_the_same_training_twice_is_a_warning() -> None:
    (anomaly,) = b.found(b.trainings(b.training(), b.training(training_sequence_nbr=2)))
    assert (anomaly.rule, anomaly.error_id, anomaly.path, anomaly.anomaly_class) == (
        "duplicate-training",
        "TrainingDenomination-006",
        NAME,
        "W",
    )
    assert (anomaly.label.en or "").endswith("as the training 1")


def test_case_and_the_order_of_periods_do_not_make_another_training() -> None:
    early, late = (
        b.period(),
        b.period(training_start_date=date(2024, 3, 4), training_end_date=date(2024, 3, 8)),
    )
    declaration = b.trainings(
        b.training(early, late, training_denomination="first AID at work"),
        b.training(late, early, training_sequence_nbr=2),
    )
    assert [rule for rule, _, _ in b.ids(declaration)] == ["duplicate-training"]


@pytest.mark.parametrize(
    "second",
    [
        {"training_denomination": "First aid at sea"},
        {"details_per_period": (b.period(training_hours=3801),)},
        {"details_per_period": (b.period(training_days=500),)},
        {"details_per_period": (b.period(), b.period())},
        {
            "details_per_period": (b.period(training_end_date=date(2024, 2, 8)),),
            "training_last_end_date": date(2024, 2, 8),
        },
    ],
)
def test_another_name_date_or_duration_makes_another_training(second: dict[str, Any]) -> None:
    assert two(**second) == []


@pytest.mark.parametrize("unknown", [{"training_denomination": None}, {"details_per_period": ()}])
def test_too_little_is_known_to_call_them_the_same(unknown: dict[str, Any]) -> None:
    declaration = b.trainings(b.training(**unknown), b.training(training_sequence_nbr=2, **unknown))
    assert {rule for rule, _, _ in b.ids(declaration)} == {"presence"}


def test_rights_have_no_sequence() -> None:
    assert b.ids(b.rights(sectors=(b.sector(), b.sector(activity_code=1)))) == []


REFERENCE = b.provider_reference()
ID = "trainings[{}].trainingProviderReference.providerTrainingId"


def provided(number: int, **fields: Any) -> Training:
    name = f"Training {number}"
    usual = {"training_sequence_nbr": number, "training_denomination": name}
    return b.training(**(usual | {"training_provider_reference": REFERENCE} | fields))


def test_a_providers_training_stands_once_in_a_declaration() -> None:
    shouted = (REFERENCE.provider_training_id or "").upper()
    again = b.provider_reference(provider_training_id=shouted)
    found = b.ids(b.trainings(provided(1), provided(2, training_provider_reference=again)))
    assert found == [("provider-id-unique", "ProviderTrainingId-006", ID.format(1))]


def test_trainings_without_a_provider_are_no_repetition() -> None:
    none: dict[str, Any] = {"training_provider_reference": None}
    empty = {"training_provider_reference": b.provider_reference(provider_training_id=None)}
    for fields in (none, empty):
        found = b.ids(b.trainings(provided(1, **fields), provided(2, **fields)))
        assert "provider-id-unique" not in {rule for rule, _, _ in found}


@pytest.mark.parametrize(("year", "told"), [(2023, True), (2024, False)])
def test_a_providers_training_stands_in_one_year_only(year: int, told: bool) -> None:
    earlier = b.trainings(provided(1), calendar_year=year)
    context = replace(b.CONTEXT, history=Remembered(earlier))
    found = [each for each in b.found(b.trainings(provided(1)), context) if each.blocks]
    assert [each.error_id for each in found] == ["ProviderTrainingId-006"] * told
    assert not told or "2023" in (found[0].label.nl or "")


def test_one_right_per_origin() -> None:
    committees = b.legal(joint_commission_nbr=("200", "149.02", "200"))
    sectors = (b.sector(), b.sector(activity_code=1), b.sector())
    blank = b.extra(working_regulations_registry_nbr="")
    extras = (b.extra(), blank, b.extra(working_regulations_registry_nbr="R/1"))
    found = b.ids(b.rights(committees, sectors, extras))
    place = "trainingRights.{}.jointCommissionNbr{}".format
    assert [(code, path) for rule, code, path in found if rule == "one-right-per-origin"] == [
        ("JointCommissionNbr-006", place("legalFlaRight", "[2]")),
        ("ComplementarySectorRight-006", place("complementarySectorRight[2]", "")),
        ("ComplementaryEmployerRight-006", place("complementaryEmployerRight[1]", "")),
    ]


def test_origins_that_are_not_known_are_no_repetition() -> None:
    unknown = (b.sector(activity_code=None), b.sector(activity_code=None))
    assert {rule for rule, _, _ in b.ids(b.rights(sectors=unknown))} == {"presence"}
