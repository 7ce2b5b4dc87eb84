"""Declarations and questions as calls of the REST API (REST manual 3.3.3 to 3.3.7).

Numbers in paths are written as the manual's examples write them: without leading zeros.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fla_batch.account.rest_json import with_numbers
from fla_batch.channel.rest_call import Call
from fla_batch.ledger.records import FormRow
from fla_batch.models.question import FILTERS, RESOURCES
from fla_batch.vocabulary.terms import FormKind, ProcessingState

BODIES = "bodies.jsonl"
"""What `build` stages for REST: a body a line, in the order of the ledger's forms."""


def body_bytes(body: Mapping[str, Any]) -> bytes:
    """A declaration as the body of its PUT, on one line; what only an XSD asks has no place there.

    >>> body_bytes({"employer": {"companyId": "0880820673"}, "trainings": []})
    b'{"employer": {"companyId": 880820673}, "trainings": []}'
    """
    return json.dumps(
        with_numbers({name: body[name] for name in body if name != "extra"}), ensure_ascii=False
    ).encode()


def put_call(form: FormRow, body: bytes) -> Call:
    """The call that declares `form`, whose body lies in the outbox as `body`."""
    return Call("PUT", _path(form), body=body)


def settling_call(form: FormRow) -> Call:
    """The call that shows whether the platform holds the declaration `form`."""
    everything = (("processingState", ProcessingState.ALL.value),)
    return Call("GET", _path(form), everything if form.kind is FormKind.TRAININGS else ())


def question_call(form: FormRow) -> Call:
    """The call that asks `form`."""
    given = ((name, form.body.get(name)) for name in FILTERS.get(form.kind, ()))
    return Call("GET", _path(form), tuple((name, str(value)) for name, value in given if value))


def _path(form: FormRow) -> str:
    path = f"/employers/{int(form.company_id or 0)}"
    if not form.kind.is_list:
        path += f"/employees/{int(form.inss or 0)}"
    if form.kind.is_of_a_year:
        path += f"/calendarYears/{form.calendar_year}"
    return f"{path}/{RESOURCES.get(form.kind, form.kind.value)}"
