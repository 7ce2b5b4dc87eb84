"""What the platform holds: the last that it accepted, or told, in the same environment."""

from __future__ import annotations

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import (
    Acceptance,
    Change,
    Consultation,
    FormChange,
    Photo,
    PhotoRecord,
)
from fla_batch.models import DeclarationKey
from fla_batch.vocabulary.terms import Environment, FormKind
from tests.ledger.builders import (
    KEY,
    NOW,
    S,
    after,
    answer,
    batch_name,
    found,
    reference,
    rights,
    send,
)
from tests.ledger_steps import append_form


def judged(ledger: Ledger, number: int, event: Event, days: int, *, legal: bool = True) -> None:
    """Batch `number`, built that many hours later, with one form of KEY and a verdict on it."""
    body = rights(days, legal=legal)
    name = send(ledger, batch_name(number), 1, at=after(hours=number), body=body)
    append_form(ledger, reference(name, 1), event, after(hours=number, minutes=1))


def held(ledger: Ledger, key: DeclarationKey = KEY, environment: Environment = S) -> Photo | None:
    """What is held for a key; asked for alone, and among all that is on record of its worker."""
    worker = (key.company_id, key.inss)
    strangers = [("0400767772", "70081500504"), ("0400767772", key.inss)]
    records = list(ledger.worker_records(environment, [*strangers, worker]))
    assert [(each.company_id, each.inss) for each in records] == [*strangers, worker]
    photo = ledger.last_accepted(key, environment)
    assert records[-1].photos.get((key.calendar_year, key.kind)) == photo
    had_legal = ledger.had_legal_right(key, environment)
    assert (key.calendar_year in records[-1].had_legal) == had_legal
    assert records[-1].told == ledger.consultations(environment, None, *worker)
    return photo


def test_nothing_is_known_before_anything_is_accepted(ledger: Ledger) -> None:
    send(ledger, batch_name(), 1)
    assert held(ledger) is None
    assert not ledger.had_legal_right(KEY, S)


def test_the_last_accepted_declaration_counts_whatever_came_after(ledger: Ledger) -> None:
    judged(ledger, 1, Event.ACCEPTED, 100)
    judged(ledger, 2, Event.WARNED, 200)
    judged(ledger, 3, Event.REFUSED, 300)
    judged(ledger, 4, Event.PENDING, 400)
    judged(ledger, 5, Event.UNRECOGNISED, 500)
    assert held(ledger) == (rights(200), after(hours=2, minutes=1), True)


def test_the_younger_declaration_counts_also_when_its_answer_came_first(ledger: Ledger) -> None:
    names = [
        send(ledger, batch_name(number), 1, at=after(hours=number), body=rights(number * 100))
        for number in (1, 2)
    ]
    append_form(ledger, reference(names[1], 1), Event.ACCEPTED, after(hours=3))
    append_form(ledger, reference(names[0], 1), Event.ACCEPTED, after(hours=4))
    assert held(ledger) == (rights(200), after(hours=3), True)


def test_each_key_and_environment_has_its_own_history(ledger: Ledger) -> None:
    judged(ledger, 1, Event.ACCEPTED, 100)
    others = [
        KEY._replace(company_id="0400767772"),
        KEY._replace(inss="70081500504"),
        KEY._replace(calendar_year=2025),
        KEY._replace(kind=FormKind.TRAININGS),
    ]
    assert [held(ledger, key) for key in others] == [None] * 4
    assert held(ledger, KEY, Environment.PRODUCTION) is None
    assert not ledger.had_legal_right(KEY, Environment.PRODUCTION)


def test_the_legal_right_is_remembered_after_a_declaration_without_it(ledger: Ledger) -> None:
    judged(ledger, 1, Event.REFUSED, 100)
    assert not ledger.had_legal_right(KEY, S)
    judged(ledger, 2, Event.ACCEPTED, 200)
    judged(ledger, 3, Event.ACCEPTED, 300, legal=False)
    assert ledger.had_legal_right(KEY, S)
    assert ledger.had_legal_right(KEY._replace(kind=FormKind.TRAININGS), S)


def test_what_the_platform_told_counts_as_history(ledger: Ledger) -> None:
    judged(ledger, 1, Event.ACCEPTED, 100, legal=False)
    question = send(ledger, batch_name(9), 1, at=after(hours=2))
    told = Consultation(
        FormKind.ASK_RIGHTS,
        {"answer": 1},
        after(hours=2),
        KEY.company_id,
        KEY.inss,
        KEY.calendar_year,
        found(question, 1),
        PhotoRecord(KEY, rights(900)),
    )
    changes: list[Change] = [FormChange(found(question, 1), Event.REFUSED), told]
    assert ledger.accept_answer(answer(), changes, after(hours=3)) is Acceptance.DONE
    assert held(ledger) == (rights(900), after(hours=2), False)
    assert ledger.had_legal_right(KEY, S)
    judged(ledger, 4, Event.ACCEPTED, 400)
    assert held(ledger) == (rights(400), after(hours=4, minutes=1), True)


def test_of_two_words_of_one_instant_the_later_record_counts_and_ours_before_all(
    ledger: Ledger,
) -> None:
    told = [
        Consultation(
            FormKind.ASK_RIGHTS,
            {"n": days},
            after(hours=1),
            KEY.company_id,
            KEY.inss,
            KEY.calendar_year,
            photo=PhotoRecord(KEY, rights(days)),
        )
        for days in (700, 800)
    ]
    ledger.accept_answer(answer(), told, after(hours=3))
    assert held(ledger) == (rights(800), after(hours=1), False)
    judged(ledger, 1, Event.ACCEPTED, 100)
    assert held(ledger) == (rights(100), after(hours=1, minutes=1), True)


def test_what_was_told_since_is_numbered_and_read_once(ledger: Ledger) -> None:
    for number in (1, 2):
        told = [
            Consultation(FormKind.ASK_CREDIT, {"n": each}, after(hours=1), KEY.company_id, KEY.inss)
            for each in (10 * number, 10 * number + 1)
        ]
        name = f"FO.FLAA.999999.20250302.0000{number}.S"
        ledger.accept_answer(answer(name), told, after(hours=number))
    rows = list(ledger.received_since(S, NOW))
    assert [row.body["n"] for _, row in rows] == [10, 11, 20, 21]
    assert list(ledger.received_since(S, NOW, rows[1][0])) == rows[2:]


def test_credit_answers_are_kept_per_worker(ledger: Ledger) -> None:
    changes = [
        Consultation(FormKind.ASK_CREDIT, {"n": 2}, after(hours=2), KEY.company_id, KEY.inss),
        Consultation(FormKind.ASK_CREDIT, {"n": 1}, after(hours=1), KEY.company_id, KEY.inss),
        Consultation(FormKind.ASK_CREDIT, {"n": 3}, after(hours=1), KEY.company_id, "70081500504"),
        Consultation(FormKind.ASK_TO_VALIDATE, {"n": 4}, after(hours=1), KEY.company_id),
    ]
    ledger.accept_answer(answer(), changes, after(hours=3))
    credit = ledger.consultations(S, FormKind.ASK_CREDIT, KEY.company_id, KEY.inss)
    assert [(row.body["n"], row.told_at) for row in credit] == [
        (1, after(hours=1)),
        (2, after(hours=2)),
    ]
    assert len(ledger.consultations(S)) == 4
    assert ledger.consultations(Environment.PRODUCTION) == []
