"""From nothing to an SFTP session: connect, key exchange, host key, login; a limit for each.

The host key is compared before anything of ours is sent. Without `legacy_ssh_rsa` an SHA-1
signature (`ssh-rsa`) is neither made nor accepted. With an RSA key rsa-sha2-512 is tried, and where
the server does not say what it takes, rsa-sha2-256 on a second connection; `ssh-rsa` comes last,
where it is allowed, and the log says so. paramiko's exceptions end here.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

import paramiko

from fla_batch.channel.handshake import (
    NEVER_S,
    RememberingTransport,
    exchange_keys,
    new_transport,
    translated,
)
from fla_batch.channel.server_offer import LEGACY_RSA, MODERN_RSA, signature_refusal
from fla_batch.channel.signature_question import AskingTransport
from fla_batch.channel.userkey import load_user_key
from fla_batch.channel.watchdog import Watchdog
from fla_batch.channel.wire import SftpWire
from fla_batch.configuration.server import GatewaySettings
from fla_batch.vocabulary.errors import (
    ConfigurationMistake,
    GatewayUnavailable,
    HostKeyMismatch,
    LoginRefused,
)

_log = logging.getLogger(__name__)
_RSA = (*MODERN_RSA, LEGACY_RSA)


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in session and what watches over it."""

    wire: SftpWire
    transport: paramiko.Transport
    watchdog: Watchdog

    def end(self) -> None:
        """Close all of it; a second call does nothing."""
        self.watchdog.stop()
        self.transport.close()


def log_in(settings: GatewaySettings) -> Session:
    """A session on the server of `settings`.

    Raises HostKeyMismatch, LoginRefused, KeyOrCertificateMistake, GatewayUnavailable (naming
    the phase) or ConfigurationMistake.
    """
    key = load_user_key(settings.key_file, password_env=settings.key_password_env)
    if not isinstance(key, paramiko.RSAKey):
        try:
            return _session(settings, key, None)
        except _Refused as error:
            raise _told(settings, key, error.said, []) from error
    tried: list[str] = []
    for algorithm in (*MODERN_RSA, *[LEGACY_RSA] * settings.legacy_ssh_rsa):
        if algorithm == LEGACY_RSA:
            _log.warning(
                "%s refused rsa-sha2; logging in with an SHA-1 signature (ssh-rsa), because "
                "[gateway] legacy_ssh_rsa allows it for this server",
                settings.address,
            )
        tried.append(algorithm)
        try:
            return _session(settings, key, algorithm)
        except _Refused as error:
            refusal = error
            if error.said and algorithm in MODERN_RSA and not settings.legacy_ssh_rsa:
                break  # it says what it takes: the other one would be refused as well
    raise _told(settings, key, refusal.said, tried) from refusal


class _Refused(Exception):
    """One try was refused; `said` are the signatures that the server said that it takes."""

    def __init__(self, said: list[str]) -> None:
        super().__init__("refused")
        self.said = said


def _told(
    settings: GatewaySettings, key: paramiko.PKey, said: list[str], tried: list[str]
) -> LoginRefused:
    """Why we were refused, as far as the server tells."""
    if isinstance(key, paramiko.RSAKey) and not settings.legacy_ssh_rsa:
        with suppress(GatewayUnavailable, HostKeyMismatch, ConfigurationMistake):
            if _takes_old_signature(settings, key):
                said = [LEGACY_RSA]
    return signature_refusal(settings, key, said, tried)


def _takes_old_signature(settings: GatewaySettings, key: paramiko.PKey) -> bool:
    """Asked on a connection of its own, under the same limits and the same pinned key."""
    transport = new_transport(settings, [], AskingTransport)
    watchdog = Watchdog(transport.close)
    limit_s = settings.limits.login_s
    try:
        exchange_keys(transport, watchdog, settings)
        with translated(settings, "login", watchdog), watchdog.phase("login", limit_s):
            return transport.takes_old_signature(settings.user, key, within_s=limit_s)
    finally:
        watchdog.stop()
        transport.close()


def _session(settings: GatewaySettings, key: paramiko.PKey, algorithm: str | None) -> Session:
    """A session by that signature of an RSA key, None for another kind. Raises _Refused."""
    without = [each for each in _RSA if each != algorithm]
    transport = new_transport(settings, without, RememberingTransport)
    watchdog = Watchdog(transport.close)
    try:
        exchange_keys(transport, watchdog, settings)
        _authenticate(transport, watchdog, settings, key)
        return Session(_start_sftp(transport, watchdog, settings), transport, watchdog)
    except BaseException:
        watchdog.stop()
        transport.close()
        raise


def _authenticate(
    transport: RememberingTransport,
    watchdog: Watchdog,
    settings: GatewaySettings,
    key: paramiko.PKey,
) -> None:
    with translated(settings, "login", watchdog), watchdog.phase("login", settings.limits.login_s):
        try:
            still_needed = transport.auth_publickey(settings.user, key)
        except paramiko.AuthenticationException as error:
            # The library says this, too, when the line broke; then nothing was refused.
            if transport.is_active() or transport.dismissed or _no_common_signature(transport, key):
                raise _Refused(_said(transport)) from error
            raise
    if still_needed:
        raise _Refused(_said(transport))


def _said(transport: paramiko.Transport) -> list[str]:
    """The signatures that the server said that it takes; empty when it did not say."""
    # paramiko's types leave this documented attribute out.
    extensions: dict[str, bytes] = vars(transport)["server_extensions"]
    said = extensions.get("server-sig-algs", b"").decode("ascii", "replace")
    return said.split(",") if said else []


def _no_common_signature(transport: paramiko.Transport, key: paramiko.PKey) -> bool:
    """True when the server said which signatures it takes, and none of them is ours."""
    ours, said = set(transport.preferred_pubkeys) & set(_RSA), _said(transport)
    return isinstance(key, paramiko.RSAKey) and bool(said) and not ours & set(said)


def _start_sftp(
    transport: paramiko.Transport, watchdog: Watchdog, settings: GatewaySettings
) -> SftpWire:
    limit_s = settings.limits.operation_s
    with translated(settings, "start of SFTP", watchdog), watchdog.phase("start of SFTP", limit_s):
        channel = transport.open_session(timeout=NEVER_S)
        channel.invoke_subsystem("sftp")
        return SftpWire(channel, watchdog.progress)
