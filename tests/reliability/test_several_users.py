"""R39: several system users on one outbox, and workspaces whose names mean something elsewhere."""

from __future__ import annotations

import grp
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.configuration.loading import load as load_settings
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.system.database_address import database_address
from fla_batch.vocabulary.errors import ConfigurationMistake
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.scene import S, Scene

GROUP = next(group for group in grp.getgrall() if group.gr_gid)
ANN, BOB, EVE = 60_001, 60_002, 60_003
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become other users")


@pytest.fixture
def hall() -> Iterator[Path]:
    """A folder that every user may enter; what a user could not import is imported already."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        _chain(Scene.make(Path(name) / "before"))
        yield Path(name)


def _chain(scene: Scene) -> None:
    path = write(scene.folder / "one.json", rights_body(1), trainings_body(2, 1))
    with scene.workspace() as workspace:
        build(workspace, [path])
        send(workspace, to_send(workspace, ()))
        scene.let_portal_work()
        poll(workspace)
        assert [row.state for row in workspace.ledger.batches(S)] == [BatchState.CLOSED]


def as_user(scene: Scene, user: int, work: Callable[[], None]) -> str:
    """What went wrong when that user did it; the keys are always those of who works."""
    for path in (scene.folder / "keys", *(scene.folder / "keys").rglob("*")):
        os.chown(path, user, user)
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        told = b""
        try:
            os.umask(0o022)
            os.setgroups([] if user == EVE else [GROUP.gr_gid])
            os.setgid(user)
            os.setuid(user)
            work()
        except BaseException as error:
            told = f"{type(error).__name__}: {error}".encode()
        finally:
            os.write(writer, told)
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return told.decode()


def shared_scene(hall: Path) -> Scene:
    scene = Scene.make(hall / "pay")
    path = scene.folder / "fla-batch.toml"
    text = path.read_text().replace("[workspace]\n", f'[workspace]\ngroup = "{GROUP.gr_name}"\n')
    path.write_text(text)
    scene.folder.chmod(0o777)
    for folder in (scene.account, *scene.account.rglob("*")):
        folder.chmod(0o777)
    return scene


@only_root
def test_r39_two_users_of_a_declared_group_share_one_outbox(hall: Path) -> None:
    """One builds, the other one sends, the first one polls, the other one builds."""
    scene = shared_scene(hall)
    first = write(scene.folder / "first.json", rights_body(1), trainings_body(2, 1))
    second = write(scene.folder / "second.json", trainings_body(3, 1))

    def built(path: Path) -> None:
        with scene.workspace(run=path.stem.upper()) as workspace:
            assert build(workspace, [path]).batches

    def sent() -> None:
        with scene.workspace() as workspace:
            send(workspace, to_send(workspace, ()))

    def polled() -> None:
        with scene.workspace() as workspace:
            poll(workspace)

    def portal_works() -> None:
        scene.let_portal_work()
        for path in scene.account.rglob("*"):
            path.chmod(0o777)

    assert as_user(scene, ANN, lambda: built(first)) == ""
    assert as_user(scene, BOB, sent) == ""
    portal_works()
    assert as_user(scene, ANN, polled) == ""
    assert as_user(scene, BOB, lambda: built(second)) == ""
    assert as_user(scene, ANN, sent) == ""
    portal_works()
    assert as_user(scene, BOB, polled) == ""
    with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
        assert {row.state for row in ledger.batches(S)} == {BatchState.CLOSED}
    entries = [scene.outbox, *scene.outbox.rglob("*")]
    assert {path.stat().st_gid for path in entries} == {GROUP.gr_gid}
    assert {path.stat().st_uid for path in entries} == {ANN, BOB}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in entries if path.is_dir()}
    files = {stat.S_IMODE(path.stat().st_mode) for path in entries if path.is_file()}
    assert (folders, files) == ({0o2770}, {0o660})
    told = as_user(scene, EVE, polled)
    assert told.startswith("ConfigurationMistake")
    assert f"is no member of {GROUP.gr_name}" in told


@only_root
def test_r39_without_a_group_another_users_outbox_is_refused(scene: Scene) -> None:
    path = write(scene.folder / "one.json", rights_body(1))
    with scene.workspace() as workspace:
        build(workspace, [path])
    shutil.chown(scene.outbox, ANN)
    before = scene.outbox_view()
    with pytest.raises(ConfigurationMistake) as told, scene.workspace():
        pass
    assert told.value.exit_code == 3
    assert f"belongs to the system user {ANN}" in str(told.value)
    assert "[workspace] group" in told.value.hint
    assert scene.outbox_view() == before


@only_root
def test_r39_an_outbox_that_was_private_is_not_shared_by_chance(scene: Scene) -> None:
    """Only its owner opens it to a group; the hint says how, and then it works."""
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "one.json", rights_body(1))])
    settings = scene.folder / "fla-batch.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[workspace]\n", f'[workspace]\ngroup = "{GROUP.gr_name}"\n'))
    with pytest.raises(ConfigurationMistake, match="is not shared with") as told, scene.workspace():
        pass
    assert "As its owner, once: " in told.value.hint
    assert os.system(told.value.hint.removeprefix("As its owner, once: ")) == 0
    with scene.workspace(run="TWO") as workspace:
        build(workspace, [write(scene.folder / "two.json", rights_body(2))])
    settings.write_text(text.replace("[workspace]\n", '[workspace]\ngroup = "no-such-group"\n'))
    with pytest.raises(ConfigurationMistake, match="no group no-such-group"), scene.workspace():
        pass


STRANGE = ["pay?roll", "100%25 done", "caf\u00e9 paie", "a#b&c=d", "[x]* {y}", 'it\'s "so"']


@pytest.mark.parametrize("name", STRANGE)
def test_r39_a_workspace_leads_where_it_says(place: Path, name: str) -> None:
    scene = Scene.make(place / name / "inside")
    _chain(scene)
    assert (scene.outbox / "ledger.db").stat().st_size > 10_000
    assert [each.name for each in place.iterdir()] == [name]
    assert [each.name for each in (place / name).iterdir()] == ["inside"]


def test_r39_the_address_of_a_server_is_left_as_it_is(tmp_path: Path) -> None:
    url = "postgresql+psycopg://fla:p%40ss@db/fla?sslmode=require&host=/var/run"
    (tmp_path / "fla-batch.toml").write_text(f'[workspace]\nledger = "{url}"\n')
    given = load_settings(tmp_path / "fla-batch.toml", environ={}).workspace.ledger
    assert given == url
    address = database_address(given)
    assert (address.password, address.query["sslmode"]) == ("p@ss", "require")
