"""Whether a server's host key is the one that the configuration pins. Nothing is ever added.

Source: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Names are compared whole, plain or hashed;
lines with patterns or `@cert-authority` are passed over, `@revoked` ones refuse their key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

from fla_batch.configuration.server import GatewaySettings
from fla_batch.system.plain_texts import decoded
from fla_batch.vocabulary.errors import ConfigurationMistake, HostKeyMismatch

_DEFAULT_PORT = 22


class KnownKey(NamedTuple):
    """One line of a known_hosts file that names our server."""

    key_type: str
    blob: bytes
    revoked: bool


def fingerprint(blob: bytes) -> str:
    """The fingerprint of a public key as `ssh-keygen -lf` prints it.

    >>> fingerprint(b"key")
    'SHA256:LHDhK3oGRvkiefQnx7OOczTY5Tic/xZ6HcMOc/gmtoM'
    """
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return "SHA256:" + digest.rstrip("=")


def known_keys(settings: GatewaySettings) -> list[KnownKey]:
    """The lines of the known_hosts file, if one is set, that name host and port.

    Raises ConfigurationMistake when the file cannot be read.
    """
    if settings.known_hosts is None:
        return []
    try:
        text = decoded(settings.known_hosts.read_bytes(), errors="replace")
    except OSError as error:
        raise ConfigurationMistake(
            f"cannot read [gateway] known_hosts {settings.known_hosts}: {error.strerror}"
        ) from error
    server = (
        settings.host if settings.port == _DEFAULT_PORT else f"[{settings.host}]:{settings.port}"
    )
    found = (_known_key(line.split(), server) for line in text.splitlines())
    return [key for key in found if key]


def require_pinned(settings: GatewaySettings, key_type: str, blob: bytes) -> None:
    """Raise HostKeyMismatch unless the server's key `blob` is pinned by `settings`."""
    shown = f"{key_type} key {fingerprint(blob)}"
    if settings.host_key is not None:
        if hmac.compare_digest(fingerprint(blob), settings.host_key.rstrip("=")):
            return
        raise HostKeyMismatch(
            f"{settings.address} shows the {shown}, but [gateway] host_key is {settings.host_key}"
        )
    keys = known_keys(settings)
    same = [key for key in keys if hmac.compare_digest(key.blob, blob)]
    if any(key.revoked for key in same):
        raise HostKeyMismatch(f"{settings.address} shows the {shown}, which is revoked")
    if not same:
        known = "another key is" if keys else "no key is"
        raise HostKeyMismatch(
            f"{settings.address} shows the {shown}; {known} known for it in {settings.known_hosts}"
        )


def _known_key(fields: list[str], server: str) -> KnownKey | None:
    revoked = fields[:1] == ["@revoked"]
    if revoked:
        fields = fields[1:]
    if len(fields) < 3 or not any(_is_server(name, server) for name in fields[0].split(",")):
        return None
    try:
        blob = base64.b64decode(fields[2], validate=True)
    except binascii.Error:
        return None
    return KnownKey(fields[1], blob, revoked)


def _is_server(name: str, server: str) -> bool:
    if not name.startswith("|1|"):
        return name == server
    try:
        salt, hashed = (base64.b64decode(part, validate=True) for part in name[3:].split("|"))
    except ValueError:
        return False
    return hmac.compare_digest(hmac.digest(salt, server.encode(), "sha1"), hashed)
