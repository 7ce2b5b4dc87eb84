"""Ledger: what happened, append-only, and what follows from it. One transaction per method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from fla_batch.filenames import BatchName
from fla_batch.ledger import batches, events, sequences, status
from fla_batch.ledger.database import RowExists, connect, reading, writing
from fla_batch.ledger.migrations import migrate
from fla_batch.ledger.projection import Happening
from fla_batch.ledger.records import BatchRecord, BatchRow, EventRow, FormRecord, FormRow, Json
from fla_batch.lifecycle import BatchState, Event, FormState, Patience, shown
from fla_batch.terms import Environment

_NOTHING: Json = {}


class Ledger:
    """The ledger at one URL, for one process; close it, or use it in a `with`.

    Every method may raise LedgerTrouble and DiskTrouble, and then has changed nothing.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open the ledger at a SQLAlchemy URL and bring its tables up to date.

        A SQLite file is made when it is missing and `create` is True, 0600 in a 0700 folder.
        """
        engine = connect(url, create=create)
        try:
            migrate(engine, create=create)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Building and sending

    def allocate_sequence(self, sender: str, day: date, environment: Environment) -> str:
        """A sequence number that was never given out before; `day` is a Belgian date (R6)."""
        try:
            with writing(self._engine) as connection:
                return sequences.next_sequence(connection, sender, day, environment)
        except RowExists:
            # Another process gave out the day's first number in the same moment.
            with writing(self._engine) as connection:
                return sequences.next_sequence(connection, sender, day, environment)

    def record_batch(self, record: BatchRecord, forms: Iterable[FormRecord]) -> int:
        """Record a batch and its forms, all or none; the count of forms is returned.

        Raises LedgerTrouble for a name that was used, UsageMistake for a batch without forms.
        """
        with writing(self._engine) as connection:
            return batches.insert_batch(connection, record, forms)

    def append(
        self,
        batch: BatchName,
        event: Event,
        at: datetime,
        details: Json = _NOTHING,
        *,
        ticket: str | None = None,
    ) -> BatchState:
        """Record what happened to a batch; its state after it is returned.

        Raises UnknownTransition when the life cycle does not allow it, UsageMistake for a batch
        that the ledger does not know.
        """
        with writing(self._engine) as connection:
            batch_id = events.batch_id_of(connection, batch)
            happening = Happening(event, at, ticket)
            return events.record_batch_event(connection, batch_id, happening, details)

    def append_form(
        self, reference_nbr: str, event: Event, at: datetime, details: Json = _NOTHING
    ) -> FormState:
        """Record what happened to one form; its state after it is returned.

        Raises UnknownTransition, and UsageMistake for a form that the ledger does not know.
        """
        with writing(self._engine) as connection:
            happening = Happening(event, at)
            return events.record_form_event(connection, reference_nbr, happening, details)

    # Reading

    def batch(self, name: BatchName) -> BatchRow | None:
        """One batch, None when the ledger does not know it."""
        with reading(self._engine) as connection:
            return next(iter(status.batch_rows(connection, status.named(name))), None)

    def batches(
        self,
        environment: Environment | None = None,
        states: Iterable[BatchState] | None = None,
    ) -> list[BatchRow]:
        """All batches in the order of building, or those of one environment or of some states."""
        conditions = [status.within(environment)] if environment else []
        if states is not None:
            conditions.append(status.in_states(states))
        with reading(self._engine) as connection:
            return status.batch_rows(connection, *conditions)

    def open_batches(self, environment: Environment) -> list[BatchRow]:
        """Batches of which something is still expected, of us or of the portal."""
        with reading(self._engine) as connection:
            return status.batch_rows(connection, status.within(environment), status.still_open())

    def status_rows(
        self, now: datetime, patience: Patience, batch: BatchName | None = None
    ) -> list[BatchRow]:
        """Batches as `status` shows them: with their age, and overdue after too long a silence."""
        conditions = [status.named(batch)] if batch else []
        with reading(self._engine) as connection:
            rows = status.batch_rows(connection, *conditions)
        return [_as_shown(row, now, patience) for row in rows]

    def forms(
        self, batch: BatchName, states: Iterable[FormState] | None = None
    ) -> Iterator[FormRow]:
        """The forms of a batch in the order of its parts, or those in some states; streamed."""
        with reading(self._engine) as connection:
            yield from batches.forms_of(connection, batch, states)

    def events(self, batch: BatchName) -> list[EventRow]:
        """Everything that happened to a batch and its forms, oldest first."""
        with reading(self._engine) as connection:
            return events.events_of(connection, batch)


def _as_shown(row: BatchRow, now: datetime, patience: Patience) -> BatchRow:
    found = shown(row.state, row.since, now, patience)
    return replace(row, state=found.state, age=found.age)
