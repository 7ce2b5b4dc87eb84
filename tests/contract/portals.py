"""The servers that the contract holds for, behind one face."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fla_batch.channel.hostkeys import fingerprint
from fla_batch.configuration.server import GatewaySettings, Limits
from fla_batch.sandbox.folders import FOLDERS

QUICK = Limits(connect_s=10, banner_s=10, key_exchange_s=10, login_s=10, operation_s=10)


@dataclass(frozen=True)
class Portal:
    """A running server: its folders on disk, and the settings that reach it."""

    kind: str
    root: Path
    base: GatewaySettings
    host_key_line: str
    log: Callable[[], str]

    def settings(self, **changes: Any) -> GatewaySettings:
        """The right settings, with some of them changed."""
        return replace(self.base, **changes)

    def known_hosts_line(self) -> str:
        """The host key as a line of a known_hosts file."""
        key_type, blob = self.host_key_line.split()[:2]
        return f"[{self.base.host}]:{self.base.port} {key_type} {blob}\n"

    def put(self, folder: str, name: str, content: bytes) -> Path:
        """A file that lies on the server."""
        path = self.root / folder / name
        path.write_bytes(content)
        return path

    def clean(self) -> None:
        """Empty all folders."""
        for folder in FOLDERS:
            shutil.rmtree(self.root / folder)
            (self.root / folder).mkdir(mode=0o700)


def settings_for(
    port: int, user: str, key_file: Path, host_key_line: str, *, legacy: bool = False
) -> GatewaySettings:
    """Settings for a server on loopback with that host key."""
    pinned = fingerprint(base64.b64decode(host_key_line.split()[1]))
    return GatewaySettings(
        "127.0.0.1", user, key_file, port, host_key=pinned, legacy_ssh_rsa=legacy, limits=QUICK
    )
