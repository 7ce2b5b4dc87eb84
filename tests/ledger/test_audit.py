"""The ledger and the outbox tell the same story, or the difference is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from fla_batch.ledger.database import writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import BatchChange
from fla_batch.ledger.sql_tables import batch_state
from fla_batch.outbox.audit import audit
from fla_batch.outbox.manifest import Manifest
from fla_batch.outbox.outbox import Fault, Outbox
from tests.ledger.builders import NOW, S, answer, batch_name, send

NAME = batch_name(1)
FO = answer().name


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


@pytest.fixture
def books(outbox: Outbox) -> Iterator[Ledger]:
    """A batch that was sent and answered, in the ledger and on disk."""
    with Ledger.open(f"sqlite:///{outbox.root}/ledger.db") as ledger:
        send(ledger, NAME)
        with outbox.stage(NAME) as staged:
            staged.write(NAME.fi(1, 1), b"<x/>")
            manifest = Manifest(NAME, "fla-20250131", "1", NOW, 3, 1, staged.sent_files())
            staged.finish(manifest)
        path = outbox.inbox.download_path(S)
        path.write_bytes(b"<x/>")
        kept = outbox.inbox.take_in(path, FO, S)
        kept = outbox.inbox.move_to_batch(kept, outbox.folder(NAME))
        file = answer()._replace(kept_path=kept.path)
        ledger.accept_answer(file, [BatchChange(NAME, Event.RECEIVED)], NOW)
        yield ledger


def test_r16_when_all_is_well_there_is_nothing_to_tell(books: Ledger, outbox: Outbox) -> None:
    assert audit(books, outbox) == []


def test_a_batch_without_its_folder_is_told(books: Ledger, outbox: Outbox) -> None:
    outbox.folder(NAME).rename(outbox.root / "elsewhere")
    assert audit(books, outbox) == [
        Fault(str(NAME), "is in the ledger and not in the outbox"),
        Fault(str(NAME), "the raw answer is missing", FO),
    ]


def test_a_folder_without_its_batch_is_told(books: Ledger, outbox: Outbox) -> None:
    other = batch_name(2)
    with outbox.stage(other) as staged:
        staged.finish(Manifest(other, "p", "1", NOW, 1, 1, ()))
    assert audit(books, outbox) == [Fault(str(other), "is in the outbox and not in the ledger")]


def test_a_batch_that_never_got_its_files_is_no_fault(books: Ledger, outbox: Outbox) -> None:
    send(books, batch_name(2), events=())
    send(books, batch_name(3), events=(Event.CANCELLED,))
    assert audit(books, outbox) == []


def test_a_manifest_that_differs_is_told(books: Ledger, outbox: Outbox) -> None:
    manifest = outbox.manifest(NAME)._replace(forms=4, profile="other", previous=batch_name(9))
    (outbox.folder(NAME) / "manifest.json").write_bytes(manifest.to_bytes())
    assert [fault.problem for fault in audit(books, outbox)] == [
        "forms: 3 in the ledger, 4 in the manifest",
        "profile: fla-20250131 in the ledger, other in the manifest",
        f"previous batch: None in the ledger, {batch_name(9)} in the manifest",
    ]


def test_changed_files_and_answers_are_told(books: Ledger, outbox: Outbox) -> None:
    outbox.sent_path(NAME, str(NAME.fi(1, 1))).write_bytes(b"<y/>")
    (outbox.folder(NAME) / "received" / FO).write_bytes(b"<y/>")
    assert audit(books, outbox) == [
        Fault(str(NAME), "was changed after it was built", str(NAME.fi(1, 1))),
        Fault(str(NAME), "the raw answer was changed", FO),
    ]


def test_s12_what_was_purged_is_not_missing(books: Ledger, outbox: Outbox) -> None:
    outbox.purge(NAME, NOW)
    assert audit(books, outbox) == []


def test_what_a_crashed_build_left_is_told(books: Ledger, outbox: Outbox) -> None:
    stage = outbox.stage(batch_name(2))
    pid = os.fork()
    if not pid:
        stage.__enter__()
        os._exit(0)
    os.waitpid(pid, 0)
    (fault,) = audit(books, outbox)
    assert fault.problem == "was left by a build that crashed; nothing of it was sent"
    outbox.clear_leftovers(S)
    assert audit(books, outbox) == []


def test_a_state_that_does_not_follow_is_told(books: Ledger, outbox: Outbox) -> None:
    with writing(books._engine) as connection:
        connection.execute(update(batch_state).values(state="closed"))
    (fault,) = audit(books, outbox)
    assert fault.problem == (
        "is recorded as closed since 2025-03-01 09:00:00 UTC; "
        "its events say received since 2025-03-01 09:00:00 UTC"
    )
