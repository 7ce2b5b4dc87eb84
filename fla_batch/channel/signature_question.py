"""Would the server take our key by an `ssh-rsa` signature? Asked without making one.

RFC 4252 7: a client may ask whether a public key and an algorithm would do before it signs. It is
asked only after a refusal, to tell a server that is too old from a key that is not registered;
OpenSSH names algorithms in server-sig-algs that its configuration then refuses. Names with an
underscore are paramiko's own: it offers no other way to ask.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import paramiko
from paramiko.auth_handler import AuthHandler

from fla_batch.channel.handshake import RememberingTransport
from fla_batch.channel.server_offer import LEGACY_RSA

_SERVICE_REQUEST, _SERVICE_ACCEPT = 5, 6
_USERAUTH_REQUEST, _USERAUTH_FAILURE, _USERAUTH_PK_OK = 50, 51, 60


class _Asking(AuthHandler):
    def __init__(self, transport: paramiko.Transport) -> None:
        super().__init__(transport)
        self.taken = False
        self.heard = threading.Event()

    @property
    def _client_handler_table(self) -> dict[int, Callable[[paramiko.Message], None]]:
        return {
            **super()._client_handler_table,  # type: ignore[misc]  # missing in its types
            _SERVICE_ACCEPT: self._hear,
            _USERAUTH_FAILURE: self._hear,
            _USERAUTH_PK_OK: self._hear_yes,
        }

    def _hear(self, _message: paramiko.Message) -> None:
        self.heard.set()

    def _hear_yes(self, _message: paramiko.Message) -> None:
        self.taken = True
        self.heard.set()

    def begin(self) -> None:
        """Ask for the service that logs in; `heard` tells when there is an answer."""
        request = paramiko.Message()
        request.add_byte(bytes([_SERVICE_REQUEST]))
        request.add_string("ssh-userauth")
        self.transport._send_message(request)  # type: ignore[attr-defined]

    def ask(self, user: str, key: paramiko.PKey) -> None:
        """Send the question; `heard` tells when there is an answer."""
        question = paramiko.Message()
        question.add_byte(bytes([_USERAUTH_REQUEST]))
        for text in (user, "ssh-connection", "publickey"):
            question.add_string(text)
        question.add_boolean(False)  # no signature comes with it
        question.add_string(LEGACY_RSA)
        question.add_string(key.asbytes())
        self.transport._send_message(question)  # type: ignore[attr-defined]


class AskingTransport(RememberingTransport):
    """A connection on which the question is put; nobody is logged in by it."""

    def takes_old_signature(self, user: str, key: paramiko.PKey, *, within_s: float) -> bool:
        """What the server answered; False when it did not within so many seconds."""
        asking = self.auth_handler = _Asking(self)
        asking.begin()
        if asking.heard.wait(within_s):
            asking.heard.clear()
            asking.ask(user, key)
            asking.heard.wait(within_s)
        return asking.taken
