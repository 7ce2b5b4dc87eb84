"""What a poll left where it is: named once, shown as long as it lies there (R31)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from fla_batch.ledger.rows import storable
from fla_batch.ledger.sql_tables import left_alone
from fla_batch.vocabulary.terms import Environment

_DELETE = delete(left_alone).where(
    left_alone.c.place == bindparam("at_place"), left_alone.c.name == bindparam("of_name")
)


class LeftAlone(NamedTuple):
    """An entry of a folder that no poll could use; `name` is safe to print.

    `place` is the folder's name; `is_ours` is False for what belongs to somebody else.
    """

    place: str
    name: str
    reason: str
    is_ours: bool

    def to_json(self) -> dict[str, str | bool]:
        """As `status --json` and `poll --json` show it."""
        return self._asdict()


def left_rows(connection: Connection, environment: Environment) -> list[LeftAlone]:
    """What lay there at the last poll, by place and name."""
    columns = (left_alone.c.place, left_alone.c.name, left_alone.c.reason, left_alone.c.is_ours)
    query = select(*columns).where(left_alone.c.environment == environment.value)
    rows = connection.execute(query.order_by(left_alone.c.place, left_alone.c.name))
    return [LeftAlone(*row) for row in rows]


def replace_left(
    connection: Connection, environment: Environment, entries: Iterable[LeftAlone], at: datetime
) -> list[LeftAlone]:
    """Keep exactly `entries`, and return those that are new or have another reason."""
    known = {(row.place, row.name): row for row in left_rows(connection, environment)}
    now = {(one.place, one.name): one for one in map(_storable, entries)}
    news = [one for place, one in now.items() if known.get(place) != one]
    outdated = [
        {"at_place": place, "of_name": name}
        for (place, name), row in known.items()
        if now.get((place, name)) != row
    ]
    if outdated:
        connection.execute(_DELETE.where(left_alone.c.environment == environment.value), outdated)
    if news:
        common = {"environment": environment.value, "since": at}
        connection.execute(insert(left_alone), [one._asdict() | common for one in news])
    return news


def _storable(one: LeftAlone) -> LeftAlone:
    return one._replace(name=storable(one.name), reason=storable(one.reason))
