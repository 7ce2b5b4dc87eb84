"""Providers' trainings: validated by reference, at once for small employers (3.2, 3.5)."""

from __future__ import annotations

import pytest

from fla_batch.models import Employer, Training, TrainingProviderReference
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.declared import (
    ACCOUNT,
    PROVIDER,
    answer_to,
    declaring,
    error_ids,
    judged,
    number,
    offered,
    without_legal,
)
from tests.sandbox.practice import EMPLOYER, OTHER_WORKER, Practice, question


def test_a_small_employers_are_validated_at_once(practice: Practice) -> None:
    small = Employer(company_id=EMPLOYER, fla_importance_code=2)
    judged(practice, without_legal().model_copy(update={"employer": small}))
    practice.platform.register.add(ACCOUNT, offered())

    assert states(practice) == ["validated"]


def test_and_when_the_size_becomes_known(practice: Practice) -> None:
    practice.platform.register.add(ACCOUNT, offered())
    judged(practice, without_legal())
    assert states(practice) == ["toValidate"]

    small = Employer(company_id=EMPLOYER, fla_importance_code=1)
    judged(practice, without_legal().model_copy(update={"employer": small}))

    assert states(practice) == ["validated"]


def test_ten_workers_are_not_small(practice: Practice) -> None:
    ten = Employer(company_id=EMPLOYER, fla_importance_code=3)
    judged(practice, without_legal().model_copy(update={"employer": ten}))
    practice.platform.register.add(ACCOUNT, offered())

    assert states(practice) == ["toValidate"]


@pytest.mark.parametrize(
    "change",
    [
        {"provider_training_id": number(2)},
        {"training_provider_company_id": EMPLOYER},
    ],
)
def test_an_unknown_reference_is_warned_of(practice: Practice, change: dict[str, str]) -> None:
    practice.platform.register.add(ACCOUNT, offered())
    reference = offered().training_provider_reference
    assert reference is not None
    wrong = offered(training_provider_reference=reference.model_copy(update=change))

    outcome = judged(practice, declaring(wrong))

    assert error_ids(outcome) == ["ProviderTrainingId-513"]
    assert states(practice) == ["validated", "toValidate"]


def test_the_reference_of_another_worker_is_unknown(practice: Practice) -> None:
    elsewhere = ACCOUNT._replace(inss=OTHER_WORKER)
    practice.platform.register.add(elsewhere, offered())

    assert error_ids(judged(practice, declaring(offered()))) == ["ProviderTrainingId-513"]


def test_upper_case_is_the_same_reference(practice: Practice) -> None:
    practice.platform.register.add(ACCOUNT, offered())
    reference = TrainingProviderReference(
        provider_training_id=number(1).upper(), training_provider_company_id=PROVIDER
    )

    judged(practice, declaring(offered(training_provider_reference=reference)))

    assert states(practice) == ["validated"]


def test_one_photo_validates_several_and_leaves_the_others(practice: Practice) -> None:
    for index in (1, 2, 3):
        practice.platform.register.add(ACCOUNT, offered(index))

    judged(practice, declaring(offered(1), offered(3)))

    assert states(practice) == ["validated", "validated", "toValidate"]


@pytest.mark.parametrize("training", [offered(), offered(training_provider_reference=None)])
def test_the_register_takes_each_reference_once(practice: Practice, training: Training) -> None:
    practice.platform.register.add(ACCOUNT, offered())

    with pytest.raises(UsageMistake):
        practice.platform.register.add(ACCOUNT, training)


def states(practice: Practice) -> list[str | None]:
    asked = question(FormKind.ASK_TRAININGS, calendar_year=2024, processing_state="all")
    return [each.processing_state for each in answer_to(practice, asked).trainings]
