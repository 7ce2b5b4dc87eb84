"""R2, R3, R8: the connection breaks after each operation in turn; the end is always the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fla_batch.channel.protocol import StatUnsupported
from fla_batch.channel.sftp import connect
from fla_batch.channel.upload import upload_resuming
from fla_batch.commands.build import build
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration.server import GatewaySettings
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.sandbox.faults import Faults
from fla_batch.sandbox.operations import OperationKind
from fla_batch.sandbox.sftp_server import SandboxServer
from fla_batch.vocabulary.errors import GatewayUnavailable
from tests.channel.conftest import SettingsFor, StartServer
from tests.counts import COUNTED
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.numbers import tell
from tests.reliability.scene import IMPATIENT, NOW, Clock, Scene, profile

IN = "INTEST-S"
CONTENT = {
    "FI.FLAD.123456.20250301.00001.S.1.1": random.Random(1).randbytes(100_000),
    "FS.FLAD.123456.20250301.00001.S.1.1": random.Random(2).randbytes(2_000),
}


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Two files to upload by themselves."""
    folder = tmp_path / "batch"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A batch of two parts that waits to be sent, some 100 kB of it."""
    scene = Scene.make(tmp_path_factory.mktemp("staged") / "scene", part_forms=1, parts=9)
    path = write(scene.folder / "two.json", trainings_body(1, 110), rights_body(2))
    with scene.workspace() as workspace:
        (built,) = build(workspace, [path]).batches
    assert built.parts == 2
    return scene


def send_all(scene: Scene, settings: GatewaySettings) -> None:
    """The command itself, over SSH, as often as it says that it has to be run again."""
    for _ in range(3):
        with Workspace.open(
            scene.settings(),
            profile(),
            clock=Clock(NOW + timedelta(minutes=1)),
            connect=lambda: connect(settings),
            waiting=IMPATIENT,
        ) as workspace:
            outcomes = send(workspace, to_send(workspace, ()))
        if not any(outcome.in_doubt for outcome in outcomes):
            return
    raise AssertionError("still in doubt")


def files_of(scene: Scene) -> dict[str, bytes]:
    """Every file of the batch, in the order of sending."""
    found = {path.name: path.read_bytes() for path in scene.outbox.glob("S/*/sent/*")}
    return dict(sorted(found.items(), key=lambda item: ("FI", "FS", "GO").index(item[0][:2])))


def assert_sent_once(server: SandboxServer, scene: Scene) -> None:
    files = files_of(scene)
    go = list(files)[-1]
    assert {path.name: path.read_bytes() for path in (server.root / IN).iterdir()} == files
    opened = [entry.name for entry in server.operations.of_kind(OperationKind.OPEN)]
    assert opened.count(go) == 1
    assert opened[-1] == go
    with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
        assert [row.state for row in ledger.batches()] == [BatchState.SENT]


def test_r1_fi_then_fs_then_go_in_the_servers_own_list(
    start_server: StartServer, settings_for: SettingsFor, staged: Scene, tmp_path: Path
) -> None:
    scene = staged.copy(tmp_path / "scene")
    server = start_server()
    send_all(scene, settings_for(server))
    assert_sent_once(server, scene)
    closed = server.operations.of_kind(OperationKind.CLOSE)
    files = files_of(scene)
    assert [name[:2] for name in files] == ["FI", "FI", "FS", "FS", "GO"]
    assert [(entry.name, entry.bytes) for entry in closed] == [
        (name, len(content)) for name, content in files.items()
    ]


def test_r2_cut_after_each_operation_in_turn(
    start_server: StartServer,
    settings_for: SettingsFor,
    staged: Scene,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    uncut = start_server()
    send_all(staged.copy(tmp_path / "uncut"), settings_for(uncut))
    operations = len(uncut.operations)
    assert operations > 10
    for last in range(1, operations + 1):
        scene = staged.copy(tmp_path / f"cut-{last}")
        server = start_server(faults=Faults(drop_after_operations=last, connections=1))
        send_all(scene, settings_for(server))
        assert_sent_once(server, scene)
    record_property(COUNTED, f"connections cut: {operations}, 0 twice, 0 lost")
    tell("connections cut", operations)


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


def test_r2_no_go_after_a_file_of_another_size(
    start_server: StartServer, settings_for: SettingsFor, staged: Scene, tmp_path: Path
) -> None:
    """The server shortens the second FI each time: no GO, whatever is tried again."""

    def shorten(_folder: str, name: str, path: Path) -> None:
        if name.endswith(".2.2"):
            path.write_bytes(b"short")

    scene = staged.copy(tmp_path / "scene")
    server = start_server(on_closed=shorten)
    with pytest.raises(GatewayUnavailable, match="5 bytes on the server"):
        send_all(scene, settings_for(server))
    opened = {entry.name[:2] for entry in server.operations.of_kind(OperationKind.OPEN)}
    assert opened == {"FI"}


def test_r3_everything_taken_away_when_go_closes_is_a_success(
    start_server: StartServer, settings_for: SettingsFor, staged: Scene, tmp_path: Path
) -> None:
    scene = staged.copy(tmp_path / "scene")
    server = start_server(faults=Faults(take_away=True))
    send_all(scene, settings_for(server))
    assert list((server.root / IN).iterdir()) == []
    closed = [entry.name for entry in server.operations.of_kind(OperationKind.CLOSE)]
    assert closed == list(files_of(scene))


def test_r3_sizes_not_compared_is_in_the_ledger_and_no_failure(
    start_server: StartServer, settings_for: SettingsFor, staged: Scene, tmp_path: Path
) -> None:
    """A server without stat."""
    scene = staged.copy(tmp_path / "scene")
    server = start_server(faults=Faults(no_stat=True))
    with connect(settings_for(server)) as gateway:
        assert not gateway.can_stat(IN)
        with pytest.raises(StatUnsupported):
            gateway.size(IN, "FI")
    send_all(scene, settings_for(server))
    files = files_of(scene)
    assert {path.name: path.read_bytes() for path in (server.root / IN).iterdir()} == files
    with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
        (row,) = ledger.batches()
        (begun,) = [each for each in ledger.events(row.name) if each.event is Event.GO_BEGUN]
    assert begun.details["sizes_not_compared"] == [name for name in files if name[:2] != "GO"]
