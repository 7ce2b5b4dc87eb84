"""R9: a server that falls silent costs a bounded time, whatever it was doing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fla_batch.channel.sftp import connect
from fla_batch.configuration.server import GatewaySettings
from fla_batch.sandbox.faults import Faults, HangPoint
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown
from tests.channel.conftest import SHORT, SettingsFor, StartServer
from tests.contract.user_keys import UserKey

LONGEST_S = 3.0


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


@pytest.mark.parametrize(
    ("point", "phase"),
    [
        (HangPoint.BANNER, "banner"),
        (HangPoint.KEY_EXCHANGE, "key exchange"),
        (HangPoint.LOGIN, "login"),
    ],
)
def test_r9_silence_before_the_session(
    start_server: StartServer, settings_for: SettingsFor, point: HangPoint, phase: str
) -> None:
    server = start_server(faults=Faults(hang_at=point))
    with at_most(LONGEST_S), pytest.raises(GatewayUnavailable, match=rf"\({phase}\)") as caught:
        connect(settings_for(server))
    assert caught.value.retryable
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("after", [0, 1, 40])
def test_r9_server_stops_reading_in_the_middle(
    start_server: StartServer, settings_for: SettingsFor, tmp_path: Path, after: int
) -> None:
    server = start_server(faults=Faults(hang_at=HangPoint.OPERATION, hang_after_operations=after))
    file = tmp_path / "FI"
    # More than the windows of channel and TCP together, so that our own sending blocks.
    with file.open("wb") as big:
        big.truncate(30_000_000)
    with at_most(LONGEST_S), connect(settings_for(server)) as gateway:
        with pytest.raises(GatewayUnavailable, match=r"no answer within 0\.5 s \(writing FI\)"):
            gateway.upload("IN", "FI", file)
        with pytest.raises(GatewayUnavailable):
            gateway.list_folder("IN")


def test_r5_silence_after_go_left_is_an_unknown_outcome(
    start_server: StartServer, settings_for: SettingsFor
) -> None:
    server = start_server(faults=Faults(hang_at=HangPoint.OPERATION))
    with connect(settings_for(server)) as gateway:
        with pytest.raises(OutcomeUnknown, match="may or may not") as caught:
            gateway.create_empty("IN", "GO.X")
        assert not caught.value.retryable
        # Now it is known that nothing left: the connection was dead before.
        with pytest.raises(GatewayUnavailable, match=r"gone before GO\.Y was created") as second:
            gateway.create_empty("IN", "GO.Y")
        assert second.value.retryable


@contextmanager
def saying(content: bytes) -> Iterator[int]:
    """A server that says `content` to whoever comes, and closes when they leave."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            # Whoever came may leave in anger, with a reset.
            with client, suppress(OSError):
                client.sendall(content)
                client.settimeout(5)
                while client.recv(65536):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 300, b"SSH-2.0-x\r\n" + b"\xff" * 300],
    ids=["web server", "zero bytes", "SSH and then noise"],
)
def test_r9_not_an_ssh_server(user_key: UserKey, greeting: bytes) -> None:
    with saying(greeting) as port, at_most(LONGEST_S), pytest.raises(GatewayUnavailable):
        connect(_nobody(user_key, port))


def test_r9_nobody_listens(user_key: UserKey) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(GatewayUnavailable, match=r"cannot connect to 127\.0\.0\.1"):
        connect(_nobody(user_key, port))


def _nobody(user_key: UserKey, port: int) -> GatewaySettings:
    pinned = "SHA256:" + "A" * 43
    return GatewaySettings("127.0.0.1", "u", user_key.path, port, host_key=pinned, limits=SHORT)
