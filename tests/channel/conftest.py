from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fla_batch.configuration.server import GatewaySettings, Limits
from fla_batch.sandbox.sftp_server import SandboxServer
from tests.contract.user_keys import UserKey, write_key

SHORT = Limits(connect_s=0.5, banner_s=0.3, key_exchange_s=0.3, login_s=0.5, operation_s=0.5)

StartServer = Callable[..., SandboxServer]
SettingsFor = Callable[..., GatewaySettings]


@pytest.fixture(scope="session")
def user_key(tmp_path_factory: pytest.TempPathFactory) -> UserKey:
    return write_key(tmp_path_factory.mktemp("key") / "user_key")


@pytest.fixture
def start_server(tmp_path: Path, user_key: UserKey) -> Iterator[StartServer]:
    """Starts sandbox servers, each over a root of its own, and stops them at the end."""
    with ExitStack() as running:

        def start(**options: Any) -> SandboxServer:
            root = tmp_path / f"root{len(list(tmp_path.iterdir()))}"
            server = SandboxServer(root, [user_key.public_line], **options)
            return running.enter_context(server)

        yield start


@pytest.fixture
def settings_for(user_key: UserKey) -> SettingsFor:
    """Settings that reach a server, with short limits."""

    def settings(server: SandboxServer, **changes: Any) -> GatewaySettings:
        values: dict[str, Any] = {
            "host": server.host,
            "user": "sender",
            "key_file": user_key.path,
            "port": server.port,
            "host_key": server.fingerprint,
            "limits": SHORT,
        }
        return GatewaySettings(**values | changes)

    return settings
