"""Recording what happened: the event itself and the states that follow, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

from fla_batch.ledger.lifecycle import (
    FINAL_FORM_STATES,
    FORM_EVENTS,
    BatchState,
    Event,
    FormState,
    next_form_state,
)
from fla_batch.ledger.projection import BatchNow, FormNow, Happening, columns_of
from fla_batch.ledger.records import EventRow, Json, canonical_json
from fla_batch.ledger.rows import loads
from fla_batch.ledger.sql_tables import batch, batch_state, event, form, form_state
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName


def batch_id_of(connection: Connection, name: BatchName) -> int:
    """The ledger's own number of a batch. Raises UsageMistake when it knows none of that name."""
    found = connection.execute(select(batch.c.id).where(batch.c.name == str(name))).scalar()
    if found is None:
        raise UsageMistake(f"the ledger knows no batch {name}")
    return int(found)


def last_event(connection: Connection) -> int:
    """The number of the last event; they only grow."""
    return connection.execute(select(func.max(event.c.id))).scalar() or 0


def record_batch_event(
    connection: Connection,
    batch_id: int,
    happening: Happening,
    details: Json,
    answer_id: int | None = None,
) -> BatchState:
    """Record an event of a batch; the batch, and its forms where they follow, move on.

    The state after it is returned. Raises UnknownTransition.
    """
    before = lock_batch(connection, batch_id)
    now = before.after(happening)
    _insert(connection, happening, details, batch_id=batch_id, answer_id=answer_id)
    if now != before:
        save_batch(connection, batch_id, now)
    if happening.event in FORM_EVENTS:
        _move_forms(connection, batch_id, happening)
    return now.state


def lock_batch(connection: Connection, batch_id: int) -> BatchNow:
    """A batch at present, held until the transaction ends against other processes."""
    columns = [batch_state.c[name] for name in BatchNow._fields]
    query = select(*columns).where(batch_state.c.batch_id == batch_id).with_for_update()
    state, *rest = connection.execute(query).one()
    return BatchNow(BatchState(state), *rest)


def save_batch(connection: Connection, batch_id: int, now: BatchNow) -> None:
    """Keep what a batch is at present."""
    this = batch_state.c.batch_id == batch_id
    connection.execute(update(batch_state).where(this).values(columns_of(now)))


def _insert(
    connection: Connection, happening: Happening, details: Json, **links: int | None
) -> None:
    happened, at, ticket = happening
    values = {
        "name": happened.value,
        "ticket": ticket,
        "at": at,
        "details": canonical_json(details),
    }
    connection.execute(insert(event).values(**links, **values))


def _move_forms(connection: Connection, batch_id: int, happening: Happening) -> None:
    here = form_state.c.batch_id == batch_id
    states = connection.execute(select(form_state.c.state).where(here).distinct()).scalars().all()
    moves = {state: next_form_state(FormState(state), happening.event) for state in states}
    for state, after in moves.items():
        if after != state:
            connection.execute(
                update(form_state)
                .where(here, form_state.c.state == state)
                .values(state=after.value, since=happening.at)
            )


def record_form_event(
    connection: Connection, reference_nbr: str, happening: Happening, details: Json
) -> FormState:
    """Record an event of one form and return its state. Raises UnknownTransition, UsageMistake."""
    query = (
        select(form_state.c.form_id, form_state.c.batch_id)
        .join(form, form.c.id == form_state.c.form_id)
        .where(form.c.reference_nbr == reference_nbr)
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise UsageMistake(f"the ledger knows no form {reference_nbr}")
    lock_batch(connection, found.batch_id)
    this = form_state.c.form_id == found.form_id
    columns = (form_state.c.state, form_state.c.since, form_state.c.ticket)
    state, since, ticket = connection.execute(select(*columns).where(this)).one()
    now = FormNow(FormState(state), since, ticket).after(happening)
    _insert(connection, happening, details, batch_id=found.batch_id, form_id=found.form_id)
    connection.execute(update(form_state).where(this).values(columns_of(now)))
    close_when_answered(connection, found.batch_id, happening.at)
    return now.state


def close_when_answered(connection: Connection, batch_id: int, at: datetime) -> None:
    """Record that every form has its verdict, once that is so."""
    if lock_batch(connection, batch_id).state is not BatchState.RECEIVED:
        return
    waiting = and_(
        form_state.c.batch_id == batch_id,
        form_state.c.state.not_in([state.value for state in FINAL_FORM_STATES]),
    )
    query = select(func.count()).select_from(form_state).where(waiting)
    if connection.execute(query).scalar_one() == 0:
        record_batch_event(connection, batch_id, Happening(Event.ANSWERED, at), {})


def events_of(connection: Connection, name: BatchName, *, of_forms: bool = True) -> list[EventRow]:
    """Everything that happened to a batch, or to it and its forms, in the order of recording."""
    query = (
        select(form.c.reference_nbr, event.c.name, event.c.at, event.c.details)
        .select_from(event.outerjoin(form, form.c.id == event.c.form_id))
        .where(event.c.batch_id == batch_id_of(connection, name))
        .order_by(event.c.id)
    )
    if not of_forms:
        query = query.where(event.c.form_id.is_(None))
    return [
        EventRow(name, row.reference_nbr, Event(row.name), row.at, loads(row.details))
        for row in connection.execute(query)
    ]


def news_since(connection: Connection, since: int) -> Iterator[EventRow]:
    """The events after number `since`, of batches and forms, as they were recorded; streamed."""
    query = (
        select(batch.c.name.label("batch"), form.c.reference_nbr, event)
        .select_from(
            event.join(batch, batch.c.id == event.c.batch_id).outerjoin(
                form, form.c.id == event.c.form_id
            )
        )
        .where(event.c.id > since)
        .order_by(event.c.id)
    )
    for row in connection.execution_options(yield_per=1000).execute(query):
        name = BatchName.parse(row.batch)
        yield EventRow(name, row.reference_nbr, Event(row.name), row.at, loads(row.details))
