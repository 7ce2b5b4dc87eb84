"""What happened after a given event: for logs of machines, and for what is to be told of it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import EventRow
from fla_batch.ledger.rows import loads
from fla_batch.ledger.sql_tables import batch, event, form
from fla_batch.vocabulary.filenames import BatchName


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
