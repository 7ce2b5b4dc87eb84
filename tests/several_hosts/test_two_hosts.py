"""R36: any host takes any step of a batch that another one began, and both tell the same story."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fla_batch.commands import restore as commands_restore
from fla_batch.commands.cancel import cancel
from fla_batch.commands.doctor.diagnosis import Health
from fla_batch.commands.ledger_of_outbox import LedgerBehind
from fla_batch.commands.maintenance import purge, replay, verify
from fla_batch.commands.needs import AnswerTools
from fla_batch.commands.poll_lock import no_poller, only_poller
from fla_batch.commands.restore import restore
from fla_batch.commands.send import send
from fla_batch.commands.status import status
from fla_batch.configuration.sections import SenderSection
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.locks import LockHeld
from fla_batch.outbox.manifest import Manifest
from fla_batch.outbox.object_store import ObjectStore
from fla_batch.outbox.shared_outbox import SharedOutbox
from tests.object_store import S3Server
from tests.postgres import Postgres
from tests.reliability.scene import S
from tests.several_hosts.hosts import Hosts, doctor_says

pytestmark = pytest.mark.postgresql


def store_of(hosts: Hosts) -> ObjectStore:
    url = hosts.scenes[0].settings().workspace.store
    assert url is not None
    return ObjectStore.at(url, os.environ)


def test_r36_a_ledger_without_its_files_says_what_is_missing(
    tmp_path: Path, postgres: Postgres, empty_ledger: str
) -> None:
    """PostgreSQL alone: what another host built is set apart, with the way to share it."""
    hosts = Hosts.make(tmp_path, postgres.new_database(empty_ledger), None)
    (ours,) = hosts.build(1, 1)
    (theirs,) = set(hosts.build(2, 2)) - {ours}
    with hosts.on(1) as workspace:
        told = {each.name: each for each in send(workspace, [ours, theirs])}
        advice = [each.advice for each in verify(workspace)]
    assert told[ours].state is BatchState.SENT
    assert told[theirs].trouble
    assert "[workspace] store" in told[theirs].remark
    assert [text for text in advice if "[workspace] store" in text]


def test_r36_any_host_takes_any_step(hosts: Hosts) -> None:
    names = hosts.build(1)
    assert hosts.send(2) == ["sent", "sent", "sent"]
    assert hosts.send(1, 3) == []
    hosts.answer()
    assert len(hosts.poll(1)) == 2 * len(names)
    assert set(hosts.states().values()) == {"closed"}
    assert hosts.problems(1) == hosts.problems(2) == []
    assert hosts.created_again() == []


def test_r36_what_one_host_built_is_unchanged_for_the_other(hosts: Hosts) -> None:
    assert len(hosts.build(1)) == 3
    assert hosts.build(2, minute=2) == []


def test_r36_both_hosts_build_and_both_send(hosts: Hosts) -> None:
    """What the reference promised of PostgreSQL: neither host stops at the other's batches."""
    hosts.build(1, 2)
    hosts.build(2, 4, minute=2)
    assert hosts.problems(1) == hosts.problems(2) == []
    assert hosts.send(1, 3) == ["sent"] * 4
    assert hosts.problems(1) == hosts.problems(2) == []


def test_r36_a_fetched_file_is_compared_with_the_ledger(hosts: Hosts) -> None:
    (name,) = hosts.build(1, 1)
    store = store_of(hosts)
    (key,) = (key for key in store.sizes(f"S/{name}/sent") if "/FI." in key)
    content = store.read(key)
    assert content is not None
    store.replace(key, content[:-1] + b" ")
    with hosts.on(2) as workspace:
        (outcome,) = send(workspace, [name])
    assert outcome.trouble
    assert "another file" in outcome.trouble
    assert outcome.state is BatchState.STAGED
    for number in (1, 2):
        assert any("was changed" in problem for problem in hosts.problems(number))


def test_r36_a_batch_without_its_manifest_is_not_there(hosts: Hosts) -> None:
    (name,) = hosts.build(1, 1)
    store_of(hosts).remove([f"S/{name}/manifest.json"])
    with hosts.on(2) as workspace:
        assert workspace.outbox.batches(S) == []
        assert {row.name: row.trouble for row in status(workspace)}[name] == (
            "manifest.json is missing"
        )
        (outcome,) = send(workspace, [name])
    assert outcome.trouble


def test_r36_a_batch_is_cancelled_where_it_was_not_built(hosts: Hosts) -> None:
    (name,) = hosts.build(1, 1)
    with hosts.on(2) as workspace:
        assert cancel(workspace, str(name)) is BatchState.CANCELLED
    assert hosts.problems(1) == hosts.problems(2) == []
    assert hosts.send(1, 3) == []


def test_r36_what_a_host_was_killed_over_is_taken_back_by_another(hosts: Hosts) -> None:
    """A build that ended between two batches: the other host withdraws it, and both are clean."""
    (name,) = hosts.build(1, 1)
    with hosts.on(1) as workspace:
        folder = workspace.outbox.folder(name)
        copy = shutil.copytree(folder, folder.parent / "copy")
        workspace.outbox.withdraw(name)
        assert not folder.exists()
        copy.rename(folder)
        assert isinstance(workspace.outbox, SharedOutbox)
        assert store_of(hosts).sizes(f"S/{name}") == {}
        # What the other host withdrew is no batch here either, and its files go.
        cancel(workspace, str(name))
        assert workspace.outbox.clear_leftovers(S) == [folder]
    assert not folder.exists()
    assert hosts.problems(1) == hosts.problems(2) == []


def test_r14_r36_another_content_of_a_known_answer_goes_beside_it(hosts: Hosts) -> None:
    hosts.build(1, 1)
    hosts.send(1)
    hosts.answer()
    first = hosts.poll(1)
    folder = hosts.scenes[0].account / S.folder_out
    for path in folder.glob("FO.ACRF*"):
        path.write_bytes(path.read_bytes().replace(b"<ResultCode>1<", b"<ResultCode>0<"))
    before = hosts.states()
    assert hosts.poll(2, 5) == []
    assert len(first) == 2
    assert hosts.states() == before
    assert hosts.problems(1) == hosts.problems(2) == []


def test_r17_r36_a_quarantined_file_is_replayed_on_another_host(hosts: Hosts) -> None:
    """The first host does not know the portal's root; the second one does, and was given nothing
    but the store.
    """
    hosts.build(1, 1)
    hosts.send(1)
    hosts.answer()
    roots = hosts.scenes[0].folder / "keys" / "portal" / "root.pem"
    right = roots.read_bytes()
    roots.write_bytes((hosts.scenes[0].folder / "keys" / "sender" / "root.pem").read_bytes())
    assert hosts.poll(1) == []
    with hosts.on(2, 5) as workspace:
        assert len(list(workspace.outbox.quarantine.files())) == 2
        assert len(replay(workspace).processed) == 2
        assert list(workspace.outbox.quarantine.files()) == []
    roots.write_bytes(right)
    assert set(hosts.states().values()) == {"closed"}
    assert hosts.problems(1) == hosts.problems(2) == []


def test_s12_r36_a_purge_holds_for_every_host(hosts: Hosts) -> None:
    (name,) = hosts.build(1, 1)
    hosts.send(2)
    hosts.answer()
    hosts.poll(1)
    with hosts.on(1, 60 * 24 * 40) as workspace:
        assert purge(workspace, older_than_days=30).batches == [str(name)]
    assert [key.rpartition("/")[2] for key in store_of(hosts).sizes(f"S/{name}/sent")] == []
    assert hosts.problems(1) == hosts.problems(2) == []
    with hosts.on(2, 60 * 24 * 40) as workspace:
        purge(workspace, older_than_days=30)
    assert not list(hosts.scenes[1].outbox.rglob("FI.*"))
    assert not list(hosts.scenes[0].outbox.rglob("F[ISO].*"))


def test_s12_r36_a_purge_of_what_fits_no_batch_holds_for_every_host(
    hosts: Hosts, postgres: Postgres, empty_ledger: str
) -> None:
    """Answers about what this ledger never sent: their objects hold national numbers as well."""
    hosts.build(1, 1)
    hosts.send(1)
    hosts.answer()
    new = postgres.new_database(empty_ledger)
    for scene in hosts.scenes:
        workspace_before = scene.settings().workspace
        path = scene.folder / "fla-batch.toml"
        text = path.read_text(encoding="utf-8").replace(workspace_before.ledger, new)
        store = str(workspace_before.store)
        path.write_text(text.replace(store, f"{store}/new"), encoding="utf-8")
        shutil.rmtree(scene.outbox, ignore_errors=True)
    hosts.poll(1)
    inboxes = [scene.outbox / "S" / "inbox" for scene in hosts.scenes]
    assert len(store_of(hosts).sizes("S/inbox")) == 6
    with hosts.on(2, 5) as workspace:  # the other host has looked at them
        for row in workspace.ledger.answer_files():
            assert workspace.outbox.kept_file(row.file.kept_path).is_file()
    with hosts.on(1, 60 * 24 * 40) as workspace:
        assert purge(workspace, older_than_days=30).answers == 2
    assert store_of(hosts).sizes("S/inbox") == {}
    with hosts.on(2, 60 * 24 * 40) as workspace:
        assert purge(workspace, older_than_days=30).answers == 0
    assert [list(inbox.glob("FO.*")) for inbox in inboxes] == [[], []]
    assert hosts.problems(1) == hosts.problems(2) == []


def test_r30_r36_a_lost_ledger_is_noticed_and_rebuilt_on_any_host(
    hosts: Hosts, postgres: Postgres, empty_ledger: str
) -> None:
    """The database was lost: a host that did none of the work notices, and puts it back."""
    hosts.build(1, 2)
    hosts.send(1)
    before = hosts.states()
    hosts.lose_ledger(postgres.new_database(empty_ledger))
    for number in (1, 2):
        with pytest.raises(LedgerBehind), hosts.on(number, 5):
            pass
    with hosts.scenes[1].workspace(mend=True) as workspace:
        assert restore(workspace).problems == []
    assert hosts.states() == before
    assert hosts.problems(1) == hosts.problems(2) == []
    assert hosts.send(1, 6) == []
    assert hosts.build(1, 2, minute=7) == []
    hosts.answer()
    hosts.poll(1, 8)
    assert set(hosts.states().values()) == {"closed"}
    assert hosts.created_again() == []


def test_r30_r36_a_ledger_from_a_backup_is_noticed_by_every_host(
    hosts: Hosts, postgres: Postgres
) -> None:
    """The backup was taken before the first host sent; the second one has never sent anything."""
    hosts.build(1, 1)
    old = hosts.scenes[0].settings().workspace.ledger
    backup = postgres.new_database(old.rpartition("/")[2])
    hosts.send(1)
    for scene in hosts.scenes:
        path = scene.folder / "fla-batch.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, backup), encoding="utf-8")
    for number in (1, 2):
        with pytest.raises(LedgerBehind, match="older than the outbox"), hosts.on(number, 5):
            pass


def test_s10_no_credential_reaches_what_we_write(hosts: Hosts, s3: S3Server) -> None:
    secret = s3.environ["AWS_SECRET_ACCESS_KEY"]
    (name,) = hosts.build(1, 1)
    store = store_of(hosts)
    for scene in hosts.scenes:
        for path in scene.outbox.rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes()
    manifest = json.loads(store.read(f"S/{name}/manifest.json") or b"{}")
    assert manifest["batch"] == str(name)
    assert secret not in repr(store)


def test_r21_hosts_of_different_senders_poll_at_once(hosts: Hosts) -> None:
    """One lock for each sender and environment; and one for each folder of downloads."""
    path = hosts.scenes[1].folder / "fla-batch.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("123456", "654321"), encoding="utf-8")
    hosts.build(2, 1)
    with hosts.on(1) as ours, hosts.on(2) as theirs:
        with only_poller(ours), only_poller(theirs):
            with pytest.raises(LockHeld, match='"poll 123456 S" is being done'), only_poller(ours):
                pass
            with pytest.raises(LockHeld), no_poller(ours):
                pass
        with no_poller(ours), pytest.raises(LockHeld), only_poller(theirs):
            pass


def test_r21_two_senders_do_not_poll_into_one_folder(hosts: Hosts) -> None:
    with hosts.on(1) as ours:
        other = replace(
            ours,
            settings=ours.settings.model_copy(
                update={"sender": SenderSection(number="654321", environment="S")}
            ),
        )
        with only_poller(ours), pytest.raises(LockHeld, match='"poll into '), only_poller(other):
            pass


def test_r36_the_doctor_looks_at_store_and_ledger(hosts: Hosts) -> None:
    """On a host that built nothing: what another one staged is no damage here."""
    hosts.build(1, 1)
    told = doctor_says(hosts.scenes[1])
    assert told["store"].state is Health.OK
    assert told["ledger"].state is Health.OK
    assert told["batches"].message == "waiting to be sent: 1, each whole"


def test_r36_the_doctor_says_that_a_store_does_not_answer(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    told = doctor_says(hosts.scenes[0])
    assert told["store"].state is Health.ERROR
    assert "object store" in told["store"].message
    assert told["ledger"].state is Health.SKIPPED


def test_r30_r36_a_folder_moves_into_a_store(
    hosts: Hosts, postgres: Postgres, tmp_path: Path
) -> None:
    """Settings with a store and an empty database, then `ledger rebuild --from-outbox`."""
    alone = Hosts.make(tmp_path / "alone", "sqlite:///outbox/ledger.db", None, count=1)
    sent, *_ = alone.build(1)
    with alone.on(1, 2) as workspace:
        send(workspace, [sent])
    alone.answer()
    assert alone.poll(1)
    states = alone.states()
    shared = hosts.scenes[0].settings().workspace
    path = alone.scenes[0].folder / "fla-batch.toml"
    text = path.read_text(encoding="utf-8").replace("sqlite:///outbox/ledger.db", shared.ledger)
    path.write_text(text.replace("[workspace]", f'[workspace]\nstore = "{shared.store}"'))
    with alone.scenes[0].workspace(mend=True) as workspace:
        found = restore(workspace)
    assert (len(found.batches), found.problems) == (3, [])
    assert alone.problems(1) == []
    assert hosts.problems(2) == []
    assert alone.states() == hosts.states() == states
    # What the folder's host had not sent yet, any host sends.
    assert hosts.send(2, 11) == ["sent", "sent"]


def test_r30_r36_nobody_takes_a_half_restored_batch_for_an_unfinished_one(
    hosts: Hosts, postgres: Postgres, empty_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild that was ended when the last batch was on record, and its events were not."""
    hosts.build(1, 2)
    hosts.send(1)
    before = hosts.states()
    hosts.lose_ledger(postgres.new_database(empty_ledger))
    last = max(before)
    bring_up = commands_restore._bring_up

    def ended(workspace: AnswerTools, manifest: Manifest) -> bool:
        if str(manifest.batch) == last:
            raise KeyboardInterrupt
        return bring_up(workspace, manifest)

    with monkeypatch.context() as patched, hosts.scenes[0].workspace(mend=True) as workspace:
        patched.setattr(commands_restore, "_bring_up", ended)
        with pytest.raises(KeyboardInterrupt):
            restore(workspace)
    for number in (1, 2):
        with pytest.raises(LedgerBehind, match="has not come to its end"), hosts.on(number, 5):
            pass
    with hosts.scenes[1].workspace(mend=True) as workspace:
        assert restore(workspace).problems == []
    assert hosts.states() == before
    assert hosts.problems(1) == hosts.problems(2) == []
