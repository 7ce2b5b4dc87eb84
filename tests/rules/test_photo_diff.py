"""Added, changed, removed, same: a mended photo is not a smaller one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.models import (
    Declaration,
    Employee,
    Training,
    TrainingProviderReference,
    TrainingsDeclaration,
)
from fla_batch.rules import Removal
from fla_batch.rules.photo_diff import ItemDifference, ItemOutcome, rights_diff, trainings_diff
from fla_batch.vocabulary.findings import Anomaly
from tests import builders as b
from tests.rules.test_history import Remembered

LATER = date(2024, 6, 3)


def named(name: str, number: int = 1, **changes: Any) -> Training:
    return b.training(training_sequence_nbr=number, training_denomination=name, **changes)


def on(day: date, training: Training) -> Training:
    (period,) = training.details_per_period
    moved = period.model_copy(update={"training_start_date": day, "training_end_date": day})
    return training.model_copy(
        update={
            "training_first_start_date": day,
            "training_last_end_date": day,
            "details_per_period": (moved,),
        }
    )


def provided(training: Training, number: int = 1) -> Training:
    reference = TrainingProviderReference(
        provider_training_id=f"{number:08d}-9c41-4d0e-8b57-1f6a2c9d7e30",
        training_provider_company_id="0400767772",
    )
    return training.model_copy(update={"training_provider_reference": reference})


def photo(*trainings: Training) -> TrainingsDeclaration:
    return b.trainings(trainings=trainings)


def outcomes(
    before: TrainingsDeclaration, after: TrainingsDeclaration, *, given: bool = False
) -> list[str]:
    found = trainings_diff(before, after, numbers_given=given)
    return [difference.outcome.value for difference in found]


A, B, C = named("Alpha", 1), on(LATER, named("Beta", 2)), named("Gamma", 3)


def test_the_same_photo_is_the_same_item_by_item() -> None:
    assert outcomes(photo(A, B), photo(B, A)) == ["same", "same"]


def test_one_deleted_row_shifts_every_number_and_removes_one() -> None:
    shifted = [B.model_copy(update={"training_sequence_nbr": 1})]
    shifted += [C.model_copy(update={"training_sequence_nbr": 2})]
    assert outcomes(photo(A, B, C), photo(*shifted), given=True) == ["removed", "same", "same"]
    assert outcomes(photo(A, B, C), photo(*shifted)) == ["removed", "same", "same"]


@pytest.mark.parametrize("mended", [named("Alfa", 1), on(LATER, A)], ids=["name", "date"])
def test_a_mended_name_or_date_is_a_change_with_and_without_numbers(
    mended: Training,
) -> None:
    assert outcomes(photo(A, B), photo(mended, B)) == ["changed", "same"]
    assert outcomes(photo(A, B), photo(B, mended), given=True) == ["changed", "same"]


def test_in_a_table_without_numbers_one_row_for_another_is_a_removal() -> None:
    """Only where nothing else differs is a name, or a date, a mended one."""
    (period,) = A.details_per_period
    shorter = {"details_per_period": (period.model_copy(update={"training_hours": 100}),)}
    for other in (named("Omega", 1, scope=2), on(LATER, A.model_copy(update=shorter))):
        assert outcomes(photo(A), photo(other), given=True) == ["removed", "added"]
    assert outcomes(photo(A), photo(on(LATER, named("Omega"))), given=True) == ["removed", "added"]
    twice = photo(A, on(LATER, A))
    assert outcomes(twice, photo(on(LATER, A)), given=True) == ["removed", "same"]


def test_a_pair_whose_name_and_dates_both_differ_is_none() -> None:
    other = on(LATER, named("Omega", 1, training_reference_nbr="R-1"))
    first = named("Alpha", 1, training_reference_nbr="R-1")
    assert outcomes(photo(first), photo(other)) == ["removed", "added"]
    assert outcomes(photo(provided(A)), photo(provided(other))) == ["removed", "added"]


def test_the_providers_reference_comes_first_then_the_users_own() -> None:
    before = photo(provided(A, 1), provided(named("Alpha", 2), 2))
    after = photo(provided(named("Alpha", 1, scope=2), 2), provided(named("Alpha", 2), 1))
    found = trainings_diff(before, after)
    assert [difference.outcome.value for difference in found] == ["same", "changed"]
    mine = photo(named("Alpha", 7, training_reference_nbr="R-1"))
    assert outcomes(mine, photo(on(LATER, named("Alpha", 9, training_reference_nbr="R-1")))) == [
        "changed"
    ]


def test_each_zone_is_told_before_and_after() -> None:
    (period,) = A.details_per_period
    fewer = A.model_copy(
        update={
            "training_organiser_name": "Somebody",
            "details_per_period": (period.model_copy(update={"training_hours": 100}),),
        }
    )
    (found,) = trainings_diff(photo(A), photo(fewer))
    assert [(change.zone.label, change.before, change.after) for change in found.changes] == [
        ("TrainingOrganiserName", None, "Somebody"),
        ("TrainingHours", period.training_hours, 100),
    ]


def test_a_mended_nace_code_or_regulation_number_is_a_change() -> None:
    before = b.rights(sectors=(b.sector(),), extras=(b.extra(),))
    after = b.rights(
        sectors=(b.sector(activity_code=1130),),
        extras=(b.extra(working_regulations_registry_nbr="50/1234567"),),
    )
    found = rights_diff(before, after)
    assert [difference.outcome for difference in found] == [ItemOutcome.CHANGED] * 2


def test_of_two_sector_rights_the_one_with_the_same_activity_pairs_first() -> None:
    kept, gone = b.sector(activity_code=228), b.sector(activity_code=1120)
    found = rights_diff(b.rights(sectors=(gone, kept)), b.rights(sectors=(kept,)))
    assert [difference.outcome.value for difference in found] == ["removed", "same"]


TRAININGS = st.lists(
    st.builds(
        lambda name, number, day, note: on(day, named(name, number, training_reference_nbr=note)),
        st.sampled_from(["Alpha", "Beta", "Gamma"]),
        st.integers(1, 4),
        st.sampled_from([date(2024, 2, 5), LATER]),
        st.sampled_from([None, "R-1", "R-2"]),
    ),
    max_size=6,
)


@given(TRAININGS, TRAININGS, st.booleans())
def test_every_item_of_either_photo_stands_once(
    before: list[Training], after: list[Training], given_numbers: bool
) -> None:
    found: list[ItemDifference[Training]] = trainings_diff(
        photo(*before), photo(*after), numbers_given=given_numbers
    )
    assert [each.before for each in found if each.before is not None] == before
    there = [id(each.after) for each in found if each.after is not None]
    assert len(there) == len(after)
    assert len(found) == len(before) + len(after) - sum(
        each.before is not None and each.after is not None for each in found
    )


@given(TRAININGS, st.randoms())
def test_a_photo_against_itself_in_any_order_loses_nothing(
    listed: list[Training], random: Random
) -> None:
    shuffled = random.sample(listed, len(listed))
    assert set(outcomes(photo(*listed), photo(*shuffled))) <= {"same", "changed"}


def told(before: Declaration, after: Declaration, **context: Any) -> list[Anomaly]:
    known = replace(b.CONTEXT, history=Remembered(before), **context)
    return [each for each in b.found(after, known) if (each.rule or "").startswith("photo-")]


def test_fewer_hours_are_a_warning_with_both_values() -> None:
    (period,) = A.details_per_period
    fewer = A.model_copy(
        update={"details_per_period": (period.model_copy(update={"training_hours": 100}),)}
    )
    lowered, changed = told(photo(A), photo(fewer))
    assert (lowered.rule, lowered.anomaly_class) == ("photo-lowers", "W")
    assert "38 heures" in (lowered.label.fr or "")
    assert "1 heure" in (lowered.label.fr or "")
    assert (changed.rule, changed.anomaly_class) == ("photo-changes", "NB")
    assert "38 hours -> 1 hour" in (changed.label.en or "")


def test_a_lower_legal_right_is_a_warning_and_days_count_by_the_workers_day() -> None:
    before = b.rights(b.legal())
    days = b.legal(legal_fla_right_hours=None, legal_fla_right_days=500)
    worker = Employee(inss=b.inss(), ref_hours_in_working_day=700)
    assert [each.rule for each in told(before, b.rights(days))] == ["photo-changes"]
    lowered, _ = told(before, b.rights(days, employee=worker))
    assert lowered.rule == "photo-lowers"
    assert "38 uur" in (lowered.label.nl or "")
    assert "5 dagen" in (lowered.label.nl or "")


def test_a_legal_right_is_named_with_its_joint_committees() -> None:
    before = b.rights(b.legal(joint_commission_nbr=("200", "140.03")))
    less = b.legal(legal_fla_right_hours=100, joint_commission_nbr=("200", "140.03"))
    lowered, changed = told(before, b.rights(less))
    for each in (lowered, changed):
        assert "(200, 140.03)" in (each.label.nl or "")
        assert "'" not in (each.label.en or "")


def test_exactly_what_the_list_names_may_be_deleted() -> None:
    before, after = photo(A, B, C), photo(A)
    lost = told(before, after)
    assert [each.blocks for each in lost] == [True, True]
    listed = tuple(
        Removal(each.company_id or "", each.inss or "", 2024, each.tag or "", each.value or "")
        for each in lost
    )
    assert [each.blocks for each in told(before, after, allowed_removals=listed)] == [False] * 2
    one = told(before, after, allowed_removals=listed[:1])
    assert [each.blocks for each in one] == [True, False]
    more = told(before, photo(), allowed_removals=listed)
    assert sum(each.blocks for each in more) == 1


def test_a_line_allows_one_of_two_that_are_alike() -> None:
    before = photo(A, A.model_copy(update={"training_sequence_nbr": 2}))
    (first, _) = told(before, photo())
    line = Removal(first.company_id or "", first.inss or "", 2024, "Training", first.value or "")
    assert sorted(each.blocks for each in told(before, photo(), allowed_removals=(line,))) == [
        False,
        True,
    ]
