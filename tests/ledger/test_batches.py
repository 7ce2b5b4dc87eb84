"""Batches and events: recorded once, read back equal, and never changed."""

from __future__ import annotations

import hashlib
import stat
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from fla_batch.ledger.database import writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import (
    OPEN_BATCH_STATES,
    BatchState,
    Event,
    FormState,
    SilenceLimits,
)
from fla_batch.ledger.records import canonical_json
from fla_batch.vocabulary.errors import LedgerTrouble, UnknownTransition, UsageMistake
from fla_batch.vocabulary.terms import Environment
from tests.ledger.builders import (
    NOW,
    SENDING_EVENTS,
    S,
    after,
    batch_name,
    forms,
    record,
    reference,
    rights,
    send,
)
from tests.ledger_steps import append_form

COUNT_OVER_ONE_CHUNK = 1234


def test_what_was_recorded_reads_back(ledger: Ledger) -> None:
    name = batch_name()
    given = list(forms(name, 3))
    assert ledger.record_batch(record(name), given) == 3
    row = ledger.batch(name)
    assert row is not None
    assert (row.name, row.state, row.forms, row.open) == (name, BatchState.BUILT, 3, 3)
    assert (row.profile, row.profile_version, row.parts) == ("fla-20250131", "1", 1)
    assert (row.built_at, row.sent_at, row.closed_at) == (NOW, None, None)
    for wanted, kept in zip(given, ledger.forms(name), strict=True):
        assert kept.reference_nbr == wanted.reference_nbr
        assert (kept.part, kept.position) == (wanted.part, wanted.position)
        assert (kept.created_date, kept.created_hour) == (wanted.created_date, wanted.created_hour)
        assert (kept.company_id, kept.inss) == (wanted.company_id, wanted.inss)
        assert (kept.kind, kept.calendar_year) == (wanted.kind, wanted.calendar_year)
        body = rights(wanted.position)
        sha256 = hashlib.sha256(canonical_json(body).encode()).hexdigest()
        assert (kept.body, kept.sha256) == (body, sha256)
        assert kept.state is FormState.BUILT


def test_state_names_and_last_year_without_reading_forms(ledger: Ledger) -> None:
    first, second, empty = (batch_name(number) for number in (1, 2, 3))
    years = (2024, None, 2025)
    dated = (
        form._replace(calendar_year=year) for form, year in zip(forms(first, 3), years, strict=True)
    )
    ledger.record_batch(record(first), dated)
    ledger.record_batch(record(second), forms(second, 1))
    undated = (form._replace(calendar_year=None) for form in forms(empty, 1))
    ledger.record_batch(record(empty), undated)
    ledger.append(first, Event.STAGED, NOW)
    assert [ledger.last_year(name) for name in (first, second, empty)] == [2025, 2024, None]
    assert ledger.state(first) is BatchState.STAGED
    assert ledger.names(S, [BatchState.STAGED]) == [first]
    assert ledger.names(S, [BatchState.BUILT, BatchState.STAGED]) == [first, second, empty]
    assert ledger.names(Environment.PRODUCTION, [BatchState.BUILT]) == []
    for ask in (ledger.state, ledger.last_year):
        with pytest.raises(UsageMistake, match="knows no batch"):
            ask(batch_name(9))


def test_many_forms_come_as_a_stream(ledger: Ledger) -> None:
    name = batch_name()
    assert ledger.record_batch(record(name), forms(name, COUNT_OVER_ONE_CHUNK)) == 1234
    ledger.append(name, Event.STAGED, NOW)
    staged = ledger.forms(name, [FormState.STAGED])
    assert [row.position for row in staged] == list(range(1, COUNT_OVER_ONE_CHUNK + 1))
    assert list(ledger.forms(name, [FormState.SENT])) == []


def test_r6_a_name_is_used_once(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    with pytest.raises(LedgerTrouble, match="was used before"):
        ledger.record_batch(record(name), forms(name))
    assert [row.name for row in ledger.batches()] == [name]


def test_a_batch_needs_a_form(ledger: Ledger) -> None:
    with pytest.raises(UsageMistake, match="has no form"):
        ledger.record_batch(record(batch_name()), [])
    assert ledger.batches() == []


def test_a_mistake_in_the_last_form_records_nothing(ledger: Ledger) -> None:
    name = batch_name()
    first, last = forms(name, 2)
    twice = last._replace(reference_nbr=first.reference_nbr)
    with pytest.raises(LedgerTrouble) as caught:
        ledger.record_batch(record(name), [first, twice])
    assert first.inss is not None
    assert first.inss not in str(caught.value)
    assert caught.value.__cause__ is None
    assert ledger.batches() == []


class _Interrupted:
    """A value in whose middle Ctrl-C is pressed."""

    def __conform__(self, _: object) -> str:
        raise KeyboardInterrupt


def test_ctrl_c_within_a_statement_lets_go_of_the_ledger(tmp_path: Path) -> None:
    """While the exception is still on its way, its transaction must not hold the write lock."""
    name = batch_name()
    first, last = forms(name, 2)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        broken = last._replace(inss=_Interrupted())  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt) as caught:
            ledger.record_batch(record(name), [first, broken])
        started = time.monotonic()
        assert ledger.record_batch(record(name), [first, last]) == 2
        assert time.monotonic() - started < 30
        assert caught.value is not None


def test_r4_the_intent_is_on_record_before_anything_leaves(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), events=SENDING_EVENTS[:3])
    row = ledger.batch(name)
    assert row is not None
    assert (row.state, row.sent_at) == (BatchState.IN_DOUBT, None)
    with pytest.raises(UnknownTransition):
        ledger.append(name, Event.SENDING, NOW)


def test_r5_a_doubt_survives_a_restart_and_is_settled_once(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger:
        name = send(ledger, batch_name(), events=SENDING_EVENTS[:3])
    with Ledger.open(ledger_url) as ledger:
        assert ledger.append(name, Event.SENT, after(hours=1)) is BatchState.SENT
        with pytest.raises(UnknownTransition):
            ledger.append(name, Event.GO_BEGUN, NOW)


def test_an_event_that_is_refused_leaves_no_trace(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    before = ledger.events(name)
    with pytest.raises(UnknownTransition):
        ledger.append(name, Event.STAGED, NOW)
    assert ledger.events(name) == before
    assert ledger.verify() == []


def test_events_keep_their_details_and_instants_in_utc(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), events=())
    brussels = timezone(timedelta(hours=1))
    at = datetime(2025, 3, 1, 10, 0, 0, 123456, tzinfo=brussels)
    ledger.append(name, Event.STAGED, at, {"bytes": 12, "host": "é"})
    (event,) = ledger.events(name)
    assert (event.event, event.form, event.details) == (
        Event.STAGED,
        None,
        {"bytes": 12, "host": "é"},
    )
    assert event.at == at
    assert event.at.tzinfo is UTC


def test_an_instant_without_a_zone_is_a_mistake(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), events=())
    with pytest.raises(LedgerTrouble, match="time zone"):
        ledger.append(name, Event.STAGED, datetime(2025, 3, 1))  # noqa: DTZ001 - the mistake
    assert ledger.events(name) == []


@pytest.mark.parametrize("table", ["event", "batch", "form"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_the_record_only_grows(ledger: Ledger, table: str, change: str) -> None:
    send(ledger, batch_name())
    refused = pytest.raises(LedgerTrouble, match=f"rows of {table} never change")
    with refused, writing(ledger._engine) as connection:
        connection.execute(text(change.format(table)))


def test_status_rows_have_the_fields_of_the_command(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    ledger.append(name, Event.RECEIVED, after(hours=1), ticket="1234567890123")
    append_form(ledger, reference(name, 1), Event.ACCEPTED, after(hours=2))
    append_form(ledger, reference(name, 2), Event.WARNED, after(hours=2))
    (row,) = ledger.status_rows(after(hours=3), SilenceLimits())
    assert row.to_json() == {
        "name": "FLAD.123456.20250301.00001.S",
        "state": "received",
        "environment": "S",
        "ticket": "1234567890123",
        "forms": 3,
        "accepted": 1,
        "warned": 1,
        "refused": 0,
        "open": 1,
        "sent_at": "2025-03-01T09:00:00+00:00",
        "closed_at": None,
        "trouble": None,
        "waits_for": None,
    }
    append_form(ledger, reference(name, 3), Event.REFUSED, after(hours=4))
    (row,) = ledger.status_rows(after(hours=5), SilenceLimits(), name)
    assert (row.state, row.refused, row.open) == (BatchState.CLOSED, 1, 0)
    assert row.to_json()["closed_at"] == "2025-03-01T13:00:00+00:00"


def test_r22_an_overdue_batch_is_shown_with_its_age_and_an_answer_moves_it_on(
    ledger: Ledger,
) -> None:
    name = send(ledger, batch_name())
    (row,) = ledger.status_rows(after(hours=25), SilenceLimits())
    assert (row.state, row.age) == (BatchState.OVERDUE, timedelta(hours=25))
    assert ledger.append(name, Event.RECEIVED, after(hours=25)) is BatchState.RECEIVED
    (row,) = ledger.status_rows(after(hours=26), SilenceLimits())
    assert (row.state, row.age) == (BatchState.RECEIVED, timedelta(hours=1))


def test_open_batches_are_those_of_one_environment_that_wait(ledger: Ledger) -> None:
    waiting = send(ledger, batch_name(1))
    refused = send(ledger, batch_name(2))
    ledger.append(refused, Event.FILE_REFUSED, NOW)
    dropped = send(ledger, batch_name(3), events=(Event.STAGED, Event.CANCELLED))
    send(ledger, batch_name(4, Environment.PRODUCTION))
    assert [row.name for row in ledger.batches(S, OPEN_BATCH_STATES)] == [waiting]
    rows = {row.name: row for row in ledger.batches(S)}
    assert list(rows) == [waiting, refused, dropped]
    assert (rows[refused].refused, rows[refused].open) == (3, 0)
    assert (rows[dropped].cancelled, rows[dropped].open) == (3, 0)
    assert [row.name for row in ledger.batches(S, [BatchState.CANCELLED])] == [dropped]


def test_r23_a_correction_knows_what_it_corrects(ledger: Ledger) -> None:
    first, second = send(ledger, batch_name(1)), batch_name(2)
    ledger.record_batch(record(second, previous=first), forms(second, 1))
    row = ledger.batch(second)
    assert row is not None
    assert row.previous == first
    with pytest.raises(UsageMistake, match="knows no batch"):
        ledger.record_batch(record(batch_name(3), previous=batch_name(9)), forms(batch_name(3), 1))


def test_unknown_batches_and_forms_are_said_to_be_so(ledger: Ledger) -> None:
    assert ledger.batch(batch_name()) is None
    with pytest.raises(UsageMistake, match="knows no batch"):
        ledger.append(batch_name(), Event.STAGED, NOW)
    with pytest.raises(UsageMistake, match="knows no form"):
        append_form(ledger, "x", Event.ACCEPTED, NOW)


def test_one_form_is_found_by_its_reference(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    assert ledger.form(reference(name, 2)) == list(ledger.forms(name))[1]
    assert ledger.form("x") is None


@pytest.mark.parametrize("length", [20, 36, 64])
def test_a_reference_as_long_as_the_portal_allows_is_kept_whole(
    ledger: Ledger, length: int
) -> None:
    number = "7f0c2a5e-1f5d-4b6e-9a53-0c2f6f5b9d11".ljust(length, "7")[:length]
    name = batch_name()
    ledger.record_batch(record(name), [next(forms(name, 1))._replace(reference_nbr=number)])
    found = ledger.form(number)
    assert found is not None
    assert found.reference_nbr == number


def test_bodies_that_are_read_are_copies(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), 1)
    (row,) = ledger.forms(name)
    row.body.clear()
    assert next(ledger.forms(name)).body == rights(1)


def test_the_ledger_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        send(ledger, batch_name())
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert len(list(path.parent.iterdir())) > 1
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
