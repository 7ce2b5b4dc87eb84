"""Connecting and exchanging keys, up to a server whose host key is the pinned one.

Nothing of ours is sent before that. paramiko's exceptions are translated here.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TypeVar

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from fla_batch.channel.hostkeys import known_keys, require_pinned
from fla_batch.channel.packets import BrokenReply
from fla_batch.channel.server_offer import (
    LEGACY_RSA,
    MODERN_RSA,
    ServerOffer,
    no_agreement,
    offer_of,
)
from fla_batch.channel.watchdog import Watchdog
from fla_batch.configuration.server import GatewaySettings
from fla_batch.vocabulary.errors import GatewayUnavailable

_SSH_LOG = "fla_batch.channel.ssh"

# Broken, and not needed by any server that the portal may run.
_NEVER = {
    "ciphers": ["3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
    "kex": ["diffie-hellman-group1-sha1"],
}
# One pass over the bytes instead of two: about twice as fast in Python.
_FAST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
_WINDOW_BYTES = 1 << 23
# Longer than any limit of ours: the watchdog is the only one that ends a phase.
NEVER_S = 1e6


class RememberingTransport(paramiko.Transport):
    """Remembers what the server offered, and that it said goodbye: a refusal, no broken line."""

    dismissed = False
    offer: ServerOffer = MappingProxyType({})

    def _parse_kex_init(self, message: paramiko.Message) -> None:
        self.offer = offer_of(message)
        super()._parse_kex_init(message)  # type: ignore[misc]  # missing in paramiko's types

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        self.dismissed = True
        super()._parse_disconnect(message)  # type: ignore[misc]  # missing in paramiko's types


SomeTransport = TypeVar("SomeTransport", bound=RememberingTransport)


def new_transport(
    settings: GatewaySettings, without: list[str], kind: Callable[..., SomeTransport]
) -> SomeTransport:
    connection = _connected(settings)
    disabled = {**_NEVER, "pubkeys": without}
    if not settings.legacy_ssh_rsa:
        disabled["keys"] = [LEGACY_RSA]
    transport = kind(connection, default_window_size=_WINDOW_BYTES, disabled_algorithms=disabled)
    quieten(transport, _SSH_LOG)
    transport.banner_timeout = settings.limits.banner_s
    transport.handshake_timeout = NEVER_S
    transport.auth_timeout = NEVER_S
    options = transport.get_security_options()
    options.ciphers = _first(_FAST_CIPHERS, options.ciphers)
    options.key_types = _first(_types_wanted(settings), options.key_types)
    return transport


def _connected(settings: GatewaySettings) -> socket.socket:
    place = (settings.host, settings.port)
    try:
        connection = socket.create_connection(place, timeout=settings.limits.connect_s)
    except OSError as error:
        reason = error.strerror or str(error)
        raise GatewayUnavailable(f"cannot connect to {settings.address}: {reason}") from error
    # Many small requests follow each other; none should wait for a fuller packet.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def quieten(transport: paramiko.Transport, name: str) -> None:
    """Keep paramiko from logging, as `name` and with a traceback, what is raised in any case."""
    logger = logging.getLogger(name)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)
    transport.set_log_channel(name)


def _types_wanted(settings: GatewaySettings) -> tuple[str, ...]:
    """The algorithms of the pinned keys, so that the server shows a key that we know."""
    types = [key.key_type for key in known_keys(settings) if not key.revoked]
    return tuple(
        name
        for key_type in types
        for name in ((*MODERN_RSA, LEGACY_RSA) if key_type == LEGACY_RSA else (key_type,))
    )


def _first(wanted: Sequence[str], all_of_them: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(name for name in wanted if name in all_of_them), *all_of_them]))


def exchange_keys(
    transport: RememberingTransport, watchdog: Watchdog, settings: GatewaySettings
) -> None:
    limit_s = settings.limits.banner_s + settings.limits.key_exchange_s
    with translated(settings, "key exchange", watchdog), watchdog.phase("key exchange", limit_s):
        try:
            transport.start_client()
        except IncompatiblePeer as error:
            raise no_agreement(settings, transport.offer, _ours(transport)) from error
        except paramiko.SSHException as error:
            if transport.remote_version:
                raise
            raise GatewayUnavailable(
                f"{settings.address} did not greet as an SSH server within "
                f"{settings.limits.banner_s:g} s (banner)"
            ) from error
    host_key = transport.get_remote_server_key()
    require_pinned(settings, host_key.get_name(), host_key.asbytes())


def _ours(transport: paramiko.Transport) -> ServerOffer:
    """What we can, by the kinds of `ServerOffer`; without what is switched off."""
    kinds = {"key exchange": "kex", "host key": "keys", "cipher": "ciphers", "MAC": "macs"}
    return {kind: getattr(transport, f"preferred_{name}") for kind, name in kinds.items()}


@contextmanager
def translated(settings: GatewaySettings, phase: str, watchdog: Watchdog) -> Iterator[None]:
    """Turn what paramiko, the socket and the wire raise within `phase` into GatewayUnavailable.

    What the wire calls Refused passes: what a refusal means depends on the request.
    """
    try:
        yield
    except (EOFError, OSError, paramiko.SSHException, BrokenReply) as error:
        reason = watchdog.fired or f"the connection broke during {phase}: {_told(error)}"
        raise GatewayUnavailable(f"{settings.address}: {reason}") from error


def _told(error: BaseException) -> str:
    return printable(str(error) or type(error).__name__)


def printable(text: str) -> str:
    """The first 200 characters of a text from outside, control characters replaced."""
    return "".join(character if character.isprintable() else "?" for character in text[:200])
