"""What the server said of an answer when we looked: whether to look at it once more (R32)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from fla_batch.ledger.answer_rows import this_file
from fla_batch.ledger.lifecycle import OPEN_BATCH_STATES
from fla_batch.ledger.rows import storable
from fla_batch.ledger.sql_tables import answer_file, batch_state, event
from fla_batch.ledger.status_rows import in_states
from fla_batch.vocabulary.terms import Environment

_NOTE = (
    update(answer_file)
    .where(
        answer_file.c.name == bindparam("of_name"),
        answer_file.c.size == bindparam("of_size"),
        answer_file.c.sha256 == bindparam("of_sha256"),
    )
    .values(
        listed_size=bindparam("to_listed_size"),
        modified=bindparam("to_modified"),
        checked_at=bindparam("to_checked_at"),
    )
)


class Look(NamedTuple):
    """An answer as it came (`size`, `sha256`), and as the server listed it.

    `listed_size` in bytes and `modified` in Unix seconds are None where the server does not say.
    """

    name: str
    size: int
    sha256: str
    listed_size: int | None = None
    modified: int | None = None

    def is_listed_so(self, size: int | None, modified: int | None) -> bool:
        """True when nothing in such a listing speaks for other content."""
        known = self.size if self.listed_size is None else self.listed_size
        return size in (None, known) and (
            modified is None or self.modified is None or modified == self.modified
        )


def noted(connection: Connection, environment: Environment) -> Mapping[str, list[Look]]:
    """Every answer that has an outcome, by name, as the server listed it."""
    columns = answer_file.c["name", "size", "sha256", "listed_size", "modified"]
    found: defaultdict[str, list[Look]] = defaultdict(list)
    query = select(*columns).where(answer_file.c.environment == environment.value)
    for row in connection.execute(query):
        found[row.name].append(Look(*row))
    return found


def note(connection: Connection, looks: Iterable[Look], at: datetime) -> None:
    """Remember how answers with an outcome were listed, and that they were compared (R32)."""
    values = [
        {
            "of_name": storable(look.name),
            "of_size": look.size,
            "of_sha256": look.sha256,
            "to_listed_size": look.listed_size,
            "to_modified": look.modified,
            "to_checked_at": at,
        }
        for look in looks
    ]
    if values:
        connection.execute(_NOTE, values)


def has_answer(connection: Connection, look: Look) -> bool:
    """True when that very content of that name has an outcome."""
    query = select(answer_file.c.id).where(this_file(look))
    return connection.execute(query).first() is not None


def to_recheck(connection: Connection, environment: Environment, since: datetime) -> list[str]:
    """Names of answers whose batch is open or was closed after `since`, the longest unseen first.

    So are answers without a batch that were settled after `since`.
    """
    of_batch = (
        select(event.c.answer_id)
        .join(batch_state, batch_state.c.batch_id == event.c.batch_id)
        .where(
            # An answer leaves an event of the batch itself beside those of its forms.
            event.c.form_id.is_(None),
            event.c.answer_id.is_not(None),
            or_(
                in_states(OPEN_BATCH_STATES),
                batch_state.c.closed_at > since,
            ),
        )
    )
    last_look = func.min(func.coalesce(answer_file.c.checked_at, answer_file.c.settled_at))
    recent = or_(answer_file.c.settled_at > since, answer_file.c.id.in_(of_batch))
    query = (
        select(answer_file.c.name)
        .where(and_(answer_file.c.environment == environment.value, recent))
        .group_by(answer_file.c.name)
        .order_by(last_look, answer_file.c.name)
    )
    return list(connection.execute(query).scalars())
