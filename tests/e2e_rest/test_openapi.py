"""Every request of ours and every answer of the sandbox is valid by our OpenAPI description."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.request.exceptions import RequestBodyValidationError

from fla_batch.channel.rest_call import Call, Exchange
from fla_batch.channel.rest_client import RestClient
from fla_batch.configuration.rest import PRODUCTION_URL
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import MANUAL, Office, printed
from tests.e2e_manual.test_rights import prefill

DESCRIPTION = Path(__file__).parents[2] / "schemas" / "rest" / "openapi.yaml"
_HOST, _, _BASE = PRODUCTION_URL.removeprefix("https://").partition("/")


@pytest.fixture(scope="module")
def described() -> OpenAPI:
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")), config)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Call, Exchange]]:
    """All calls that are made, with their answers."""
    noted: list[tuple[Call, Exchange]] = []
    call_of = RestClient.call

    def noting(self: RestClient, call: Call) -> Exchange:
        exchange = call_of(self, call)
        noted.append((call, exchange))
        return exchange

    monkeypatch.setattr(RestClient, "call", noting)
    return noted


def _request(call: Call) -> MockRequest:
    return MockRequest(
        f"https://{_HOST}",
        call.method.lower(),
        f"/{_BASE}{call.path}",
        args=dict(call.query),
        data=call.body,
        content_type="application/json",
    )


def problems_of(described: OpenAPI, call: Call, exchange: Exchange) -> list[str]:
    """What is wrong with a call, or its answer."""
    request = _request(call)
    response = MockResponse(
        exchange.body, status_code=exchange.status, content_type=exchange.content_type
    )
    checks: tuple[Callable[[], object], ...] = (
        partial(described.validate_request, request),
        partial(described.validate_response, request, response),
    )
    found = []
    for check in checks:
        try:
            check()
        except Exception as error:  # whatever the library says is what we want to see
            found.append(f"{call.method} {call.path}: {error!r} {error.__cause__!r}")
    return found


def test_all_calls_and_answers_are_as_described(
    office: Office, described: OpenAPI, seen: list[tuple[Call, Exchange]]
) -> None:
    prefill(office)
    stranger = printed("PutTraining_input.json")
    stranger["employer"]["companyId"] = 999999922
    office.declare("PutTrainingRight_input.json", "PutTraining_input.json", stranger)
    office.declare("PutTraining_Delete_1_input.json")
    office.declare("PutTrainingRight_deleteByDesactivation_input.json", allow_removals=True)
    office.ask(FormKind.ASK_RIGHTS, [2024])
    office.ask(FormKind.ASK_RIGHTS, [2024], right_type="LEGAL")
    office.ask(FormKind.ASK_TRAININGS, [2022])
    office.ask(FormKind.ASK_TRAININGS, [2024], processing_state="all")
    office.ask(FormKind.ASK_CREDIT)
    office.asked(FormKind.ASK_TO_VALIDATE, [2024], processing_state="toValidate")
    office.asked(FormKind.ASK_CHANGED_RIGHTS, modified_from_date=date(2024, 1, 1))
    rest = office.ground.rest
    assert rest is not None
    for fault in (RestFault.TOO_MANY, RestFault.UNAVAILABLE, RestFault.FORBIDDEN, RestFault.ERROR):
        rest.faults.plan(Spoiled(fault, 1, method="GET"))
        office.asked(FormKind.ASK_CREDIT)
    resources = {(call.method, call.path.rpartition("/")[2]) for call, _ in seen}
    assert len(resources) == 7, "five GETs and two PUTs"
    assert {exchange.status for _, exchange in seen} >= {200, 400, 403}
    found = [text for call, exchange in seen for text in problems_of(described, call, exchange)]
    assert found == []


@pytest.mark.parametrize("name", sorted(path.name for path in MANUAL.glob("Put*_input.json")))
def test_every_body_of_the_manual_is_as_described(described: OpenAPI, name: str) -> None:
    resource = "trainings" if "PutTraining_" in name else "trainingRights"
    path = f"/employers/880820673/employees/81511716525/calendarYears/2024/{resource}"
    described.validate_request(_request(Call("PUT", path, body=json.dumps(printed(name)).encode())))


def _spoilt() -> Iterator[tuple[str, Any]]:
    body = printed("PutTraining_input.json")
    yield "no worker", {**body, "employee": {}}
    yield (
        "days and hours",
        {
            **body,
            "trainings": [
                {
                    **body["trainings"][0],
                    "detailsPerPeriod": [
                        {**body["trainings"][0]["detailsPerPeriod"][0], "trainingDays": 50}
                    ],
                }
            ],
        },
    )
    yield "a year as text", {**body, "calendarYear": "2024"}
    yield "an unknown zone", {**body, "remark": "x"}


@pytest.mark.parametrize(("what", "body"), list(_spoilt()))
def test_the_description_is_not_content_with_everything(
    described: OpenAPI, what: str, body: Any
) -> None:
    path = "/employers/880820673/employees/81511716525/calendarYears/2024/trainings"
    call = Call("PUT", path, body=json.dumps(body).encode())
    with pytest.raises(RequestBodyValidationError):
        described.validate_request(_request(call))
    assert what
