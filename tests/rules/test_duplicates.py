"""Trainings that stand twice in one declaration."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import builders as b

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
    assert b.ids(b.rights(sectors=(b.sector(), b.sector()))) == []
