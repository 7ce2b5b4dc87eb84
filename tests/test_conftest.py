"""The tests cannot reach another machine, whatever a configuration names (S14)."""

from __future__ import annotations

import socket

import pytest


def test_a_test_cannot_reach_production() -> None:
    with pytest.raises(RuntimeError, match=r"sftp\.socialsecurity\.be"):
        socket.create_connection(("sftp.socialsecurity.be", 8022), timeout=1)


def test_a_test_cannot_reach_an_address() -> None:
    with (
        socket.socket() as client,
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
    ):
        client.connect(("192.0.2.1", 8022))


def test_a_test_reaches_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
