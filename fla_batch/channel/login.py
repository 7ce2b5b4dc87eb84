"""From nothing to an SFTP session: connect, key exchange, host key, login; a limit for each.

The host key is compared before anything of ours is sent. Without `legacy_ssh_rsa` an SHA-1
signature (`ssh-rsa`) is neither made nor accepted; with it, rsa-sha2 is tried first and
`ssh-rsa` on a second connection, and the log says so. paramiko's exceptions end here.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from fla_batch.channel.hostkeys import known_keys, require_pinned
from fla_batch.channel.packets import BrokenReply
from fla_batch.channel.userkey import load_user_key
from fla_batch.channel.watchdog import Watchdog
from fla_batch.channel.wire import SftpWire
from fla_batch.configuration.server import GatewaySettings
from fla_batch.vocabulary.errors import ConfigurationMistake, GatewayUnavailable, LoginRefused

_log = logging.getLogger(__name__)
_SSH_LOG = "fla_batch.channel.ssh"

_LEGACY_RSA = "ssh-rsa"
_MODERN_RSA = ("rsa-sha2-512", "rsa-sha2-256")
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
_NEVER_S = 1e6


class _Transport(paramiko.Transport):
    """Remembers that the server said goodbye, which tells a refusal from a broken line."""

    dismissed = False

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        self.dismissed = True
        super()._parse_disconnect(message)  # type: ignore[misc]  # missing in paramiko's types


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
    try:
        return _session(settings, key, [_LEGACY_RSA])
    except LoginRefused:
        if not settings.legacy_ssh_rsa or not isinstance(key, paramiko.RSAKey):
            raise
    _log.warning(
        "%s refused rsa-sha2; logging in with an SHA-1 signature (ssh-rsa), because [gateway] "
        "legacy_ssh_rsa allows it for this server",
        settings.address,
    )
    return _session(settings, key, list(_MODERN_RSA))


def _session(settings: GatewaySettings, key: paramiko.PKey, without: list[str]) -> Session:
    transport = _transport(settings, without)
    watchdog = Watchdog(transport.close)
    try:
        _exchange_keys(transport, watchdog, settings)
        host_key = transport.get_remote_server_key()
        require_pinned(settings, host_key.get_name(), host_key.asbytes())
        _authenticate(transport, watchdog, settings, key)
        return Session(_start_sftp(transport, watchdog, settings), transport, watchdog)
    except BaseException:
        watchdog.stop()
        transport.close()
        raise


def _transport(settings: GatewaySettings, without: list[str]) -> _Transport:
    connection = _connected(settings)
    disabled = {**_NEVER, "pubkeys": without}
    if not settings.legacy_ssh_rsa:
        disabled["keys"] = [_LEGACY_RSA]
    transport = _Transport(
        connection, default_window_size=_WINDOW_BYTES, disabled_algorithms=disabled
    )
    _quieten(transport)
    transport.banner_timeout = settings.limits.banner_s
    transport.handshake_timeout = _NEVER_S
    transport.auth_timeout = _NEVER_S
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


def _quieten(transport: paramiko.Transport) -> None:
    """Keep paramiko from logging, with a traceback, what is raised here in any case."""
    logger = logging.getLogger(_SSH_LOG)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL)
    transport.set_log_channel(_SSH_LOG)


def _types_wanted(settings: GatewaySettings) -> tuple[str, ...]:
    """The algorithms of the pinned keys, so that the server shows a key that we know."""
    types = [key.key_type for key in known_keys(settings) if not key.revoked]
    return tuple(
        name
        for key_type in types
        for name in ((*_MODERN_RSA, _LEGACY_RSA) if key_type == _LEGACY_RSA else (key_type,))
    )


def _first(wanted: Sequence[str], all_of_them: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(name for name in wanted if name in all_of_them), *all_of_them]))


def _exchange_keys(
    transport: paramiko.Transport, watchdog: Watchdog, settings: GatewaySettings
) -> None:
    limit_s = settings.limits.banner_s + settings.limits.key_exchange_s
    with translated(settings, "key exchange", watchdog), watchdog.phase("key exchange", limit_s):
        try:
            transport.start_client()
        except IncompatiblePeer as error:
            raise ConfigurationMistake(
                f"{settings.address} and we have no algorithm in common: {_told(error)}",
                hint="Ask the portal's help desk; only an old server needs legacy_ssh_rsa = true.",
            ) from error
        except paramiko.SSHException as error:
            if transport.remote_version:
                raise
            raise GatewayUnavailable(
                f"{settings.address} did not greet as an SSH server within "
                f"{settings.limits.banner_s:g} s (banner)"
            ) from error


def _authenticate(
    transport: _Transport,
    watchdog: Watchdog,
    settings: GatewaySettings,
    key: paramiko.PKey,
) -> None:
    with translated(settings, "login", watchdog), watchdog.phase("login", settings.limits.login_s):
        try:
            still_needed = transport.auth_publickey(settings.user, key)
        except paramiko.AuthenticationException as error:
            # The library says this, too, when the line broke; then nothing was refused.
            heard = transport.is_active() or transport.dismissed
            if heard or _no_common_signature(transport, key):
                raise _login_refused(settings) from error
            raise
    if still_needed:
        raise _login_refused(settings)


def _no_common_signature(transport: paramiko.Transport, key: paramiko.PKey) -> bool:
    """True when the server said which signatures it takes, and none of them is ours."""
    # paramiko's types leave this documented attribute out.
    extensions: dict[str, bytes] = vars(transport)["server_extensions"]
    said = extensions.get("server-sig-algs", b"").decode("ascii", "replace")
    ours = set(transport.preferred_pubkeys) & {_LEGACY_RSA, *_MODERN_RSA}
    return isinstance(key, paramiko.RSAKey) and bool(said) and not ours & set(said.split(","))


def _login_refused(settings: GatewaySettings) -> LoginRefused:
    return LoginRefused(
        f"{settings.address} refused user {settings.user} with the key {settings.key_file}"
    )


def _start_sftp(
    transport: paramiko.Transport, watchdog: Watchdog, settings: GatewaySettings
) -> SftpWire:
    limit_s = settings.limits.operation_s
    with translated(settings, "start of SFTP", watchdog), watchdog.phase("start of SFTP", limit_s):
        channel = transport.open_session(timeout=_NEVER_S)
        channel.invoke_subsystem("sftp")
        return SftpWire(channel, watchdog.progress)


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
