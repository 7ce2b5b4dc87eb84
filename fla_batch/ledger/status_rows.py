"""Batches as `status` shows them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.lifecycle import (
    FINAL_FORM_STATES,
    REFUSED_FORM_STATES,
    WITHDRAWN_FORM_STATES,
    BatchState,
    FormState,
)
from fla_batch.ledger.records import BatchRow, Whom
from fla_batch.ledger.rows import DECLARED_KINDS, fitting
from fla_batch.ledger.sql_tables import batch, batch_state, form, form_state
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment

_PREVIOUS = batch.alias("previous")


def batch_rows(connection: Connection, *conditions: ColumnElement[bool]) -> list[BatchRow]:
    """The batches that fit all `conditions`, in the order in which they were built."""
    query = (
        select(batch, batch_state, _PREVIOUS.c.name.label("previous"))
        .join(batch_state, batch_state.c.batch_id == batch.c.id)
        .outerjoin(_PREVIOUS, _PREVIOUS.c.id == batch.c.previous_id)
        .where(*conditions)
        .order_by(batch.c.id)
    )
    rows = connection.execute(query).all()
    counts = _counts(connection, conditions)
    return [_batch_row(row, counts[row.id]) for row in rows]


def names(connection: Connection, *conditions: ColumnElement[bool]) -> list[BatchName]:
    """The names of the batches that fit all `conditions`, in the order in which they were built."""
    query = (
        select(batch.c.name)
        .join(batch_state, batch_state.c.batch_id == batch.c.id)
        .where(*conditions)
        .order_by(batch.c.id)
    )
    return [BatchName.parse(name) for name in connection.execute(query).scalars()]


def state_of(connection: Connection, name: BatchName) -> BatchState:
    """The present state of a batch. Raises UsageMistake for an unknown one."""
    query = select(batch_state.c.state).where(
        batch_state.c.batch_id == batch_id_of(connection, name)
    )
    return BatchState(connection.execute(query).scalar_one())


def last_year(connection: Connection, name: BatchName) -> int | None:
    """The latest calendar year of a batch's forms. Raises UsageMistake for an unknown batch."""
    query = select(func.max(form.c.calendar_year)).where(
        form.c.batch_id == batch_id_of(connection, name)
    )
    return connection.execute(query).scalar()


def only_asks(connection: Connection, name: BatchName) -> bool:
    """True when a batch holds no declaration. Raises UsageMistake for an unknown batch."""
    declarations = select(form.c.id).where(
        form.c.batch_id == batch_id_of(connection, name), form.c.kind.in_(DECLARED_KINDS)
    )
    return connection.execute(declarations.limit(1)).first() is None


def named(name: BatchName) -> ColumnElement[bool]:
    """Condition: the batch of that name."""
    return batch.c.name == str(name)


def within(environment: Environment) -> ColumnElement[bool]:
    """Condition: batches of one environment."""
    return batch.c.environment == environment.value


def in_states(states: Iterable[BatchState]) -> ColumnElement[bool]:
    """Condition: batches in one of `states`."""
    return batch_state.c.state.in_([state.value for state in states])


def holding(whom: Whom) -> ColumnElement[bool]:
    """Condition: batches that hold a form about that employer, worker or year."""
    return exists().where(form.c.batch_id == batch.c.id, *fitting(form, **whom._asdict()))


def _counts(
    connection: Connection, conditions: Iterable[ColumnElement[bool]]
) -> defaultdict[int, Counter[FormState]]:
    query = (
        select(form_state.c.batch_id, form_state.c.state, func.count())
        .join(batch_state, batch_state.c.batch_id == form_state.c.batch_id)
        .join(batch, batch.c.id == form_state.c.batch_id)
        .where(*conditions)
        .group_by(form_state.c.batch_id, form_state.c.state)
    )
    found: defaultdict[int, Counter[FormState]] = defaultdict(Counter)
    for batch_id, state, count in connection.execute(query):
        found[batch_id][FormState(state)] = count
    return found


def _batch_row(row: Row[Any], count: Counter[FormState]) -> BatchRow:
    return BatchRow(
        name=BatchName.parse(row.name),
        state=BatchState(row.state),
        forms=count.total(),
        accepted=count[FormState.ACCEPTED],
        warned=count[FormState.WARNED],
        refused=sum(count[state] for state in REFUSED_FORM_STATES),
        open=sum(count[state] for state in FormState if state not in FINAL_FORM_STATES),
        cancelled=sum(count[state] for state in WITHDRAWN_FORM_STATES),
        previous=BatchName.parse(row.previous) if row.previous else None,
        **{each: getattr(row, each) for each in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    *("since", "ticket", "built_at", "sent_at", "closed_at"),
    *("profile", "profile_version", "parts", "folder"),
)
