"""Debian's OpenSSH server on a loopback port: the real thing behind the contract suite."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fla_batch.sandbox.folders import FOLDERS
from tests.contract.user_keys import UserKey, write_key
from tests.real_parts import real_part

_START_S = 10.0
_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAcceptedAlgorithms {algorithms}
LogLevel VERBOSE
Subsystem sftp internal-sftp -d {root}
"""
MODERN = "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256"
ONLY_SSH_RSA = "ssh-rsa"


class Sshd:
    """A running sshd: where it listens, over which folders, and what it logged."""

    def __init__(self, folder: Path, port: int, host_key_line: str) -> None:
        self.root = folder / "root"
        self.port = port
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.host_key_line = host_key_line
        self._log = folder / "log"

    def log(self) -> str:
        """Everything that the server wrote so far."""
        return self._log.read_text(errors="replace")


@contextmanager
def running_sshd(folder: Path, key: UserKey, algorithms: str, *, more: str = "") -> Iterator[Sshd]:
    """An sshd that lets `key` log in with the given signature algorithms."""
    binary = real_part("sshd")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    host_key = write_key(folder / "host_key", "ed25519")
    port = _free_port()
    sshd = Sshd(folder, port, host_key.public_line)
    for name in FOLDERS:
        (sshd.root / name).mkdir(parents=True)
    (folder / "authorized_keys").write_text(key.public_line + "\n")
    config = folder / "sshd_config"
    config.write_text(
        _CONFIG.format(port=port, folder=folder, root=sshd.root, algorithms=algorithms) + more
    )
    _make_patient(binary, config)
    with (folder / "log").open("wb") as log:
        # An absolute path: sshd starts itself again for each connection.
        server = subprocess.Popen([binary, "-D", "-e", "-f", config], stderr=log)
        try:
            _await_port(port, server, sshd)
            yield sshd
        finally:
            server.terminate()
            server.wait(timeout=_START_S)


def _make_patient(binary: Path, config: Path) -> None:
    """Keep newer servers from locking loopback out after logins that are meant to fail."""
    text = config.read_text()
    config.write_text(text + "PerSourcePenalties no\n")
    if subprocess.run([binary, "-t", "-f", config], capture_output=True, check=False).returncode:
        config.write_text(text)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _await_port(port: int, server: subprocess.Popen[bytes], sshd: Sshd) -> None:
    give_up_at = time.monotonic() + _START_S
    while time.monotonic() < give_up_at and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"sshd did not start: {sshd.log()}")
