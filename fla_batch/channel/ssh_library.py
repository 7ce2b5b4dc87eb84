"""Which paramiko is installed, and what follows for servers that take only old signatures.

paramiko 5 dropped the SHA-1 signature of RSA keys (`ssh-rsa`); the portal's gateway has been seen
to take nothing else (decision 1904).
"""

from __future__ import annotations

from importlib.metadata import version as version_of


def version() -> str:
    """The version of paramiko."""
    return version_of("paramiko")


def can_sign_with_sha1() -> bool:
    """True when a server that takes only ssh-rsa can be logged in to."""
    return int(version().partition(".")[0]) < 5
