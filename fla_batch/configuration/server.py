"""Where the gateway is, who we are there, and how long each phase may take."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.vocabulary.errors import ConfigurationMistake

FINGERPRINT = r"^SHA256:[A-Za-z0-9+/]{43}=?$"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each phase may take; more than 0.

    `operation_s` counts from the last answer of the server, so a long transfer that moves on
    is never cut.
    """

    connect_s: float = 15.0
    banner_s: float = 15.0
    key_exchange_s: float = 30.0
    login_s: float = 30.0
    operation_s: float = 60.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ConfigurationMistake(f"[gateway] {name} must be more than 0 seconds")


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The [gateway] section. Raises ConfigurationMistake when it cannot be meant so.

    The host key is pinned either by `host_key` ("SHA256:" and 43 characters of base64) or by
    `known_hosts` (a file as OpenSSH keeps it); one of them has to be there.
    `key_password_env` is the name of an environment variable, never a password.
    """

    host: str
    user: str
    key_file: Path
    port: int = 8022
    key_password_env: str | None = None
    known_hosts: Path | None = None
    host_key: str | None = None
    legacy_ssh_rsa: bool = False
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not self.host or not self.user:
            raise ConfigurationMistake("[gateway] needs host and user")
        if not 1 <= self.port <= 65535:
            raise ConfigurationMistake("[gateway] port must be 1 to 65535")
        if (self.known_hosts is None) == (self.host_key is None):
            raise ConfigurationMistake(
                "[gateway] needs host_key or known_hosts (one): unknown servers are never trusted",
                hint="Ask the portal's help desk for the SHA256 fingerprint and set host_key.",
            )
        if self.host_key is not None and not re.fullmatch(FINGERPRINT, self.host_key):
            raise ConfigurationMistake(
                "[gateway] host_key must be SHA256: and 43 characters, as `ssh-keygen -lf` prints"
            )

    @property
    def address(self) -> str:
        """Host and port as people write them, for messages."""
        return f"{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself: practice never leaves it (S14).

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, True)
    >>> is_loopback("sftp.socialsecurity.be"), is_loopback("10.0.0.1")
    (False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
