"""The platform as the REST API shows it: paths and bodies in, status and JSON out; no network.

The same accounts, judgements and answers as behind the sFTP gateway. Source: REST manual 3.3 and
3.4; where it is silent, decision 1325.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from fla_batch.account.rest_json import (
    answered_json,
    declared_json,
    printed_anomaly,
    shown_credit,
)
from fla_batch.intake.json_bodies import BodyReader, json_origin
from fla_batch.message import Reading
from fla_batch.models import Employee, Employer
from fla_batch.models.form import Form, FormHeader
from fla_batch.models.question import FILTERS, RESOURCES, Question
from fla_batch.sandbox.platform import FormOutcome, Platform
from fla_batch.sandbox.sender import Sender
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

Json = dict[str, Any]
_HEADER = FormHeader()


class RestReply(NamedTuple):
    """Status and body of an answer, and headers besides the usual ones."""

    status: int
    body: Json
    headers: Mapping[str, str] = MappingProxyType({})


class _Resource(NamedTuple):
    """One path: what GET asks there, what PUT declares there, and the query it knows."""

    path: re.Pattern[str]
    asks: FormKind
    declares: FormKind | None = None
    query: tuple[str, ...] = ()


def _resource(asks: FormKind) -> _Resource:
    path = r"/employers/(?P<companyId>\d{1,10})"
    path += "" if asks.is_list else r"/employees/(?P<inss>\d{1,11})"
    path += r"/calendarYears/(?P<calendarYear>\d{4})" if asks.is_of_a_year else ""
    name = RESOURCES[asks]
    declares = FormKind(name) if asks.is_of_a_year else None
    return _Resource(re.compile(f"{path}/{name}"), asks, declares, FILTERS.get(asks, ()))


_RESOURCES = tuple(map(_resource, RESOURCES))
_CODES: dict[str, type[StrEnum]] = {"rightType": RightType, "processingState": ProcessingState}


@dataclass(frozen=True, slots=True)
class RestFace:
    """Answers calls of `sender`'s client."""

    platform: Platform
    sender: Sender

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, *, at: datetime
    ) -> RestReply:
        """The answer to one call, received at `at` (aware)."""
        for resource in _RESOURCES:
            found = resource.path.fullmatch(path)
            if found is None:
                continue
            company_id = compact_company_id(found["companyId"])
            if not self.sender.may_declare_for(company_id):
                return problem(403, "Forbidden", "No mandate for this employer", "forbidden")
            if method == "GET":
                return self._asked(resource, found.groupdict(), query, at)
            if method == "PUT" and resource.declares is not None:
                return self._declared(resource.declares, found.groupdict(), body, at)
            return problem(405, "Method Not Allowed", f"{method} is not supported")
        return problem(404, "Not Found", "No such resource", "resourceNotFound")

    def _asked(
        self, resource: _Resource, found: Mapping[str, str], query: Mapping[str, str], at: datetime
    ) -> RestReply:
        for name, text in query.items():
            if name not in resource.query:
                return problem(400, "Bad Request", f"Unknown parameter {name[:40]}")
            if name in _CODES and text not in [code.value for code in _CODES[name]]:
                return problem(400, "Bad Request", f"Parameter {name} is not valid")
        about = {
            "question": resource.asks.value,
            "employer": Employer(company_id=compact_company_id(found["companyId"])),
            "employee": Employee(inss=compact_inss(found["inss"])) if "inss" in found else None,
            "calendarYear": found.get("calendarYear"),
        }
        try:
            question = Question.model_validate(about | dict(query), strict=False)
        except ValueError:
            return problem(400, "Bad Request", "A parameter is not valid")
        outcome = self._judge(question, Reading(), at)
        if outcome.answer is None:
            return _refused(outcome)
        return RestReply(200, answered_json(resource.asks, outcome.answer))

    def _declared(
        self, kind: FormKind, found: Mapping[str, str], content: bytes, at: datetime
    ) -> RestReply:
        try:
            body = json.loads(content.decode())
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return problem(400, "Bad Request", "The body is no JSON object")
        missing = _missing(body)
        if missing:
            # In the manual's words (3.4.4).
            operation = "putTrainingRights" if kind is FormKind.TRAINING_RIGHTS else "putTrainings"
            return problem(500, "Unexpected Error", f"{operation}.arg3.{missing}: must not be null")
        entry = BodyReader(json_origin("body", 1)).entry(body, kind)
        declared = entry.declaration
        named = (
            compact_company_id(found["companyId"]),
            compact_inss(found["inss"]),
            int(found["calendarYear"]),
        )
        if declared.key[:3] != named and not entry.unreadable:
            return problem(400, "Bad Request", "Path and body name different accounts")
        reading = Reading(unreadable=dict.fromkeys(entry.unreadable, ""))
        outcome = self._judge(declared, reading, at)
        if not outcome.accepted or outcome.credit is None:
            return _refused(outcome)
        answer = {
            "flaDataDeclaration": declared_json(declared),
            "anomalies": [printed_anomaly(anomaly) for anomaly in outcome.anomalies],
            "flaCreditCalculation": shown_credit(outcome.credit),
        }
        return RestReply(200, answer)

    def _judge(self, body: Any, reading: Reading, at: datetime) -> FormOutcome:
        form = Form.model_construct(header=_HEADER, body=body)
        return self.platform.judge(form, reading, at=at, source=self.sender.source)


def problem(
    status: int, title: str, detail: str, urn: str | None = None, **headers: str
) -> RestReply:
    """A problem in the shape of RFC 9457; `headers` by their names, with _ for -."""
    kind = f"urn:problem-type:belgif:{urn}" if urn else "about:blank"
    body = {"type": kind, "title": title, "status": status, "detail": detail}
    return RestReply(status, body, {name.replace("_", "-"): text for name, text in headers.items()})


def _refused(outcome: FormOutcome) -> RestReply:
    """With the status that the manual prints in the body, which is not that of HTTP (3.4.3)."""
    body = {
        "anomalies": [printed_anomaly(anomaly) for anomaly in outcome.anomalies],
        "type": "about:blank",
        "title": "Bad Request",
        "status": 12,
        "detail": "The input message is incorrect",
    }
    return RestReply(400, body)


def _missing(body: Json) -> str | None:
    for block, zone in (("employer", "companyId"), ("employee", "inss")):
        inside = body.get(block)
        if not isinstance(inside, dict) or inside.get(zone) is None:
            return f"{block}.{zone}"
    return "calendarYear" if body.get("calendarYear") is None else None
