"""R29, R33: one process at a time works on a batch, and one bad batch holds up no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from fla_batch.channel.protocol import Reached, Uploaded, ignored
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.status import status
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld
from fla_batch.vocabulary.filenames import BatchName
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import trainings_body, write
from tests.reliability.scene import NOW, Clock, Scene


@pytest.fixture
def scene(place: Path) -> Scene:
    """Batches of one form each."""
    return Scene.make(place / "scene", part_forms=1, parts=1)


def staged(workspace: Workspace, scene: Scene, count: int = 3) -> list[BatchName]:
    path = write(scene.folder / "some.json", *(trainings_body(n, 1) for n in range(1, count + 1)))
    return [batch.name for batch in build(workspace, [path]).batches]


@dataclass(frozen=True)
class Meanwhile(FolderGateway):
    """Something else happens in the middle of the upload of each FI."""

    happens: Iterator[None]

    def upload(
        self, folder: str, name: str, path: Path, *, offset: int = 0, reached: Reached = ignored
    ) -> Uploaded:
        if name.startswith("FI."):
            next(self.happens, None)
        return super().upload(folder, name, path, offset=offset, reached=reached)


def test_r29_two_sends_at_once_each_batch_by_exactly_one(scene: Scene) -> None:
    with scene.workspace() as workspace:
        names = staged(workspace, scene, 6)

    def one(minute: int) -> list[tuple[bool, BatchState]]:
        with scene.workspace(clock=Clock(NOW + timedelta(minutes=minute))) as workspace:
            outcomes = send(workspace, names)
            return [(each.elsewhere or "another" in each.remark, each.state) for each in outcomes]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, (2, 3))
    assert scene.created_again() == []
    assert len(list((scene.account / "INTEST-S").glob("GO.*"))) == 6
    for ours, theirs in zip(first, second, strict=True):
        assert not (ours[0] and theirs[0]), "both left it to the other"
    with scene.workspace() as workspace:
        assert to_send(workspace, ()) == []


def test_r29_send_leaves_a_batch_alone_that_another_one_sends(scene: Scene) -> None:
    told = []
    with scene.workspace() as workspace:
        names = staged(workspace, scene, 2)

        def other() -> Iterator[None]:
            with scene.workspace() as second:
                told.extend(send(second, names))
                with pytest.raises(LockHeld, match="is being done by process"):
                    cancel(second, str(names[0]))
            yield

        with scene.workspace(gateway=Meanwhile(scene.account, other())) as first:
            ours = send(first, names)
    assert [(each.elsewhere, each.state) for each in told] == [
        (True, BatchState.SENDING),
        (False, BatchState.SENT),
    ]
    assert "is being done by process" in told[0].remark
    assert [each.state for each in ours] == [BatchState.SENT, BatchState.SENT]
    assert scene.created_again() == []


def test_r29_who_was_silent_too_long_creates_no_go(scene: Scene) -> None:
    """The lease is taken over in the middle of an upload; the slow one sends nothing more."""
    clock = Clock()
    with scene.workspace(clock=clock) as workspace:
        (name,) = staged(workspace, scene, 1)

        def overtaken() -> Iterator[None]:
            later = Clock(clock.now + timedelta(minutes=20))
            with scene.workspace(clock=later) as second:
                assert [each.state for each in send(second, [name])] == [BatchState.SENT]
            shutil.rmtree(scene.account / "INTEST-S")
            (scene.account / "INTEST-S").mkdir()
            clock.now += timedelta(minutes=21)
            yield

        with scene.workspace(clock=clock, gateway=Meanwhile(scene.account, overtaken())) as slow:
            (outcome,) = send(slow, [name])
    assert outcome.elsewhere
    assert "took" in outcome.remark
    # The FI that was under way may arrive; no GO, nor anything that makes a batch of it.
    assert not list((scene.account / "INTEST-S").glob("GO.*"))
    assert not list((scene.account / "INTEST-S").glob("FS.*"))


def test_r29_the_fence_is_looked_at_when_go_is_intended(scene: Scene) -> None:
    """Whatever the clock of a slow process says: the ledger takes its intent of GO no more."""
    with scene.workspace() as workspace:
        (name,) = staged(workspace, scene, 1)

        def overtaken() -> Iterator[None]:
            with scene.workspace(clock=Clock(NOW + timedelta(minutes=30))) as second:
                send(second, [name])
            yield

        with scene.workspace(gateway=Meanwhile(scene.account, overtaken())) as slow:
            (outcome,) = send(slow, [name])
        events = [row.event.value for row in workspace.ledger.events(name) if row.form is None]
    assert outcome.elsewhere
    assert events.count("go begun") == 1
    assert scene.created_again() == []


def test_r29_a_poll_does_not_settle_what_is_being_sent(scene: Scene) -> None:
    """Between the intent of GO and GO the batch is in doubt, and a poll would call GO absent."""
    with scene.workspace() as workspace:
        (name,) = staged(workspace, scene, 1)

        @dataclass(frozen=True)
        class Polled(FolderGateway):
            """Another process polls while GO is being created."""

            def create_empty(self, folder: str, name: str) -> None:
                with scene.workspace() as second:
                    poll(second)
                super().create_empty(folder, name)

        with scene.workspace(gateway=Polled(scene.account)) as first:
            assert [each.state for each in send(first, [name])] == [BatchState.SENT]
        events = [row.event.value for row in workspace.ledger.events(name) if row.form is None]
    assert "go absent" not in events
    assert scene.created_again() == []


@pytest.mark.parametrize("damage", ["missing", "changed", "no manifest", "file gone"])
def test_r33_a_batch_that_is_missing_or_damaged_is_set_apart(scene: Scene, damage: str) -> None:
    with scene.workspace() as workspace:
        names = staged(workspace, scene, 3)
        folder = workspace.outbox.folder(names[1])
        fi = next((folder / "sent").glob("FI.*"))
        if damage == "missing":
            shutil.rmtree(folder)
        elif damage == "changed":
            fi.write_bytes(fi.read_bytes() + b" ")
        elif damage == "no manifest":
            (folder / "manifest.json").unlink()
        else:
            fi.unlink()
        shown = {row.name: row.trouble for row in status(workspace)}
        assert shown[names[1]]
        assert (shown[names[0]], shown[names[2]]) == (None, None)
        outcomes = send(workspace, to_send(workspace, ()))
        assert [each.state.value for each in outcomes] == ["sent", "staged", "sent"]
        assert outcomes[1].trouble
        assert "fla-batch cancel" in outcomes[1].remark
        poll(workspace)
        # The way out: cancelled, its declarations are built anew, and nothing else is.
        assert cancel(workspace, str(names[1])) is BatchState.CANCELLED
        path = scene.folder / "some.json"
        again = build(workspace, [path])
        assert (sum(batch.forms for batch in again.batches), again.unchanged) == (1, 2)
