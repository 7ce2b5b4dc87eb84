"""Answers: each processed once, all of it or nothing, and rows that can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from fla_batch.ledger.answer_looks import Look
from fla_batch.ledger.database import reading, writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState, Event, FormState
from fla_batch.ledger.records import (
    Acceptance,
    AlikeVerdicts,
    AnswerFile,
    AnswerOutcome,
    BatchChange,
    Change,
    Consultation,
    FormChange,
    FormRow,
    FoundForm,
    PhotoRecord,
    UnmatchedChange,
)
from fla_batch.ledger.sql_tables import (
    anomaly,
    consultation,
    event,
    form_state,
    metadata,
    photo,
    unmatched,
)
from fla_batch.ledger.sql_tables import form as form_table
from fla_batch.vocabulary.errors import (
    FlaBatchError,
    InputUnreadable,
    LedgerTrouble,
    UnknownTransition,
)
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyOrigin, FormKind
from tests.ledger.builders import (
    KEY,
    NOW,
    WORKER,
    S,
    after,
    answer,
    batch_name,
    found,
    reference,
    refusal,
    rights,
    send,
)
from tests.ledger.unmatched import unmatched_of
from tests.ledger_steps import record_anomalies

MANY = 3_000  # several chunks


def noti(name: Any, count: int = 3) -> list[Change]:
    """The first form accepted, the second with a warning, the others refused."""
    events = [Event.ACCEPTED, Event.WARNED, *[Event.REFUSED] * (count - 2)]
    return [
        FormChange(found(name, number), event, f"T{number}", (refusal(),) * (number - 1))
        for number, event in enumerate(events, start=1)
    ]


def rows(ledger: Ledger) -> dict[str, list[Any]]:
    """Everything in the ledger."""
    with reading(ledger._engine) as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_r16_rows_and_done_come_together(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    assert ledger.accept_answer(answer(), noti(name), after(hours=1)) is Acceptance.DONE
    states = [(row.state, row.ticket) for row in ledger.forms(name)]
    assert states == [
        (FormState.ACCEPTED, "T1"),
        (FormState.WARNED, "T2"),
        (FormState.REFUSED, "T3"),
    ]
    batch = ledger.batch(name)
    assert batch is not None
    assert (batch.state, batch.closed_at) == (BatchState.CLOSED, after(hours=1))
    assert (batch.accepted, batch.warned, batch.refused, batch.open) == (1, 1, 1, 0)
    (kept,) = ledger.answer_files()
    assert (kept.file, kept.outcome, kept.reason) == (answer(), AnswerOutcome.DONE, None)
    assert ledger.verify() == []


def test_r14_the_same_file_again_changes_nothing_also_after_a_restart(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger:
        name = send(ledger, batch_name())
        ledger.accept_answer(answer(), noti(name), after(hours=1))
        before = rows(ledger)
    with Ledger.open(ledger_url) as ledger:
        again = ledger.accept_answer(answer(), noti(name), after(hours=2), replay=True)
        assert again is Acceptance.ALREADY
        assert rows(ledger) == before
        (look,) = ledger.seen_answers(S)[answer().name]
        assert look == Look(answer().name, answer().size, answer().sha256)


def test_r14_the_same_name_with_new_content_is_an_alarm_and_waits(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    ledger.accept_answer(answer(), noti(name)[:1], after(hours=1))
    other = answer(content=b"<other/>")
    for _ in range(2):
        clash = ledger.accept_answer(other, noti(name), after(hours=2))
        assert clash is Acceptance.CLASH
    assert [row.state for row in ledger.forms(name)][1:] == [FormState.RECEIVED] * 2
    assert [row.file for row in ledger.answer_files(AnswerOutcome.CLASH)] == [other]
    assert ledger.accept_answer(other, noti(name), after(hours=3), replay=True) is Acceptance.DONE
    assert [row.state for row in ledger.forms(name)][1:] == [FormState.WARNED, FormState.REFUSED]
    assert ledger.answer_files(AnswerOutcome.CLASH) == []


def test_r17_a_file_in_quarantine_is_held_until_it_is_replayed(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    reason = f"line 3: value {WORKER} of INSS"
    assert ledger.record_quarantined(answer(), reason, after(hours=1))
    assert not ledger.record_quarantined(answer(), "again", after(hours=2))
    assert ledger.accept_answer(answer(), noti(name), after(hours=3)) is Acceptance.HELD
    (held,) = ledger.answer_files(AnswerOutcome.QUARANTINED)
    assert held.reason == "line 3: value *********25 of INSS"
    done = ledger.accept_answer(answer(), noti(name), after(hours=4), replay=True)
    assert done is Acceptance.DONE
    assert not ledger.record_quarantined(answer(), "too late", after(hours=5))
    assert ledger.answer_files(AnswerOutcome.QUARANTINED) == []


def test_r17_names_that_no_database_takes_are_written_out(ledger: Ledger) -> None:
    odd = AnswerFile("a\0\udcff\nb" + "x" * 300, 1, "0" * 64, S, "quarantine/q", NOW)
    assert ledger.record_quarantined(odd, "name", NOW)
    assert not ledger.record_quarantined(odd, "name", NOW)
    (row,) = ledger.answer_files()
    assert row.file.name.startswith("a\\x00\\udcff\nb")


def truncated(name: Any) -> Iterator[Change]:
    yield from noti(name)[:2]
    raise InputUnreadable("the message ends in the middle of a form", file="x")


def test_r17_a_truncated_answer_is_never_half_a_success(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    before = rows(ledger)
    with pytest.raises(InputUnreadable):
        ledger.accept_answer(answer(), truncated(name), after(hours=1))
    assert rows(ledger) == before


@pytest.mark.parametrize("order", ["ACRF first", "NOTI first"])
def test_r18_acrf_and_noti_in_either_order(ledger: Ledger, order: str) -> None:
    name = send(ledger, batch_name())
    acrf: list[Change] = [BatchChange(name, Event.RECEIVED, ticket="1234567890123")]
    files = [
        (answer("FO.ACRF.999999.20250302.00001.S"), acrf),
        (answer("FO.NOTI.999999.20250302.00002.S"), noti(name)),
    ]
    for file, changes in files if order == "ACRF first" else files[::-1]:
        assert ledger.accept_answer(file, changes, after(hours=1)) is Acceptance.DONE
    batch = ledger.batch(name)
    assert batch is not None
    assert (batch.state, batch.ticket) == (BatchState.CLOSED, "1234567890123")
    assert [row.ticket for row in ledger.forms(name)] == ["T1", "T2", "T3"]


def test_r18_an_answer_about_an_unknown_batch_is_kept_and_listed(ledger: Ledger) -> None:
    stranger = batch_name(77)
    change = UnmatchedChange("the answer names a batch that was not sent", stranger, (refusal(),))
    ledger.accept_answer(answer(), [change], NOW)
    (row,) = unmatched_of(ledger)
    assert (row.file_name, row.batch) == (answer().name, str(stranger))
    assert [found.batch for found in ledger.anomalies()] == [None]


def test_r18_an_answer_that_cannot_be_changes_nothing(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    before = rows(ledger)
    with pytest.raises(UnknownTransition):
        ledger.accept_answer(answer(), [BatchChange(name, Event.STAGED)], NOW)
    with pytest.raises(LedgerTrouble, match="does not know"):
        ledger.accept_answer(answer(), [FormChange(FoundForm("x", name), Event.ACCEPTED)], NOW)
    assert rows(ledger) == before


def test_r19_many_forms_and_several_anomalies_for_one(ledger: Ledger) -> None:
    name = send(ledger, batch_name(), MANY)
    changes = (
        FormChange(found(name, number), Event.REFUSED, None, (refusal(), refusal()))
        for number in range(1, MANY + 1)
    )
    ledger.accept_answer(answer(), changes, after(hours=1))
    batch = ledger.batch(name)
    assert batch is not None
    assert (batch.state, batch.refused) == (BatchState.CLOSED, MANY)
    assert len(ledger.anomalies(name)) == 2 * MANY


def test_verdicts_of_every_kind_are_kept_row_by_row(ledger: Ledger) -> None:
    one, two = send(ledger, batch_name(1)), send(ledger, batch_name(2))
    at = after(hours=1)
    told: list[Change] = [
        FormChange(found(one, 1), Event.PENDING, "T9", details={"result_code": "3"}),
        FormChange(found(two, 1), Event.WARNED, None, (refusal(), refusal("1"))),
        FormChange(found(one, 2), Event.REFUSED, "T2", (refusal(),), {"diagnoses": ["é"]}),
        UnmatchedChange("no form fits", one, (refusal("2"),), {"candidates": ["a", "b"]}),
        # Once more about the first: the verdict moves on, the highest ticket stays.
        FormChange(found(one, 1), Event.ACCEPTED, "T1", details={"result_code": "1"}),
    ]
    ledger.accept_answer(answer(), told, at)

    def kept(*columns: Any) -> list[Any]:
        query = select(*columns).order_by(columns[0].table.c.id)
        with reading(ledger._engine) as connection:
            return [tuple(row) for row in connection.execute(query)]

    ids = {(form.batch, form.position): number for number, form in enumerate(_forms(ledger), 1)}
    first, refused, other = ids[one, 1], ids[one, 2], ids[two, 1]
    columns = (event.c.batch_id, event.c.form_id, event.c.name, event.c.ticket, event.c.details)
    sending = 8  # the events of building and sending both batches
    assert kept(*columns)[sending:] == [
        (1, None, "notified", None, "{}"),
        (2, None, "notified", None, "{}"),
        (1, first, "pending", "T9", '{"result_code":"3"}'),
        (2, other, "accepted with warnings", None, "{}"),
        (1, refused, "refused", "T2", '{"diagnoses":["\\u00e9"]}'),
        (1, first, "accepted", "T1", '{"result_code":"1"}'),
    ]
    assert {row[0] for row in kept(event.c.at)[sending:]} == {at}
    links = (anomaly.c.batch_id, anomaly.c.form_id, anomaly.c.answer_id, anomaly.c.inss)
    assert sorted(kept(*links), key=repr) == [
        (1, refused, 1, WORKER),
        (2, other, 1, "1"),
        (2, other, 1, WORKER),
        (None, None, 1, "2"),
    ]
    assert [(row.state, row.since, row.ticket) for row in _forms(ledger)] == [
        (FormState.ACCEPTED, at, "T9"),
        (FormState.REFUSED, at, "T2"),
        (FormState.RECEIVED, at, None),
        (FormState.WARNED, at, None),
        (FormState.RECEIVED, at, None),
        (FormState.RECEIVED, at, None),
    ]
    assert ledger.verify() == []


def test_verdicts_by_columns_are_kept_as_those_form_by_form(ledger: Ledger) -> None:
    names = [send(ledger, batch_name(number), MANY) for number in (1, 2)]
    blocks: list[tuple[Event, range, dict[str, Any]]] = [
        (Event.PENDING, range(1, 20), {"result_code": "3"}),
        (Event.REFUSED, range(15, 40), {"diagnoses": ["é"]}),  # some of them once more
        (Event.ACCEPTED, range(1, 15), {"result_code": "1"}),
        (Event.ACCEPTED, range(40, MANY), {"result_code": "1"}),
    ]
    by_columns = [
        AlikeVerdicts(
            names[0],
            event,
            details,
            [reference(names[0], number) for number in numbers],
            [f"T{number % 7}" for number in numbers],
        )
        for event, numbers, details in blocks
    ]
    by_form = [
        FormChange(found(names[1], number), event, f"T{number % 7}", (), details)
        for event, numbers, details in blocks
        for number in numbers
    ]
    said: list[list[Change]] = [[*by_columns], [*by_form]]
    for number, changes in enumerate(said, start=1):
        file = answer(f"FO.FLAR.999999.20250302.0000{number}.S")
        ledger.accept_answer(file, changes, after(hours=1))
    events, states = ([_without_batch(ledger, name)[which] for name in names] for which in (0, 1))
    assert events[0] == events[1]
    assert states[0] == states[1]
    assert len(events[0]) > MANY + 15
    assert ledger.verify() == []
    # Read again, none of it is news.
    for row, changes in zip(ledger.answer_files(), said, strict=True):
        ledger.read_again(row, changes)
    assert [_without_batch(ledger, name) for name in names] == [(events[0], states[0])] * 2


def _without_batch(ledger: Ledger, name: BatchName) -> tuple[list[Any], list[Any]]:
    """What happened to a batch, and what its forms are, by their places."""
    forms = list(ledger.forms(name))
    places = {form.reference_nbr: form.position for form in forms}
    query = select(form_table.c.reference_nbr, event.c.name, event.c.ticket, event.c.details)
    query = query.join(form_table, form_table.c.id == event.c.form_id).order_by(event.c.id)
    with reading(ledger._engine) as connection:
        happened = connection.execute(query.where(form_table.c.reference_nbr.in_(places))).all()
    states = [(form.position, form.state, form.since, form.ticket) for form in forms]
    return [(places[key], *rest) for key, *rest in happened], states


def _forms(ledger: Ledger) -> list[FormRow]:
    return [form for batch in ledger.batches() for form in ledger.forms(batch.name)]


def test_anomalies_read_back_as_they_were(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    local = Anomaly(
        "B",
        "TrainingHours-008",
        Labels("a", "b", "c"),
        rule="bounds",
        tag="TrainingHours",
        path="trainings[0]",
        value="99\0",
        advice=Labels(en="do"),
        company_id="\0\udcff" + "9" * 40,
        inss="x" * 40,
        calendar_year=10**30,
        source=Source("a.csv", 7, "hours"),
    )
    assert record_anomalies(ledger, [local], NOW) == 1
    assert record_anomalies(ledger, [local], NOW, name) == 1
    ledger.accept_answer(answer(), noti(name)[1:2], after(hours=1))
    assert [row.anomaly for row in ledger.anomalies(origin=AnomalyOrigin.LOCAL)] == [local, local]
    assert [(row.batch, row.reference_nbr) for row in ledger.anomalies()] == [
        (None, None),
        (name, None),
        (name, reference(name, 2)),
    ]
    assert [row.anomaly for row in ledger.anomalies(name, AnomalyOrigin.REMOTE)] == [refusal()]


def everything(ledger: Ledger) -> dict[str, list[Change]]:
    """Answers of every kind, by file name; two batches in the ledger."""
    one, two = send(ledger, batch_name(1)), send(ledger, batch_name(2))
    told = Consultation(
        FormKind.ASK_RIGHTS,
        rights(700),
        after(hours=1),
        KEY.company_id,
        KEY.inss,
        2024,
        found(two, 1),
        PhotoRecord(KEY, rights(700)),
    )
    return {
        "FO.ACRF.999999.20250302.00001.S": [BatchChange(one, Event.RECEIVED, "T", (refusal(),))],
        "FO.NOTI.999999.20250302.00002.S": noti(one),
        "FO.NOTI.999999.20250302.00003.S": [UnmatchedChange("no clue", None, (refusal(),))],
        "FO.FLAR.999999.20250302.00004.S": [FormChange(found(two, 1), Event.ACCEPTED), told],
        "FO.ACRF.999999.20250302.00005.S": [BatchChange(two, Event.FILE_REFUSED)],
    }


def without_ids(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Rows that were written again have new numbers: their first column, a photo's second too."""
    return {
        name: sorted((row[2 if name == "photo" else 1 :] for row in table), key=repr)
        for name, table in found.items()
    }


def test_r16_rows_are_rebuilt_from_the_raw_files(ledger: Ledger) -> None:
    answers = everything(ledger)
    for name, changes in answers.items():
        ledger.accept_answer(answer(name), changes, after(hours=2))
    before = rows(ledger)
    with writing(ledger._engine) as connection:
        for table in (photo, consultation, unmatched, anomaly):
            connection.execute(table.delete())
        connection.execute(update(form_state).values(state=FormState.ACCEPTED.value, ticket="?"))
    assert len(ledger.verify()) == 6
    done = ledger.rebuild(lambda file: answers[file.name])
    assert [(row.file_name, row.problem) for row in done] == [(name, None) for name in answers]
    assert ledger.verify() == []
    assert without_ids(rows(ledger)) == without_ids(before)


def test_r16_a_raw_file_that_cannot_be_read_keeps_its_rows(ledger: Ledger) -> None:
    answers = everything(ledger)
    for name, changes in answers.items():
        ledger.accept_answer(answer(name), changes, after(hours=2))
    before = rows(ledger)

    def read(file: AnswerFile) -> list[Change]:
        raise FlaBatchError(f"{file.name} is gone")

    assert {row.problem for row in ledger.rebuild(read)} == {f"{name} is gone" for name in answers}
    assert rows(ledger) == before


def test_r16_a_better_reader_adds_the_events_that_were_missed(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    ledger.accept_answer(answer(), noti(name)[:1], after(hours=1))
    ledger.rebuild(lambda _: noti(name))
    assert [row.state for row in ledger.forms(name)] == [
        FormState.ACCEPTED,
        FormState.WARNED,
        FormState.REFUSED,
    ]
    with reading(ledger._engine) as connection:
        names = list(connection.execute(select(event.c.name).order_by(event.c.id)).scalars())
    assert names[4:] == ["notified", "accepted", "accepted with warnings", "refused", "answered"]
    assert ledger.verify() == []


def test_verify_tells_what_was_changed_behind_the_ledgers_back(ledger: Ledger) -> None:
    name = send(ledger, batch_name())
    with writing(ledger._engine) as connection:
        connection.execute(
            update(form_state).where(form_state.c.form_id == 1).values(state="accepted")
        )
    (difference,) = ledger.verify()
    assert difference.batch == str(name)
    assert difference.reference_nbr == reference(name, 1)
    assert difference.recorded == "accepted since 2025-03-01 09:00:00 UTC"
    assert difference.derived == "sent since 2025-03-01 09:00:00 UTC"
