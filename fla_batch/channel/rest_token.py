"""The access token: OAuth 2.0 client credentials with a signed assertion (RFC 7523).

It is kept until less than a minute of its life is left, and renewed once when the service says
401. Neither the assertion nor the token is ever shown.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.channel.rest_call import BAD_REQUEST, OK, TOO_MANY, UNAUTHORISED
from fla_batch.system.private_files import keys_of
from fla_batch.vocabulary.errors import GatewayUnavailable, KeyOrCertificateMistake, LoginRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from fla_batch.configuration.rest import RestSection

RENEW_BEFORE_S = 60.0
USUAL_LIFE_S = 600.0
_ASSERTION_LIFE = timedelta(minutes=5)
_CLOCK_TOLERANCE = timedelta(minutes=1)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class ClientRefused(LoginRefused):
    """The token server or the service does not take our client id, key or rights."""

    hint = (
        "Check [rest] client_id and key, and in Chaman that the certificate of that key is "
        "registered for it and that the client may use this service."
    )


class TokenAnswer(NamedTuple):
    """What the token server answered; `date` is its clock, as it wrote it."""

    status: int
    date: str | None
    body: bytes


@dataclass(slots=True)
class TokenSource:
    """Gives the token of one client. `clock` is aware; `elapsed` counts seconds; `new_id` is used
    once each time. Used by several threads at once.
    """

    section: RestSection
    key: RSAPrivateKey = field(repr=False)
    post: Callable[[str, dict[str, str]], TokenAnswer] = field(repr=False)
    clock: Callable[[], datetime]
    elapsed: Callable[[], float]
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    _token: str | None = field(default=None, repr=False)
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def token(self) -> str:
        """A token with more than a minute to live.

        Raises ClientRefused, GatewayUnavailable.
        """
        with self._lock:
            if self._token is None or self.elapsed() > self._until - RENEW_BEFORE_S:
                self._renew()
            return self._token or ""

    def forget(self, refused: str) -> None:
        """The service refused that token: the next one is new, once for all who had it."""
        with self._lock:
            if self._token == refused:
                self._token = None

    def _renew(self) -> None:
        asked_at = self.elapsed()
        told = self.post(
            self.section.token_url,
            {
                "grant_type": "client_credentials",
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(),
            },
        )
        answer = _json_of(told.body)
        if told.status != OK:
            raise _refusal(told, answer, self.clock())
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise GatewayUnavailable("the token server answered without a token")
        life_s = answer.get("expires_in", USUAL_LIFE_S)
        self._token = token
        self._until = asked_at + (
            float(life_s) if isinstance(life_s, int | float) else USUAL_LIFE_S
        )

    def _assertion(self) -> str:
        import jwt

        now = self.clock()
        client_id = self.section.client_id
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": self.section.token_url,
            "jti": self.new_id(),
            "iat": now,
            "exp": now + _ASSERTION_LIFE,
        }
        return jwt.encode(claims, self.key, algorithm="RS256")


def client_key(section: RestSection) -> RSAPrivateKey:
    """The key of [rest]. Raises KeyOrCertificateMistake: unreadable, open to others, no RSA."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    with keys_of("rest"):
        key = _loaded(section)
    if not isinstance(key, RSAPrivateKey):
        raise KeyOrCertificateMistake(
            "the key of [rest] is no RSA key, and the token server takes RS256",
            hint="Register the certificate of an RSA key in Chaman, and name that key in [rest].",
        )
    return key


def _loaded(section: RestSection) -> object:
    from fla_batch.signing.keys import load_pem_key, load_pkcs12

    if section.pkcs12_file is not None:
        return load_pkcs12(section.pkcs12_file, password_env=section.password_env).private_key
    if section.key_file is not None:
        return load_pem_key(section.key_file, password_env=section.password_env)
    raise KeyOrCertificateMistake("[rest] names no key_file and no pkcs12_file")


def _json_of(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {}


def _refusal(
    told: TokenAnswer, answer: dict[str, Any], now: datetime
) -> LoginRefused | GatewayUnavailable:
    """What a status other than 200 means; never what the assertion was."""
    status = told.status
    if status not in (BAD_REQUEST, UNAUTHORISED) or "error" not in answer:
        if 400 <= status < 500 and status != TOO_MANY and answer:
            return ClientRefused(f"the token server refused us with status {status}")
        return GatewayUnavailable(f"the token server answered with status {status}, not a token")
    why = f"the token server refused us: {answer['error']}"[:200]
    off = _clock_off(told.date, now)
    if off is not None:
        return ClientRefused(
            f"{why}; this machine's clock is {off} from the server's",
            hint="Set the clock of this machine (NTP): the signed request carries its time.",
        )
    return ClientRefused(why)


def _clock_off(date: str | None, now: datetime) -> timedelta | None:
    """How far our clock is from the server's, when that is more than a minute."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    off = abs(theirs - now)
    return timedelta(seconds=round(off.total_seconds())) if off > _CLOCK_TOLERANCE else None
