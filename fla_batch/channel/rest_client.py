"""The REST API over HTTPS: one call at a time, from several threads.

Only what cannot have been carried out is repeated for PUT: no connection, 401 (once, with a new
token), 429. GET is repeated for whatever may pass: no answer, 502 to 504, and 500 once. After an
unknown outcome a PUT comes back with the status NO_ANSWER or 5xx, and whoever called settles it.
Decisions 1320 and 1323.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

import httpx

from fla_batch.channel.rest_call import (
    GATEWAY_TROUBLE,
    NO_ANSWER,
    SERVER_ERROR,
    TOO_MANY,
    UNAUTHORISED,
    Call,
    CallFailed,
    Exchange,
    fault_in,
)
from fla_batch.channel.rest_token import ClientRefused, TokenAnswer, TokenSource
from fla_batch.channel.retry import PATIENTLY, Waiting
from fla_batch.system.closing import Closing
from fla_batch.system.telemetry import span
from fla_batch.vocabulary.errors import ConfigurationMistake, GatewayUnavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fla_batch.configuration.rest import RestSection

_TOKEN_BYTES = 100_000
_KEPT_BYTES = 100_000
_WHOLE_ANSWER = 5  # times the limit between two bytes
_NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class _Attempt(NamedTuple):
    """One try. `wait_s` is how long the service asks us to wait."""

    exchange: Exchange
    reached: bool = True
    wait_s: float = 0.0


@dataclass(slots=True)
class _Pace:
    """Lets calls begin at most `rate` times a second, evenly."""

    rate: float | None
    waiting: Waiting
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self) -> None:
        if self.rate is None:
            return
        with self._lock:
            now = self.waiting.elapsed()
            begin = max(now, self._next)
            self._next = begin + 1 / self.rate
        if begin > now:
            self.waiting.sleep(begin - now)


class RestClient(Closing):
    """Calls the API of `section` with the token of `key`; close it, or use it in a `with`.

    Raises ConfigurationMistake for addresses or a CA file that cannot be used.
    """

    def __init__(
        self,
        section: RestSection,
        key: RSAPrivateKey,
        waiting: Waiting = PATIENTLY,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._section = section
        self._waiting = waiting
        self._clock = clock
        self._pace = _Pace(section.rate, waiting)
        self._http = _http_client(section)
        self._tokens = TokenSource(section, key, self._post_form, clock, waiting.elapsed)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def log_in(self) -> None:
        """Ask for a token, and nothing more. Raises ClientRefused, GatewayUnavailable."""
        self._tokens.token()

    def call(self, call: Call) -> Exchange:
        """The answer to `call`, whatever it says; see the module for what is repeated.

        Raises ClientRefused, ConfigurationMistake, and CallFailed: nothing was carried out, or
        for GET nothing was learnt.
        """
        begun, failures, renewed = self._waiting.elapsed(), 0, False
        while True:
            token = ""
            try:
                token = self._tokens.token()
                # The path holds employer and worker: the method has to do.
                with span(f"rest {call.method}", {"http.request.method": call.method}) as add:
                    attempt = self._attempt(call, token)
                    add("http.response.status_code", attempt.exchange.status)
            except GatewayUnavailable as error:
                attempt = _Attempt(self._nothing(call, str(error)), reached=False)
            if attempt.exchange.status == UNAUTHORISED and not renewed:
                renewed = True
                self._tokens.forget(token)
                continue
            if not _is_worth_another(call, attempt, failures):
                if attempt.exchange.status == UNAUTHORISED:
                    raise ClientRefused(
                        "the service refuses the token that its own token server gave (401)"
                    )
                return attempt.exchange
            failures += 1
            if not self._waiting.pauses(failures, begun, attempt.wait_s):
                raise CallFailed(_told(attempt), attempt.exchange)

    def _attempt(self, call: Call, token: str) -> _Attempt:
        self._pace.wait()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        url = self._section.base_url.rstrip("/") + call.path
        request = self._http.build_request(
            call.method, url, params=call.query or None, content=call.body, headers=headers
        )
        try:
            status, answer_headers, body, fault = self._send(request, self._section.answer_bytes)
        except _NOT_REACHED as error:
            _require_trusted(error)
            return _Attempt(self._nothing(call, _name_of(error)), reached=False)
        except httpx.HTTPError as error:
            return _Attempt(self._nothing(call, _name_of(error)))
        if 300 <= status < 400:
            raise ConfigurationMistake(
                f"the service answers with a redirect (status {status}), which is not followed",
                hint="Check [rest] base_url; a proxy that asks for a login answers so too.",
            )
        content_type = answer_headers.get("content-type", "")
        exchange = Exchange(
            method=call.method,
            target=_target(call),
            status=status,
            content_type=content_type,
            body=body,
            at=self._clock(),
            fault=fault or fault_in(content_type, body),
        )
        return _Attempt(exchange, wait_s=self._wait_s(answer_headers, exchange))

    def _nothing(self, call: Call, fault: str) -> Exchange:
        return Exchange(call.method, _target(call), NO_ANSWER, "", b"", self._clock(), fault)

    def _wait_s(self, headers: httpx.Headers, exchange: Exchange) -> float:
        """Seconds by Retry-After (a number or a date) or retryAfterSec in the problem."""
        text = headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            date = parsedate_to_datetime(text)
            return max(0.0, (date - self._clock()).total_seconds())
        except (ValueError, TypeError):
            return _retry_after_sec(exchange) if exchange.status == TOO_MANY else 0.0

    def _send(
        self, request: httpx.Request, max_bytes: int
    ) -> tuple[int, httpx.Headers, bytes, str | None]:
        """Status, headers, body and fault; the body is read in pieces, and no further than that."""
        until = self._waiting.elapsed() + _WHOLE_ANSWER * self._section.answer_s
        body = bytearray()
        with closing(self._http.send(request, stream=True)) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > max_bytes:
                    fault = f"the answer is longer than {max_bytes} bytes"
                    return response.status_code, response.headers, bytes(body[:_KEPT_BYTES]), fault
                if self._waiting.elapsed() > until:
                    raise httpx.ReadTimeout("the answer comes too slowly", request=request)
            return response.status_code, response.headers, bytes(body), None

    def _post_form(self, url: str, fields: dict[str, str]) -> TokenAnswer:
        request = self._http.build_request(
            "POST", url, data=fields, headers={"Accept": "application/json"}
        )
        try:
            status, headers, body, fault = self._send(request, _TOKEN_BYTES)
        except httpx.HTTPError as error:
            _require_trusted(error)
            raise GatewayUnavailable(f"the token server: {_name_of(error)}") from None
        if fault or 300 <= status < 400:
            raise GatewayUnavailable(f"the token server: {fault or f'redirect, status {status}'}")
        return TokenAnswer(status, headers.get("date"), body)


def _http_client(section: RestSection) -> httpx.Client:
    try:
        trust = ssl.create_default_context(cafile=section.ca_file)
        return httpx.Client(
            verify=trust,
            # The environment's proxies, and its .netrc, stay out of it.
            trust_env=False,
            proxy=section.proxy,
            follow_redirects=False,
            headers={"User-Agent": "fla-batch", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(section.answer_s, connect=section.connect_s),
            limits=httpx.Limits(
                max_connections=section.concurrency + 1,
                max_keepalive_connections=section.concurrency + 1,
            ),
        )
    except (OSError, ssl.SSLError, ValueError, httpx.InvalidURL) as error:
        raise ConfigurationMistake(
            f"[rest] ca_file or proxy cannot be used: {type(error).__name__}",
            hint="ca_file is a PEM file of authorities; proxy is an address like http://host:3128.",
        ) from None


def _is_worth_another(call: Call, attempt: _Attempt, failures: int) -> bool:
    status = attempt.exchange.status
    if not attempt.reached or status == TOO_MANY:
        return True
    if call.method != "GET":
        return False
    return (
        status == NO_ANSWER
        or status in GATEWAY_TROUBLE
        or (status == SERVER_ERROR and failures == 0)
    )


def _told(attempt: _Attempt) -> str:
    exchange = attempt.exchange
    if exchange.status == TOO_MANY:
        wait = f"; it asks to wait {attempt.wait_s:g} seconds" if attempt.wait_s else ""
        return f"the service says that we ask too much (429){wait}"
    if exchange.status == NO_ANSWER:
        return f"the service cannot be reached: {exchange.fault}"
    return f"the service is not available (status {exchange.status})"


def _retry_after_sec(exchange: Exchange) -> float:
    try:
        value = json.loads(exchange.body)["retryAfterSec"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return 0.0
    return float(value) if isinstance(value, int) and 0 <= value < 1e9 else 0.0


def _target(call: Call) -> str:
    return call.path + (f"?{httpx.QueryParams(call.query)}" if call.query else "")


def _name_of(error: httpx.HTTPError) -> str:
    """What happened, without what the library quotes: it may hold a national number."""
    names: dict[type[httpx.HTTPError], str] = {
        httpx.ConnectTimeout: "no connection within the time limit",
        httpx.ConnectError: "no connection",
        httpx.ProxyError: "the proxy refused the connection",
        httpx.ReadTimeout: "no answer within the time limit",
        httpx.RemoteProtocolError: "the connection was closed before the answer was whole",
        httpx.ReadError: "the connection broke",
        httpx.WriteError: "the connection broke",
    }
    return names.get(type(error), type(error).__name__)


def _require_trusted(error: BaseException) -> None:
    """Raises ConfigurationMistake when the server's certificate is not trusted: never retried."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise ConfigurationMistake(
                f"the certificate of the service is not trusted: {cause.verify_message}",
                hint="If your network inspects TLS, set [rest] ca_file to its authority; else do "
                "not go on.",
            ) from None
        cause = cause.__cause__ or cause.__context__
