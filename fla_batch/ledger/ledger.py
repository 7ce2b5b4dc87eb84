"""Ledger: what happened, append-only, and what follows from it. One transaction per method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from fla_batch.ledger import anomaly_rows as findings
from fla_batch.ledger import (
    answer_looks,
    answer_rows,
    by_worker,
    form_lookup,
    integrity,
    left_rows,
    locks,
    photos,
    reserved_stamps,
    sequences,
)
from fla_batch.ledger import artefacts as artefact_rows
from fla_batch.ledger import batches as batch_forms
from fla_batch.ledger import events as event_rows
from fla_batch.ledger import sending_order as sending
from fla_batch.ledger import status_rows as standing
from fla_batch.ledger import told as told_rows
from fla_batch.ledger.batches import Place
from fla_batch.ledger.database import RowExists, connect, reading, writing
from fla_batch.ledger.integrity import Contradiction, Reader, Rebuilt
from fla_batch.ledger.lifecycle import BatchState, Event, FormState, SilenceLimits, shown
from fla_batch.ledger.locks import Holder, Lock
from fla_batch.ledger.migrations import migrate
from fla_batch.ledger.newest_states import newest_states
from fla_batch.ledger.projection import Happening
from fla_batch.ledger.records import (
    ANYBODY,
    NO_DETAILS,
    AnswerOutcome,
    AnswerRow,
    BatchRow,
    FormLine,
    FormRow,
    Json,
    Whom,
)
from fla_batch.ledger.rows import chunks
from fla_batch.ledger.transactions import OneTransactionEach, reads, streams, writes
from fla_batch.ledger.worker_records import AT_ONCE, WorkerRecord, worker_records
from fla_batch.system.closing import Closing
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment

Result = TypeVar("Result")


class Ledger(OneTransactionEach, Closing):
    """The ledger at one URL, for one process; close it, or use it in a `with`.

    Every method is one transaction, may raise LedgerTrouble and DiskTrouble, and then has changed
    nothing. Most are a function of the modules beside this one: what it says holds here.
    """

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

    # Building and sending

    def allocate_sequence(self, sender: str, day: date, environment: Environment) -> str:
        """A sequence number that was never given out before; `day` is a Belgian date (R6)."""
        return self._insert(lambda found: sequences.next_sequence(found, sender, day, environment))

    def _insert(self, change: Callable[[Connection], Result]) -> Result:
        """What `change` gives; once more where another process wrote its row in that moment."""
        try:
            with writing(self._engine) as connection:
                return change(connection)
        except RowExists:
            with writing(self._engine) as connection:
                return change(connection)

    has_used = reads(sequences.has_used)
    use_number = writes(sequences.use_number)

    use_stamps = writes(reserved_stamps.take)
    reserve_stamps = writes(reserved_stamps.reserve)
    record_batch = writes(batch_forms.insert_batch)
    record_artefacts = writes(artefact_rows.record)
    artefacts = reads(artefact_rows.artefacts_of)

    @property
    def serves_several_hosts(self) -> bool:
        """True for a database that other machines can open too."""
        return self._engine.dialect.name != "sqlite"

    def append(
        self,
        batch: BatchName,
        event: Event,
        at: datetime,
        details: Json = NO_DETAILS,
        *,
        ticket: str | None = None,
        held: HeldLock | None = None,
    ) -> BatchState:
        """Record what happened to a batch; its state after it is returned.

        With `held` only while that lock is held, as one transaction (R29). Raises LockHeld when
        it was taken over, UnknownTransition when the life cycle does not allow the event,
        UsageMistake for a batch that the ledger does not know.
        """
        with writing(self._engine) as connection:
            if held is not None:
                locks.require(connection, held.lock)
            batch_id = event_rows.batch_id_of(connection, batch)
            happening = Happening(event, at, ticket)
            return event_rows.record_batch_event(connection, batch_id, happening, details)

    last_event = reads(event_rows.last_event)
    news = streams(event_rows.news_since)

    def append_all(
        self, names: Iterable[BatchName], event: Event, at: datetime, held: HeldLock
    ) -> None:
        """Record the same event for several batches, for all of them or for none.

        Only while `held` is held: another process may have taken it over meanwhile. Raises
        LockHeld then, UnknownTransition, UsageMistake.
        """
        with writing(self._engine) as connection:
            locks.require(connection, held.lock)
            for name in names:
                batch_id = event_rows.batch_id_of(connection, name)
                event_rows.record_batch_event(
                    connection, batch_id, Happening(event, at), NO_DETAILS
                )

    append_form = writes(event_rows.record_form_event)

    # Reading

    def batch(self, name: BatchName) -> BatchRow | None:
        """One batch, None when the ledger does not know it."""
        with reading(self._engine) as connection:
            return next(iter(standing.batch_rows(connection, standing.named(name))), None)

    state = reads(standing.state_of)

    def names(self, environment: Environment, states: Iterable[BatchState]) -> list[BatchName]:
        """The batches of an environment in some states, in the order of building."""
        conditions = standing.within(environment), standing.in_states(states)
        with reading(self._engine) as connection:
            return standing.names(connection, *conditions)

    last_year = reads(standing.last_year)
    only_asks = reads(standing.only_asks)
    sending_order = reads(sending.sending_order)
    overtaken_forms = reads(sending.overtaken_forms)

    def batches(
        self,
        environment: Environment | None = None,
        states: Iterable[BatchState] | None = None,
    ) -> list[BatchRow]:
        """All batches in the order of building, or those of one environment or of some states."""
        conditions = [standing.within(environment)] if environment else []
        if states is not None:
            conditions.append(standing.in_states(states))
        with reading(self._engine) as connection:
            return standing.batch_rows(connection, *conditions)

    def status_rows(
        self,
        now: datetime,
        limits: SilenceLimits,
        batch: BatchName | None = None,
        whom: Whom = ANYBODY,
    ) -> list[BatchRow]:
        """Batches as `status` shows them: with their age, and overdue after too long a silence.

        One batch, or those that hold something about `whom`.
        """
        conditions = [standing.named(batch)] if batch else []
        if whom != ANYBODY:
            conditions.append(standing.holding(whom))
        with reading(self._engine) as connection:
            rows = standing.batch_rows(connection, *conditions)
        return [
            replace(row, state=shown(row.state, now - row.since, limits), age=now - row.since)
            for row in rows
        ]

    def forms(
        self,
        batch: BatchName,
        states: Iterable[FormState] | None = None,
        after: Place = (0, 0),
    ) -> Iterator[FormRow]:
        """The forms of a batch in the order of its parts, or those in some states.

        Only those behind `after` (part, position). Read a page at a time: no transaction is open
        while the caller works on them.
        """
        return self._paged(batch_forms.forms_page, batch, states, after)

    def form_lines(
        self, batch: BatchName, states: Iterable[FormState] | None = None
    ) -> Iterator[FormLine]:
        """As `forms`, without what was declared. Raises UsageMistake for an unknown batch."""
        return self._paged(batch_forms.form_lines_page, batch, states, (0, 0))

    def _paged(
        self,
        page_of: Callable[..., tuple[list[Result], Place | None]],
        batch: BatchName,
        states: Iterable[FormState] | None,
        after: Place | None,
    ) -> Iterator[Result]:
        wanted = None if states is None else list(states)
        while after is not None:
            with reading(self._engine) as connection:
                page, after = page_of(connection, batch, wanted, after)
            yield from page

    def form(self, reference_nbr: str) -> FormRow | None:
        """One form, None when the ledger does not know it."""
        return self.forms_of([reference_nbr]).get(reference_nbr)

    forms_of = reads(batch_forms.forms_of)
    without_answer = streams(batch_forms.without_answer)
    owes_answers = reads(batch_forms.owes_answers)
    part_sizes = reads(batch_forms.part_sizes)
    events = reads(event_rows.events_of)

    # Answers

    accept_answer = writes(answer_rows.accept)
    record_quarantined = writes(answer_rows.quarantine)
    note_purged = writes(answer_rows.note_purged)
    seen_answers = reads(answer_looks.noted)
    has_answer = reads(answer_looks.has_answer)
    note_looks = writes(answer_looks.note)
    answers_to_recheck = reads(answer_looks.to_recheck)
    left_alone = reads(left_rows.left_rows)
    replace_left = writes(left_rows.replace_left)
    answer_files = reads(answer_rows.answer_rows)

    replace_blocked = writes(findings.replace_blocked)
    forget_blocked = writes(findings.forget_blocked)
    blocked_declarations = reads(findings.blocked_declarations)
    anomalies = reads(findings.anomaly_rows)

    found_anomalies = contextmanager(streams(by_worker.found_anomalies))

    # Matching

    has_batch = reads(form_lookup.has_batch)
    batches_by_ticket = reads(form_lookup.by_ticket)
    answers_without_batch = reads(answer_rows.without_batch)
    read_again = writes(integrity.read_again)
    batches_by_reference = reads(form_lookup.batches_by_reference)
    forms_by_creation = reads(form_lookup.by_creation)
    forms_by_subject = reads(form_lookup.by_subject)

    # History

    newest_states = contextmanager(streams(newest_states))
    last_accepted = reads(photos.last_accepted)
    held_keys = streams(photos.held_keys)

    def worker_records(
        self, environment: Environment, workers: Iterable[tuple[str, str]]
    ) -> Iterator[WorkerRecord]:
        """All that is held and was told of each (employer, worker), in their order.

        Read a page of workers at a time: no transaction is open while the caller works on them.
        """
        for page in chunks(workers, AT_ONCE):
            with reading(self._engine) as connection:
                records = list(worker_records(connection, environment, page))
            yield from records

    told_workers = streams(told_rows.workers)
    subjects = streams(photos.subjects)
    had_legal_right = reads(photos.had_legal_right)
    consultations = reads(told_rows.consultations)
    received_since = streams(told_rows.received_since)

    # Keeping it right

    def verify(self) -> list[Contradiction]:
        """Every state that does not follow from the events; empty when all is well."""
        found: list[Contradiction] = []
        with reading(self._engine) as connection:
            for batch_id, name in integrity.batch_ids(connection):
                found += integrity.contradictions(connection, batch_id, name)
        return found

    def rebuild(self, read: Reader) -> list[Rebuilt]:
        """Write all states anew from the events, then every answer's rows from its raw file.

        One line per answer file; where `read` raises a FlaBatchError, the rows that were there
        stay. Events are only ever added.
        """
        with writing(self._engine) as connection:
            for batch_id, _ in integrity.batch_ids(connection):
                integrity.derive_again(connection, batch_id)
        return [self._rebuild_answer(row, read) for row in self.answer_files(AnswerOutcome.DONE)]

    def _rebuild_answer(self, row: AnswerRow, read: Reader) -> Rebuilt:
        try:
            self.read_again(row, read(row.file))
        except FlaBatchError as error:
            return Rebuilt(row.file.name, str(error))
        return Rebuilt(row.file.name)

    # Locks

    @contextmanager
    def lock(
        self, name: str, clock: Callable[[], datetime], holder: Holder | None = None
    ) -> Iterator[HeldLock]:
        """Be the only process that does `name` ("poll"), on all machines of this ledger (R21).

        Call `renew` on what it gives at least every few minutes. Raises LockHeld.
        """
        who = holder or Holder.this_process()
        taken = self._insert(lambda found: locks.take(found, name, who, clock()))
        try:
            yield HeldLock(self._engine, taken, clock)
        finally:
            with writing(self._engine) as connection:
                locks.release(connection, taken)

    require_free = reads(locks.require_free)


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock while it is held."""

    _engine: Engine
    lock: Lock
    _clock: Callable[[], datetime]

    def renew(self) -> None:
        """Say that this process still works. Raises LockHeld when another one took over."""
        with writing(self._engine) as connection:
            locks.renew(connection, self.lock, self._clock())
