"""A question over REST is answered only by what tells what was asked: nothing passes for "none"."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from fla_batch.answers.rest_verdicts import judge
from fla_batch.channel.rest_call import Exchange
from fla_batch.ledger.lifecycle import Event, FormState
from fla_batch.ledger.records import FormRow
from fla_batch.vocabulary.terms import FormKind
from tests.ledger.builders import COMPANY, NOW, WORKER, batch_name

WHO = {"employer": {"companyId": int(COMPANY)}, "employee": {"inss": int(WORKER)}}


def asked(kind: FormKind) -> FormRow:
    listed = kind in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS)
    of_a_year = kind in (FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS)
    return FormRow(
        reference_nbr="1",
        batch=batch_name(),
        part=1,
        position=1,
        identification="FLA",
        created_date=date(2025, 3, 1),
        created_hour=time(10, 0),
        kind=kind,
        company_id=COMPANY,
        inss=None if listed else WORKER,
        calendar_year=2024 if of_a_year else None,
        sha256="0",
        state=FormState.SENT,
        since=NOW,
        ticket=None,
        body={},
    )


def told(kind: FormKind, body: Any) -> Any:
    at = datetime(2025, 3, 1, tzinfo=UTC)
    content = json.dumps(body).encode()
    return judge(asked(kind), [Exchange("GET", "/x", 200, "application/json", content, at)])


def declared(**content: Any) -> dict[str, Any]:
    return {"flaDataDeclaration": {**WHO, "calendarYear": 2024, **content}}


NOTHING_TOLD = [
    (FormKind.ASK_TO_VALIDATE, {"employees": [{}]}),
    (FormKind.ASK_TO_VALIDATE, {"employees": [{"inss": 12, "year": 2024}]}),
    (FormKind.ASK_TO_VALIDATE, {"employees": ["81511716525"]}),
    (FormKind.ASK_TO_VALIDATE, {"employees": "none"}),
    (FormKind.ASK_CHANGED_RIGHTS, {}),
    (FormKind.ASK_CHANGED_RIGHTS, {"message": "Unauthorized"}),
    (FormKind.ASK_CREDIT, {}),
    (FormKind.ASK_CREDIT, {"calculationDate": "soon"}),
    (FormKind.ASK_TRAININGS, {}),
    (FormKind.ASK_TRAININGS, []),
    (FormKind.ASK_TRAININGS, {"flaDataDeclaration": None}),
    (FormKind.ASK_TRAININGS, declared(trainings="x")),
    (FormKind.ASK_TRAININGS, declared(trainings={})),
    (FormKind.ASK_TRAININGS, declared(trainingRights={})),
    (FormKind.ASK_RIGHTS, declared(trainingRights=[])),
    (FormKind.ASK_RIGHTS, declared(trainings=[])),
    (FormKind.ASK_RIGHTS, {"message": "Unauthorized"}),
]


@pytest.mark.parametrize(("kind", "body"), NOTHING_TOLD)
def test_what_does_not_tell_what_was_asked_is_no_answer(kind: FormKind, body: Any) -> None:
    judgement = told(kind, body)
    assert judgement.event is None
    assert judgement.answer is None
    assert judgement.reason


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FormKind.ASK_TO_VALIDATE, {"employees": []}),
        (FormKind.ASK_CHANGED_RIGHTS, {"employees": [{"inss": int(WORKER), "year": 2024}]}),
        (FormKind.ASK_TRAININGS, declared(trainings=[])),
        (FormKind.ASK_TRAININGS, declared(trainings=None)),
        (FormKind.ASK_RIGHTS, declared(trainingRights={})),
        (FormKind.ASK_RIGHTS, declared(trainingRights=None)),
        (FormKind.ASK_RIGHTS, declared()),
    ],
)
def test_that_there_is_nothing_is_an_answer(kind: FormKind, body: Any) -> None:
    judgement = told(kind, body)
    assert judgement.event is Event.ACCEPTED, judgement.reason
    assert judgement.answer is not None
    assert not judgement.gaps
