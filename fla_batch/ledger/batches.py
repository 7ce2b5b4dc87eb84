"""Batches and their forms: recorded once, never changed, read with their present state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, literal, select, tuple_

from fla_batch.ledger.bulk_insert import Lookup, Many
from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.form_origins import SHEET_BODY, SHEET_OF_FORM, origin_of, sheet_ids
from fla_batch.ledger.lifecycle import (
    REFUSED_FORM_STATES,
    WITHDRAWN_FORM_STATES,
    BatchState,
    FormState,
)
from fla_batch.ledger.records import BatchRecord, FormLine, FormRecord, FormRow, canonical_json
from fla_batch.ledger.rows import CHUNK, chunks, has_legal_right, hour_text, loads
from fla_batch.ledger.sql_tables import batch, batch_state, consultation, form, form_state
from fla_batch.vocabulary.errors import LedgerTrouble, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind

Place = tuple[int, int]
"""Part and position of a form in its batch, both from 1."""

_NOT_TO_BE_ANSWERED = REFUSED_FORM_STATES | WITHDRAWN_FORM_STATES
_WHOLE_FORM = (
    select(
        form.c.reference_nbr,
        batch.c.name,
        *form.c["part", "position", "identification", "created_date", "created_hour"],
        *form.c["kind", "company_id", "inss", "calendar_year", "sha256"],
        *form_state.c["state", "since", "ticket"],
        form.c.body,
        SHEET_BODY,
        form.c.sheet_rows,
    )
    .join(batch, batch.c.id == form.c.batch_id)
    .join(form_state, form_state.c.form_id == form.c.id)
    .outerjoin(*SHEET_OF_FORM)
)
_FORM_LINE = select(
    *form.c["part", "position", "reference_nbr"],
    *form_state.c["state", "ticket"],
    *form.c["kind", "company_id", "inss", "calendar_year"],
).join(form_state, form_state.c.form_id == form.c.id)
_OF_NUMBERS = Lookup(_WHOLE_FORM, form.c.reference_nbr)


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
    connection: Connection, name: BatchName, states: Iterable[FormState] | None, after: Place
) -> tuple[list[FormRow], Place | None]:
    """The next CHUNK forms of a batch behind `after`, and where they end; None at the last.

    Only those in `states` unless that is None. Raises UsageMistake for an unknown batch.
    """
    found = connection.execute(_page(_WHOLE_FORM, connection, name, states, after))
    page = list(map(_form_row, found))
    return page, (page[-1].part, page[-1].position) if len(page) == CHUNK else None


def form_lines_page(
    connection: Connection, name: BatchName, states: Iterable[FormState] | None, after: Place
) -> tuple[list[FormLine], Place | None]:
    """As `forms_page`, without what was declared."""
    rows = connection.execute(_page(_FORM_LINE, connection, name, states, after)).all()
    lines = [
        FormLine(reference, FormState(state), ticket, FormKind(kind), company_id, inss, year)
        for _, _, reference, state, ticket, kind, company_id, inss, year in rows
    ]
    return lines, (rows[-1].part, rows[-1].position) if len(rows) == CHUNK else None


def _page(
    query: Select[Any],
    connection: Connection,
    name: BatchName,
    states: Iterable[FormState] | None,
    after: Place,
) -> Select[Any]:
    if states is not None:
        query = query.where(form_state.c.state.in_([state.value for state in states]))
    place = (form.c.part, form.c.position)
    query = query.where(form.c.batch_id == batch_id_of(connection, name), tuple_(*place) > after)
    return query.order_by(*place).limit(CHUNK)


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
    yield from map(_form_row, connection.execution_options(yield_per=CHUNK).execute(query))


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
    rows = zip(*_OF_NUMBERS.columns(connection, reference_nbrs), strict=True)
    return {row.reference_nbr: row for row in map(_form_row, rows)}


def _form_row(row: Sequence[Any]) -> FormRow:
    """The form in a row of _WHOLE_FORM."""
    reference_nbr, name, part, position, identification, created_date, created_hour = row[:7]
    kind, company_id, inss, year, sha256, state, since, ticket = row[7:15]
    body, sheet_body, sheet_rows = row[15:]
    return FormRow(
        reference_nbr,
        _batch_named(name),
        part,
        position,
        identification,
        created_date,
        time.fromisoformat(created_hour),
        FormKind(kind),
        company_id,
        inss,
        year,
        sha256,
        FormState(state),
        since,
        ticket,
        loads(body),
        origin_of(sheet_body, sheet_rows),
    )


_batch_named = lru_cache(100)(BatchName.parse)
