"""One call of the REST API and what came back: plain values, no network.

An answer is a value, however bad it is: `fault` says why nothing in it can be believed. What the
answer says to us is read elsewhere (`answers.rest_answers`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from typing import Any, ClassVar, NamedTuple

from fla_batch.vocabulary.errors import GatewayUnavailable

OK, BAD_REQUEST, UNAUTHORISED, FORBIDDEN, NOT_FOUND = 200, 400, 401, 403, 404
TOO_MANY, SERVER_ERROR = 429, 500
GATEWAY_TROUBLE = frozenset({502, 503, 504})
NO_ANSWER = 0
"""The status of a call whose answer never came: it may or may not have been carried out."""


class Call(NamedTuple):
    """What is called: a path below the base address, its query, and for PUT a body."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


class Exchange(NamedTuple):
    """A call and its answer. `fault` is None when the body is JSON in UTF-8, whole, within limits.

    `content_type` and `body` are as they came; the body of an answer that is too long is only
    its beginning. Without an answer `status` is NO_ANSWER and `fault` says what happened.
    """

    method: str
    target: str
    status: int
    content_type: str
    body: bytes
    at: datetime
    fault: str | None = None

    @property
    def text(self) -> str:
        """The body of an answer without fault."""
        return self.body.decode()

    def to_json(self) -> dict[str, Any]:
        """One answer in a raw file; a body that is no UTF-8 stands there in base64."""
        try:
            body = {"body": self.body.decode()}
        except UnicodeDecodeError:
            body = {"body_base64": base64.b64encode(self.body).decode()}
        values = {name: getattr(self, name) for name in _PLAIN}
        return values | {"at": self.at.isoformat(), **body}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Exchange:
        """As `to_json` wrote it. Raises KeyError, ValueError, TypeError for anything else."""
        body = (
            base64.b64decode(values["body_base64"])
            if "body_base64" in values
            else values["body"].encode()
        )
        plain = {name: values[name] for name in _PLAIN}
        return cls(at=datetime.fromisoformat(values["at"]), body=body, **plain)


_PLAIN = ("method", "target", "status", "content_type", "fault")
"""Zones of an Exchange that JSON has as they are."""


class CallFailed(GatewayUnavailable):
    """A call that was not answered as it should be, after all its tries; `exchange` is the last."""

    hint = "Try again later: the same command goes on where it stopped."
    retryable: ClassVar[bool] = False  # it was tried again already

    def __init__(self, message: str, exchange: Exchange | None = None) -> None:
        super().__init__(message)
        self.exchange = exchange


def fault_in(content_type: str, body: bytes) -> str | None:
    """Why a whole body is not to be read: not JSON, or not UTF-8.

    >>> fault_in("application/json", b"{}") is None
    True
    >>> fault_in("text/html; charset=utf-8", b"<html>")
    'the answer is text/html, not JSON: something on the way answered, such as a proxy'
    >>> fault_in("application/json; charset=iso-8859-1", b"{}")
    'the answer is written in iso-8859-1, and JSON is UTF-8'
    """
    header = Message()
    header["content-type"] = content_type or "application/octet-stream"
    kind = header.get_content_type()
    if kind != "application/json" and not kind.endswith("+json"):
        return f"the answer is {kind}, not JSON: something on the way answered, such as a proxy"
    charset = str(header.get_param("charset") or "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        return f"the answer is written in {charset}, and JSON is UTF-8"
    try:
        json.loads(body.decode())
    except UnicodeDecodeError:
        return "the answer is not UTF-8"
    except (ValueError, RecursionError):
        return "the answer is no whole JSON: it was cut off, or is damaged"
    return None
