"""What could not be matched, as it lies in the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import select

from fla_batch.ledger.database import reading
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.rows import loads
from fla_batch.ledger.sql_tables import answer_file, unmatched


class Unmatched(NamedTuple):
    """A part of an answer that fits nothing of ours."""

    file_name: str
    batch: str | None
    reason: str
    details: dict[str, Any]


def unmatched_of(ledger: Ledger) -> list[Unmatched]:
    """In the order of arrival."""
    query = (
        select(answer_file.c.name, unmatched.c.batch_name, unmatched.c.reason, unmatched.c.details)
        .join(answer_file, answer_file.c.id == unmatched.c.answer_id)
        .order_by(unmatched.c.id)
    )
    with reading(ledger._engine) as connection:
        rows = connection.execute(query).all()
    return [Unmatched(name, batch, why, loads(details)) for name, batch, why, details in rows]
