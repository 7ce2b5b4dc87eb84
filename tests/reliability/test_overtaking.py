"""A photo of the whole year replaces the one before it: the newest that was built has to be last.

Whatever cuts `send` off, an older batch is not sent behind a newer one of the same worker.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fla_batch.commands.ask import build as build_questions
from fla_batch.commands.ask import questions
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.poll import poll
from fla_batch.commands.restore import restore
from fla_batch.commands.send import SendOutcome, send, to_send
from fla_batch.commands.status import status
from fla_batch.commands.workspace import Workspace
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.vocabulary.errors import GatewayUnavailable, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind
from tests.builders import company_id, inss
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.scene import NOW, Scene
from tests.reliability.test_late_cancel import BreaksAtGo
from tests.reliability.test_lost_ledger import mended

_PHOTO = re.compile(r"<INSS>(\d+)</INSS>.*?<LegalFlaRightDays>(\d+)", re.DOTALL)


@pytest.fixture
def scene(ledger_url: str, place: Path) -> Scene:
    """Batches of two parts of two forms, on either database."""
    return Scene.make(place / "scene", part_forms=2, parts=2, ledger=ledger_url)


def built(workspace: Workspace, scene: Scene, days: int, *workers: int) -> BatchName:
    path = write(scene.folder / "input.json", *(rights_body(worker, days) for worker in workers))
    (batch,) = build(workspace, [path]).batches
    return batch.name


def held_back(outcome: SendOutcome, by: BatchName) -> bool:
    """Not sent, and the line names the other batch."""
    return outcome.waits_for == by and str(by) in outcome.remark


@dataclass(frozen=True)
class BreaksAtFs(FolderGateway):
    """The connection breaks once a FI is there, and stays broken."""

    broken: list[str] = field(default_factory=list)

    def create_empty(self, folder: str, name: str) -> None:
        raise GatewayUnavailable("the line broke")


def test_an_older_batch_that_was_cut_off_is_sent_before_a_newer_one(scene: Scene) -> None:
    """As in the soak: version 2 is cut off in sending, version 3 waits for it."""
    with scene.workspace() as workspace:
        old = built(workspace, scene, 400, 1, 2)
    with scene.workspace(gateway=BreaksAtFs(scene.account)) as workspace:
        with pytest.raises(GatewayUnavailable):
            send(workspace, [old])
        assert workspace.ledger.state(old) is BatchState.SENDING
    with scene.workspace(run="NEW") as workspace:
        new = built(workspace, scene, 300, 2, 3)
        (outcome,) = send(workspace, to_send(workspace, [str(new)]))
        assert held_back(outcome, old)
        assert outcome.state is BatchState.STAGED
        (row,) = status(workspace, str(new))
        assert row.waits_for
        assert str(old) in row.waits_for
        outcomes = send(workspace, to_send(workspace, [str(new), str(old)]))
        assert [(each.name, each.state.value) for each in outcomes] == [
            (old, "sent"),
            (new, "sent"),
        ]
        assert status(workspace, str(new))[0].waits_for is None


def test_one_that_is_only_staged_comes_first_or_is_cancelled(scene: Scene) -> None:
    with scene.workspace() as workspace:
        old = built(workspace, scene, 400, 1)
        new = built(workspace, scene, 300, 1)
        assert held_back(send(workspace, [new])[0], old)
        assert cancel(workspace, str(old)) is BatchState.CANCELLED
        assert send(workspace, [new])[0].state is BatchState.SENT


def test_one_in_doubt_is_settled_first(scene: Scene) -> None:
    """GO of the older one may have arrived or not: if not, it would be sent last."""
    with scene.workspace(gateway=BreaksAtGo(scene.account)) as workspace:
        old = built(workspace, scene, 400, 1)
        (outcome,) = send(workspace, [old])
        assert outcome.state is BatchState.IN_DOUBT
    with scene.workspace(run="NEW") as workspace:
        new = built(workspace, scene, 300, 1)
        assert held_back(send(workspace, [new])[0], old)
        outcomes = send(workspace, to_send(workspace, ()))
        assert [each.state for each in outcomes] == [BatchState.SENT] * 2
        events = [row.event for row in workspace.ledger.events(old) if row.form is None]
        assert events[-4:] == [Event.GO_ABSENT, Event.SENDING, Event.GO_BEGUN, Event.SENT]


def test_a_doubt_that_the_folder_does_not_tell_holds_the_newer_one(scene: Scene) -> None:
    with scene.workspace(gateway=BreaksAtGo(scene.account)) as workspace:
        old = built(workspace, scene, 400, 1)
        send(workspace, [old])
    torn = next((scene.account / "INTEST-S").glob("FS.*"))
    torn.unlink()
    with scene.workspace(run="NEW") as workspace:
        built(workspace, scene, 300, 1)
        first, second = send(workspace, to_send(workspace, ()))
        assert first.state is BatchState.IN_DOUBT
        assert held_back(second, old)
        assert "poll" in second.remark


def test_one_that_another_process_sends_holds_the_newer_one(scene: Scene) -> None:
    with scene.workspace() as workspace:
        old = built(workspace, scene, 400, 1)
        built(workspace, scene, 300, 1)
        with workspace.ledger.lock(str(old), workspace.clock):
            first, second = send(workspace, to_send(workspace, ()))
    assert first.elsewhere
    assert held_back(second, old)


@pytest.mark.parametrize("how", ["sent", "in doubt", "accepted", "refused"])
def test_an_overtaken_one_is_not_sent_any_more(scene: Scene, how: str) -> None:
    """As an earlier version let it happen: only a newer one that was refused does not count."""
    with scene.workspace() as workspace:
        old = built(workspace, scene, 400, 1, 2)
        new = built(workspace, scene, 300, 1)
        ledger = workspace.ledger
        happened = {
            "sent": [Event.SENT],
            "in doubt": [],
            "accepted": [Event.SENT, Event.RECEIVED],
            "refused": [Event.SENT, Event.FILE_REFUSED],
        }
        for event in (Event.SENDING, Event.GO_BEGUN, *happened[how]):
            ledger.append(new, event, NOW)
        (outcome,) = send(workspace, [old])
        if how == "refused":
            assert outcome.state is BatchState.SENT
            return
        assert outcome.state is BatchState.STAGED
        assert outcome.trouble
        assert held_back(outcome, new)
        if how == "in doubt":
            assert "poll" in outcome.remark
            return
        assert f"fla-batch cancel {old}" in outcome.remark
        cancel(workspace, str(old))
        # The other worker of the batch is built anew; the overtaken one is unchanged.
        path = write(scene.folder / "now.json", rights_body(1, 300), rights_body(2, 400))
        again = build(workspace, [path])
        assert (sum(batch.forms for batch in again.batches), again.unchanged) == (1, 1)


def test_others_are_not_held_up(scene: Scene) -> None:
    """Another worker or kind; and questions, also when the same was asked before."""
    with scene.workspace() as workspace:
        built(workspace, scene, 400, 1)
        path = write(scene.folder / "other.json", trainings_body(1, 1))
        (other,) = build(workspace, [path]).batches
        assert send(workspace, [other.name])[0].state is BatchState.SENT
        asked = questions(FormKind.ASK_RIGHTS, company_id(), [Person(inss(1), None)], years=[2024])
        build_questions(workspace, asked)
        (question,) = build_questions(workspace, asked)
        later = built(workspace, scene, 300, 3)
        assert send(workspace, [later])[0].state is BatchState.SENT
        assert send(workspace, [question])[0].state is BatchState.SENT


def test_a_damaged_one_holds_only_its_own_keys(scene: Scene) -> None:
    with scene.workspace() as workspace:
        old = built(workspace, scene, 400, 1)
        built(workspace, scene, 300, 1)
        next((workspace.outbox.folder(old) / "sent").glob("FI.*")).unlink()
        first, second = send(workspace, to_send(workspace, ()))
        assert first.trouble
        assert held_back(second, old)
        assert f"fla-batch cancel {old}" in second.remark


def test_a_rebuilt_ledger_keeps_the_order(scene: Scene) -> None:
    with scene.workspace() as workspace:
        if not workspace.settings.workspace.ledger.startswith("sqlite"):
            pytest.skip("a PostgreSQL ledger is not deleted with the outbox")
        old = built(workspace, scene, 400, 1)
        new = built(workspace, scene, 300, 1)
    for file in scene.outbox.glob("ledger.db*"):
        file.unlink()
    with mended(scene) as workspace:
        assert restore(workspace).problems == []
        assert held_back(send(workspace, [new])[0], old)
        states = [each.state for each in send(workspace, to_send(workspace, ()))]
        assert states == [BatchState.SENT] * 2


def test_the_newest_photo_stands_whatever_is_cut_off(scene: Scene) -> None:
    """Three versions of one worker, tried in the wrong order over lines that break."""
    with scene.workspace() as workspace:
        versions = [built(workspace, scene, days, 1) for days in (400, 300, 200)]
    for gateway in (BreaksAtFs(scene.account), BreaksAtGo(scene.account), None, None, None):
        for name in reversed(versions):
            with (
                suppress(GatewayUnavailable, UsageMistake),
                scene.workspace(gateway=gateway) as workspace,
            ):
                send(workspace, to_send(workspace, [str(name)]))
            scene.let_portal_work()
    assert photos_taken(scene) == {inss(1): [400, 300, 200]}
    with scene.workspace() as workspace:
        poll(workspace)
        path = write(scene.folder / "last.json", rights_body(1, 200))
        assert build(workspace, [path]).unchanged == 1
    assert scene.created_again() == []


def photos_taken(scene: Scene) -> dict[str, list[int]]:
    """Of each worker the legal rights that the portal took, in its order."""
    taken: dict[str, list[int]] = {}
    for place in sorted((scene.folder / "portal-state" / "received").iterdir()):
        for fi in sorted(place.glob("FI.*")):
            for worker, days in _PHOTO.findall(fi.read_text(encoding="utf-8")):
                taken.setdefault(worker, []).append(int(days))
    return taken
