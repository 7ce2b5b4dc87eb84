from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.channel.protocol import OperationRefused
from fla_batch.channel.sftp import connect
from fla_batch.configuration.server import GatewaySettings
from fla_batch.sandbox.faults import CHANNEL_FAULTS, NO_FAULTS, Faults
from fla_batch.sandbox.folders import FOLDERS, place_of
from fla_batch.sandbox.operations import OperationKind
from fla_batch.sandbox.sftp_server import SandboxServer
from fla_batch.vocabulary.errors import ConfigurationMistake, GatewayUnavailable, LoginRefused
from tests.contract.user_keys import UserKey, write_key
from tests.real_parts import real_part


@pytest.fixture(scope="module")
def user_key(tmp_path_factory: pytest.TempPathFactory) -> UserKey:
    return write_key(tmp_path_factory.mktemp("key") / "user_key")


@pytest.fixture
def server(tmp_path: Path, user_key: UserKey) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "root", [user_key.public_line]) as running:
        yield running


def settings_for(server: SandboxServer, key: UserKey) -> GatewaySettings:
    return GatewaySettings("127.0.0.1", "u", key.path, server.port, host_key=server.fingerprint)


def raw_client(
    server: SandboxServer, key: UserKey
) -> tuple[paramiko.Transport, paramiko.SFTPClient]:
    """A client that sends whatever it is told to, unlike our gateway."""
    transport = paramiko.Transport(socket.create_connection((server.host, server.port)))
    transport.connect(username="u", pkey=paramiko.RSAKey.from_private_key_file(str(key.path)))
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    return transport, client


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.1", "localhost", "sftp.socialsecurity.be", ""]
)
def test_s14_only_loopback(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigurationMistake, match="loopback only"):
        SandboxServer(tmp_path, [], host=host)


def test_s14_the_socket_itself_is_on_loopback(server: SandboxServer) -> None:
    assert server.host == "127.0.0.1"
    for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
        if address != server.host:
            with pytest.raises(OSError, match=r"refused|unreachable"):
                socket.create_connection((address, server.port), timeout=1)


def test_a_taken_port_is_told(server: SandboxServer, tmp_path: Path) -> None:
    second = SandboxServer(tmp_path / "second", [], port=server.port)
    with pytest.raises(ConfigurationMistake, match=f"cannot listen on 127.0.0.1:{server.port}"):
        second.start()


def test_folders_are_made_for_the_owner_only(server: SandboxServer) -> None:
    assert sorted(path.name for path in server.root.iterdir()) == sorted(FOLDERS)
    assert {stat.S_IMODE((server.root / name).stat().st_mode) for name in FOLDERS} == {0o700}


def test_only_the_given_keys_log_in(server: SandboxServer, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused):
        connect(settings_for(server, write_key(tmp_path / "stranger", "ed25519")))


def test_passwords_are_not_even_offered(server: SandboxServer) -> None:
    transport = paramiko.Transport(socket.create_connection((server.host, server.port)))
    with transport:
        transport.start_client()
        with pytest.raises(paramiko.BadAuthenticationType) as caught:
            transport.auth_password("u", "password")
    assert caught.value.allowed_types == ["publickey"]


def test_host_key_is_kept_where_asked(tmp_path: Path, user_key: UserKey) -> None:
    file = tmp_path / "host_key"
    first = SandboxServer(tmp_path / "root", [user_key.public_line], host_key_file=file)
    second = SandboxServer(tmp_path / "root", [user_key.public_line], host_key_file=file)
    third = SandboxServer(tmp_path / "root", [user_key.public_line])
    assert first.fingerprint == second.fingerprint != third.fingerprint
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_on_closed_sees_each_whole_file_before_its_client_goes_on(
    tmp_path: Path, user_key: UserKey
) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def on_closed(folder: str, name: str, path: Path) -> None:
        seen.append((folder, name, path.read_bytes()))

    source = tmp_path / "source"
    source.write_bytes(b"x" * 100_000)
    with (
        SandboxServer(tmp_path / "root", [user_key.public_line], on_closed=on_closed) as server,
        connect(settings_for(server, user_key)) as gateway,
    ):
        gateway.upload("IN", "FI.X", source)
        assert seen == [("IN", "FI.X", b"x" * 100_000)]
        gateway.create_empty("IN", "GO.X")
        assert seen[1:] == [("IN", "GO.X", b"")]
        gateway.download("IN", "FI.X", tmp_path / "back", max_bytes=100_000)
        assert len(seen) == 2


def test_a_broken_upload_is_never_told_as_closed(tmp_path: Path, user_key: UserKey) -> None:
    seen: list[str] = []
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100_000)
    server = SandboxServer(
        tmp_path / "root",
        [user_key.public_line],
        on_closed=lambda _folder, name, _path: seen.append(name),
        faults=Faults(drop_after_bytes=50_000),
    )
    with (
        server,
        connect(settings_for(server, user_key)) as gateway,
        pytest.raises(GatewayUnavailable),
    ):
        gateway.upload("IN", "FI.X", source)
    assert seen == []
    assert server.operations.of_kind(OperationKind.CLOSE) == []


def test_an_error_in_on_closed_comes_out_when_the_server_stops(
    tmp_path: Path, user_key: UserKey
) -> None:
    def on_closed(folder: str, name: str, path: Path) -> None:
        raise RuntimeError(f"no room for {name}")

    server = SandboxServer(tmp_path / "root", [user_key.public_line], on_closed=on_closed)
    server.start()
    with connect(settings_for(server, user_key)) as gateway, pytest.raises(GatewayUnavailable):
        gateway.create_empty("IN", "GO.X")
    with pytest.raises(RuntimeError, match=r"no room for GO\.X"):
        server.close()


def test_faults_hold_from_the_next_connection_on(server: SandboxServer, user_key: UserKey) -> None:
    settings = settings_for(server, user_key)
    with connect(settings) as before:
        server.faults = Faults(no_stat=True, connections=1)
        assert before.can_stat("IN")
        with connect(settings) as faulty, connect(settings) as sound:
            assert not faulty.can_stat("IN")
            assert sound.can_stat("IN")


def test_every_named_fault_is_one() -> None:
    assert all(fault != NO_FAULTS for fault in CHANNEL_FAULTS.values())


def test_s2_ssh_rsa_only_can_be_practised(server: SandboxServer, user_key: UserKey) -> None:
    server.faults = CHANNEL_FAULTS["ssh-rsa-only"]
    with pytest.raises(LoginRefused):
        connect(settings_for(server, user_key))


HOSTILE = [
    "../x",
    "/../x",
    "IN/../../x",
    "IN/../OUT/x",
    "IN/x/../../../x",
    "/etc/passwd",
    "IN//../x",
    "NOWHERE/x",
    "IN/a/b",
    "IN/..",
    "IN/" + "A" * 300,
]


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_paths_lead_nowhere(
    server: SandboxServer, user_key: UserKey, tmp_path: Path, path: str
) -> None:
    (tmp_path / "x").write_bytes(b"outside")
    before = sorted(tmp_path.rglob("*"))
    transport, client = raw_client(server, user_key)
    with transport:
        for attempt in (
            lambda: client.open(path, "w"),
            lambda: client.open(path, "r"),
            lambda: client.remove(path),
            lambda: client.mkdir(path),
            lambda: client.rename(path, "IN/y"),
            lambda: client.symlink("/etc/passwd", path),
            lambda: client.listdir(path),
        ):
            with pytest.raises(OSError, match=r"."):
                attempt()
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "x").read_bytes() == b"outside"


def test_links_are_never_followed(server: SandboxServer, user_key: UserKey, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"outside")
    (server.root / "OUT" / "LINK").symlink_to(secret)
    with connect(settings_for(server, user_key)) as gateway:
        with pytest.raises((OperationRefused, GatewayUnavailable)):
            gateway.download("OUT", "LINK", tmp_path / "got", max_bytes=100)
        with pytest.raises((OperationRefused, GatewayUnavailable)):
            gateway.upload("OUT", "LINK", secret)
        gateway.remove("OUT", "LINK")
    assert secret.read_bytes() == b"outside"


_PIECES = st.sampled_from(["..", ".", "/", "//", "\\", "\0", "\n", "IN", "OUTTEST-S", "x", "é", ""])


@given(st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=12).map("".join)))
def test_random_paths_stay_within_the_root(text: str) -> None:
    root = Path("/root-of-the-sandbox")
    try:
        place = place_of(root, text)
    except UnicodeEncodeError:
        return
    if place is None:
        return
    inside = Path(os.path.normpath(place.path)).relative_to(root)
    assert len(inside.parts) <= 2
    assert not inside.parts or inside.parts[0] in FOLDERS
    assert "\0" not in str(inside)


def test_openssh_client_can_practise(
    server: SandboxServer, user_key: UserKey, tmp_path: Path
) -> None:
    (tmp_path / "known_hosts").write_text(server.known_hosts_line)
    (tmp_path / "FI.X").write_bytes(b"x" * 100_000)
    commands = f"cd IN\nput {tmp_path / 'FI.X'}\nls -l\nget FI.X {tmp_path / 'back'}\nrm FI.X\n"
    done = subprocess.run(
        f"{real_part('sftp')} -b - -P {server.port} -i {user_key.path} -F none "
        f"-o UserKnownHostsFile={tmp_path / 'known_hosts'} u@127.0.0.1".split(),
        input=commands,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "100000" in done.stdout
    assert (tmp_path / "back").read_bytes() == b"x" * 100_000
    assert list((server.root / "IN").iterdir()) == []
