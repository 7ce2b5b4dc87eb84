"""Days or hours, and as many as the period holds."""

from __future__ import annotations

from datetime import date

import pytest

from fla_batch.models import Declaration
from tests import builders as b

RIGHTS = "trainingRights"
BLOCKS = [
    (
        lambda days, hours: b.rights(
            b.legal(legal_fla_right_days=days, legal_fla_right_hours=hours)
        ),
        f"{RIGHTS}.legalFlaRight",
        "legalFlaRight",
        "LegalFlaRight",
    ),
    (
        lambda days, hours: b.rights(
            sectors=(
                b.sector(
                    complementary_sector_right_days=days, complementary_sector_right_hours=hours
                ),
            )
        ),
        f"{RIGHTS}.complementarySectorRight[0]",
        "complementarySectorRight",
        "ComplementarySectorRight",
    ),
    (
        lambda days, hours: b.rights(
            extras=(
                b.extra(
                    complementary_employer_right_days=days, complementary_employer_right_hours=hours
                ),
            )
        ),
        f"{RIGHTS}.complementaryEmployerRight[0]",
        "complementaryEmployerRight",
        "ComplementaryEmployerRight",
    ),
    (
        lambda days, hours: b.trainings(
            b.training(b.period(training_days=days, training_hours=hours))
        ),
        "trainings[0].detailsPerPeriod[0]",
        "training",
        "Training",
    ),
]


@pytest.mark.parametrize(("build", "path", "name", "label"), BLOCKS)
def test_exactly_one_of_days_and_hours(build: object, path: str, name: str, label: str) -> None:
    assert callable(build)
    assert b.ids(build(50, None)) == []
    assert b.ids(build(None, 760)) == []
    assert b.ids(build(None, None)) == [
        ("days-xor-hours", f"{label}Hours-001", f"{path}.{name}Hours")
    ]
    assert b.ids(build(50, 760)) == [("days-xor-hours", f"{label}Days-005", f"{path}.{name}Days")]


def test_zero_counts_as_filled_in() -> None:
    assert b.ids(b.trainings(b.training(b.period(training_days=0, training_hours=0)))) == [
        ("days-xor-hours", "TrainingDays-005", "trainings[0].detailsPerPeriod[0].trainingDays")
    ]


def lasting(days: int, **amount: int) -> Declaration:
    end = date(2024, 2, 4 + days)
    return b.trainings(b.training(b.period(training_end_date=end, **amount)))


@pytest.mark.parametrize("days", [1, 3])
def test_no_more_than_the_period_holds(days: int) -> None:
    path = "trainings[0].detailsPerPeriod[0]"
    assert b.ids(lasting(days, training_days=days * 100)) == []
    assert b.ids(lasting(days, training_hours=days * 2400)) == []
    assert b.ids(lasting(days, training_days=days * 100 + 50)) == [
        ("more-hours-than-period", "TrainingDays-420", f"{path}.trainingDays")
    ]
    assert b.ids(lasting(days, training_hours=days * 2400 + 1)) == [
        ("more-hours-than-period", "TrainingHours-420", f"{path}.trainingHours")
    ]
    assert not any(each.blocks for each in b.found(lasting(days, training_hours=99999)))


def test_what_is_too_much_is_said_in_hours_and_days() -> None:
    (anomaly,) = b.found(lasting(1, training_hours=2410))
    assert (anomaly.label.fr or "").endswith(
        "24,1 heures dans une période de 1 jours calendrier dépasse 24 heures par jour"
    )


def test_nothing_is_said_of_a_period_whose_dates_are_not_known() -> None:
    for dates in (
        {"training_start_date": None},
        {"training_end_date": None},
        {"training_end_date": date(2024, 1, 1)},
    ):
        declaration = b.trainings(b.training(b.period(training_hours=1560000, **dates)))
        assert "more-hours-than-period" not in {each.rule for each in b.found(declaration)}
