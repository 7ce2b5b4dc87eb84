"""An SFTP server on loopback, over a root folder, for the demo, for practice and for tests.

It only moves files and notes what clients did; `on_closed` tells the platform of each file
that was written. Logging in takes one of the given public keys, never a password.
"""

from __future__ import annotations

import base64
import io
import ipaddress
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import paramiko
from cryptography.hazmat.primitives.asymmetric import ed25519

from fla_batch.channel.hostkeys import fingerprint
from fla_batch.channel.userkey import openssh_form
from fla_batch.sandbox.connection import SandboxConnection
from fla_batch.sandbox.faults import NO_FAULTS, Faults
from fla_batch.sandbox.folders import FOLDERS, OnClosed
from fla_batch.sandbox.operations import OperationLog
from fla_batch.system.closing import Closing
from fla_batch.system.private_files import read_private_file, write_private_file
from fla_batch.vocabulary.errors import ConfigurationMistake

LOOPBACK = "127.0.0.1"
_ACCEPT_S = 0.1


class SandboxServer(Closing):
    """Serves `root` from `start` to `close`, or within a `with`.

    `authorized_keys` are lines as in OpenSSH's public key files. Port 0 takes a free one;
    `port` tells which. `host_key_file` is made when it is not there; without it the host key
    lives as long as the server. `on_closed(folder, name, path)` runs after a written file is
    closed and before its client hears so; what it raises is raised again by `close`.
    `faults` may be replaced while the server runs and holds for connections from then on.
    """

    def __init__(
        self,
        root: Path,
        authorized_keys: Sequence[str],
        *,
        host: str = LOOPBACK,
        port: int = 0,
        host_key_file: Path | None = None,
        on_closed: OnClosed | None = None,
        faults: Faults = NO_FAULTS,
    ) -> None:
        self.root = root
        self.host = _required_loopback(host)
        self.port = port
        self.faults = faults
        self.operations = OperationLog()
        self._authorized = frozenset(_blob(line) for line in authorized_keys)
        self._on_closed = on_closed
        self._host_key = _host_key(host_key_file)
        self._stopping = threading.Event()
        self._connections: list[SandboxConnection] = []
        self._errors: list[Exception] = []
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def fingerprint(self) -> str:
        """The host key's fingerprint, for [gateway] host_key."""
        return fingerprint(self._host_key.asbytes())

    @property
    def known_hosts_line(self) -> str:
        """The host key as a line of a known_hosts file."""
        key = self._host_key
        return f"[{self.host}]:{self.port} {key.get_name()} {key.get_base64()}\n"

    def start(self) -> None:
        """Make the folders and begin to listen. Raises ConfigurationMistake: port is taken."""
        for folder in FOLDERS:
            (self.root / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._listener = socket.create_server((self.host, self.port), family=_family(self.host))
        except OSError as error:
            raise ConfigurationMistake(
                f"the sandbox cannot listen on {self.host}:{self.port}: {error.strerror}",
                hint="Take another port with --port, or 0 for any free one.",
            ) from error
        self.port = self._listener.getsockname()[1]
        self._listener.settimeout(_ACCEPT_S)
        self._thread = threading.Thread(
            target=self._accept, args=(self._listener,), name="sandbox", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End all connections and stop listening. Raises what `on_closed` raised first."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._listener is not None:
            self._listener.close()
        for connection in self._connections:
            connection.end()
        self._connections.clear()
        if self._errors:
            raise self._errors[0]

    def __enter__(self) -> Self:
        self.start()
        return self

    @property
    def faults(self) -> Faults:
        """The faults of connections from now on; setting them counts connections anew."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._accepted = 0

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            self._accepted += 1
            connection = SandboxConnection(
                client,
                root=self.root,
                faults=self.faults.on_connection(self._accepted),
                authorized=self._authorized,
                log=self.operations,
                on_closed=self._closed,
                stopping=self._stopping,
            )
            connection.begin(self._host_key)
            self._connections = [item for item in self._connections if item.is_alive()]
            self._connections.append(connection)

    def _closed(self, folder: str, name: str, path: Path) -> None:
        if self._on_closed is None:
            return
        try:
            self._on_closed(folder, name, path)
        except Exception as error:
            # The client only learns that its close failed; the cause comes out of `stop`.
            self._errors.append(error)
            raise


def _required_loopback(host: str) -> str:
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise ConfigurationMistake(
        f"the sandbox listens on loopback only, not on {host}",
        hint=f"Leave the address out, or use {LOOPBACK}.",
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _blob(line: str) -> bytes:
    fields = line.split()
    if len(fields) < 2:
        raise ConfigurationMistake("a public key for the sandbox is a line such as 'ssh-rsa AAAA'")
    return base64.b64decode(fields[1])


def _host_key(path: Path | None) -> paramiko.PKey:
    if path is not None and path.exists():
        content = read_private_file(path)
    else:
        content = openssh_form(ed25519.Ed25519PrivateKey.generate())
        if path is not None:
            write_private_file(path, content)
    return paramiko.Ed25519Key(file_obj=io.StringIO(content.decode()))
