"""Who may talk to the page: one browser that was given the link, and machines with a token.

A page of another site can make a browser send requests here, and a name that leads to 127.0.0.1
can be anybody's. So Host and Origin must be ours, a cookie of this start must come with every
request, a header that only our own page knows with every change, and answers let no script, frame
or form of another site in (decision 1802).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, Morsel, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fla_batch.system.private_files import read_private_file
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuses = Callable[[Scope, str, int], App]
"""Makes the answer to a request that is refused: the scope, the key of the reason, the status."""

START = "/start"
CSRF_HEADER = "x-csrf-token"
_OPEN = ("/static/",)
_MACHINES = "/api/"
_SHORTEST_TOKEN = 32
_SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(slots=True)
class Access:
    """The keys of one start of the server.

    `origins` are the addresses under which browsers see it, such as http://127.0.0.1:8740; the
    start token is good for one browser, once. `api_token` is None when machines have no access.
    """

    origins: frozenset[str]
    api_token: bytes | None = None
    start_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _started: bool = False

    @property
    def cookie_name(self) -> str:
        """One for each port: a browser keeps cookies of a host whatever the port."""
        ports = sorted({str(urlsplit(origin).port or "") for origin in self.origins})
        return f"fla-batch-{'-'.join(ports)}"

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand under Host."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    def start(self, token: str) -> str | None:
        """The cookie for whoever brings the start token first; None for everybody else."""
        if self._started or not hmac.compare_digest(token.encode(), self.start_token.encode()):
            return None
        self._started = True
        secure = all(origin.startswith("https:") for origin in self.origins)
        parts = [f"{self.cookie_name}={self._session}", "Path=/", "HttpOnly", "SameSite=Strict"]
        return "; ".join([*parts, *(["Secure"] if secure else [])])

    def knows(self, cookie: str) -> bool:
        """True for the cookie of this start."""
        return hmac.compare_digest(cookie.encode(), self._session.encode())

    def admits_machine(self, authorization: str) -> bool:
        """True for `Bearer` and our token."""
        kind, _, token = authorization.partition(" ")
        if self.api_token is None or kind.lower() != "bearer":
            return False
        told, ours = (hashlib.sha256(each).digest() for each in (token.encode(), self.api_token))
        return hmac.compare_digest(told, ours)


class Guard:
    """Lets through what `access` admits, and puts the headers on every answer."""

    def __init__(self, app: App, access: Access, refuses: Refuses) -> None:
        self._app, self._access, self._refuses = app, access, refuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), text.encode())
                        for name, text in _HEADERS.items()
                        if name.encode() not in given
                    ),
                ]
            await send(message)

        refused = self._refusal(scope)
        app = self._app if refused is None else self._refuses(scope, *refused)
        await app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[str, int] | None:
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        if headers.get("host") not in self._access.hosts:
            return "refused_host", 403
        path = scope["path"]
        if path.startswith(_MACHINES):
            return self._refusal_of_machine(headers)
        origin = headers.get("origin")
        if origin is not None and origin not in self._access.origins:
            return "refused_origin", 403
        if path.startswith(_OPEN):
            return None
        if path == START:
            return None if scope["method"] == "GET" else ("refused_origin", 403)
        if not self._access.knows(_cookie(headers.get("cookie", ""), self._access.cookie_name)):
            return "refused_stale", 403
        if scope["method"] not in _SAFE and not self._is_own_change(headers):
            return "refused_origin", 403
        return None

    def _refusal_of_machine(self, headers: dict[str, str]) -> tuple[str, int] | None:
        if self._access.api_token is None:
            return "refused_no_api", 403
        if not self._access.admits_machine(headers.get("authorization", "")):
            return "refused_api_token", 401
        return None

    def _is_own_change(self, headers: dict[str, str]) -> bool:
        """Browsers say where a change comes from; only our page knows the token."""
        told = headers.get(CSRF_HEADER, "")
        from_here = headers.get("origin") in self._access.origins
        ours = self._access.csrf_token
        return from_here and hmac.compare_digest(told.encode(), ours.encode())


def read_token(path: Path) -> bytes:
    """The token of machines, in a file that only its owner reads.

    Raises KeyOrCertificateMistake for one that is short, or open to others.
    """
    token = read_private_file(path).strip()
    if len(token) < _SHORTEST_TOKEN or b"\n" in token:
        raise KeyOrCertificateMistake(
            f"{path.name} holds no token of one line and {_SHORTEST_TOKEN} characters or more",
            hint="Make one: openssl rand -hex 32 > token; chmod 600 token",
        )
    return token


def _cookie(header: str, name: str) -> str:
    try:
        cookie: Morsel[str] | None = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return cookie.value if cookie is not None else ""
