"""Debian's PostgreSQL, thrown away after the tests: the ledger's second database."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.real_parts import real_part

_USER = "fla"
_FAST = "-c fsync=off -c full_page_writes=off -c max_connections=30"


@dataclass
class Postgres:
    """A running server on loopback that lets everybody in."""

    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self, template: str = "template1") -> str:
        """The URL of a new database: empty, or a copy of one that nobody is connected to."""
        name = f"ledger_{next(self._numbers)}"
        address = f"host=127.0.0.1 port={self.port} user={_USER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{name}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server with its data in a temporary folder; never as root, which it refuses."""
    initdb, pg_ctl = real_part("initdb"), real_part("pg_ctl")
    user = _unprivileged_user()
    # Not below pytest's folder: that one is closed to the other user.
    folder = Path(tempfile.mkdtemp(prefix="fla-postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        folder.chmod(0o700)
        port = _free_port()
        cluster = ["-U", _USER, "-A", "trust", "-N", "-E", "UTF8"]
        _run([initdb, "-D", folder / "data", *cluster], user)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} {_FAST}"
        server: list[str | Path] = [pg_ctl, "-D", folder / "data", "-w", "-l", folder / "log"]
        _run([*server, "-o", options, "start"], user)
        try:
            yield Postgres(port)
        finally:
            _run([*server, "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder)


def _run(command: list[str | Path], user: str | None) -> None:
    # The server inherits its starter's output; a pipe would never end.
    subprocess.run(
        command,
        check=True,
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _unprivileged_user() -> str | None:
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
