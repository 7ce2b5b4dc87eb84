"""Is the present what the past says? States are derived once more from all events and compared.

Also writes them anew, and the rows of answers from the raw files, when the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from fla_batch.ledger.answer_rows import this_file
from fla_batch.ledger.changes import ChangeWriter, recorded_events
from fla_batch.ledger.events import lock_batch, save_batch
from fla_batch.ledger.lifecycle import FORM_EVENTS, BatchState, Event, FormState
from fla_batch.ledger.projection import BatchNow, FormNow, Happening, columns_of
from fla_batch.ledger.records import AnswerFile, AnswerRow, Changes
from fla_batch.ledger.sql_tables import (
    anomaly,
    answer_file,
    batch,
    consultation,
    event,
    form,
    form_state,
    photo,
    unmatched,
)
from fla_batch.vocabulary.errors import UnknownTransition

Reader = Callable[[AnswerFile], Changes]
"""Reads a raw file again. May raise any FlaBatchError; the file's rows are left alone then."""


class Contradiction(NamedTuple):
    """A state that does not follow from the events; `reference_nbr` is None for a batch."""

    batch: str
    reference_nbr: str | None
    recorded: str
    derived: str


class Rebuilt(NamedTuple):
    """An answer file that was read again, or why it could not be."""

    file_name: str
    problem: str | None = None


def batch_ids(connection: Connection) -> list[tuple[int, str]]:
    """Every batch: the ledger's own number and the name."""
    rows = connection.execute(select(batch.c.id, batch.c.name).order_by(batch.c.id))
    return [(row.id, row.name) for row in rows]


def contradictions(connection: Connection, batch_id: int, name: str) -> Iterator[Contradiction]:
    """What is kept about one batch and its forms, where its events say something else."""
    recorded = lock_batch(connection, batch_id)
    try:
        derived, forms = _derive(connection, batch_id)
    except UnknownTransition as error:
        yield Contradiction(name, None, recorded.state.value, str(error))
        return
    if recorded != derived:
        yield Contradiction(name, None, _told(recorded), _told(derived))
    kept = _kept_forms(connection, batch_id)
    for form_id, now in forms.items():
        reference, found = kept[form_id]
        if found != now:
            yield Contradiction(name, reference, _told(found) if found else "nothing", _told(now))


def derive_again(connection: Connection, batch_id: int) -> None:
    """Write the states of a batch and its forms anew, from its events."""
    lock_batch(connection, batch_id)
    now, forms = _derive(connection, batch_id)
    save_batch(connection, batch_id, now)
    connection.execute(delete(form_state).where(form_state.c.batch_id == batch_id))
    if forms:
        connection.execute(
            form_state.insert(),
            [
                {"form_id": form_id, "batch_id": batch_id, **columns_of(found)}
                for form_id, found in forms.items()
            ],
        )


def read_again(connection: Connection, row: AnswerRow, changes: Changes) -> None:
    """Replace what was kept of one answer file by `changes`.

    Events stay; those that the answer gives now and did not give then are added.
    """
    file = row.file
    answer_id = connection.execute(select(answer_file.c.id).where(this_file(file))).scalar_one()
    told = select(consultation.c.id).where(consultation.c.answer_id == answer_id)
    connection.execute(delete(photo).where(photo.c.consultation_id.in_(told)))
    for table in (consultation, anomaly, unmatched):
        connection.execute(delete(table).where(table.c.answer_id == answer_id))
    known = recorded_events(connection, answer_id)
    writer = ChangeWriter(connection, answer_id, row.settled_at, known, notifies=file.notifies)
    writer.write(changes)


def _derive(connection: Connection, batch_id: int) -> tuple[BatchNow, dict[int, FormNow]]:
    query = select(batch.c.built_at).where(batch.c.id == batch_id)
    built_at = connection.execute(query).scalar_one()
    now = BatchNow(BatchState.BUILT, built_at)
    ids = connection.execute(select(form.c.id).where(form.c.batch_id == batch_id)).scalars()
    forms = dict.fromkeys(ids, FormNow(FormState.BUILT, built_at))
    columns = (event.c.form_id, event.c.name, event.c.at, event.c.ticket)
    events = select(*columns).where(event.c.batch_id == batch_id).order_by(event.c.id)
    for form_id, name, at, ticket in connection.execute(events):
        happening = Happening(Event(name), at, ticket)
        if form_id is not None:
            forms[form_id] = forms[form_id].after(happening)
            continue
        now = now.after(happening)
        if happening.event in FORM_EVENTS:
            # A batch's ticket is not its forms'. Most forms are alike: each kind moves once.
            alike = Happening(happening.event, at)
            moved = {found: found.after(alike) for found in set(forms.values())}
            forms = {form_id: moved[found] for form_id, found in forms.items()}
    return now, forms


def _kept_forms(connection: Connection, batch_id: int) -> dict[int, tuple[str, FormNow | None]]:
    query = (
        select(*form.c["id", "reference_nbr"], *form_state.c["state", "since", "ticket"])
        .outerjoin(form_state, form_state.c.form_id == form.c.id)
        .where(form.c.batch_id == batch_id)
    )
    return {
        number: (reference, FormNow(FormState(state), *rest) if state is not None else None)
        for number, reference, state, *rest in connection.execute(query)
    }


def _told(now: BatchNow | FormNow) -> str:
    ticket = f", ticket {now.ticket}" if now.ticket else ""
    return f"{now.state} since {now.since:%Y-%m-%d %H:%M:%S} UTC{ticket}"
