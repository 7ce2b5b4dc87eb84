"""R30: a ledger that is missing, empty or older is noticed, and put back from the outbox."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fla_batch.channel.protocol import Reached, Uploaded, ignored
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.ledger_of_outbox import LedgerBehind
from fla_batch.commands.ledger_so_far import history_if_any
from fla_batch.commands.poll import poll
from fla_batch.commands.restore import restore
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.system.files import disk_trouble
from fla_batch.vocabulary.errors import DiskTrouble
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.scene import IMPATIENT, Clock, Scene, profile

Loss = Callable[[Scene, Path], None]


@pytest.fixture
def scene(place: Path) -> Scene:
    return Scene.make(place / "scene", part_forms=1, parts=1)


def keep_ledger(scene: Scene, copy: Path) -> None:
    """A backup, of all files of the ledger."""
    copy.mkdir()
    for path in scene.outbox.glob("ledger.db*"):
        shutil.copy(path, copy)


def delete(scene: Scene, _backup: Path) -> None:
    for path in scene.outbox.glob("ledger.db*"):
        path.unlink()


def empty(scene: Scene, backup: Path) -> None:
    delete(scene, backup)
    (scene.outbox / "ledger.db").touch(0o600)


def older(scene: Scene, backup: Path) -> None:
    delete(scene, backup)
    for path in backup.iterdir():
        shutil.copy(path, scene.outbox)


LOSSES = pytest.mark.parametrize("lose", [delete, empty, older])


def mended(scene: Scene) -> Workspace:
    return Workspace.open(
        scene.settings(),
        profile(),
        clock=Clock(),
        connect=lambda: FolderGateway(scene.account),
        waiting=IMPATIENT,
        mend=True,
    )


def a_day(scene: Scene, backup: Path) -> None:
    """Four batches: answered, answered with a refusal, cancelled, and one that waits."""
    bodies = [rights_body(1), trainings_body(2, 1, ABSENT_EMPLOYER)]
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "first.json", *bodies)])
        (waits,) = build(workspace, [write(scene.folder / "waits.json", rights_body(3))]).batches
        keep_ledger(scene, backup)
        names = [name for name in to_send(workspace, ()) if name != waits.name]
        send(workspace, names)
        scene.let_portal_work()
        poll(workspace)
        (dropped,) = build(workspace, [write(scene.folder / "drop.json", rights_body(4))]).batches
        cancel(workspace, str(dropped.name))


@LOSSES
def test_r30_every_way_in_notices_it_before_anything_is_done(
    scene: Scene, place: Path, lose: Loss
) -> None:
    a_day(scene, place / "backup")
    lose(scene, place / "backup")
    before = {path: path.read_bytes() for path in scene.outbox.rglob("*") if path.is_file()}
    with pytest.raises(LedgerBehind) as raised, scene.workspace():
        pass
    assert raised.value.exit_code == 3
    assert "fla-batch ledger rebuild --from-outbox" in raised.value.hint
    with pytest.raises(LedgerBehind), history_if_any(scene.settings()):
        pass
    kept = {path: content for path, content in before.items() if "ledger.db" not in path.name}
    assert {path: path.read_bytes() for path in kept} == kept


def without_places(view: dict[str, Any]) -> dict[str, Any]:
    """The same, but for the rows of the user's files, which only the ledger knows (1510)."""
    anomalies = [json.loads(each) for each in view["anomalies"]]
    for anomaly, *_ in anomalies:
        del anomaly["source"]
    return {**view, "anomalies": anomalies}


@LOSSES
def test_r30_what_is_put_back_is_what_was_and_nothing_is_sent_twice(
    scene: Scene, place: Path, lose: Loss
) -> None:
    a_day(scene, place / "backup")
    wanted = without_places(scene.ledger_view())
    lose(scene, place / "backup")
    with mended(scene) as workspace:
        result = restore(workspace)
    assert result.problems == []
    view = without_places(scene.ledger_view())
    assert view == wanted
    states = {state for state, _ in view["batches"].values()}
    assert states == {BatchState.CLOSED, BatchState.CANCELLED, BatchState.STAGED}
    with scene.workspace(run="AFTER") as workspace:
        for name in ("first", "waits"):
            assert len(build(workspace, [scene.folder / f"{name}.json"]).batches) == (
                1 if name == "first" else 0  # what was refused may go once more
            )
        (first, *_) = [row for row in workspace.ledger.batches() if row.state is BatchState.STAGED]
        assert first.name in workspace.ledger.names(first.environment, [BatchState.STAGED])
        send(workspace, to_send(workspace, ()))
    assert scene.created_again() == []


def test_r30_numbers_and_stamps_are_not_used_again(scene: Scene, place: Path) -> None:
    a_day(scene, place / "backup")
    with scene.workspace() as workspace:
        used = {str(row.name) for row in workspace.ledger.batches()}
        stamps = {
            (form.created_date, form.created_hour)
            for row in workspace.ledger.batches()
            for form in workspace.ledger.forms(row.name)
        }
    delete(scene, place)
    with mended(scene) as workspace:
        restore(workspace)
        # The clock of a day ago: what lies right before it was given out.
        path = write(scene.folder / "new.json", *(trainings_body(n, 1) for n in range(11, 40)))
        names = {str(batch.name) for batch in build(workspace, [path]).batches}
        new = {
            (form.created_date, form.created_hour)
            for row in workspace.ledger.batches()
            if str(row.name) in names
            for form in workspace.ledger.forms(row.name)
        }
    assert len(names) == len(new) == 29
    assert used.isdisjoint(names)
    assert stamps.isdisjoint(new)


@pytest.mark.parametrize("last", ["FI", "GO"])
def test_r30_an_upload_that_was_interrupted_goes_on(scene: Scene, last: str) -> None:
    """Killed before FI, or before GO was confirmed; then the ledger is lost as well."""

    class Broken(FolderGateway):
        def upload(
            self,
            folder: str,
            name: str,
            path: Path,
            *,
            offset: int = 0,
            reached: Reached = ignored,
        ) -> Uploaded:
            if last == "FI":
                raise _broken(path)
            return super().upload(folder, name, path, offset=offset, reached=reached)

        def create_empty(self, folder: str, name: str) -> None:
            raise _broken(self.root)

    path = write(scene.folder / "one.json", rights_body(1))
    with scene.workspace(gateway=Broken(scene.account)) as workspace:
        (batch,) = build(workspace, [path]).batches
        with pytest.raises(DiskTrouble):
            send(workspace, [batch.name])
    delete(scene, scene.folder)
    with mended(scene) as workspace:
        assert restore(workspace).problems == []
        state = BatchState.SENDING if last == "FI" else BatchState.IN_DOUBT
        assert workspace.ledger.state(batch.name) is state
        assert [each.state for each in send(workspace, [batch.name])] == [BatchState.SENT]
    assert scene.created_again() == []
    assert len(list((scene.account / "INTEST-S").glob("GO.*"))) == 1


def _broken(path: Path) -> DiskTrouble:
    return disk_trouble("read", path, OSError(5, "broken"))


def test_r30_a_batch_of_an_earlier_version_is_in_doubt(scene: Scene) -> None:
    """It left no marks: whether it was sent is for the folder or an answer to tell."""
    with scene.workspace() as workspace:
        (batch,) = build(workspace, [write(scene.folder / "a.json", rights_body(1))]).batches
    (workspace.outbox.folder(batch.name) / "marks.jsonl").unlink()
    (scene.outbox / "high-water.json").unlink()
    delete(scene, scene.folder)
    with pytest.raises(LedgerBehind), scene.workspace():
        pass
    with mended(scene) as workspace:
        restore(workspace)
        assert workspace.ledger.state(batch.name) is BatchState.IN_DOUBT


def test_r30_a_damaged_batch_is_told_and_the_others_are_put_back(scene: Scene) -> None:
    with scene.workspace() as workspace:
        path = write(scene.folder / "two.json", rights_body(1), rights_body(2))
        first, second = (batch.name for batch in build(workspace, [path]).batches)
        next((workspace.outbox.folder(first) / "sent").glob("FI.*")).write_bytes(b"<a/>")
    delete(scene, scene.folder)
    with mended(scene) as workspace:
        result = restore(workspace)
        assert [name for name, _ in result.problems] == [str(first)]
        assert result.batches == [str(second)]
        assert not workspace.ledger.has_batch(first)


def test_r30_a_backup_from_before_the_sending_is_noticed(scene: Scene, place: Path) -> None:
    """No number is missing in it: only what happened since."""
    with scene.workspace() as workspace:
        (batch,) = build(workspace, [write(scene.folder / "a.json", rights_body(1))]).batches
    keep_ledger(scene, place / "backup")
    with scene.workspace() as workspace:
        send(workspace, [batch.name])
    older(scene, place / "backup")
    with pytest.raises(LedgerBehind, match="ends with event"), scene.workspace():
        pass
