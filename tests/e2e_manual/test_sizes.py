"""The manual's sequences of 3.2, 3.3.3.4, 3.3.4.4 and 3.5, for 5 workers and for 50."""

from __future__ import annotations

from typing import Any

import pytest

from fla_batch.account.rest_json import with_numbers
from fla_batch.commands.trainings_to_validate import chosen
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, Office, printed
from tests.e2e_manual.test_providers import register, registered

FIVE, FIFTY = 2, 5  # FlaImportanceCode


@pytest.fixture(params=[FIVE, FIFTY], ids=["5 workers", "50 workers"])
def size(request: pytest.FixtureRequest, office: Office) -> int:
    code: int = request.param
    office.ground.platform.accounts.set_importance_code(EMPLOYER, code)
    return code


def rights_told(office: Office) -> dict[str, Any]:
    year = printed("PutTrainingRight_input.json")["calendarYear"]
    told = office.ask(FormKind.ASK_RIGHTS, [year])
    rights: dict[str, Any] = told["flaDataDeclaration"].get("trainingRights", {})
    return rights


def trainings_told(office: Office, state: str) -> dict[str, str]:
    told = office.ask(FormKind.ASK_TRAININGS, [2024], processing_state=state)
    return {
        each["trainingDenomination"]: each["processingState"]
        for each in told["flaDataDeclaration"]["trainings"]
    }


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize(
    "deletion",
    [
        "PutTrainingRight_deleteBy0Value_input.json",
        "PutTrainingRight_deleteByDesactivation_input.json",
    ],
)
def test_rights_declared_and_deleted(office: Office, deletion: str) -> None:
    """3.3.3.4."""
    office.declare("PutTrainingRight_input.json")
    before = rights_told(office)
    assert {"complementarySectorRight", "complementaryEmployerRight"} <= before.keys()
    assert office.blocked(deletion)
    office.declare(deletion, allow_removals=True)
    assert rights_told(office) != before


@pytest.mark.usefixtures("size")
def test_trainings_declared_and_deleted(office: Office) -> None:
    """3.3.4.4: what the next photo leaves out is gone; an empty one deletes all."""
    first = printed("PutTraining_input.json")
    office.declare(first)
    (name,) = trainings_told(office, "validated")
    assert office.blocked(first | {"trainings": []}) == ["photo-shrinks"]
    office.declare(first | {"trainings": []}, allow_removals=True)
    assert trainings_told(office, "all") == {}
    office.declare(first)
    assert trainings_told(office, "all") == {name: "validated"}


def test_a_providers_training_from_the_list_to_the_photo(office: Office, size: int) -> None:
    """3.2 and 3.5: list, trainings of each worker, merge, send; below 10 nothing waits."""
    office.declare("PutTraining_input.json")
    register(office, registered(1, "First aid"))
    listed = office.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")["employees"]
    before = office.ask(FormKind.ASK_CREDIT)
    assert bool(listed) is (size == FIFTY)
    assert trainings_told(office, "all")["First aid"] == (
        "toValidate" if size == FIFTY else "validated"
    )
    if size == FIVE:
        with pytest.raises(UsageMistake, match="nothing stands to validate"):
            chosen(office.workspace, EMPLOYER)
        assert office.ask(FormKind.ASK_CREDIT) == before | {
            "calculationDate": office.credit_told()["calculationDate"]
        }
        return
    (choice,) = chosen(office.workspace, EMPLOYER)
    office.declare(with_numbers(choice.declaration.to_json()))
    assert office.ask(FormKind.ASK_TO_VALIDATE, processing_state="toValidate") == {"employees": []}
    assert trainings_told(office, "all")["First aid"] == "validated"
    assert trainings_told(office, "toValidate") == {}
