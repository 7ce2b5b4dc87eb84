"""Forms are found by what answers say of them, those that wait for answers first."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from fla_batch.answers.answer_changes import Interpreter
from fla_batch.answers.blocks import PortalHeader
from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import OPEN_BATCH_STATES, Event
from fla_batch.ledger.records import FormChange
from fla_batch.message import load
from fla_batch.vocabulary.terms import Environment
from tests.answers.messages import notification, notification_form
from tests.ledger.builders import COMPANY, DAY, WORKER, S, after, batch_name, found, reference, send
from tests.ledger_steps import append_form

HOUR = time(10, 0, 0, 2000)
OTHER = Environment.CIRCUIT_TEST


def test_by_reference_in_any_batch(ledger: Ledger) -> None:
    one, two = send(ledger, batch_name(1)), send(ledger, batch_name(2))
    assert ledger.batches_by_reference([reference(one, 4)]) == {}
    assert ledger.has_batch(one)
    assert not ledger.has_batch(batch_name(3))
    asked = [reference(two, 3), "é", reference(one, 1), "'; --", reference(two, 1)]
    batches = ledger.batches_by_reference(asked)
    assert batches == {reference(two, 3): two, reference(one, 1): one, reference(two, 1): two}
    assert batches[reference(two, 3)] is batches[reference(two, 1)]
    assert ledger.batches_by_reference([]) == ledger.batches_by_reference(["x"]) == {}


def test_by_creation_within_a_batch(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    assert ledger.forms_by_creation(name, DAY, HOUR, "FLA001") == [found(name, 2)]
    assert ledger.forms_by_creation(name, DAY, HOUR) == [found(name, 2)]
    assert ledger.forms_by_creation(name, DAY, HOUR, "FLA002") == []
    assert ledger.forms_by_creation(name, date(2025, 3, 2), HOUR) == []
    assert ledger.forms_by_creation(batch_name(2), DAY, HOUR) == []


def test_by_creation_within_an_environment(ledger: Ledger) -> None:
    here, there = send(ledger, batch_name()), send(ledger, batch_name(1, OTHER))
    assert ledger.forms_by_creation(S, DAY, HOUR) == [found(here, 2)]
    assert ledger.forms_by_creation(OTHER, DAY, HOUR) == [found(there, 2)]
    assert ledger.forms_by_creation(Environment.PRODUCTION, DAY, HOUR) == []


def test_by_subject_with_and_without_the_year(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), 1)
    for scope in (name, S):
        assert ledger.forms_by_subject(scope, COMPANY, WORKER, 2024, "FLA001") == [found(name, 1)]
        assert ledger.forms_by_subject(scope, COMPANY, WORKER) == [found(name, 1)]
        assert ledger.forms_by_subject(scope, COMPANY, WORKER, 2023) == []
        assert ledger.forms_by_subject(scope, COMPANY, "70081500504") == []
        assert ledger.forms_by_subject(scope, "0400767772", WORKER) == []


def test_r18_a_second_notification_finds_its_form_after_the_batch_was_closed(
    ledger: Ledger,
) -> None:
    name = send(ledger, batch_name(1), 1)
    for event in (Event.NOTIFIED,):
        ledger.append(name, event, after(hours=1))
    append_form(ledger, reference(name, 1), Event.ACCEPTED, after(hours=1))
    assert ledger.batches(S, OPEN_BATCH_STATES) == []
    assert ledger.forms_by_subject(S, COMPANY, WORKER) == [found(name, 1)]


def test_batches_that_wait_come_before_those_that_do_not(ledger: Ledger) -> None:
    refused, waiting = send(ledger, batch_name(1), 1), send(ledger, batch_name(2), 1)
    ledger.append(refused, Event.FILE_REFUSED, after(hours=1))
    assert ledger.forms_by_subject(S, COMPANY, WORKER) == [found(waiting, 1)]


def test_what_was_never_sent_is_no_candidate(ledger: Ledger) -> None:
    send(ledger, batch_name(1), 1, events=(Event.STAGED,))
    assert ledger.forms_by_subject(S, COMPANY, WORKER) == []


def test_each_form_of_one_message_is_found_by_what_it_says_late(
    ledger: Ledger, tmp_path: Path
) -> None:
    """What of a form is seldom needed is read from its element, which is gone with the next one."""
    name = send(ledger, batch_name(), 600)
    handled = [
        PortalHeader(form.identification, form.created_date, form.created_hour)
        for form in ledger.forms(name)
    ]
    path = tmp_path / "FO.NOTI.999999.20250302.00001.S"
    told = notification(*(notification_form(handled_original_form=each) for each in handled))
    path.write_bytes(told.getvalue())
    changes = Interpreter(load("fla-20250131"), Sent(ledger)).changes(path, S, after())
    assert [each.form for each in changes if isinstance(each, FormChange)] == [
        found(name, number) for number in range(1, 601)
    ]
