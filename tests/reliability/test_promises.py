"""Promises that need the whole chain: splitting, a full disk, one poller, TD, the guards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pytest

from fla_batch.channel.protocol import RemoteFile
from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.check import check
from fla_batch.commands.ledger_so_far import history_if_any
from fla_batch.commands.poll import poll
from fla_batch.commands.poll_lock import only_poller
from fla_batch.commands.rule_context import rule_context
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration.loading import Settings
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.ledger.locks import LockHeld
from fla_batch.vocabulary.errors import GatewayUnavailable, OutcomeUnknown, UsageMistake
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.terms import Environment
from tests.builders import inss
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.scene import NOW, Scene
from tests.reliability.test_correct import declared
from tests.reliability.zygote import Job, Zygote


def state_of(workspace: Workspace) -> BatchState:
    return workspace.ledger.batches()[-1].state


def staged(scene: Scene, workspace: Workspace) -> str:
    (batch,) = build(workspace, [write(scene.folder / "one.json", rights_body(1))]).batches
    return str(batch.name)


def test_r12_no_worker_is_cut_in_two_and_each_part_is_signed(place: Path) -> None:
    scene = Scene.make(place / "scene", part_forms=3, parts=2)
    bodies = [body(worker) for body in (trainings_body, rights_body) for worker in range(1, 6)]
    with scene.workspace() as workspace:
        result = build(workspace, [write(scene.folder / "all.json", *bodies)])
        where: dict[str, set[tuple[str, int]]] = {}
        for batch in result.batches:
            manifest = workspace.outbox.manifest(batch.name)
            names = [FileName.parse(file.name) for file in manifest.files]
            kinds = [str(name.kind) for name in names]
            assert kinds == ["FI"] * batch.parts + ["FS"] * batch.parts + ["GO"]
            assert names[-1] == batch.name.go(batch.parts)
            for form in workspace.ledger.forms(batch.name):
                where.setdefault(form.inss or "", set()).add((str(batch.name), form.part))
    # Parts of three forms hold one worker's two each: five parts, in batches of at most two.
    assert [batch.parts for batch in result.batches] == [2, 2, 1]
    assert all(len(parts) == 1 for parts in where.values())


def test_r7_the_environment_fits_the_folder_and_production_is_a_choice(scene: Scene) -> None:
    assert Settings().environment is Environment.SIMULATION
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        there = {path.parent.name for path in scene.account.rglob("*.FLAD.*")}
        assert there == {"INTEST-S"}
        section = workspace.settings.sender.model_copy(update={"environment": "R"})
        (other,) = build(workspace, [write(scene.folder / "b.json", rights_body(2))]).batches
        workspace.settings = workspace.settings.model_copy(update={"sender": section})
        assert to_send(workspace, []) == []
        with pytest.raises(UsageMistake, match="is for environment S"):
            to_send(workspace, [str(other.name)])


def test_r15_an_answer_without_its_go_is_left_alone(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        scene.let_portal_work()
        for go in (scene.account / "OUTTEST-S").glob("GO.*"):
            go.rename(scene.folder / go.name)
        assert poll(workspace).processed == []
        assert workspace.ledger.answer_files() == []
        for go in scene.folder.glob("GO.*"):
            go.rename(scene.account / "OUTTEST-S" / go.name)
        assert len(poll(workspace).processed) == 2


@dataclass(frozen=True)
class _StillGrowing(FolderGateway):
    """Files are larger at the end of their download than they were when they were listed."""

    def list_folder(self, folder: str) -> list[RemoteFile]:
        listed = super().list_folder(folder)
        return [replace(entry, size=(entry.size or 1) - 1) for entry in listed]


def test_r15_a_file_that_grew_is_tried_again_later(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
    scene.let_portal_work()
    with scene.workspace(gateway=_StillGrowing(scene.account)) as workspace:
        assert poll(workspace).processed == []
        assert workspace.ledger.answer_files() == []
        assert list((scene.outbox / "S" / "inbox").iterdir()) == []
    with scene.workspace() as workspace:
        assert len(poll(workspace).processed) == 2


@pytest.mark.parametrize("command", ["build", "send", "poll"])
def test_r11_a_full_disk_is_told_and_leaves_no_half_state(
    zygote: Zygote, scene: Scene, command: str
) -> None:
    path = write(scene.folder / "in.json", trainings_body(1, 60))
    job = Job(str(scene.folder), command, inputs=[str(path)])
    before = {"build": [], "send": ["build"], "poll": ["build", "send"]}[command]
    for minute, earlier in enumerate(before, start=1):
        done = zygote.run(Job(job.folder, earlier, inputs=job.inputs, minute=minute))
        assert done.status == 0, done
    scene.let_portal_work()
    tree = scene.outbox_view()
    full = zygote.run(Job(job.folder, command, inputs=job.inputs, minute=4, max_bytes=2_000))
    assert (full.status, full.error) == (1, "DiskTrouble"), full
    assert inss(1) not in full.message
    if command == "build":
        assert scene.outbox_view() == tree == {}
    again = zygote.run(Job(job.folder, command, inputs=job.inputs, minute=5))
    assert again.status == 0, again
    scene.let_portal_work()
    assert zygote.run(Job(job.folder, "poll", minute=6)).status == 0
    assert scene.created_again() == []


def test_r21_a_second_poller_says_so_and_changes_nothing(scene: Scene) -> None:
    with scene.workspace() as first, scene.workspace() as second:
        name = staged(scene, first)
        send(first, to_send(first, [name]))
        scene.let_portal_work()
        with (
            only_poller(first),
            pytest.raises(LockHeld, match="is being done by process") as raised,
        ):
            poll(second)
        assert raised.value.exit_code == 3
        assert state_of(second) is BatchState.SENT
        assert len(poll(second).processed) == 2


def test_r21_a_killed_poller_does_not_stop_the_next_one(zygote: Zygote, scene: Scene) -> None:
    assert zygote.run(Job(str(scene.folder), "poll", ["ledger"], kill_at=5)).status == -9
    assert zygote.run(Job(str(scene.folder), "poll", minute=2)).status == 0


def test_cancelling_twice_is_cancelling_once(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        assert [cancel(workspace, name) for _ in range(2)] == [BatchState.CANCELLING] * 2
        assert len(list((scene.account / "INTEST-S").glob("TD.*"))) == 1
        with pytest.raises(UsageMistake, match="not to be sent"):
            to_send(workspace, [name])
    assert scene.created_again() == []


@dataclass(frozen=True)
class _BreaksAtTd(FolderGateway):
    """The line breaks once TD has left: nobody knows whether it arrived."""

    def create_empty(self, folder: str, name: str) -> None:
        super().create_empty(folder, name)
        raise OutcomeUnknown("the line broke")


def test_a_cancellation_whose_outcome_is_unknown_is_made_again(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
    with scene.workspace(gateway=_BreaksAtTd(scene.account)) as workspace:
        with pytest.raises(GatewayUnavailable):
            cancel(workspace, name)
        assert state_of(workspace) is BatchState.CANCELLING
    with scene.workspace() as workspace:
        assert cancel(workspace, name) is BatchState.CANCELLING


def test_never_cancelled_after_a_positive_acknowledgement(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = declared(scene, workspace, rights_body(1))
        with pytest.raises(UsageMistake, match="TD comes too late"):
            cancel(workspace, name)
        assert state_of(workspace) is BatchState.CLOSED


def test_never_cancelled_after_an_acknowledgement_that_is_not_understood(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        workspace.ledger.append(workspace.ledger.batches()[0].name, Event.FILE_UNRECOGNISED, NOW)
        with pytest.raises(UsageMistake, match="TD comes too late"):
            cancel(workspace, name)


def test_an_acknowledgement_that_comes_while_td_is_sent_wins(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        batch = workspace.ledger.batches()[0].name

        @dataclass(frozen=True)
        class Answered(FolderGateway):
            """The acknowledgement is processed by another process while TD is under way."""

            def create_empty(self, folder: str, name: str) -> None:
                super().create_empty(folder, name)
                workspace.ledger.append(batch, Event.RECEIVED, NOW, ticket="3400000000001")

        with scene.workspace(gateway=Answered(scene.account)) as other:
            assert cancel(other, name) is BatchState.RECEIVED


def test_an_acknowledgement_that_comes_before_td_leaves_is_told_as_too_late(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = staged(scene, workspace)
        send(workspace, to_send(workspace, [name]))
        batch = workspace.ledger.batches()[0].name

        @dataclass(frozen=True)
        class Acknowledged(FolderGateway):
            """The acknowledgement is processed while the connection is being made."""

            def __enter__(self) -> Self:
                workspace.ledger.append(batch, Event.RECEIVED, NOW, ticket="3400000000001")
                return super().__enter__()

        with (
            scene.workspace(gateway=Acknowledged(scene.account)) as other,
            pytest.raises(UsageMistake, match="TD comes too late"),
        ):
            cancel(other, name)
    assert not list((scene.account / "INTEST-S").glob("TD.*"))


def rules_of(
    workspace: Workspace, path: Path, *, allow_removals: bool = False, again: bool = False
) -> set[str]:
    """The guards that speak, through a build."""
    result = build(workspace, [path], allow_removals=allow_removals, again=again)
    assert bool(result.batches or result.unchanged) == (
        not any(each.blocks for each in result.anomalies)
    )
    return {each.rule for each in result.anomalies if each.rule in GUARDS}


GUARDS = {"legal-must-stay", "photo-shrinks", "already-declared"}


def test_the_guards_know_what_was_accepted(scene: Scene) -> None:
    with scene.workspace() as workspace:
        declared(scene, workspace, rights_body(1), trainings_body(1, 3))
        same = write(scene.folder / "same.json", rights_body(1), trainings_body(1, 3))
        assert rules_of(workspace, same) == set()
        assert rules_of(workspace, same, again=True) == {"already-declared"}
        less = write(scene.folder / "less.json", trainings_body(1, 2))
        assert rules_of(workspace, less) == {"photo-shrinks"}
        illegal = write(scene.folder / "illegal.json", rights_body(1, legal=False))
        assert rules_of(workspace, illegal) == {"legal-must-stay"}
        more = write(scene.folder / "more.json", trainings_body(1, 4), rights_body(2))
        assert rules_of(workspace, more) == set()
        assert rules_of(workspace, less, allow_removals=True) == {"photo-shrinks"}
        lost = [each.value for each in build(workspace, [less]).anomalies if each.blocks]
        assert len(lost) == 1
        assert "part 3" in str(lost[0])


def test_the_guards_do_not_know_what_was_refused_or_is_not_answered(scene: Scene) -> None:
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "a.json", trainings_body(1, 3))])
        less = write(scene.folder / "less.json", trainings_body(1, 2))
        assert rules_of(workspace, less) == set()


def test_check_reads_the_ledger_and_makes_none(scene: Scene) -> None:
    path = write(scene.folder / "less.json", rights_body(1, legal=False))
    settings = scene.settings()
    with history_if_any(settings) as history:
        assert history is None
    assert not scene.outbox.exists()
    with scene.workspace() as workspace:
        declared(scene, workspace, rights_body(1))
    with history_if_any(settings) as history:
        found = check([path], rule_context(settings.rules, NOW, history=history))
    assert "legal-must-stay" in {each.rule for each in found.anomalies}


def test_r4_the_same_build_again_is_known_and_a_changed_one_is_built(scene: Scene) -> None:
    first = write(scene.folder / "a.json", trainings_body(1, 3), rights_body(2))
    with scene.workspace() as workspace:
        (batch,) = build(workspace, [first]).batches
        again = build(workspace, [first])
        assert (again.batches, list(again.held_by)) == ([], [batch.name])
        changed = write(scene.folder / "b.json", trainings_body(1, 4), rights_body(2))
        assert len(build(workspace, [changed]).batches) == 1
        # What waits is the changed photo now: the first one is a new one again.
        assert len(build(workspace, [first]).batches) == 1
