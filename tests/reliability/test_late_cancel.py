"""R28 beside `cancel`: a TD may come too late, and only what comes next tells.

Until then the batch holds its declarations: what the portal may have taken is not sent again.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from fla_batch.channel.protocol import RemoteFile
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.correct import correct
from fla_batch.commands.poll import poll
from fla_batch.commands.restore import restore
from fla_batch.commands.send import send, to_send
from fla_batch.commands.status import status
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.scene import NOW, Clock, S, Scene
from tests.reliability.test_lost_ledger import mended
from tests.reliability.test_one_sending import sendings

A_DAY_LATER = NOW + timedelta(hours=25)


def sent(workspace: Workspace, path: Path) -> BatchName:
    """One batch, on its way."""
    (batch,) = build(workspace, [path]).batches
    send(workspace, to_send(workspace, [str(batch.name)]))
    return batch.name


def two(scene: Scene) -> Path:
    return write(scene.folder / "two.json", rights_body(1), trainings_body(2, 1))


def into(scene: Scene) -> Path:
    return scene.account / "INTEST-S"


def portal_takes_td(scene: Scene) -> None:
    """A TD that came after GO was taken: the portal takes it away and says nothing."""
    for td in into(scene).glob("TD.*"):
        td.unlink()


def waits(workspace: Workspace, name: BatchName) -> str:
    (row,) = status(workspace, str(name))
    assert row.waits_for
    return row.waits_for


def test_r28_a_td_that_came_too_late_sends_nothing_again(scene: Scene) -> None:
    """The portal had taken the batch, and its answer was not fetched yet."""
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
        scene.let_portal_work()
        assert cancel(workspace, str(name)) is BatchState.CANCELLING
        assert "too late" in waits(workspace, name)
        again = build(workspace, [path])
        assert (again.batches, again.unchanged) == ([], 2)
        assert again.being_cancelled == {name}
        portal_takes_td(scene)
        poll(workspace)
        assert workspace.ledger.state(name) is BatchState.CLOSED
        assert build(workspace, [path]).being_cancelled == set()
        send(workspace, to_send(workspace, ()))
    assert set(sendings(scene).values()) == {1}


def test_r28_a_td_in_time_frees_the_declarations_once_go_went_with_it(scene: Scene) -> None:
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
        assert cancel(workspace, str(name)) is BatchState.CANCELLING
        assert cancel(workspace, str(name)) is BatchState.CANCELLING
        assert "beside GO" in waits(workspace, name)
        assert build(workspace, [path]).unchanged == 2
        result = poll(workspace)
        assert (result.cancelled, result.open_batches) == ([], 1)
        scene.let_portal_work()
        result = poll(workspace)
        assert (result.cancelled, result.open_batches) == ([str(name)], 0)
        assert workspace.ledger.state(name) is BatchState.CANCELLED
        assert sum(batch.forms for batch in build(workspace, [path]).batches) == 2
    assert scene.created_again() == []


def test_r28_silence_settles_what_nobody_saw(scene: Scene) -> None:
    """GO and TD were both gone at the first look: only an answer, or none for long, tells."""
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
        shutil.rmtree(into(scene))
        into(scene).mkdir()
        cancel(workspace, str(name))
        portal_takes_td(scene)
        poll(workspace)
        assert workspace.ledger.state(name) is BatchState.CANCELLING
        assert "24 hours" in waits(workspace, name)
    with scene.workspace(clock=Clock(A_DAY_LATER), run="LATER") as workspace:
        assert poll(workspace).cancelled == [str(name)]
        assert len(build(workspace, [path]).batches) == 1


@dataclass(frozen=True)
class BlindAfterTd(FolderGateway):
    """The line breaks once TD is there: nobody sees whether GO lies beside it."""

    def list_folder(self, folder: str) -> list[RemoteFile]:
        if folder == S.folder_in:
            raise GatewayUnavailable("the line broke")
        return super().list_folder(folder)


def test_r28_silence_begins_when_go_is_gone_not_with_td(scene: Scene) -> None:
    """The portal was away for a day, and took GO a moment ago: its answer is still to come."""
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
    with scene.workspace(gateway=BlindAfterTd(scene.account)) as workspace:
        with pytest.raises(GatewayUnavailable):
            cancel(workspace, str(name))
        assert workspace.ledger.state(name) is BatchState.CANCELLING
    scene.let_portal_work()
    with scene.workspace(clock=Clock(A_DAY_LATER)) as workspace:
        assert poll(workspace).cancelled == []
    with scene.workspace(clock=Clock(A_DAY_LATER + timedelta(hours=23))) as workspace:
        assert poll(workspace).cancelled == []
    with scene.workspace(clock=Clock(A_DAY_LATER + timedelta(hours=25))) as workspace:
        assert poll(workspace).cancelled == [str(name)]


def test_r28_silence_does_not_count_while_an_answer_waits_in_quarantine(scene: Scene) -> None:
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
        shutil.rmtree(into(scene))
        into(scene).mkdir()
        cancel(workspace, str(name))
        portal_takes_td(scene)
        poll(workspace)
        out = scene.account / "OUTTEST-S"
        (out / "FO.ACRF.999999.20250301.00001.S").write_bytes(b"torn <")
        (out / "GO.ACRF.999999.20250301.00001.S").write_bytes(b"")
        assert poll(workspace).quarantined
    with scene.workspace(clock=Clock(A_DAY_LATER)) as workspace:
        assert poll(workspace).cancelled == []
        assert workspace.ledger.state(name) is BatchState.CANCELLING


@dataclass(frozen=True)
class BreaksAtGo(FolderGateway):
    """The line breaks before GO leaves, and nobody knows."""

    def create_empty(self, folder: str, name: str) -> None:
        if name.startswith("GO."):
            raise OutcomeUnknown("the line broke")
        super().create_empty(folder, name)


def test_r28_a_doubt_whose_go_never_came_is_cancelled_at_once(scene: Scene) -> None:
    path = two(scene)
    with scene.workspace(gateway=BreaksAtGo(scene.account)) as workspace:
        name = sent(workspace, path)
        assert workspace.ledger.state(name) is BatchState.IN_DOUBT
        assert cancel(workspace, str(name)) is BatchState.CANCELLED
        assert len(build(workspace, [path]).batches) == 1


@dataclass(frozen=True)
class BreaksAtFi(FolderGateway):
    """The line breaks before anything leaves."""

    def create_empty(self, folder: str, name: str) -> None:
        if name.startswith("GO."):
            raise GatewayUnavailable("the line broke")
        super().create_empty(folder, name)


def test_r28_what_had_no_go_is_cancelled_at_once(scene: Scene) -> None:
    path = two(scene)
    with scene.workspace(gateway=BreaksAtFi(scene.account)) as workspace:
        (batch,) = build(workspace, [path]).batches
        with pytest.raises(GatewayUnavailable):
            send(workspace, [batch.name])
        assert workspace.ledger.state(batch.name) is BatchState.SENDING
        assert cancel(workspace, str(batch.name)) is BatchState.CANCELLED
        assert len(build(workspace, [path]).batches) == 1


def test_r28_a_correction_that_is_being_cancelled_is_not_made_again(scene: Scene) -> None:
    refused = write(scene.folder / "refused.json", trainings_body(1, 1, ABSENT_EMPLOYER))
    mended_body = trainings_body(1, 1, ABSENT_EMPLOYER)
    mended_body["trainings"][0]["trainingDenomination"] = "Mended"
    path = write(scene.folder / "mended.json", mended_body)
    with scene.workspace() as workspace:
        first = sent(workspace, refused)
        scene.let_portal_work()
        poll(workspace)
        (correction,) = correct(workspace, str(first), [path]).batches
        send(workspace, [correction.name])
        scene.let_portal_work()
        assert cancel(workspace, str(correction.name)) is BatchState.CANCELLING
        again = correct(workspace, str(first), [path])
        assert (again.batches, list(again.corrected.values())) == ([], [correction.name])
        send(workspace, to_send(workspace, ()))
    assert set(sendings(scene).values()) == {2}


def test_r28_a_rebuilt_ledger_holds_them_too(scene: Scene) -> None:
    path = two(scene)
    with scene.workspace() as workspace:
        name = sent(workspace, path)
        cancel(workspace, str(name))
    for file in scene.outbox.glob("ledger.db*"):
        file.unlink()
    with mended(scene) as workspace:
        assert restore(workspace).problems == []
        assert workspace.ledger.state(name) is BatchState.CANCELLING
        assert build(workspace, [path]).unchanged == 2
        scene.let_portal_work()
        assert poll(workspace).cancelled == [str(name)]


def test_a_cancel_that_was_cut_off_says_that_it_has_to_be_run_again(scene: Scene) -> None:
    @dataclass(frozen=True)
    class BreaksAtTd(FolderGateway):
        def create_empty(self, folder: str, name: str) -> None:
            if name.startswith("TD."):
                raise GatewayUnavailable("the line broke")
            super().create_empty(folder, name)

    with scene.workspace() as workspace:
        name = sent(workspace, two(scene))
    with scene.workspace(gateway=BreaksAtTd(scene.account)) as workspace:
        with pytest.raises(GatewayUnavailable):
            cancel(workspace, str(name))
        assert f"fla-batch cancel {name}" in waits(workspace, name)
    with scene.workspace() as workspace:
        assert cancel(workspace, str(name)) is BatchState.CANCELLING
        assert len(list(into(scene).glob("TD.*"))) == 1


def test_r28_what_went_over_rest_is_not_cancelled_by_td_when_its_folder_is_gone(
    scene: Scene,
) -> None:
    """Its declarations may be in force: a TD says nothing of them."""
    with scene.workspace() as workspace:
        (batch,) = build(workspace, [two(scene)]).batches
        workspace.ledger.append(batch.name, Event.SENDING, NOW, {"reach": 64})
        shutil.rmtree(workspace.outbox.folder(batch.name))
        with pytest.raises(UsageMistake, match="channel rest"):
            cancel(workspace, str(batch.name))
        assert build(workspace, [two(scene)]).unchanged == 2
    assert not list(into(scene).iterdir())
