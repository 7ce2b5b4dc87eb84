"""Batches and their forms: recorded once, never changed, read with their present state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, literal, select, tuple_

from fla_batch.ledger.bulk_insert import Many
from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.form_origins import SHEET_BODY, SHEET_OF_FORM, origin_of, sheet_ids
from fla_batch.ledger.lifecycle import (
    REFUSED_FORM_STATES,
    WITHDRAWN_FORM_STATES,
    BatchState,
    FormState,
)
from fla_batch.ledger.records import BatchRecord, FormRecord, FormRow, canonical_json
from fla_batch.ledger.rows import CHUNK, chunks, has_legal_right, hour_text, loads
from fla_batch.ledger.sql_tables import batch, batch_state, consultation, form, form_state
from fla_batch.vocabulary.errors import LedgerTrouble, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind

_NOT_TO_BE_ANSWERED = REFUSED_FORM_STATES | WITHDRAWN_FORM_STATES


_WHOLE_FORM = (
    select(form, form_state.c.state, form_state.c.since, form_state.c.ticket)
    .add_columns(SHEET_BODY)
    .join(form_state, form_state.c.form_id == form.c.id)
    .outerjoin(*SHEET_OF_FORM)
)


def insert_batch(connection: Connection, record: BatchRecord, forms: Iterable[FormRecord]) -> int:
    """Record a batch with its forms, read one chunk at a time; the count of forms is returned.

    Raises LedgerTrouble for a name that was used before, UsageMistake without any form.
    """
    _require_new(connection, record.name)
    previous_id = batch_id_of(connection, record.previous) if record.previous else None
    batch_id = connection.execute(
        insert(batch)
        .values(
            name=str(record.name),
            environment=record.name.environment.value,
            profile=record.profile,
            profile_version=record.profile_version,
            parts=record.parts,
            folder=record.folder,
            built_at=record.built_at,
            previous_id=previous_id,
        )
        .returning(batch.c.id)
    ).scalar_one()
    connection.execute(
        insert(batch_state).values(
            batch_id=batch_id, state=BatchState.BUILT.value, since=record.built_at
        )
    )
    count = 0
    rows = Many.inserting(connection, form, _FORM_COLUMNS)
    sheets = sheet_ids(connection, record.sheets)
    for chunk in chunks(forms):
        rows.execute([_form_values(batch_id, each, sheets) for each in chunk])
        count += len(chunk)
    if not count:
        raise UsageMistake(f"batch {record.name} has no form")
    built = literal(FormState.BUILT.value), literal(record.built_at, batch.c.built_at.type)
    source = select(form.c.id, form.c.batch_id, *built).where(form.c.batch_id == batch_id)
    connection.execute(
        insert(form_state).from_select(["form_id", "batch_id", "state", "since"], source)
    )
    return count


def _require_new(connection: Connection, name: BatchName) -> None:
    used = connection.execute(select(batch.c.id).where(batch.c.name == str(name))).scalar()
    if used is not None:
        raise LedgerTrouble(
            f"the name {name} was used before, and the portal takes each name only once",
            hint="Ask the ledger for a new sequence number; nothing was changed.",
        )


_FORM_COLUMNS = tuple(column.name for column in form.columns if column.name != "id")


def _form_values(batch_id: int, record: FormRecord, sheets: Mapping[str, int]) -> tuple[Any, ...]:
    """The columns of a form, in the order of _FORM_COLUMNS."""
    text = record.body if isinstance(record.body, str) else canonical_json(record.body)
    rights = record.kind is FormKind.TRAINING_RIGHTS
    return (
        batch_id,
        record.reference_nbr,
        record.part,
        record.position,
        record.identification,
        record.created_date,
        hour_text(record.created_hour),
        record.kind.value,
        record.company_id,
        record.inss,
        record.calendar_year,
        rights and has_legal_right(record.kind, loads(text)),
        hashlib.sha256(text.encode()).hexdigest(),
        text,
        sheets[record.sheet] if record.sheet else None,
        record.rows,
    )


def forms_page(
    connection: Connection,
    name: BatchName,
    states: Iterable[FormState] | None,
    after: tuple[int, int],
) -> list[FormRow]:
    """The next CHUNK forms of a batch behind `after` (part, position), in that order.

    Only those in `states` unless that is None. Raises UsageMistake for an unknown batch.
    """
    query = (
        _WHOLE_FORM.where(
            form.c.batch_id == batch_id_of(connection, name),
            tuple_(form.c.part, form.c.position) > after,
        )
        .order_by(form.c.part, form.c.position)
        .limit(CHUNK)
    )
    if states is not None:
        query = query.where(form_state.c.state.in_([state.value for state in states]))
    return [_form_row(name, row) for row in connection.execute(query)]


def part_sizes(connection: Connection, name: BatchName) -> list[int]:
    """How many forms each part of a batch holds. Raises UsageMistake for an unknown batch."""
    query = (
        select(func.count())
        .where(form.c.batch_id == batch_id_of(connection, name))
        .group_by(form.c.part)
        .order_by(form.c.part)
    )
    return list(connection.execute(query).scalars())


def without_answer(connection: Connection, name: BatchName) -> Iterator[FormRow]:
    """The forms of a batch to which nothing was told, in the order of its parts; streamed.

    Raises UsageMistake for an unknown batch.
    """
    query = _WHOLE_FORM.where(
        form.c.batch_id == batch_id_of(connection, name),
        ~exists().where(consultation.c.form_id == form.c.id),
    ).order_by(form.c.part, form.c.position)
    for row in connection.execution_options(yield_per=CHUNK).execute(query):
        yield _form_row(name, row)


def owes_answers(connection: Connection, name: BatchName) -> bool:
    """True while a form of a batch is neither answered nor refused nor cancelled."""
    query = (
        select(form.c.id)
        .join(form_state, form_state.c.form_id == form.c.id)
        .where(
            form.c.batch_id == batch_id_of(connection, name),
            form_state.c.state.not_in([state.value for state in _NOT_TO_BE_ANSWERED]),
            ~exists().where(consultation.c.form_id == form.c.id),
        )
    )
    return connection.execute(query.limit(1)).first() is not None


def forms_of(connection: Connection, reference_nbrs: Iterable[str]) -> dict[str, FormRow]:
    """The forms of those reference numbers that the ledger knows, by them."""
    query = _WHOLE_FORM.add_columns(batch.c.name.label("batch_name")).join(
        batch, batch.c.id == form.c.batch_id
    )
    named_so = lru_cache(BatchName.parse)
    return {
        row.reference_nbr: _form_row(named_so(row.batch_name), row)
        for numbers in chunks(reference_nbrs)
        for row in connection.execute(query.where(form.c.reference_nbr.in_(numbers)))
    }


_AS_THEY_ARE = (
    *("reference_nbr", "part", "position", "identification", "created_date"),
    *("company_id", "inss", "calendar_year", "sha256", "since", "ticket"),
)


def _form_row(name: BatchName, row: Row[Any]) -> FormRow:
    return FormRow(
        batch=name,
        created_hour=time.fromisoformat(row.created_hour),
        kind=FormKind(row.kind),
        state=FormState(row.state),
        body=loads(row.body),
        origin=origin_of(row.sheet_body, row.sheet_rows),
        **{each: getattr(row, each) for each in _AS_THEY_ARE},
    )
