"""Creation stamps that were given out, per sender, over all its batches and environments (R37).

They lie before now, never after it: a million forms take the last thousand seconds that nobody
has taken yet. What a build does not use stays taken (decision 1402).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from sqlalchemy import Connection, delete, insert, select, text

from fla_batch.ledger.sql_tables import creation_stamp
from fla_batch.vocabulary.creation_stamps import (
    Span,
    Stretch,
    clock_changes,
    local_stretch,
    milliseconds,
)

_ADVISORY_LOCK = 0x464C42  # as that of the migrations: any number that nobody else uses
_PAGE = 500


def reserve(connection: Connection, sender: str, count: int, now: datetime) -> list[Stretch]:
    """`count` stamps of a sender that nobody has, up to the aware instant `now`; oldest first.

    R37.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    last = milliseconds(now)
    # In the hours in between, at which the clock changes, no stamp may lie either.
    both = (_changes(last), _taken(connection, sender, last))
    taken = heapq.merge(*both, key=attrgetter("last"), reverse=True)
    found = list(free_spans(taken, last, count))
    for span in found:
        take(connection, sender, span)
    return [local_stretch(span) for span in reversed(found)]


def free_spans(taken: Iterable[Span], last: int, count: int) -> Iterator[Span]:
    """`count` free milliseconds up to `last`, the latest first.

    `taken` come by their last millisecond, the latest first; they may overlap.

    >>> list(free_spans([Span(8, 9), Span(3, 5)], 10, 5))
    [Span(first=10, last=10), Span(first=6, last=7), Span(first=1, last=2)]
    """
    end = last
    for span in taken:
        if span.last < end:
            free = Span(max(span.last + 1, end - count + 1), end)
            yield free
            count -= free.last - free.first + 1
            if not count:
                return
        end = min(end, span.first - 1)
    yield Span(end - count + 1, end)


def take(connection: Connection, sender: str, span: Span) -> None:
    """Note that a span is taken, as one with those that touch it (R30)."""
    table = creation_stamp
    beside = (
        table.c.sender == sender,
        table.c.last_ms >= span.first - 1,
        table.c.first_ms <= span.last + 1,
    )
    query = select(table.c.first_ms, table.c.last_ms).where(*beside)
    spans = [span, *(Span(row.first_ms, row.last_ms) for row in connection.execute(query))]
    connection.execute(delete(table).where(*beside))
    connection.execute(
        insert(table).values(
            sender=sender,
            first_ms=min(each.first for each in spans),
            last_ms=max(each.last for each in spans),
        )
    )


def _taken(connection: Connection, sender: str, last: int) -> Iterator[Span]:
    """What is taken at or before `last`, by its last millisecond, the latest first."""
    table = creation_stamp
    query = (
        select(table.c.first_ms, table.c.last_ms)
        .where(table.c.sender == sender, table.c.first_ms <= last)
        .order_by(table.c.last_ms.desc())
        .limit(_PAGE)
    )
    rows = connection.execute(query).all()
    while rows:
        yield from (Span(row.first_ms, row.last_ms) for row in rows)
        rows = connection.execute(query.where(table.c.last_ms < rows[-1].last_ms)).all()


def _changes(last: int) -> Iterator[Span]:
    """The changes of the clock up to `last`, the latest first; without an end."""
    year = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=last)).year
    while True:
        for change in reversed(clock_changes(year)):
            if change.first <= last:
                yield change
        year -= 1
