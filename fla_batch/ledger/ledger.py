"""Ledger: what happened, append-only, and what follows from it. One transaction per method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine

from fla_batch.ledger import (
    answer_looks,
    answer_rows,
    artefacts,
    batches,
    by_worker,
    events,
    form_lookup,
    integrity,
    left_rows,
    locks,
    photos,
    reserved_stamps,
    sequences,
    status_rows,
    told,
)
from fla_batch.ledger.anomaly_rows import (
    anomaly_rows,
    blocked_declarations,
    forget_blocked,
    insert_anomalies,
    replace_blocked,
)
from fla_batch.ledger.answer_looks import Look
from fla_batch.ledger.artefacts import Artefact
from fla_batch.ledger.by_worker import FoundAnomalies
from fla_batch.ledger.database import RowExists, connect, reading, writing
from fla_batch.ledger.form_lookup import Scope
from fla_batch.ledger.integrity import Contradiction, Reader, Rebuilt
from fla_batch.ledger.left_rows import LeftAlone
from fla_batch.ledger.lifecycle import BatchState, Event, FormState, SilenceLimits, shown
from fla_batch.ledger.locks import Holder, Lock
from fla_batch.ledger.migrations import migrate
from fla_batch.ledger.newest_states import NewestStates
from fla_batch.ledger.news import news_since
from fla_batch.ledger.projection import Happening
from fla_batch.ledger.records import (
    ANYBODY,
    Acceptance,
    AnomalyRow,
    AnswerFile,
    AnswerOutcome,
    AnswerRow,
    BatchRecord,
    BatchRow,
    Changes,
    ConsultationRow,
    EventRow,
    FormLine,
    FormRecord,
    FormRow,
    FoundForm,
    Json,
    Photo,
    UnmatchedRow,
    Whom,
)
from fla_batch.ledger.rows import CHUNK, chunks, storable
from fla_batch.ledger.sending_order import SendingOrder, overtaken_forms, sending_order
from fla_batch.ledger.worker_records import AT_ONCE, WorkerRecord, worker_records
from fla_batch.system.closing import Closing
from fla_batch.vocabulary.creation_stamps import Stretch, span_of
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import AnomalyOrigin, Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.models import DeclarationKey

_NOTHING: Json = {}


class Ledger(Closing):
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

    def has_used(self, name: BatchName) -> bool:
        """True when the number of that name, or a later one of its day, was given out."""
        with reading(self._engine) as connection:
            return sequences.has_used(connection, name)

    def use_number(self, name: BatchName) -> None:
        """Note that the number of a name is used, and all before it of its day (R30)."""
        with writing(self._engine) as connection:
            sequences.use_number(connection, name)

    def use_stamps(self, sender: str, first: datetime, last: datetime) -> None:
        """Note that creation stamps are taken: Belgian local times, without a zone (R30)."""
        with writing(self._engine) as connection:
            reserved_stamps.take(connection, sender, span_of(first, last))

    def reserve_stamps(self, sender: str, count: int, now: datetime) -> list[Stretch]:
        """`count` creation stamps of a sender that nobody has, up to `now`; oldest first (R37)."""
        with writing(self._engine) as connection:
            return reserved_stamps.reserve(connection, sender, count, now)

    def record_batch(self, record: BatchRecord, forms: Iterable[FormRecord]) -> int:
        """Record a batch and its forms, all or none; the count of forms is returned.

        Raises LedgerTrouble for a name that was used, UsageMistake for a batch without forms.
        """
        with writing(self._engine) as connection:
            return batches.insert_batch(connection, record, forms)

    def record_artefacts(self, name: BatchName, files: Iterable[Artefact]) -> None:
        """Record what the files of a batch are, once. Raises UsageMistake for an unknown batch."""
        with writing(self._engine) as connection:
            artefacts.record(connection, name, files)

    def artefacts(self, name: BatchName) -> list[Artefact]:
        """The files of a batch, by key; none where one host's folder holds them."""
        with reading(self._engine) as connection:
            return artefacts.artefacts_of(connection, name)

    @property
    def serves_several_hosts(self) -> bool:
        """True for a database that other machines can open too."""
        return self._engine.dialect.name != "sqlite"

    def append(
        self,
        batch: BatchName,
        event: Event,
        at: datetime,
        details: Json = _NOTHING,
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
            batch_id = events.batch_id_of(connection, batch)
            happening = Happening(event, at, ticket)
            return events.record_batch_event(connection, batch_id, happening, details)

    def last_event(self) -> int:
        """The number of the last event on record; 0 when nothing ever happened."""
        with reading(self._engine) as connection:
            return events.last_event(connection)

    def news(self, since: int) -> Iterator[EventRow]:
        """What happened after event `since`, in order; streamed while nothing else is read."""
        with reading(self._engine) as connection:
            yield from news_since(connection, since)

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
                batch_id = events.batch_id_of(connection, name)
                events.record_batch_event(connection, batch_id, Happening(event, at), _NOTHING)

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
            return next(iter(status_rows.batch_rows(connection, status_rows.named(name))), None)

    def state(self, name: BatchName) -> BatchState:
        """The present state of one batch, without the counts of its forms.

        Raises UsageMistake for an unknown batch.
        """
        with reading(self._engine) as connection:
            return status_rows.state_of(connection, name)

    def names(self, environment: Environment, states: Iterable[BatchState]) -> list[BatchName]:
        """The batches of an environment in some states, in the order of building."""
        conditions = status_rows.within(environment), status_rows.in_states(states)
        with reading(self._engine) as connection:
            return status_rows.names(connection, *conditions)

    def last_year(self, name: BatchName) -> int | None:
        """The latest calendar year that a batch declares, None when it declares none.

        Raises UsageMistake for an unknown batch.
        """
        with reading(self._engine) as connection:
            return status_rows.last_year(connection, name)

    def only_asks(self, name: BatchName) -> bool:
        """True when no form of a batch is a declaration. Raises UsageMistake for an unknown one."""
        with reading(self._engine) as connection:
            return status_rows.only_asks(connection, name)

    def sending_order(self, name: BatchName) -> SendingOrder:
        """What stands in the way of sending a batch. Raises UsageMistake for an unknown one."""
        with reading(self._engine) as connection:
            return sending_order(connection, name)

    def overtaken_forms(self, name: BatchName) -> dict[str, BatchName]:
        """The open forms of a batch that a newer one on its way replaces, and by which batch."""
        with reading(self._engine) as connection:
            return overtaken_forms(connection, name)

    def batches(
        self,
        environment: Environment | None = None,
        states: Iterable[BatchState] | None = None,
    ) -> list[BatchRow]:
        """All batches in the order of building, or those of one environment or of some states."""
        conditions = [status_rows.within(environment)] if environment else []
        if states is not None:
            conditions.append(status_rows.in_states(states))
        with reading(self._engine) as connection:
            return status_rows.batch_rows(connection, *conditions)

    def open_batches(self, environment: Environment) -> list[BatchRow]:
        """Batches of which something is still expected, of us or of the portal."""
        with reading(self._engine) as connection:
            return status_rows.batch_rows(
                connection, status_rows.within(environment), status_rows.still_open()
            )

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
        conditions = [status_rows.named(batch)] if batch else []
        if whom != ANYBODY:
            conditions.append(status_rows.holding(whom))
        with reading(self._engine) as connection:
            rows = status_rows.batch_rows(connection, *conditions)
        return [_as_shown(row, now, limits) for row in rows]

    def forms(
        self,
        batch: BatchName,
        states: Iterable[FormState] | None = None,
        after: tuple[int, int] = (0, 0),
    ) -> Iterator[FormRow]:
        """The forms of a batch in the order of its parts, or those in some states.

        Only those behind `after` (part, position). Read a page at a time: no transaction is open
        while the caller works on them.
        """
        wanted = None if states is None else list(states)
        while True:
            with reading(self._engine) as connection:
                page = batches.forms_page(connection, batch, wanted, after)
            yield from page
            if len(page) < CHUNK:
                return
            after = (page[-1].part, page[-1].position)

    def form_lines(
        self, batch: BatchName, states: Iterable[FormState] | None = None
    ) -> Iterator[FormLine]:
        """As `forms`, without what was declared. Raises UsageMistake for an unknown batch."""
        wanted = None if states is None else list(states)
        after: status_rows.Place | None = (0, 0)
        while after is not None:
            with reading(self._engine) as connection:
                batch_id = events.batch_id_of(connection, batch)
                page, after = status_rows.form_lines_page(connection, batch_id, wanted, after)
            yield from page

    def form(self, reference_nbr: str) -> FormRow | None:
        """One form, None when the ledger does not know it."""
        return self.forms_of([reference_nbr]).get(reference_nbr)

    def forms_of(self, reference_nbrs: Iterable[str]) -> dict[str, FormRow]:
        """The forms of those reference numbers that the ledger knows, by them."""
        with reading(self._engine) as connection:
            return batches.forms_of(connection, reference_nbrs)

    def without_answer(self, batch: BatchName) -> Iterator[FormRow]:
        """The forms of a batch to which nothing was told; streamed."""
        with reading(self._engine) as connection:
            yield from batches.without_answer(connection, batch)

    def owes_answers(self, batch: BatchName) -> bool:
        """True while a form of a batch is neither answered nor refused nor cancelled."""
        with reading(self._engine) as connection:
            return batches.owes_answers(connection, batch)

    def part_sizes(self, batch: BatchName) -> list[int]:
        """How many forms each part of a batch holds. Raises UsageMistake for an unknown batch."""
        with reading(self._engine) as connection:
            return batches.part_sizes(connection, batch)

    def events(self, batch: BatchName, *, of_forms: bool = True) -> list[EventRow]:
        """Everything that happened to a batch and, unless told otherwise, its forms; in order."""
        with reading(self._engine) as connection:
            return events.events_of(connection, batch, of_forms=of_forms)

    # Answers

    def accept_answer(
        self, file: AnswerFile, changes: Changes, at: datetime, *, replay: bool = False
    ) -> Acceptance:
        """Write what an answer says, and that it is done, in one transaction (R14, R16).

        `changes` is read only when the file is new; when reading it raises, nothing was written.
        `replay` processes a file again that was held back: quarantined, or a name with new
        content. A file that is done stays done. Raises UnknownTransition.
        """
        with writing(self._engine) as connection:
            return answer_rows.accept(connection, file, changes, at, replay=replay)

    def record_quarantined(self, file: AnswerFile, reason: str, at: datetime) -> bool:
        """Note that a file is in quarantine; False when it has an outcome already."""
        with writing(self._engine) as connection:
            return answer_rows.quarantine(connection, file, reason, at)

    def note_purged(self, files: Iterable[AnswerFile]) -> None:
        """Note that the raw files of answers that are done were deleted on purpose."""
        with writing(self._engine) as connection:
            answer_rows.note_purged(connection, files)

    def seen_answers(self, environment: Environment) -> Mapping[str, list[Look]]:
        """Every answer that has an outcome, by name, as the server listed it."""
        with reading(self._engine) as connection:
            return answer_looks.looks(connection, environment)

    def has_answer(self, name: str, size: int, sha256: str) -> bool:
        """True when that very content of that name has an outcome."""
        with reading(self._engine) as connection:
            return answer_looks.has_answer(connection, name, size, sha256)

    def note_looks(self, looks: Iterable[Look], at: datetime) -> None:
        """Remember how the server listed answers, and that they were compared (R32)."""
        with writing(self._engine) as connection:
            answer_looks.note(connection, looks, at)

    def answers_to_recheck(self, environment: Environment, since: datetime) -> list[str]:
        """Names of answers of batches that are open or were closed after `since`."""
        with reading(self._engine) as connection:
            return answer_looks.to_recheck(connection, environment, since)

    def left_alone(self, environment: Environment) -> list[LeftAlone]:
        """What polls left where it is: not ours, or not to be had."""
        with reading(self._engine) as connection:
            return left_rows.left_rows(connection, environment)

    def replace_left(
        self, environment: Environment, entries: Iterable[LeftAlone], at: datetime
    ) -> list[LeftAlone]:
        """Keep exactly these, and return those that are new or have another reason."""
        with writing(self._engine) as connection:
            return left_rows.replace_left(connection, environment, entries, at)

    def answer_files(self, outcome: AnswerOutcome | None = None) -> list[AnswerRow]:
        """Every answer file that was seen, or those of one outcome, oldest first."""
        with reading(self._engine) as connection:
            return answer_rows.answer_rows(connection, outcome)

    def unmatched(self) -> list[UnmatchedRow]:
        """Parts of answers that fit nothing of ours."""
        with reading(self._engine) as connection:
            return answer_rows.unmatched_rows(connection)

    def record_anomalies(
        self, anomalies: Iterable[Anomaly], at: datetime, batch: BatchName | None = None
    ) -> int:
        """Keep anomalies of a build, with the batch that came of it if any; their count."""
        with writing(self._engine) as connection:
            batch_id = events.batch_id_of(connection, batch) if batch else None
            return insert_anomalies(connection, anomalies, at, batch_id=batch_id)

    def replace_blocked(
        self,
        environment: Environment,
        files: Iterable[str],
        found: Iterable[Anomaly],
        at: datetime,
    ) -> int:
        """Keep what holds declarations of a build back, until files of those names come again.

        Or until a declaration of the same key is built.
        """
        with writing(self._engine) as connection:
            return replace_blocked(connection, environment, files, found, at)

    def forget_blocked(self, environment: Environment, before: datetime | None = None) -> int:
        """Delete what holds declarations back, all or what is older; the count of findings."""
        with writing(self._engine) as connection:
            return forget_blocked(connection, environment, before)

    def blocked_declarations(self, environment: Environment) -> int:
        """How many declarations of builds are held back."""
        with reading(self._engine) as connection:
            return blocked_declarations(connection, environment)

    def anomalies(
        self, batch: BatchName | None = None, origin: AnomalyOrigin | None = None
    ) -> list[AnomalyRow]:
        """All anomalies, or those of one batch or origin, oldest first."""
        with reading(self._engine) as connection:
            return anomaly_rows(connection, batch, origin)

    @contextmanager
    def found_anomalies(
        self,
        batch: BatchName | None = None,
        whom: Whom = ANYBODY,
        origin: AnomalyOrigin | None = None,
    ) -> Iterator[FoundAnomalies]:
        """Anomalies about `whom`, of all batches or one, to be counted and read worker by worker.

        All of them, or those of one origin.

        What is read is of one moment: within the `with` a transaction is open that only reads.
        Others may write meanwhile, this process may not. Raises UsageMistake for an unknown
        batch.
        """
        with (
            reading(self._engine) as connection,
            by_worker.found_anomalies(connection, batch, whom, origin) as found,
        ):
            yield found

    # Matching

    def has_batch(self, batch: BatchName) -> bool:
        """True when the ledger knows that batch."""
        with reading(self._engine) as connection:
            return form_lookup.has_batch(connection, batch)

    def batches_by_ticket(self, ticket: str) -> list[BatchName]:
        """The batches to whose file an acknowledgement gave that ticket."""
        with reading(self._engine) as connection:
            return form_lookup.by_ticket(connection, storable(ticket))

    def answers_without_batch(
        self, environment: Environment
    ) -> list[tuple[AnswerRow, dict[str, Any]]]:
        """Answers that are done in which something names no batch of ours, with its details."""
        with reading(self._engine) as connection:
            return answer_rows.without_batch(connection, environment)

    def read_again(self, row: AnswerRow, changes: Changes) -> None:
        """Replace what was kept of an answer by `changes`; events are only added."""
        with writing(self._engine) as connection:
            integrity.read_again(connection, row, changes)

    def reference_numbers(self, batch: BatchName) -> Iterator[str]:
        """The reference numbers of all forms of a batch; streamed."""
        with reading(self._engine) as connection:
            yield from form_lookup.reference_numbers(connection, batch)

    def forms_by_reference(self, reference_nbr: str) -> list[FoundForm]:
        """The form with that ReferenceNbr, of whatever batch."""
        with reading(self._engine) as connection:
            return form_lookup.by_reference(connection, reference_nbr)

    def forms_by_creation(
        self,
        scope: Scope,
        created_date: date,
        created_hour: time,
        identification: str | None = None,
    ) -> list[FoundForm]:
        """Forms of a batch or environment created then (Belgian local time).

        An identification of None is not compared. In an environment, batches that wait for
        answers come before those that do not.
        """
        with reading(self._engine) as connection:
            return form_lookup.by_creation(
                connection, scope, created_date, created_hour, identification
            )

    def forms_by_subject(
        self,
        scope: Scope,
        company_id: str,
        inss: str,
        calendar_year: int | None = None,
        identification: str | None = None,
    ) -> list[FoundForm]:
        """Forms of a batch or environment about that employer and worker; None: not compared."""
        with reading(self._engine) as connection:
            return form_lookup.by_subject(
                connection, scope, company_id, inss, calendar_year, identification
            )

    # History

    @contextmanager
    def newest_states(self, environment: Environment) -> Iterator[NewestStates]:
        """What stands last on record for the keys that are asked for; of one moment (R28)."""
        with reading(self._engine) as connection:
            yield NewestStates(connection, environment)

    def last_accepted(self, key: DeclarationKey, environment: Environment) -> Photo | None:
        """The declaration that the platform holds for `key` as far as is known."""
        with reading(self._engine) as connection:
            return photos.last_accepted(connection, key, environment)

    def held_keys(self, environment: Environment) -> Iterator[DeclarationKey]:
        """Every key for which `last_accepted` has something; streamed, some of them twice."""
        with reading(self._engine) as connection:
            yield from photos.held_keys(connection, environment)

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

    def told_workers(self, environment: Environment) -> Iterator[tuple[str, str]]:
        """Employer and worker of everything that was told about a worker; streamed."""
        with reading(self._engine) as connection:
            yield from told.workers(connection, environment)

    def subjects(self, environment: Environment) -> Iterator[tuple[str, str, int | None]]:
        """Employer, worker ("" for none) and year of all that was declared, asked or told."""
        with reading(self._engine) as connection:
            yield from photos.subjects(connection, environment)

    def had_legal_right(self, key: DeclarationKey, environment: Environment) -> bool:
        """True once the platform accepted, or told, LegalFlaRight for that employer and year."""
        with reading(self._engine) as connection:
            return photos.had_legal_right(connection, key, environment)

    def consultations(
        self,
        environment: Environment,
        kind: FormKind | None = None,
        company_id: str | None = None,
        inss: str | None = None,
    ) -> list[ConsultationRow]:
        """What the platform told of credit, rights and trainings, oldest first."""
        with reading(self._engine) as connection:
            return told.consultations(connection, environment, kind, company_id, inss)

    def received_since(
        self, environment: Environment, since: datetime, after: int = 0
    ) -> Iterator[tuple[int, ConsultationRow]]:
        """What the platform told in answers that came to us at `since` or later; streamed.

        Each with its number, which only grows; only those above `after`.
        """
        with reading(self._engine) as connection:
            yield from told.received_since(connection, environment, since, after)

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
        taken = self._take(name, who, clock)
        try:
            yield HeldLock(self._engine, taken, clock)
        finally:
            with writing(self._engine) as connection:
                locks.release(connection, taken)

    def require_free(self, name: str, at: datetime) -> None:
        """See that no process does `name`, without writing a row. Raises LockHeld."""
        with reading(self._engine) as connection:
            locks.require_free(connection, name, at)

    def _take(self, name: str, holder: Holder, clock: Callable[[], datetime]) -> Lock:
        try:
            with writing(self._engine) as connection:
                return locks.take(connection, name, holder, clock())
        except RowExists:
            # Another process took it in the same moment: say which one.
            with writing(self._engine) as connection:
                return locks.take(connection, name, holder, clock())


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


def _as_shown(row: BatchRow, now: datetime, limits: SilenceLimits) -> BatchRow:
    found = shown(row.state, row.since, now, limits)
    return replace(row, state=found.state, age=found.age)
