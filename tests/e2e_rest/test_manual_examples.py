"""Every example of the REST manual, request and answer, through the client and the sandbox.

Blanks are all that may differ: names, nesting, order, numbers and texts are compared as printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fla_batch.account.rest_calls import body_bytes
from fla_batch.channel.rest_call import Call, Exchange
from fla_batch.intake.json_bodies import BodyReader, json_origin
from fla_batch.models import LegalFlaRight, Training
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, MANUAL, OTHER_WORKER, WORKER, Office, printed

WORKERS = "/employers/880820673/employees/81511716525"
RIGHTS = WORKERS + "/calendarYears/{year}/trainingRights"
TRAININGS = WORKERS + "/calendarYears/{year}/trainings"
LEGAL = LegalFlaRight(
    legal_fla_right_hours=3800,
    working_regulations_registry_nbr="181682/CO/200",
    joint_commission_nbr=("202.01",),
)


def call(office: Office, method: str, path: str, body: bytes | None = None, **query: Any) -> Any:
    workspace: Any = office.workspace
    with workspace._rest_client() as client:
        exchange: Exchange = client.call(Call(method, path, tuple(query.items()), body))
    assert exchange.fault is None
    return exchange


def compact(text: str) -> str:
    """A JSON text with its blanks normalised, also those around a text (" VDAB"); nothing else is
    changed, not even the order. The manual's apostrophe is typographic in one label.
    """
    compacted = json.dumps(json.loads(text), ensure_ascii=False)
    return re.sub(r'": "\s+', '": "', compacted).replace("’", "'")


def without_credit(text: str) -> str:
    """Where the manual says "see 3.3.5" instead of printing the credit."""
    values = json.loads(text)
    assert values["flaCreditCalculation"] is not None
    return compact(json.dumps(values | {"flaCreditCalculation": None}))


def example(name: str) -> str:
    return compact((MANUAL / name).read_text(encoding="utf-8"))


def put(office: Office, name: str, path: str, year: int) -> Exchange:
    found: Exchange = call(office, "PUT", path.format(year=year), (MANUAL / name).read_bytes())
    return found


def prefill(office: Office, year: int = 2024) -> None:
    account = AccountYear(EMPLOYER, WORKER, year)
    office.ground.platform.prefill(account, LEGAL, on=office.clock().date())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PutTrainingRight_input.json", FormKind.TRAINING_RIGHTS),
        ("PutTrainingRight_deleteBy0Value_input.json", FormKind.TRAINING_RIGHTS),
        ("PutTrainingRight_deleteByDesactivation_input.json", FormKind.TRAINING_RIGHTS),
        ("PutTraining_input.json", FormKind.TRAININGS),
        ("PutTraining_Delete_1_input.json", FormKind.TRAININGS),
        ("PutTraining_Delete_2_input.json", FormKind.TRAININGS),
    ],
)
def test_a_body_of_the_manual_is_what_we_would_put(name: str, kind: FormKind) -> None:
    """Read into the models and written as the body of a PUT: the same text but for blanks."""
    entry = BodyReader(json_origin(name, 1)).entry(printed(name), kind)
    assert entry.anomalies == ()
    ours = compact(body_bytes(entry.declaration.to_json()).decode())
    assert ours == example(name)


@pytest.mark.parametrize(
    ("before", "given", "told", "path", "year"),
    [
        ([], "PutTrainingRight_input.json", "PutTrainingRight_output.json", RIGHTS, 2024),
        (
            [],
            "PutTrainingRight_deleteBy0Value_input.json",
            "PutTrainingRight_deleteBy0Value_output.json",
            RIGHTS,
            2024,
        ),
        (
            ["PutTrainingRight_input.json"],
            "PutTrainingRight_deleteByDesactivation_input.json",
            "PutTrainingRight_deleteByDesactivation_outPut.json",
            RIGHTS,
            2024,
        ),
        ([], "PutTraining_input.json", "PutTraining_output.json", TRAININGS, 2024),
        (
            ["PutTraining_Delete_1_input.json"],
            "PutTraining_Delete_2_input.json",
            "PutTraining_Delete_2_outPut.json",
            TRAININGS,
            2022,
        ),
    ],
)
def test_a_put_is_answered_as_the_manual_prints_it(
    office: Office, before: list[str], given: str, told: str, path: str, year: int
) -> None:
    for name in before:
        assert put(office, name, path, year).status == 200
    answer = put(office, given, path, year)
    assert answer.status == 200
    assert without_credit(answer.text) == example(told)


def test_get_training_rights(office: Office) -> None:
    prefill(office)
    put(office, "PutTrainingRight_input.json", RIGHTS, 2024)
    answer = call(office, "GET", RIGHTS.format(year=2024))
    assert without_credit(answer.text) == example("GetTrainingRight_output.json")


def test_get_trainings(office: Office) -> None:
    put(office, "PutTraining_input.json", TRAININGS, 2024)
    answer = call(office, "GET", TRAININGS.format(year=2024))
    assert without_credit(answer.text) == example("GetTraining_output.json")


def _state_of_the_credit(office: Office) -> None:
    prefill(office, 2023)
    prefill(office, 2024)
    body = printed("PutTrainingRight_input.json")
    del body["trainingRights"]["complementaryEmployerRight"]
    del body["employer"]["flaImportanceCode"], body["employee"]["language"]
    for year in (2023, 2024):
        content = json.dumps(body | {"calendarYear": year}).encode()
        assert call(office, "PUT", RIGHTS.format(year=year), content).status == 200
    put(office, "PutTraining_input.json", TRAININGS, 2024)


def test_credit_calculation(office: Office) -> None:
    """As the end of validity came with version 2025, the manual's example of 2024 has none."""
    _state_of_the_credit(office)
    office.clock.now = datetime(2024, 3, 7, 11, 9, 16, 52233, tzinfo=UTC)
    values = json.loads(call(office, "GET", f"{WORKERS}/creditCalculation").text)
    assert values["legalFlaCredit"].pop("legalFlaCreditValidityEndDate") == "2028-12-31"
    shown = values["calculationDate"]
    assert shown.startswith("2024-03-07T12:09:16.05")
    expected = example("GetCreditCalculation_output.json")
    values["calculationDate"] = json.loads(expected)["calculationDate"]
    assert compact(json.dumps(values)) == expected


@pytest.mark.parametrize(
    ("resource", "query", "name"),
    [
        ("employeesTrainings", {"processingState": "toValidate"}, "GetEmployeesTrainings"),
        (
            "employeesTrainingRights",
            {"modifiedFromDate": "2024-01-01"},
            "GetEmployeesTrainingRights",
        ),
    ],
)
def test_lists(office: Office, resource: str, query: dict[str, Any], name: str) -> None:
    training = Training.model_validate(
        printed("PutTraining_input.json")["trainings"][0], strict=False
    )
    for number, worker in enumerate((WORKER, OTHER_WORKER)):
        account = AccountYear(EMPLOYER, worker, 2024)
        office.ground.platform.prefill(account, LEGAL, on=office.clock().date())
        reference = {
            "providerTrainingId": f"3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e3{number}",
            "trainingProviderCompanyId": "0400767772",
        }
        provided = Training.model_validate(
            training.to_json() | {"trainingProviderReference": reference}, strict=False
        )
        office.ground.platform.register.add(account, provided)
    answer = call(office, "GET", f"/employers/880820673/{resource}", **query)
    assert compact(answer.text) == example(f"{name}_output.json")


def test_status_200_with_warnings(office: Office) -> None:
    """3.4.2: the same rights again, FLA04-272, with declaration, anomaly and the whole credit."""
    expected = json.loads(example("Status200_warnings.json"))
    body = expected["flaDataDeclaration"]
    content = json.dumps(body).encode()
    later = json.loads(content)
    later["calendarYear"] = 2024
    del later["trainingRights"]["complementaryEmployerRight"]
    call(office, "PUT", RIGHTS.format(year=2024), json.dumps(later).encode())
    put(office, "PutTraining_input.json", TRAININGS, 2024)
    assert (
        json.loads(call(office, "PUT", RIGHTS.format(year=2023), content).text)["anomalies"] == []
    )
    answer = json.loads(call(office, "PUT", RIGHTS.format(year=2023), content).text)
    assert compact(json.dumps(answer["flaDataDeclaration"])) == compact(json.dumps(body))
    assert compact(json.dumps(answer["anomalies"])) == compact(json.dumps(expected["anomalies"]))
    credit, theirs = answer["flaCreditCalculation"], expected["flaCreditCalculation"]
    # The example's credit leaves out the employer's right that its own declaration holds.
    credit.pop("complementaryEmployerCredit")
    assert credit | {"calculationDate": None} == theirs | {"calculationDate": None}


def test_status_400_with_a_blocking_anomaly(office: Office) -> None:
    body = printed("PutTrainingRight_input.json")
    body["employer"]["companyId"] = 999999922
    path = RIGHTS.format(year=2024).replace("880820673", "999999922")
    answer = call(office, "PUT", path, json.dumps(body).encode())
    assert answer.status == 400
    assert compact(answer.text) == example("Status400_blocking.json")


def test_status_500(office: Office) -> None:
    body = printed("PutTrainingRight_input.json")
    del body["employee"]["inss"]
    answer = call(office, "PUT", RIGHTS.format(year=2024), json.dumps(body).encode())
    assert answer.status == 500
    assert compact(answer.text) == example("Status500_error.json")


def test_every_example_is_tried() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    names = [path.name for path in MANUAL.glob("*.json")]
    assert len(names) == 19
    for name in names:
        assert name in text or name.replace("_output.json", "") in text, name


def test_the_examples_leave_the_sandbox_one_after_the_other(
    open_rest: Callable[..., AbstractContextManager[Office]],
) -> None:
    """Through the commands as well: declared, answered, and asked back."""
    with open_rest() as office:
        office.declare("PutTraining_input.json")
        answer = office.ask(FormKind.ASK_TRAININGS, [2024])
        expected = json.loads(example("GetTraining_output.json"))
        assert answer | {"flaCreditCalculation": None} == expected
