"""The relay of the benchmark is a long line, and no narrow one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.relay import LOOPBACK, relay_to

ONE_WAY_S = 0.05
PIECE = bytes(1000)
PIECES = 200


@contextmanager
def echo_server() -> Iterator[int]:
    """Gives every byte back to one client."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                while content := client.recv(1 << 16):
                    client.sendall(content)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def received(client: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        found += client.recv(count - len(found))
    return found


def test_every_byte_is_late_and_none_waits_for_another() -> None:
    with (
        echo_server() as port,
        relay_to(port, ONE_WAY_S) as relayed,
        socket.create_connection((LOOPBACK, relayed)) as client,
    ):
        started = time.monotonic()
        client.sendall(b"x")
        assert received(client, 1) == b"x"
        round_trip_s = time.monotonic() - started
        assert round_trip_s >= 2 * ONE_WAY_S
        started = time.monotonic()
        for number in range(PIECES):
            client.sendall(bytes([number]) + PIECE)
            time.sleep(0.0005)
        found = received(client, PIECES * (len(PIECE) + 1))
        # In lock-step they would take 200 round trips.
        assert time.monotonic() - started < PIECES * round_trip_s / 4
    assert found == b"".join(bytes([number]) + PIECE for number in range(PIECES))
