"""One client's connection to the sandbox's server, with the faults that hold for it."""

# ruff: noqa: ARG002 (the library decides which arguments its hooks are called with)

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from fla_batch.channel.handshake import quieten
from fla_batch.sandbox.faults import Faults, HangPoint
from fla_batch.sandbox.folders import OnClosed, SftpSession
from fla_batch.sandbox.operations import Operation, OperationLog

_SSH_LOG = "fla_batch.sandbox.ssh"
_GREETING = b"SSH-2.0-sandbox\r\n"
_MODERN_RSA = ("rsa-sha2-512", "rsa-sha2-256")


@dataclass(eq=False, slots=True)
class SandboxConnection:
    """Serves one socket, in threads of paramiko."""

    client: socket.socket
    root: Path
    faults: Faults
    authorized: frozenset[bytes]
    log: OperationLog
    on_closed: OnClosed
    stopping: threading.Event
    dropped: bool = False
    """True once a fault has cut the line: what the client sent ahead is not carried out."""
    _transport: paramiko.Transport | None = None
    _operations: int = 0
    _bytes: int = 0

    def begin(self, host_key: paramiko.PKey) -> None:
        """Start to serve, unless a fault says to fall silent first."""
        if self.faults.hang_at is HangPoint.BANNER:
            return
        if self.faults.hang_at is HangPoint.KEY_EXCHANGE:
            self.client.sendall(_GREETING)
            return
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        without = _MODERN_RSA if self.faults.ssh_rsa_only else ()
        self._transport = paramiko.Transport(
            self.client, disabled_algorithms={"pubkeys": list(without)}
        )
        # A client that breaks off is no error of ours.
        quieten(self._transport, _SSH_LOG)
        self._transport.add_server_key(host_key)
        self._transport.set_subsystem_handler("sftp", paramiko.SFTPServer, SftpSession, self)
        self._transport.start_server(event=threading.Event(), server=_Login(self))

    def is_alive(self) -> bool:
        """True while the connection has to be ended by `end`."""
        return self._transport is None or self._transport.is_alive()

    def end(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()
        self.client.close()

    def accepts(self, key: paramiko.PKey) -> bool:
        """Whether `key` may log in."""
        if self.faults.hang_at is HangPoint.LOGIN:
            self.stopping.wait()
        return not self.faults.refuse_login and key.asbytes() in self.authorized

    def carried_out(self, operation: Operation) -> None:
        """Note the operation; may drop the connection or hang, as the faults say."""
        self.log.add(operation)
        self._operations += 1
        faults = self.faults
        silent = self._operations > faults.hang_after_operations
        if faults.hang_at is HangPoint.OPERATION and silent:
            self.stopping.wait()
        too_many = (
            faults.drop_after_operations is not None
            and self._operations >= faults.drop_after_operations
        )
        too_much = faults.drop_after_bytes is not None and self._bytes >= faults.drop_after_bytes
        if too_many or too_much:
            self.dropped = True
            self.end()

    def room(self, count: int) -> int:
        """How many of `count` bytes to write may still be taken before the line drops."""
        limit = self.faults.drop_after_bytes
        taken = count if limit is None else min(count, max(limit - self._bytes, 0))
        self._bytes += taken
        return taken

    def closed(self, folder: str, name: str, path: Path) -> None:
        """A file was written and closed."""
        self.on_closed(folder, name, path)
        if self.faults.take_away and name.startswith("GO."):
            _take_away(path)


class _Login(paramiko.ServerInterface):
    """Public keys only, sessions only."""

    def __init__(self, connection: SandboxConnection) -> None:
        self._connection = connection

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        accepted = self._connection.accepts(key)
        return AUTH_SUCCESSFUL if accepted else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind == "session":
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


def _take_away(go: Path) -> None:
    """Remove a batch, as a gateway does that fetches the files the instant GO is there."""
    batch = go.name.removeprefix("GO.")
    for path in list(go.parent.iterdir()):
        kind, _, rest = path.name.partition(".")
        if kind in ("FI", "FS", "GO") and (rest == batch or rest.startswith(batch + ".")):
            path.unlink()
