"""What the platform holds: the last that it accepted, or told, in the same environment."""

from __future__ import annotations

from fla_batch.ledger import Acceptance, Change, Consultation, FormChange, Ledger, PhotoRecord
from fla_batch.ledger.lifecycle import Event
from fla_batch.vocabulary.terms import Environment, FormKind
from tests.ledger.builders import KEY, S, after, answer, batch_name, found, reference, rights, send


def judged(ledger: Ledger, number: int, event: Event, days: int, *, legal: bool = True) -> None:
    """Batch `number`, built that many hours later, with one form of KEY and a verdict on it."""
    body = rights(days, legal=legal)
    name = send(ledger, batch_name(number), 1, at=after(hours=number), body=body)
    ledger.append_form(reference(name, 1), event, after(hours=number, minutes=1))


def test_nothing_is_known_before_anything_is_accepted(ledger: Ledger) -> None:
    send(ledger, batch_name(), 1)
    assert ledger.last_accepted(KEY, S) is None
    assert not ledger.had_legal_right(KEY, S)


def test_the_last_accepted_declaration_counts_whatever_came_after(ledger: Ledger) -> None:
    judged(ledger, 1, Event.ACCEPTED, 100)
    judged(ledger, 2, Event.WARNED, 200)
    judged(ledger, 3, Event.REFUSED, 300)
    judged(ledger, 4, Event.PENDING, 400)
    judged(ledger, 5, Event.UNRECOGNISED, 500)
    assert ledger.last_accepted(KEY, S) == (rights(200), after(hours=2, minutes=1), True)


def test_the_younger_declaration_counts_also_when_its_answer_came_first(ledger: Ledger) -> None:
    names = [
        send(ledger, batch_name(number), 1, at=after(hours=number), body=rights(number * 100))
        for number in (1, 2)
    ]
    ledger.append_form(reference(names[1], 1), Event.ACCEPTED, after(hours=3))
    ledger.append_form(reference(names[0], 1), Event.ACCEPTED, after(hours=4))
    assert ledger.last_accepted(KEY, S) == (rights(200), after(hours=3), True)


def test_each_key_and_environment_has_its_own_history(ledger: Ledger) -> None:
    judged(ledger, 1, Event.ACCEPTED, 100)
    others = [
        KEY._replace(company_id="0400767772"),
        KEY._replace(inss="70081500504"),
        KEY._replace(calendar_year=2025),
        KEY._replace(kind=FormKind.TRAININGS),
    ]
    assert [ledger.last_accepted(key, S) for key in others] == [None] * 4
    assert ledger.last_accepted(KEY, Environment.PRODUCTION) is None
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
    assert ledger.last_accepted(KEY, S) == (rights(900), after(hours=2), False)
    assert ledger.had_legal_right(KEY, S)
    judged(ledger, 4, Event.ACCEPTED, 400)
    assert ledger.last_accepted(KEY, S) == (rights(400), after(hours=4, minutes=1), True)


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
