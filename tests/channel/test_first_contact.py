"""First contact: why a server does not let us in, and the setting that would.

sshd, configured so, where it can be; paramiko's server where OpenSSH would never behave so.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import paramiko
import pytest
from paramiko.auth_handler import AuthHandler
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL

from fla_batch.channel.hostkeys import fingerprint
from fla_batch.channel.sftp import connect
from fla_batch.configuration.server import GatewaySettings
from fla_batch.sandbox.faults import Faults
from fla_batch.vocabulary.errors import ConfigurationMistake, FlaBatchError, GatewayUnavailable
from tests.channel.conftest import SHORT, SettingsFor, StartServer
from tests.contract.portals import settings_for as sshd_settings
from tests.contract.sshd import MODERN, running_sshd
from tests.contract.user_keys import UserKey, write_key


class Anybody(paramiko.ServerInterface):
    """Takes one key, or none."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return int(AUTH_SUCCESSFUL if key.asbytes() == self._key else AUTH_FAILED)


@dataclass
class OddServer:
    """Servers such as stood in offices of 2015: one kind of signature, and not a word of it."""

    key: UserKey
    takes: str
    host_algorithm: str = "rsa-sha2-512"
    says: tuple[str, ...] = ()
    knows_us: bool = True
    tried: list[str] = field(default_factory=list)

    def serve(self, client: socket.socket) -> paramiko.Transport:
        """One connection; `tried` notes by which signatures a login is asked for."""
        office = self

        class Strict(AuthHandler):
            def _generate_key_from_request(self, algorithm: str, blob: bytes) -> paramiko.PKey:
                office.tried.append(algorithm)
                if algorithm != office.takes:
                    raise paramiko.SSHException("not that one")
                made: Any = super()
                return cast(paramiko.PKey, made._generate_key_from_request(algorithm, blob))

        class Server(paramiko.Transport):
            def _parse_newkeys(self, message: paramiko.Message) -> None:
                parent: Any = super()
                parent._parse_newkeys(message)
                self.auth_handler = Strict(self)

        transport: Any = Server(client, server_sig_algs=bool(self.says))
        transport.set_log_channel("fla_batch.sandbox.ssh")
        host_key = paramiko.RSAKey.from_private_key_file(str(self.key.path))
        transport.get_security_options().key_types = (self.host_algorithm,)
        transport.add_server_key(host_key)
        if self.says:
            transport._preferred_pubkeys = self.says
        known = host_key.asbytes() if self.knows_us else b""
        transport.start_server(event=threading.Event(), server=Anybody(known))
        return cast(paramiko.Transport, transport)

    @contextmanager
    def running(self) -> Iterator[GatewaySettings]:
        """Settings that reach it."""
        stop, open_ones = threading.Event(), []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.05)

            def accept() -> None:
                while not stop.is_set():
                    with suppress(TimeoutError):
                        open_ones.append(self.serve(listener.accept()[0]))

            thread = threading.Thread(target=accept)
            thread.start()
            try:
                pinned = fingerprint(
                    paramiko.RSAKey.from_private_key_file(str(self.key.path)).asbytes()
                )
                port = listener.getsockname()[1]
                limits = replace(SHORT, operation_s=0.3, login_s=2.0, key_exchange_s=2.0)
                yield GatewaySettings(
                    "127.0.0.1", "u", self.key.path, port, host_key=pinned, limits=limits
                )
            finally:
                stop.set()
                thread.join()
                for each in open_ones:
                    each.close()


def refusal(settings: GatewaySettings) -> FlaBatchError:
    with pytest.raises(FlaBatchError) as caught:
        connect(settings).close()
    assert caught.value.exit_code == 3, caught.value
    assert not caught.value.retryable
    return caught.value


def require_in(settings: GatewaySettings) -> None:
    """Logged in: what fails then is only that there is no SFTP behind it."""
    with pytest.raises(GatewayUnavailable, match="start of SFTP"):
        connect(settings)


def names_the_setting(error: FlaBatchError) -> None:
    assert "ssh-rsa" in str(error)
    assert "legacy_ssh_rsa = true" in error.hint
    assert "registered" not in str(error) + error.hint


@pytest.mark.sshd
def test_openssh_that_takes_only_ssh_rsa(tmp_path: Path, user_key: UserKey) -> None:
    """It says that it takes rsa-sha2 as well, and does not."""
    with running_sshd(tmp_path, user_key, "ssh-rsa") as sshd:
        settings = sshd_settings(sshd.port, sshd.user, user_key.path, sshd.host_key_line)
        names_the_setting(refusal(settings))
        stranger = write_key(tmp_path / "stranger")
        error = refusal(replace(settings, key_file=stranger.path))
        assert "refused user" in str(error)
        assert "legacy_ssh_rsa" not in error.hint
        connect(replace(settings, legacy_ssh_rsa=True)).close()


def test_a_server_that_says_that_it_takes_only_ssh_rsa(
    start_server: StartServer, settings_for: SettingsFor
) -> None:
    names_the_setting(refusal(settings_for(start_server(faults=Faults(ssh_rsa_only=True)))))


def test_a_silent_server_that_takes_only_ssh_rsa(user_key: UserKey) -> None:
    server = OddServer(user_key, "ssh-rsa")
    with server.running() as settings:
        names_the_setting(refusal(settings))
        # The last one asked whether it would do; it was not signed.
        assert server.tried == ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
        require_in(replace(settings, legacy_ssh_rsa=True))


@pytest.mark.parametrize("takes", ["rsa-sha2-512", "rsa-sha2-256"])
def test_rsa_without_server_sig_algs_is_tried_by_both(user_key: UserKey, takes: str) -> None:
    server = OddServer(user_key, takes)
    with server.running() as settings:
        require_in(settings)
    assert server.tried == ["rsa-sha2-512", "rsa-sha2-256"][: 1 + (takes == "rsa-sha2-256")]


def test_a_silent_server_that_does_not_know_the_key(user_key: UserKey) -> None:
    server = OddServer(user_key, "rsa-sha2-256", knows_us=False)
    with server.running() as settings:
        error = refusal(settings)
    assert "does not say which signatures it takes" in str(error)
    assert "registered on the portal" in error.hint
    assert "legacy_ssh_rsa" in error.hint


def test_a_server_that_takes_no_rsa_key(user_key: UserKey) -> None:
    with OddServer(user_key, "ssh-ed25519", says=("ssh-ed25519",)).running() as settings:
        error = refusal(settings)
    assert "takes no RSA key, only: ssh-ed25519" in str(error)
    assert "key_file" in error.hint


def test_a_server_that_takes_no_key_of_our_kind(tmp_path: Path, user_key: UserKey) -> None:
    ours = write_key(tmp_path / "ec", "ec")
    server = OddServer(user_key, "rsa-sha2-512", says=("rsa-sha2-512", "rsa-sha2-256"))
    with server.running() as settings:
        error = refusal(replace(settings, key_file=ours.path))
    assert "takes no key of the kind ecdsa-sha2-nistp256, only: rsa-sha2-512" in str(error)


def test_a_server_that_proves_its_own_key_only_by_ssh_rsa(user_key: UserKey) -> None:
    with OddServer(user_key, "rsa-sha2-512", host_algorithm="ssh-rsa").running() as settings:
        error = refusal(settings)
        names_the_setting(error)
        assert "proves its own key" in str(error)
        require_in(replace(settings, legacy_ssh_rsa=True))


@pytest.mark.sshd
@pytest.mark.parametrize(
    ("more", "offered", "ours"),
    [
        ("KexAlgorithms diffie-hellman-group1-sha1\n", "diffie-hellman-group1-sha1", "curve25519"),
        ("Ciphers 3des-cbc\n", "3des-cbc", "aes128-gcm@openssh.com"),
        ("Ciphers aes128-ctr\nMACs hmac-md5\n", "hmac-md5", "hmac-sha2-256"),
    ],
    ids=["key exchange", "cipher", "MAC"],
)
def test_no_common_algorithm_lists_both_sides(
    tmp_path: Path, user_key: UserKey, more: str, offered: str, ours: str
) -> None:
    with running_sshd(tmp_path, user_key, MODERN, more=more) as sshd:
        settings = sshd_settings(sshd.port, sshd.user, user_key.path, sshd.host_key_line)
        error = refusal(settings)
    assert isinstance(error, ConfigurationMistake)
    told = str(error)
    assert f"it offers {offered};" in told
    assert ours in told.partition("we can ")[2]
    assert "help desk" in error.hint
