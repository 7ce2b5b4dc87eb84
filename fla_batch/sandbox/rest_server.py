"""The REST face and its token server over HTTP, on loopback only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from fla_batch.sandbox.rest_face import RestFace, RestReply, problem
from fla_batch.sandbox.rest_faults import RestFault, RestFaultPlan
from fla_batch.sandbox.token_server import TokenServer
from fla_batch.system.closing import Closing
from fla_batch.vocabulary.errors import ConfigurationMistake

LOOPBACK = "127.0.0.1"
BASE_PATH = "/REST/federalLearningAccount/v1"
TOKEN_PATH = "/REST/oauth/v5/token"  # noqa: S105 - an address
_LONGEST_BODY = 100_000_000
_HUGE_BYTES = 1 << 30
_NO_TOKEN = problem(401, "Unauthorized", "The token is not valid", "invalidAccessToken")
_BROKE = problem(500, "Unexpected Error", "Something broke")


class RestCall(NamedTuple):
    """A call that was answered, for whoever counts at the portal. 0: the answer was not sent."""

    method: str
    path: str
    status: int


@dataclass(eq=False, repr=False)
class RestServer(Closing):
    """Serves within a `with`. `slow_s` is how long the fault `rest-slow` holds an answer back.

    `ssl_context` makes it HTTPS. Raises ConfigurationMistake when the port is taken.
    """

    face: RestFace
    tokens: TokenServer
    clock: Callable[[], datetime]
    port: int = 0
    faults: RestFaultPlan = field(default_factory=RestFaultPlan)
    slow_s: float = 30.0
    calls: list[RestCall] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    scheme: str = "http"

    def __post_init__(self) -> None:
        try:
            self.http = _HttpServer((LOOPBACK, self.port), self)
        except OSError as error:
            raise ConfigurationMistake(
                f"port {self.port} cannot be used: {error.strerror}",
                hint="Take another with --port, or 0 for any that is free.",
            ) from error
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{LOOPBACK}:{self.http.server_address[1]}"

    @property
    def base_url(self) -> str:
        """For [rest] base_url."""
        return self.address + BASE_PATH

    @property
    def token_url(self) -> str:
        """For [rest] token_url."""
        return self.address + TOKEN_PATH

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving."""
        self.stopping.set()
        self.http.shutdown()
        self._thread.join()
        self.http.server_close()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], rest: RestServer) -> None:
        self.rest = rest
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _HttpServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Paths hold national numbers: nothing is logged."""

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002
        """The sandbox's own clock."""
        return format_datetime(self.server.rest.clock(), usegmt=True)

    def do_POST(self) -> None:
        rest = self.server.rest
        content = self._body()
        if urlsplit(self.path).path != TOKEN_PATH:
            self._say(problem(404, "Not Found", "No such resource"))
            return
        refused = rest.faults.next("POST") is not None
        fields = {} if refused else dict(parse_qsl(content.decode("ascii", "replace")))
        status, body = rest.tokens.grant(fields, rest.token_url)
        self._say(RestReply(401 if refused else status, body))

    def _body(self) -> bytes:
        length = min(int(self.headers.get("content-length") or 0), _LONGEST_BODY)
        return self.rfile.read(length)

    def _serve(self) -> None:
        content = self._body()
        rest, parts = self.server.rest, urlsplit(self.path)
        if not rest.tokens.is_good(self.headers.get("authorization", "")):
            self._say(_NO_TOKEN)
            return
        fault = rest.faults.next(self.command)
        if fault in _INSTEAD:
            self._note(parts.path, _INSTEAD[fault].status)
            self._say(_INSTEAD[fault])
            return
        if fault is RestFault.CUT_BEFORE:
            self._note(parts.path, 0)
            self.close_connection = True
            return
        if not parts.path.startswith(BASE_PATH):
            self._say(problem(404, "Not Found", "No such resource", "resourceNotFound"))
            return
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = parts.path.removeprefix(BASE_PATH)
        reply = rest.face.answer(self.command, path, query, content, at=rest.clock())
        self._note(parts.path, 0 if fault is RestFault.CUT else reply.status)
        self._spoil(fault, reply)

    do_GET = do_PUT = do_DELETE = _serve  # noqa: N815 - the library's names

    def _note(self, path: str, status: int) -> None:
        self.server.rest.calls.append(RestCall(self.command, path, status))

    def _spoil(self, fault: RestFault | None, reply: RestReply) -> None:
        """Send the answer to a call that was carried out, spoiled by `fault`."""
        if fault is RestFault.CUT:
            self.close_connection = True
        elif fault is RestFault.HUGE:
            self._say_without_end()
        elif fault is RestFault.ERROR_AFTER:
            self._say(_BROKE)
        elif fault is RestFault.HTML:
            self._send(200, b"<html><body>Please log in</body></html>", "text/html; charset=utf-8")
        elif fault is RestFault.TRUNCATED:
            content = json.dumps(reply.body).encode()
            self._send(reply.status, content[: len(content) // 2], "application/json")
        elif fault is RestFault.CHARSET:
            text = json.dumps({**reply.body, "note": "é"}, ensure_ascii=False)
            kind = "application/json; charset=iso-8859-1"
            self._send(reply.status, text.encode("iso-8859-1", "replace"), kind)
        elif fault is RestFault.OTHER_WORKER:
            self._say(RestReply(reply.status, _of_another(reply.body)))
        elif fault is RestFault.BLOCKING_200:
            anomaly = {"anomalyClass": "B", "errorId": "00014-017"}
            self._say(RestReply(200, {**reply.body, "anomalies": [anomaly]}))
        else:
            if fault is RestFault.SLOW:
                self.server.rest.stopping.wait(self.server.rest.slow_s)
            self._say(reply)

    def _say(self, reply: RestReply) -> None:
        kind = "application/json" if reply.status == 200 else "application/problem+json"
        content = json.dumps(reply.body, ensure_ascii=False).encode()
        self._send(reply.status, content, kind, reply.headers)

    def _send(
        self, status: int, content: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._begin(status, kind, len(content), headers or {})
        self.wfile.write(content)
        self.wfile.flush()

    def _begin(self, status: int, kind: str, length: int, more: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": length, **more}.items():
            self.send_header(name, str(value))
        self.end_headers()

    def _say_without_end(self) -> None:
        """A gigabyte of JSON, as long as somebody reads it."""
        self._begin(200, "application/json", _HUGE_BYTES, {})
        self.close_connection = True
        piece = b'{"anomalies": [' + b" " * (1 << 16)
        try:
            for _ in range(_HUGE_BYTES // len(piece)):
                self.wfile.write(piece)
        except OSError:
            time.sleep(0)


_INSTEAD: dict[RestFault | None, RestReply] = {
    RestFault.UNAUTHORISED: _NO_TOKEN,
    RestFault.FORBIDDEN: problem(403, "Forbidden", "No mandate for this employer", "missingScope"),
    RestFault.TOO_MANY: problem(
        429, "Too Many Requests", "Slow down", "tooManyRequests", Retry_After="1"
    ),
    RestFault.ERROR: _BROKE,
    RestFault.UNAVAILABLE: problem(
        503, "Service Unavailable", "Maintenance", "serviceUnavailable", Retry_After="1"
    ),
    RestFault.SILENT_400: problem(400, "Bad Request", "The input message is incorrect"),
    RestFault.REDIRECT: problem(302, "Found", "Log in first", Location="http://127.0.0.1:9/login"),
}
"""Answers that come instead of carrying the call out."""


def _of_another(body: dict[str, Any]) -> dict[str, Any]:
    """The same answer, about another worker."""
    told = deepcopy(body)
    for block in (told, told.get("flaDataDeclaration"), told.get("flaCreditCalculation")):
        if isinstance(block, dict) and isinstance(block.get("employee"), dict):
            block["employee"]["inss"] = 70081500504
    return told
