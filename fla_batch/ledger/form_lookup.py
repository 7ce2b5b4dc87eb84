"""Finding what was sent by what an answer says of it.

Within an environment, batches that still wait for answers come first; only when none of their
forms fits are the others looked at, so that a second notification finds its form whether or not
the first one has closed the batch (R18).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time

from sqlalchemy import ColumnElement, Connection, select

from fla_batch.ledger.bulk_insert import Lookup
from fla_batch.ledger.lifecycle import OPEN_BATCH_STATES, UNSENT_BATCH_STATES
from fla_batch.ledger.records import FoundForm
from fla_batch.ledger.rows import fitting, hour_text, storable
from fla_batch.ledger.sql_tables import batch, batch_state, form, form_state
from fla_batch.ledger.status_rows import in_states, named, within
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment

Scope = BatchName | Environment

# Rows of forms are large, those of their states are not.
_BATCH_IDS = Lookup(
    select(form.c.reference_nbr, form_state.c.batch_id).join(
        form_state, form_state.c.form_id == form.c.id
    ),
    form.c.reference_nbr,
)


def has_batch(connection: Connection, name: BatchName) -> bool:
    """True when the ledger knows that batch."""
    return connection.execute(select(batch.c.id).where(named(name))).first() is not None


def by_ticket(connection: Connection, ticket: str) -> list[BatchName]:
    """The batches to which an acknowledgement gave that ticket."""
    query = select(batch.c.name).join(batch_state, batch_state.c.batch_id == batch.c.id)
    found = query.where(batch_state.c.ticket == storable(ticket))
    names = connection.execute(found).scalars()
    return [BatchName.parse(name) for name in names]


def batches_by_reference(
    connection: Connection, reference_nbrs: Collection[str]
) -> dict[str, BatchName]:
    """The batch of each form that we know by one of those ReferenceNbr.

    The same object for all forms of a batch.
    """
    keys, ids = _BATCH_IDS.columns(connection, reference_nbrs) or ((), ())
    names = connection.execute(select(batch.c.id, batch.c.name).where(batch.c.id.in_(set(ids))))
    batches = {number: BatchName.parse(name) for number, name in names}
    return dict(zip(keys, map(batches.__getitem__, ids), strict=True))


def by_creation(
    connection: Connection,
    scope: Scope,
    created_date: date,
    created_hour: time,
    identification: str | None = None,
) -> list[FoundForm]:
    """Forms created then, in Belgian local time; an identification of None is not compared.

    In an environment, batches that wait for answers come before those that do not.
    """
    created = {"created_date": created_date, "created_hour": hour_text(created_hour)}
    return _in_scope(connection, scope, fitting(form, **created, identification=identification))


def by_subject(
    connection: Connection,
    scope: Scope,
    company_id: str,
    inss: str,
    calendar_year: int | None = None,
    identification: str | None = None,
) -> list[FoundForm]:
    """Forms about that employer and worker; a None is not compared."""
    about = {"inss": inss, "company_id": company_id, "calendar_year": calendar_year}
    return _in_scope(connection, scope, fitting(form, **about, identification=identification))


def _in_scope(
    connection: Connection, scope: Scope, conditions: list[ColumnElement[bool]]
) -> list[FoundForm]:
    if isinstance(scope, BatchName):
        return _forms(connection, named(scope), *conditions)
    sent = (within(scope), ~in_states(UNSENT_BATCH_STATES), *conditions)
    return _forms(connection, *sent, in_states(OPEN_BATCH_STATES)) or _forms(connection, *sent)


def _forms(connection: Connection, *conditions: ColumnElement[bool]) -> list[FoundForm]:
    query = (
        select(form.c.reference_nbr, batch.c.name)
        .join(batch, batch.c.id == form.c.batch_id)
        .join(batch_state, batch_state.c.batch_id == batch.c.id)
        .where(*conditions)
        .order_by(form.c.id)
    )
    return [FoundForm(key, BatchName.parse(name)) for key, name in connection.execute(query)]
