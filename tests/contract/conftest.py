from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.sandbox.sftp_server import SandboxServer
from tests.contract.portals import Portal, settings_for
from tests.contract.sshd import MODERN, ONLY_SSH_RSA, running_sshd
from tests.contract.user_keys import UserKey, write_key

KINDS = [
    "sandbox",
    pytest.param("sshd", marks=pytest.mark.sshd),
    pytest.param("sshd with ssh-rsa only", marks=pytest.mark.sshd),
]


@pytest.fixture(scope="session")
def user_key(tmp_path_factory: pytest.TempPathFactory) -> UserKey:
    return write_key(tmp_path_factory.mktemp("key") / "user_key")


@pytest.fixture(scope="session", params=KINDS)
def running_portal(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    user_key: UserKey,
) -> Iterator[Portal]:
    kind: str = request.param
    folder = tmp_path_factory.mktemp("server")
    if kind == "sandbox":
        yield from _sandbox(folder, user_key)
        return
    legacy = kind != "sshd"
    with running_sshd(folder, user_key, ONLY_SSH_RSA if legacy else MODERN) as sshd:
        settings = settings_for(
            sshd.port, sshd.user, user_key.path, sshd.host_key_line, legacy=legacy
        )
        yield Portal(kind, sshd.root, settings, sshd.host_key_line, sshd.log)


def _sandbox(folder: Path, user_key: UserKey) -> Iterator[Portal]:
    with SandboxServer(folder / "root", [user_key.public_line]) as server:
        line = server.known_hosts_line.split(maxsplit=1)[1]
        settings = settings_for(server.port, "sender", user_key.path, line)
        yield Portal("sandbox", server.root, settings, line, lambda: "")


@pytest.fixture
def portal(running_portal: Portal) -> Portal:
    running_portal.clean()
    return running_portal
