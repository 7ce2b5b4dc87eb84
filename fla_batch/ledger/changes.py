"""What an answer changes: events, anomalies and consultations, written in chunks.

A notification may hold 100,000 forms (R19): memory stays bounded, and one transaction holds
all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from fla_batch.ledger.anomaly_rows import anomaly_values, insert_anomalies
from fla_batch.ledger.bulk_insert import Lookup, Many
from fla_batch.ledger.events import batch_id_of, close_when_answered, record_batch_event
from fla_batch.ledger.lifecycle import Event, FormState
from fla_batch.ledger.projection import FormNow, Happening, ticket_after
from fla_batch.ledger.records import (
    AlikeVerdicts,
    BatchChange,
    Changes,
    Consultation,
    FormChange,
    Json,
    PhotoRecord,
    UnmatchedChange,
    canonical_json,
)
from fla_batch.ledger.rows import CHUNK, has_legal_right, storable
from fla_batch.ledger.sql_tables import (
    anomaly,
    consultation,
    event,
    form,
    form_state,
    photo,
    unmatched,
)
from fla_batch.vocabulary.errors import LedgerTrouble
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly

_TOLD_AT_ONCE = 200
"""Answers to questions: their bodies may be large."""
_PRESENT = Lookup(
    select(
        form.c.reference_nbr, *form_state.c["batch_id", "form_id", "state", "since", "ticket"]
    ).join(form_state, form_state.c.form_id == form.c.id),
    form.c.reference_nbr,
)
_LINKS = ("batch_id", "form_id", "answer_id")
_EVENT = (*_LINKS, "name", "ticket", "at", "details")
_ANOMALY = tuple(column.name for column in anomaly.columns if column.name not in (*_LINKS, "id"))
_OF_ANOMALY = itemgetter(*_ANOMALY)
_STATE = ("to_state", "to_since", "to_ticket", "of_form")
_UPDATE_STATE = (
    update(form_state)
    .where(form_state.c.form_id == bindparam("of_form"))
    .values(state=bindparam("to_state"), since=bindparam("to_since"), ticket=bindparam("to_ticket"))
)

Recorded = Counter[tuple[int, int | None, str, str | None]]
"""Events that an answer gave before: batch, form, name and ticket, each with how often."""


def recorded_events(connection: Connection, answer_id: int) -> Recorded:
    """The events that an answer file gave."""
    columns = (event.c.batch_id, event.c.form_id, event.c.name, event.c.ticket)
    rows = connection.execute(select(*columns).where(event.c.answer_id == answer_id))
    return Counter((row[0], row[1], row[2], row[3]) for row in rows)


class _Verdicts:
    """Verdicts by columns, with each form at most once. `anomalies` with the place of the form."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.tickets: list[str | None] = []
        self.events: list[str] = []
        self.details: list[str] = []
        self.anomalies: list[tuple[int, Anomaly]] = []
        self._known: set[str] = set()

    def take(
        self, keys: Sequence[str], tickets: Sequence[str | None], event: Event, details: str
    ) -> bool:
        """Take verdicts on different forms; False when one of these has a verdict already."""
        if not self._known.isdisjoint(keys):
            return False
        self._known.update(keys)
        self.keys += keys
        self.tickets += tickets
        self.events += [event.value] * len(keys)
        self.details += [details] * len(keys)
        return True


@dataclass(eq=False, repr=False)
class ChangeWriter:
    """Writes what one answer file says, inside the transaction of `connection`.

    Events in `recorded` are on record already and are not recorded twice. `notifies`: see
    `AnswerFile`.
    """

    connection: Connection
    answer_id: int
    at: datetime
    recorded: Recorded = field(default_factory=Counter)
    notifies: bool = True
    _batch_ids: dict[BatchName, int] = field(default_factory=dict)
    _notified: set[BatchName] = field(default_factory=set)
    _verdicts: _Verdicts = field(default_factory=_Verdicts)
    _consultations: list[Consultation] = field(default_factory=list)
    _details: Json | None = None
    _details_text: str = ""

    def __post_init__(self) -> None:
        self._insert_events = Many.inserting(self.connection, event, _EVENT)
        self._insert_anomalies = Many.inserting(self.connection, anomaly, (*_LINKS, *_ANOMALY))
        self._update_states = Many(self.connection, _UPDATE_STATE, _STATE)

    def write(self, changes: Changes) -> None:
        """Write all of `changes`, and close the batches whose last form has its verdict."""
        for change in changes:
            match change:
                case AlikeVerdicts():
                    self._take(change)
                case FormChange():
                    (key, batch), event, ticket, anomalies, details = change
                    self._take(AlikeVerdicts(batch, event, details, [key], [ticket]), anomalies)
                case BatchChange():
                    self._write_batch(change)
                case UnmatchedChange():
                    self._write_unmatched(change)
                case Consultation():
                    self._consultations.append(change)
                    if len(self._consultations) >= _TOLD_AT_ONCE:
                        self._flush_consultations()
        self._flush_forms()
        self._flush_consultations()
        for name in self._batch_ids:
            close_when_answered(self.connection, self._batch_ids[name], self.at)

    def _batch_id(self, name: BatchName) -> int:
        if name not in self._batch_ids:
            self._batch_ids[name] = batch_id_of(self.connection, name)
        return self._batch_ids[name]

    def _notify(self, name: BatchName) -> None:
        if name not in self._notified:
            self._notified.add(name)
            self._record(self._batch_id(name), Happening(Event.NOTIFIED, self.at), {})

    def _take(self, told: AlikeVerdicts, anomalies: Sequence[Anomaly] = ()) -> None:
        if self.notifies:
            self._notify(told.batch)
        taken = told.reference_nbrs, told.tickets, told.event, self._text(told.details)
        if not self._verdicts.take(*taken):
            self._flush_forms()
            self._verdicts.take(*taken)
        place = len(self._verdicts.keys) - 1
        self._verdicts.anomalies += [(place, each) for each in anomalies]
        if place + 1 >= CHUNK:
            self._flush_forms()

    def _record(self, batch_id: int, happening: Happening, details: Json) -> None:
        if not self._was_recorded(batch_id, None, happening.event.value, happening.ticket):
            record_batch_event(self.connection, batch_id, happening, details, self.answer_id)

    def _was_recorded(
        self, batch_id: int, form_id: int | None, event: str, ticket: str | None
    ) -> bool:
        key = (batch_id, form_id, event, ticket)
        if not self.recorded or not self.recorded[key]:
            return False
        self.recorded[key] -= 1
        return True

    def _write_batch(self, change: BatchChange) -> None:
        # Forms before it in the same answer come first.
        self._flush_forms()
        batch_id = self._batch_id(change.batch)
        happening = Happening(change.event, self.at, change.ticket)
        self._record(batch_id, happening, change.details)
        found, answer_id = change.anomalies, self.answer_id
        insert_anomalies(self.connection, found, self.at, batch_id=batch_id, answer_id=answer_id)

    def _flush_forms(self) -> None:
        told, self._verdicts = self._verdicts, _Verdicts()
        if not told.keys:
            return
        columns = self._present(told.keys)
        batch_ids, form_ids = columns[:2]
        self._insert_anomalies.execute(
            (batch_ids[place], form_ids[place], self.answer_id, *_OF_ANOMALY(values))
            for place, each in told.anomalies
            for values in [anomaly_values(each, self.at)]
        )
        columns += [told.events, told.tickets, told.details]
        if self.recorded:
            happened = zip(batch_ids, form_ids, told.events, told.tickets, strict=True)
            new = [not self._was_recorded(*each) for each in happened]
            columns = [list(compress(column, new)) for column in columns]
        if columns[0]:
            self._record_verdicts(columns)

    def _record_verdicts(self, columns: list[list[Any]]) -> None:
        """Record what happened to forms (the columns of `_present`, then events, tickets, details),
        and what they are after it."""
        batch_ids, form_ids, states, sinces, known_tickets, events, tickets, details = columns
        count = len(form_ids)
        links = batch_ids, form_ids, (self.answer_id,) * count
        self._insert_events.execute_columns([*links, events, tickets, (self.at,) * count, details])
        happened = list(zip(states, sinces, events, strict=True))
        # Nearly always one and the same all the way down.
        moves = {each: self._moved(*each) for each in set(happened)}
        to_states, to_sinces = zip(*map(moves.__getitem__, happened), strict=True)
        to_tickets = list(map(ticket_after, known_tickets, tickets))
        self._update_states.execute_columns([to_states, to_sinces, to_tickets, form_ids])

    def _moved(self, state: str, since: datetime, event: str) -> tuple[str, datetime]:
        now = FormNow(FormState(state), since).after(Happening(Event(event), self.at))
        return now.state.value, now.since

    def _text(self, details: Json) -> str:
        # Nearly all verdicts are alike, and then share one object for their details.
        if details is not self._details:
            self._details, self._details_text = details, canonical_json(details)
        return self._details_text

    def _present(self, keys: Collection[str]) -> list[list[Any]]:
        """The columns of batch id, form id, state, since when and ticket of different forms."""
        columns = _PRESENT.columns(self.connection, keys)
        if not columns or len(columns[0]) != len(keys):
            raise LedgerTrouble("an answer was matched with a form that the ledger does not know")
        found, *present = columns
        places = dict(zip(found, range(len(keys)), strict=True))
        order = list(map(places.__getitem__, keys))
        return [list(map(column.__getitem__, order)) for column in present]

    def _write_unmatched(self, change: UnmatchedChange) -> None:
        self.connection.execute(
            insert(unmatched).values(
                answer_id=self.answer_id,
                batch_name=str(change.batch) if change.batch else None,
                reason=storable(change.reason),
                details=canonical_json(change.details),
            )
        )
        insert_anomalies(self.connection, change.anomalies, self.at, answer_id=self.answer_id)

    def _flush_consultations(self) -> None:
        told, self._consultations = self._consultations, []
        if not told:
            return
        keys = list({each.form.key for each in told if each.form is not None})
        form_ids = dict(zip(keys, self._present(keys)[1], strict=True)) if keys else {}
        query = insert(consultation).returning(consultation.c.id, sort_by_parameter_order=True)
        rows = [self._consultation_row(each, form_ids) for each in told]
        numbers = self.connection.execute(query, rows).scalars()
        photos = [
            _photo_row(number, each.photo, each.told_at)
            for number, each in zip(numbers, told, strict=True)
            if each.photo is not None
        ]
        if photos:
            self.connection.execute(insert(photo), photos)

    def _consultation_row(self, told: Consultation, form_ids: dict[str, int]) -> dict[str, Any]:
        return {
            "answer_id": self.answer_id,
            "form_id": form_ids[told.form.key] if told.form is not None else None,
            "kind": told.kind.value,
            "company_id": told.company_id,
            "inss": told.inss,
            "calendar_year": told.calendar_year,
            "told_at": told.told_at,
            "body": canonical_json(told.body),
            "asked": canonical_json(told.asked) if told.asked is not None else None,
        }


def _photo_row(consultation_id: int, held: PhotoRecord, told_at: datetime) -> dict[str, Any]:
    return {
        "consultation_id": consultation_id,
        "kind": held.key.kind.value,
        "company_id": held.key.company_id,
        "inss": held.key.inss,
        "calendar_year": held.key.calendar_year,
        "has_legal_right": has_legal_right(held.key.kind, held.body),
        "told_at": told_at,
        "body": canonical_json(held.body),
    }
