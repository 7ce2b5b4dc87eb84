"""Servers that speak SSH but not what we need."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
import pytest
from paramiko.common import AUTH_PARTIALLY_SUCCESSFUL, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from fla_batch.channel.hostkeys import fingerprint
from fla_batch.channel.sftp import connect
from fla_batch.configuration.server import GatewaySettings
from fla_batch.vocabulary.errors import ConfigurationMistake, GatewayUnavailable, LoginRefused
from tests.channel.conftest import SHORT
from tests.contract.user_keys import UserKey

BROKEN_KEX = "diffie-hellman-group1-sha1"


class Anyone(paramiko.ServerInterface):
    """Lets everyone in, at least half of the way."""

    def __init__(self, result: int) -> None:
        self._result = result

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._result

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(OPEN_SUCCEEDED)


@contextmanager
def server_without_sftp(
    key: UserKey, *, result: int = AUTH_SUCCESSFUL, kex: str | None = None
) -> Iterator[GatewaySettings]:
    host_key = paramiko.RSAKey.from_private_key_file(str(key.path))
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            transport = paramiko.Transport(client)
            transport.set_log_channel("fla_batch.sandbox.ssh")
            if kex:
                transport.get_security_options().kex = (kex,)
            transport.add_server_key(host_key)
            transport.start_server(event=threading.Event(), server=Anyone(result))
            transports.append(transport)

        thread = threading.Thread(target=serve)
        thread.start()
        pinned = fingerprint(host_key.asbytes())
        port = listener.getsockname()[1]
        yield GatewaySettings("127.0.0.1", "u", key.path, port, host_key=pinned, limits=SHORT)
        thread.join()
        for transport in transports:
            transport.close()


def test_a_server_with_broken_algorithms_only_is_refused(user_key: UserKey) -> None:
    with (
        server_without_sftp(user_key, kex=BROKEN_KEX) as settings,
        pytest.raises(ConfigurationMistake, match="no algorithm in common"),
    ):
        connect(settings)


def test_a_server_without_sftp_is_told(user_key: UserKey) -> None:
    with (
        server_without_sftp(user_key) as settings,
        pytest.raises(GatewayUnavailable, match="start of SFTP"),
    ):
        connect(settings)


def test_s3_a_server_that_wants_a_password_too_is_refused(user_key: UserKey) -> None:
    with (
        server_without_sftp(user_key, result=AUTH_PARTIALLY_SUCCESSFUL) as settings,
        pytest.raises(LoginRefused),
    ):
        connect(settings)
