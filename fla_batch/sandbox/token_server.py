"""The token server of the sandbox: a signed assertion in, a token out (RFC 6749, 7521, 7523)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fla_batch.channel.rest_token import ASSERTION_TYPE

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LEEWAY = timedelta(seconds=60)
_REQUIRED = ["iss", "sub", "aud", "jti", "iat", "exp"]


@dataclass(slots=True)
class TokenServer:
    """Knows one client and the certificate that is registered for it; tokens live `life_s`."""

    client_id: str
    certificate: Certificate
    clock: Callable[[], datetime]
    life_s: int = 600
    given: int = 0
    _tokens: dict[str, datetime] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def grant(self, fields: Mapping[str, str], audience: str) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to a request that was sent to `audience`."""
        if fields.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        if fields.get("client_assertion_type") != ASSERTION_TYPE:
            return 400, {"error": "invalid_request"}
        if not self._is_ours(fields.get("client_assertion", ""), audience):
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe(24)
        with self._lock:
            self.given += 1
            self._tokens[token] = self.clock() + timedelta(seconds=self.life_s)
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": self.life_s}

    def is_good(self, authorization: str) -> bool:
        """True for "Bearer" and a token that still lives."""
        kind, _, token = authorization.partition(" ")
        until = self._tokens.get(token)
        return kind == "Bearer" and until is not None and self.clock() < until

    def revoke_all(self) -> None:
        """No token that was given is good any more."""
        with self._lock:
            self._tokens.clear()

    def _is_ours(self, assertion: str, audience: str) -> bool:
        import jwt

        # Times are compared with our own clock: practice may have another than the machine.
        options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(
                assertion,
                key=self.certificate.public_key(),  # type: ignore[arg-type]
                algorithms=["RS256"],
                audience=audience,
                issuer=self.client_id,
                options=options,
            )
        except jwt.InvalidTokenError:
            return False
        now = self.clock()
        begin, end = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
        with self._lock:
            fresh = claims["jti"] not in self._used
            self._used.add(claims["jti"])
        return fresh and claims["sub"] == self.client_id and begin - _LEEWAY <= now <= end + _LEEWAY
