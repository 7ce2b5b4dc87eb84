"""R16, R17, S12: the ledger against the outbox, rows from raw files, replay and purge."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fla_batch.commands.build import build
from fla_batch.commands.maintenance import purge, rebuild, replay, verify
from fla_batch.commands.poll import poll
from fla_batch.commands.poll_lock import only_poller
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld
from fla_batch.ledger.records import AnswerOutcome
from fla_batch.system.files import private_folder
from fla_batch.vocabulary.errors import UsageMistake
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.scene import NOW, Clock, Scene, ledger_view
from tests.reliability.test_correct import MIXED, declared

DERIVED = ("anomaly", "unmatched", "photo", "consultation")


def forget_rows(scene: Scene, *tables: str) -> None:
    """Delete rows behind the ledger's back, as a disk that lost them would."""
    engine = create_engine(scene.settings().workspace.ledger)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


def test_what_was_sent_and_answered_verifies(scene: Scene) -> None:
    with scene.workspace() as workspace:
        declared(scene, workspace, *MIXED)
        assert verify(workspace) == []


def test_r16_rows_of_answers_are_rebuilt_from_the_raw_files(scene: Scene) -> None:
    with scene.workspace() as workspace:
        declared(scene, workspace, *MIXED)
        before = ledger_view(workspace.ledger)
        assert before["anomalies"]
        assert before["told"]
        forget_rows(scene, *DERIVED)
        assert ledger_view(workspace.ledger)["anomalies"] == []
        assert [each.problem for each in rebuild(workspace)] == [None, None]
        assert ledger_view(workspace.ledger) == before
        assert verify(workspace) == []
        events = workspace.ledger.events(workspace.ledger.batches()[0].name)
        rebuild(workspace)
        assert workspace.ledger.events(workspace.ledger.batches()[0].name) == events


def test_r16_a_state_that_contradicts_its_events_is_found_and_derived_again(scene: Scene) -> None:
    with scene.workspace() as workspace:
        declared(scene, workspace, *MIXED)
        before = ledger_view(workspace.ledger)
        engine = create_engine(scene.settings().workspace.ledger)
        with engine.begin() as connection:
            connection.execute(text("UPDATE form_state SET state = 'accepted'"))
            connection.execute(text("UPDATE batch_state SET state = 'sent'"))
        engine.dispose()
        found = verify(workspace)
        assert {each.advice for each in found} == {
            "Run `fla-batch ledger rebuild`: it derives the states from the events."
        }
        rebuild(workspace)
        assert ledger_view(workspace.ledger) == before
        assert verify(workspace) == []


def test_every_fault_says_what_to_do(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = declared(scene, workspace, *MIXED)
        folder = scene.outbox / "S" / name
        (fi,) = (folder / "sent").glob("FI.*")
        fi.write_bytes(b"changed")
        next((folder / "received").glob("FO.ACRF*")).unlink()
        found = {each.fault.file: each for each in verify(workspace)}
        assert found[fi.name].fault.problem == "was changed after it was built"
        assert all(each.advice for each in found.values())
        assert len(found) == 2
        problems = [each.problem for each in rebuild(workspace)]
        assert problems[0] is not None
        assert "not there any more" in problems[0]
        assert problems[1] is None


def test_r16_a_raw_file_that_was_changed_does_not_rewrite_history(scene: Scene) -> None:
    with scene.workspace() as workspace:
        name = declared(scene, workspace, *MIXED)
        before = ledger_view(workspace.ledger)
        for path in (scene.outbox / "S" / name / "received").glob("FO.*"):
            path.write_bytes(path.read_bytes().replace(b"<ResultCode>0<", b"<ResultCode>1<"))
        problems = [each.problem or "" for each in rebuild(workspace)]
        assert any("was changed" in problem for problem in problems)
        assert ledger_view(workspace.ledger) == before


def spoiled(scene: Scene, workspace: Workspace) -> dict[Path, bytes]:
    """Sent and answered; the signatures of the answers do not fit until they are put back."""
    from fla_batch.commands.build import build
    from fla_batch.commands.send import send, to_send
    from tests.reliability.inputs import write

    build(workspace, [write(scene.folder / "in.json", rights_body(1))])
    send(workspace, to_send(workspace, []))
    scene.let_portal_work()
    signatures = {path: path.read_bytes() for path in (scene.account / "OUTTEST-S").glob("FS.*")}
    for path in signatures:
        path.write_bytes(b"no signature")
    poll(workspace)
    return signatures


def test_r17_quarantine_is_replayed_once_its_cause_is_mended(scene: Scene) -> None:
    with scene.workspace() as workspace:
        signatures = spoiled(scene, workspace)
        assert workspace.ledger.batches()[0].state is BatchState.SENT
        assert len(workspace.ledger.answer_files(AnswerOutcome.QUARANTINED)) == 2
        # Nothing was mended: nothing changes, however often it is tried, and nothing is trusted.
        for _ in range(2):
            again = replay(workspace)
            assert again.processed == []
            assert [reason[:10] for _, reason in again.quarantined] == ["signature:"] * 2
        for path, content in signatures.items():
            (scene.outbox / "S" / "inbox" / path.name).write_bytes(content)
        assert len(replay(workspace).processed) == 2
        assert workspace.ledger.batches()[0].state is BatchState.CLOSED
        assert list(workspace.outbox.quarantine.files()) == []
        assert verify(workspace) == []
        assert replay(workspace).processed == []
        before = ledger_view(workspace.ledger)
        rebuild(workspace)
        assert ledger_view(workspace.ledger) == before


@pytest.mark.parametrize("required", [True, False], ids=["not signed", "torn"])
def test_r17_a_bad_answer_stays_in_quarantine_and_holds_up_nobody(
    scene: Scene, *, required: bool
) -> None:
    config = scene.folder / "fla-batch.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("signature = true", f"signature = {str(required).lower()}"))
    with scene.workspace() as workspace:
        out = scene.account / "OUTTEST-S"
        (out / "FO.ACRF.999999.20250301.00009.S").write_bytes(b"<ACRF><Form>")
        (out / "GO.ACRF.999999.20250301.00009.S").touch()
        declared(scene, workspace, rights_body(1))
        assert workspace.ledger.batches()[0].state is BatchState.CLOSED
        again = replay(workspace)
        assert again.processed == []
        assert len(again.quarantined) == 1
        assert len(list(workspace.outbox.quarantine.files())) == 1


def test_s12_purge_deletes_files_of_what_is_closed_for_long(scene: Scene) -> None:
    clock = Clock(NOW)
    with scene.workspace(clock=clock) as workspace:
        name = declared(scene, workspace, trainings_body(1, employer=ABSENT_EMPLOYER))
        view = ledger_view(workspace.ledger)
        assert purge(workspace, older_than_days=30).batches == []
        clock.now += timedelta(days=31)
        assert purge(workspace, older_than_days=30).batches == [name]
        assert purge(workspace, older_than_days=30).batches == []
        folder = scene.outbox / "S" / name
        assert {path.name for path in folder.rglob("*")} == {
            "manifest.json",
            "marks.jsonl",
            "purged.json",
        }
        assert ledger_view(workspace.ledger) == view
        assert verify(workspace) == []
        with pytest.raises(UsageMistake):
            purge(workspace, older_than_days=0.5)


def test_s12_purge_deletes_what_fits_no_batch_of_ours(scene: Scene) -> None:
    """Answers about what this ledger never sent hold national numbers as well."""
    clock = Clock(NOW)
    with scene.workspace(clock=clock) as workspace:
        declared(scene, workspace, trainings_body(1, employer=ABSENT_EMPLOYER))
    for file in scene.outbox.glob("*"):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    inbox = scene.outbox / "S" / "inbox"
    with scene.workspace(clock=clock) as workspace:
        assert poll(workspace).unmatched
        assert list(inbox.glob("FO.*"))
        view = ledger_view(workspace.ledger)
        clock.now += timedelta(days=29)
        assert purge(workspace, older_than_days=30).answers == 0
        clock.now += timedelta(days=2)
        assert purge(workspace, older_than_days=30).answers == 2
        assert [path.name for path in inbox.iterdir()] == []
        assert verify(workspace) == []
        assert ledger_view(workspace.ledger)["unmatched"] == view["unmatched"]
        # It is known: the next poll does not fetch it again, and a rebuild says why not.
        assert poll(workspace).processed == []
        assert all("not there any more" in (each.problem or "") for each in rebuild(workspace))
        assert purge(workspace, older_than_days=30).answers == 0


def test_s12_an_answer_without_an_outcome_is_not_purged(scene: Scene) -> None:
    inbox = scene.outbox / "S" / "inbox"
    with scene.workspace() as workspace:
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / "FO.ACRF.999999.20200101.00001.S").write_bytes(b"<x/>")
    with scene.workspace(clock=Clock(NOW + timedelta(days=400))) as workspace:
        assert purge(workspace, older_than_days=30).answers == 0
        assert list(inbox.glob("FO.*"))


def test_r16_what_a_crash_left_is_processed_although_the_server_has_it_no_more(
    scene: Scene,
) -> None:
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "in.json", rights_body(1))])
        send(workspace, to_send(workspace, []))
        scene.let_portal_work()
        inbox = private_folder(scene.outbox / "S" / "inbox")
        for path in (scene.account / "OUTTEST-S").iterdir():
            path.rename(inbox / path.name)
        assert len(poll(workspace).processed) == 2
        assert workspace.ledger.batches()[0].state is BatchState.CLOSED


def test_s12_purge_leaves_open_batches_alone(scene: Scene) -> None:
    clock = Clock(NOW)
    with scene.workspace(clock=clock) as workspace:
        spoiled(scene, workspace)
        clock.now += timedelta(days=31)
        done = purge(workspace, older_than_days=30)
        assert (done.batches, done.quarantined) == ([], 2)
        assert list((scene.outbox / "S").rglob("FI.*"))


def test_r21_maintenance_waits_for_the_poller(scene: Scene) -> None:
    with (
        scene.workspace() as workspace,
        only_poller(workspace),
    ):
        for action in (
            lambda: rebuild(workspace),
            lambda: replay(workspace),
            lambda: purge(workspace, older_than_days=1),
        ):
            with pytest.raises(LockHeld, match="is being done by process"):
                action()
