from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import CommandLine
from tests.contract.sshd import MODERN, ONLY_SSH_RSA
from tests.e2e.servers import Server, openssh, sandbox

KINDS = [
    "sandbox",
    pytest.param("sshd", marks=pytest.mark.sshd),
    pytest.param("sshd with ssh-rsa only", marks=pytest.mark.sshd),
]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates as the sandbox makes them, once: that takes a while."""
    folder = tmp_path_factory.mktemp("ground")
    with sandbox(folder):
        return folder / "keys"


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> Iterator[Server]:
    """A new server for each test: nothing was sent to it before."""
    folder = tmp_path / "server"
    shutil.copytree(keys, folder / "keys")
    if request.param == "sandbox":
        with sandbox(folder) as running:
            yield running
        return
    legacy = request.param != "sshd"
    with openssh(folder, ONLY_SSH_RSA if legacy else MODERN, legacy=legacy) as running:
        yield running


@pytest.fixture
def fla(fla: CommandLine, server: Server) -> CommandLine:
    """The command line with the server's settings, in an empty folder."""
    return fla.with_settings(server.settings_file)
