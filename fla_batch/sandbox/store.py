"""The sandbox's one SQLite file: connection, tables and transactions.

Everything that must outlive a restart is in it: names that were used, numbers that were given,
accounts, providers' trainings. One connection, one thread at a time.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fla_batch.vocabulary.filenames import sequence_text

_TICKET_START = "34000000"
_TABLES = """
create table if not exists used_name (name blob primary key) without rowid;
create table if not exists counter (name text primary key, value integer not null) without rowid;
create table if not exists photo (
    id integer primary key,
    company_id text not null, inss text not null, calendar_year integer not null,
    kind text not null, body text not null, source text not null,
    carries_legal integer not null, accepted_on text not null, active integer not null
);
create index if not exists photo_key on photo (company_id, inss, calendar_year, kind);
create table if not exists prefilled_right (
    company_id text not null, inss text not null, calendar_year integer not null,
    body text not null, primary key (company_id, inss, calendar_year)
) without rowid;
create table if not exists right_change (
    id integer primary key,
    company_id text not null, inss text not null, calendar_year integer not null,
    right_type text not null, changed_on text not null
);
create index if not exists right_change_employer on right_change (company_id, changed_on);
create table if not exists employer (
    company_id text primary key, importance_code integer not null
) without rowid;
create table if not exists provider_training (
    id integer primary key,
    provider_training_id text not null unique, company_id text not null, inss text not null,
    calendar_year integer not null, body text not null, state text not null
);
create index if not exists provider_training_employer on provider_training (company_id, inss);
"""


class Store:
    """The file at `path`, made when it is not there; without a path it lives in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(_TABLES)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, None when there is none."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Change something, within the transaction of this thread if there is one."""
        with self._lock:
            self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is done inside; one inside another is part of the outer one."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("rollback")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("commit")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()


class PortalJournal:
    """A name is used once, a number given once: the same batches give the same tickets and names,
    and a restart goes on where it stopped.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def is_used(self, name: str) -> bool:
        """True when a file of that name was received before, in whatever folder."""
        used = "select 1 from used_name where name = ?"
        return self._store.row(used, (os.fsencode(name),)) is not None

    def use(self, names: Iterable[str]) -> None:
        """Note that `names` were received; a name that was noted before stays noted."""
        with self._store.transaction():
            for name in names:
                self._store.execute(
                    "insert or ignore into used_name values (?)", (os.fsencode(name),)
                )

    def next_number(self, counter: str) -> int:
        """The next number of `counter`, from 1."""
        with self._store.transaction():
            self._store.execute(
                "insert into counter values (?, 1) "
                "on conflict (name) do update set value = value + 1",
                (counter,),
            )
            found = self._store.row("select value from counter where name = ?", (counter,))
        assert found is not None  # noqa: S101 - it was written just now
        number: int = found["value"]
        return number

    def next_ticket(self) -> str:
        """A ticket of the portal, 13 characters, such as `3400000000001`."""
        return _TICKET_START + sequence_text(self.next_number("ticket"))
