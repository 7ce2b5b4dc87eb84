"""R2, R3, R8: the connection breaks after each operation in turn; the end is always the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fla_batch.channel.protocol import StatUnsupported
from fla_batch.channel.resume import upload_resuming
from fla_batch.channel.retry import RetryPolicy, with_retries
from fla_batch.channel.sftp import connect
from fla_batch.configuration.server import GatewaySettings
from fla_batch.sandbox.faults import Faults
from fla_batch.sandbox.operations import OperationKind
from fla_batch.sandbox.sftp_server import SandboxServer
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown
from tests.channel.conftest import SettingsFor, StartServer

IN = "INTEST-S"
CONTENT = {
    "FI.FLAD.123456.20250301.00001.S.1.1": random.Random(1).randbytes(100_000),
    "FS.FLAD.123456.20250301.00001.S.1.1": random.Random(2).randbytes(2_000),
}
GO = "GO.FLAD.123456.20250301.00001.S.1"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    folder = tmp_path / "batch"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def send(settings: GatewaySettings, batch: Path) -> None:
    """The order of the channel, with the retries that are allowed."""

    def once() -> None:
        with connect(settings) as gateway:
            for name in CONTENT:
                upload_resuming(gateway, IN, name, batch / name)
            gateway.create_empty(IN, GO)

    try:
        with_retries(
            once, RetryPolicy(), sleep=lambda _: None, random=lambda: 0.5, clock=lambda: 0.0
        )
    except OutcomeUnknown:
        with connect(settings) as gateway:
            if any(entry.name == GO for entry in gateway.list_folder(IN)):
                return
        send(settings, batch)


def assert_sent_once(server: SandboxServer) -> None:
    there = {path.name: path.read_bytes() for path in (server.root / IN).iterdir()}
    assert there == {**CONTENT, GO: b""}
    opened = [entry.name for entry in server.operations.of_kind(OperationKind.OPEN)]
    assert opened.count(GO) == 1
    assert opened[-1] == GO


def test_r1_fi_then_fs_then_go_in_the_servers_own_list(
    start_server: StartServer, settings_for: SettingsFor, batch: Path
) -> None:
    server = start_server()
    send(settings_for(server), batch)
    assert_sent_once(server)
    closed = server.operations.of_kind(OperationKind.CLOSE)
    assert [(entry.name, entry.bytes) for entry in closed] == [
        *((name, len(content)) for name, content in CONTENT.items()),
        (GO, 0),
    ]


def test_r2_cut_after_each_operation_in_turn(
    start_server: StartServer, settings_for: SettingsFor, batch: Path
) -> None:
    uncut = start_server()
    send(settings_for(uncut), batch)
    operations = len(uncut.operations)
    assert operations > 10
    for last in range(1, operations + 1):
        server = start_server(faults=Faults(drop_after_operations=last, connections=1))
        send(settings_for(server), batch)
        assert_sent_once(server)


@pytest.mark.parametrize("count", [1, 32_767, 32_768, 50_000, 99_999, 100_000])
def test_r8_cut_after_so_many_bytes_and_resumed_there(
    start_server: StartServer, settings_for: SettingsFor, batch: Path, count: int
) -> None:
    server = start_server(faults=Faults(drop_after_bytes=count, connections=1))
    name = next(iter(CONTENT))
    with connect(settings_for(server)) as gateway, pytest.raises(GatewayUnavailable):
        gateway.upload(IN, name, batch / name)
    assert (server.root / IN / name).read_bytes() == CONTENT[name][:count]
    with connect(settings_for(server)) as gateway:
        done = upload_resuming(gateway, IN, name, batch / name)
    assert done.resumed_at == count
    assert (server.root / IN / name).read_bytes() == CONTENT[name]


def test_r2_a_file_that_changes_size_on_the_server_fails_the_upload(
    start_server: StartServer, settings_for: SettingsFor, batch: Path
) -> None:
    server = start_server(on_closed=lambda _folder, _name, path: path.write_bytes(b"short"))
    name = next(iter(CONTENT))
    with (
        connect(settings_for(server)) as gateway,
        pytest.raises(GatewayUnavailable, match="has 5 bytes on the server instead of 100000"),
    ):
        gateway.upload(IN, name, batch / name)


def test_r3_everything_taken_away_when_go_closes_is_a_success(
    start_server: StartServer, settings_for: SettingsFor, batch: Path
) -> None:
    server = start_server(faults=Faults(take_away=True))
    send(settings_for(server), batch)
    assert list((server.root / IN).iterdir()) == []
    closed = [entry.name for entry in server.operations.of_kind(OperationKind.CLOSE)]
    assert closed == [*CONTENT, GO]


def test_r3_without_stat_the_upload_succeeds_and_says_that_nothing_was_compared(
    start_server: StartServer, settings_for: SettingsFor, batch: Path
) -> None:
    server = start_server(faults=Faults(no_stat=True))
    name = next(iter(CONTENT))
    with connect(settings_for(server)) as gateway:
        assert not gateway.can_stat(IN)
        with pytest.raises(StatUnsupported):
            gateway.size(IN, name)
        assert not upload_resuming(gateway, IN, name, batch / name).size_compared
    send(settings_for(server), batch)
    there = {path.name: path.read_bytes() for path in (server.root / IN).iterdir()}
    assert there == {**CONTENT, GO: b""}
