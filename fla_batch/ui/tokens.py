"""The token of machines, in a file that only its owner reads."""

from __future__ import annotations

from pathlib import Path

from fla_batch.system.private_files import read_private_file
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

_SHORTEST = 32


def read_token(path: Path) -> bytes:
    """The token. Raises KeyOrCertificateMistake for one that is short, or open to others."""
    token = read_private_file(path).strip()
    if len(token) < _SHORTEST or b"\n" in token:
        raise KeyOrCertificateMistake(
            f"{path.name} holds no token of one line and {_SHORTEST} characters or more",
            hint="Make one: openssl rand -hex 32 > token; chmod 600 token",
        )
    return token
