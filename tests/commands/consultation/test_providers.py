"""Merging providers' trainings into the annual photo: nothing lost, nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.account.merge_provider_trainings import merged
from fla_batch.models import Training, TrainingProviderReference, TrainingsDeclaration
from fla_batch.vocabulary.errors import UsageMistake
from tests.builders import employee, employer
from tests.commands.consultation.test_answers import training


def reference(index: int) -> TrainingProviderReference:
    return TrainingProviderReference(
        provider_training_id=f"{index:08x}-9c41-4d0e-8b57-1f6a2c9d7e30",
        training_provider_company_id="0400767772",
    )


def offered(name: str, index: int) -> Training:
    return training(name, "toValidate").model_copy(
        update={"training_provider_reference": reference(index)}
    )


def declared(name: str, number: int | None, index: int | None = None) -> Training:
    return training(name).model_copy(
        update={
            "training_sequence_nbr": number,
            "training_provider_reference": reference(index) if index else None,
        }
    )


def photo(*trainings: Training) -> TrainingsDeclaration:
    return TrainingsDeclaration(
        employer=employer(), employee=employee(), calendar_year=2024, trainings=trainings
    )


def numbers(declaration: TrainingsDeclaration) -> list[int | None]:
    return [each.training_sequence_nbr for each in declaration.trainings]


def test_a_chosen_training_is_added_with_its_reference_and_a_free_number() -> None:
    before = photo(declared("First aid", 1), declared("Excel", 3, index=7))
    after = merged(before, [offered("Webmaster", 1)])
    assert after.trainings[:2] == before.trainings
    added = after.trainings[2]
    assert added.training_denomination == "Webmaster"
    assert added.training_provider_reference == reference(1)
    assert added.processing_state is None
    assert numbers(after) == [1, 3, 2]


def test_employer_worker_and_year_stay() -> None:
    before = photo()
    after = merged(before, [offered("Webmaster", 1)])
    assert after.key == before.key
    assert after.employee == before.employee


def test_a_training_that_was_declared_without_reference_gets_it_and_is_not_doubled() -> None:
    adjusted = declared("webmaster ", 4)
    shorter = adjusted.details_per_period[0].model_copy(update={"training_hours": 380})
    adjusted = adjusted.model_copy(update={"details_per_period": (shorter,)})
    after = merged(photo(adjusted), [offered("Webmaster", 1)])
    (only,) = after.trainings
    assert only == adjusted.model_copy(update={"training_provider_reference": reference(1)})


def test_a_training_of_that_name_with_another_reference_is_another_one() -> None:
    after = merged(photo(declared("Webmaster", 1, index=2)), [offered("Webmaster", 1)])
    assert [each.training_provider_reference for each in after.trainings] == [
        reference(2),
        reference(1),
    ]


def test_a_training_that_is_there_already_changes_nothing() -> None:
    before = photo(declared("Webmaster", 1, index=1))
    upper = reference(1).model_copy(
        update={"provider_training_id": (reference(1).provider_training_id or "").upper()}
    )
    again = offered("Webmaster", 1).model_copy(update={"training_provider_reference": upper})
    assert merged(before, [again]) == before


def test_two_offers_for_one_declared_training_do_not_share_it() -> None:
    after = merged(
        photo(declared("Webmaster", 1)), [offered("Webmaster", 1), offered("Webmaster", 2)]
    )
    assert [each.training_provider_reference for each in after.trainings] == [
        reference(1),
        reference(2),
    ]


def test_numbers_are_taken_over_from_the_last_declaration() -> None:
    told = photo(declared("First aid", None), declared("Excel", None))
    ours = photo(declared("Excel", 124), declared("First aid", 122))
    after = merged(told, [offered("Webmaster", 1)], ours)
    assert numbers(after) == [122, 124, 1]


def test_no_more_than_a_declaration_holds() -> None:
    full = photo(*(declared(f"Training {number}", number) for number in range(1, 1000)))
    with pytest.raises(UsageMistake, match=r"1000 trainings in 2024: .* at most 999"):
        merged(full, [offered("Webmaster", 1)])
    assert len(merged(full, [offered("Training 5", 1)]).trainings) == 999


@given(
    there=st.lists(
        st.tuples(
            st.sampled_from(["First aid", "Excel", "Webmaster"]),
            st.none() | st.integers(1, 999),
            st.none() | st.integers(1, 4),
        ),
        max_size=6,
    ),
    wanted=st.lists(
        st.tuples(st.sampled_from(["Excel", "Webmaster", "Yoga"]), st.integers(1, 6)), max_size=5
    ),
)
def test_nothing_is_lost_and_numbers_are_unique(
    there: list[tuple[str, int | None, int | None]], wanted: list[tuple[str, int]]
) -> None:
    before = photo(*(declared(*each) for each in there))
    after = merged(before, [offered(*each) for each in wanted])
    for old, new in zip(before.trainings, after.trainings, strict=False):
        changed = {"training_sequence_nbr": None, "training_provider_reference": None}
        assert old.model_copy(update=changed) == new.model_copy(update=changed)
        if old.training_provider_reference:
            assert new.training_provider_reference == old.training_provider_reference
    assert len(after.trainings) >= len(before.trainings)
    assert len(set(numbers(after))) == len(after.trainings)
    assert all(number is not None and 1 <= number <= 999 for number in numbers(after))
    present = {each.training_provider_reference for each in after.trainings}
    assert {reference(index) for _, index in wanted} <= present


def test_dates_make_another_training() -> None:
    later = offered("Webmaster", 1).model_copy(
        update={"training_first_start_date": date(2024, 6, 1)}
    )
    assert len(merged(photo(declared("Webmaster", 1)), [later]).trainings) == 2
