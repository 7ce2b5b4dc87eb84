"""Validation of a provider's training, step by step as 3.5 tells it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from fla_batch.commands import trainings_to_validate as offers
from fla_batch.commands.build import build
from fla_batch.ledger.lifecycle import FormState
from fla_batch.models import DetailsPerPeriod, Training, TrainingProviderReference
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, MANUAL, OTHER_WORKER, WORKER, Office, printed

PROVIDER = "0400767772"


def number(index: int) -> str:
    return f"{index:08d}-9c41-4d0e-8b57-1f6a2c9d7e30"


def registered(index: int, name: str, day: date = date(2024, 2, 20)) -> Training:
    period = DetailsPerPeriod(
        training_hours=760,
        training_start_date=day,
        training_end_date=day,
        training_status=1,
        training_type=1,
    )
    return Training(
        training_denomination=name,
        training_first_start_date=day,
        training_last_end_date=day,
        training_result=4,
        training_leading_to_certificate=1,
        scope=1,
        details_per_period=(period,),
        training_provider_reference=TrainingProviderReference(
            provider_training_id=number(index), training_provider_company_id=PROVIDER
        ),
    )


def register(office: Office, *trainings: Training, worker: str = WORKER) -> None:
    for training in trainings:
        account = AccountYear(EMPLOYER, worker, 2024)
        office.ground.platform.register.add(account, training)


def states(office: Office, state: str) -> dict[str, str]:
    answer = office.ask(FormKind.ASK_TRAININGS, [2024], processing_state=state)
    trainings = answer["flaDataDeclaration"]["trainings"]
    return {each["trainingDenomination"]: each["processingState"] for each in trainings}


def declare_choice(office: Office, *numbers: str) -> list[Any]:
    """What `trainings validate` writes, sent."""
    choices = offers.chosen(office.workspace, EMPLOYER, numbers=numbers)
    return office.declare(*(choice.declaration.to_json() for choice in choices))


def test_workers_with_trainings_to_validate(office: Office) -> None:
    """3.3.6.2."""
    register(office, registered(1, "First aid"))
    register(office, registered(2, "First aid"), worker=OTHER_WORKER)
    answer = office.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    assert answer == printed("GetEmployeesTrainings_output.json")


def test_the_list_can_be_limited(office: Office) -> None:
    register(office, registered(1, "First aid", date(2024, 2, 20)))
    asked: dict[str, Any] = {"processing_state": "toValidate"}
    for first, last, found in (
        (date(2024, 2, 20), date(2024, 2, 20), 1),
        (date(2024, 2, 21), None, 0),
        (None, date(2024, 2, 19), 0),
    ):
        answer = office.ask(
            FormKind.ASK_TO_VALIDATE,
            from_training_first_start_date=first,
            to_training_last_end_date=last,
            **asked,
        )
        assert len(answer["employees"]) == found
    assert office.ask(FormKind.ASK_TO_VALIDATE, [2023], **asked) == {"employees": []}


def test_validation_of_a_providers_training(office: Office) -> None:
    office.declare("PutTraining_input.json")
    register(office, registered(1, "First aid"), registered(2, "Excel"))
    assert states(office, "all") == {
        "webmaster": "validated",
        "First aid": "toValidate",
        "Excel": "toValidate",
    }

    (form,) = declare_choice(office, number(1))

    assert form.state is FormState.ACCEPTED
    assert states(office, "all") == {
        "webmaster": "validated",
        "First aid": "validated",
        "Excel": "toValidate",
    }
    told = office.credit_told()
    assert told["employee"]["inss"] == int(WORKER)


def test_the_photo_is_kept_whole_over_two_validations(office: Office) -> None:
    """The reference of the first validation is sent again with the second."""
    office.declare("PutTraining_input.json")
    register(office, registered(1, "First aid"), registered(2, "Excel"))
    states(office, "all")
    declare_choice(office, number(1))
    states(office, "all")

    (form,) = declare_choice(office, number(2))

    sent = {each["trainingDenomination"]: each for each in form.body["trainings"]}
    assert list(sent) == ["webmaster", "First aid", "Excel"]
    assert sent["webmaster"]["trainingSequenceNbr"] == 122
    assert sent["First aid"]["trainingProviderReference"]["providerTrainingId"] == number(1)
    assert sent["Excel"]["trainingProviderReference"]["providerTrainingId"] == number(2)
    assert states(office, "toValidate") == {}


def test_all_of_them_and_of_several_workers(office: Office) -> None:
    register(office, registered(1, "First aid"), registered(2, "Excel"))
    register(office, registered(3, "First aid"), worker=OTHER_WORKER)
    for worker in (WORKER, OTHER_WORKER):
        office.ask(FormKind.ASK_TRAININGS, [2024], worker, processing_state="all")

    forms = declare_choice(office)

    assert [form.state for form in forms] == [FormState.ACCEPTED] * 2
    assert [len(form.body["trainings"]) for form in forms] == [2, 1]
    answer = office.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    assert answer == {"employees": []}


def test_an_answer_that_was_overtaken_is_not_built_on(office: Office) -> None:
    register(office, registered(1, "First aid"))
    states(office, "all")
    office.declare("PutTraining_input.json")
    with pytest.raises(UsageMistake, match="something was declared after that answer"):
        offers.chosen(office.workspace, EMPLOYER)
    states(office, "all")
    (choice,) = offers.chosen(office.workspace, EMPLOYER)
    assert len(choice.declaration.trainings) == 2


def test_nothing_is_built_on_while_a_declaration_is_unanswered(office: Office) -> None:
    register(office, registered(1, "First aid"))
    states(office, "all")
    build(office.workspace, [MANUAL / "PutTraining_input.json"])
    with pytest.raises(UsageMistake, match="is not answered yet"):
        offers.chosen(office.workspace, EMPLOYER)


def test_an_answer_without_references_is_no_ground(office: Office) -> None:
    register(office, registered(1, "First aid"))
    office.ask(FormKind.ASK_TRAININGS, [2024], processing_state="toValidate")
    with pytest.raises(UsageMistake, match="nothing stands to validate") as raised:
        offers.chosen(office.workspace, EMPLOYER)
    assert "--processing-state all" in raised.value.hint


def test_an_unknown_id_and_other_workers_and_years(office: Office) -> None:
    register(office, registered(1, "First aid"))
    states(office, "all")
    with pytest.raises(UsageMistake, match=f"{number(9)} does not stand to validate"):
        offers.chosen(office.workspace, EMPLOYER, numbers=[number(1), number(9)])
    for limits in ({"inss": [OTHER_WORKER]}, {"years": [2023]}):
        with pytest.raises(UsageMistake, match="nothing stands"):
            offers.chosen(office.workspace, EMPLOYER, **limits)
    (choice,) = offers.chosen(office.workspace, "880820673", [WORKER], [2024], [number(1).upper()])
    assert json.loads(json.dumps(choice.to_json())) == {
        "company_id": EMPLOYER,
        "inss": WORKER,
        "calendar_year": 2024,
        "provider_training_ids": [number(1)],
    }


def test_small_employers_have_nothing_to_validate(office: Office) -> None:
    """Below 10 workers the platform validates by itself (3.2)."""
    office.ground.platform.accounts.set_importance_code(EMPLOYER, 2)
    register(office, registered(1, "First aid"))
    answer = office.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    assert answer == {"employees": []}
    assert states(office, "validated") == {"First aid": "validated"}
