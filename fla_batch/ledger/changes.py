"""What an answer changes: events, anomalies and consultations, written in chunks.

A notification may hold 100,000 forms (R19): memory stays bounded, and one transaction holds
all of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from fla_batch.ledger.anomaly_rows import anomaly_values, insert_anomalies
from fla_batch.ledger.bulk_insert import Lookup, Many, Row
from fla_batch.ledger.events import batch_id_of, close_when_answered, record_batch_event
from fla_batch.ledger.lifecycle import Event, FormState
from fla_batch.ledger.projection import FormNow, Happening
from fla_batch.ledger.records import (
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

_TOLD_AT_ONCE = 200
"""Answers to questions: their bodies may be large."""
_PRESENT = select(
    form.c.reference_nbr, *form_state.c["batch_id", "form_id", "state", "since", "ticket"]
).join(form_state, form_state.c.form_id == form.c.id)
_LINKS = ("batch_id", "form_id", "answer_id")
_EVENT = (*_LINKS, "name", "ticket", "at", "details")
_ANOMALY = tuple(column.name for column in anomaly.columns if column.name not in (*_LINKS, "id"))
_STATE = ("to_state", "to_since", "to_ticket", "of_form")
_STATES = {state.value: state for state in FormState}
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
    _forms: list[FormChange] = field(default_factory=list)
    _consultations: list[Consultation] = field(default_factory=list)
    _details: Json | None = None
    _details_text: str = ""

    def __post_init__(self) -> None:
        self._look_up = Lookup(self.connection, _PRESENT, form.c.reference_nbr)
        self._insert_events = Many.inserting(self.connection, event, _EVENT)
        self._insert_anomalies = Many.inserting(self.connection, anomaly, (*_LINKS, *_ANOMALY))
        self._update_states = Many(self.connection, _UPDATE_STATE, _STATE)

    def write(self, changes: Changes) -> None:
        """Write all of `changes`, and close the batches whose last form has its verdict."""
        batch: BatchName | None = None
        for change in changes:
            match change:
                case FormChange():
                    if self.notifies and change.form.batch is not batch:
                        batch = change.form.batch
                        self._notify(batch)
                    self._forms.append(change)
                    if len(self._forms) >= CHUNK:
                        self._flush_forms()
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

    def _record(self, batch_id: int, happening: Happening, details: Json) -> None:
        if not self._was_recorded(batch_id, None, happening):
            record_batch_event(self.connection, batch_id, happening, details, self.answer_id)

    def _was_recorded(self, batch_id: int, form_id: int | None, happening: Happening) -> bool:
        key = (batch_id, form_id, happening.event.value, happening.ticket)
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
        insert_anomalies(
            self.connection,
            change.anomalies,
            self.at,
            batch_id=batch_id,
            answer_id=self.answer_id,
        )

    def _flush_forms(self) -> None:
        changes, self._forms = self._forms, []
        if not changes:
            return
        ids, before = self._present({change.form.key for change in changes})
        after = dict(before)
        events: list[Row] = []
        anomalies: list[Row] = []
        for change in changes:
            key = change.form.key
            batch_id, form_id = ids[key]
            links = (batch_id, form_id, self.answer_id)
            for each in change.anomalies:
                values = anomaly_values(each, self.at)
                anomalies.append((*links, *itemgetter(*_ANOMALY)(values)))
            happening = Happening(change.event, self.at, change.ticket)
            if self.recorded and self._was_recorded(batch_id, form_id, happening):
                continue
            after[key] = after[key].after(happening)
            events.append((*links, change.event.value, change.ticket, self.at, self._text(change)))
        self._insert_events.execute(events)
        self._insert_anomalies.execute(anomalies)
        self._update_states.execute(
            [
                (now.state.value, now.since, now.ticket, ids[key][1])
                for key, now in after.items()
                if now is not before[key]
            ]
        )

    def _text(self, change: FormChange) -> str:
        # Nearly all verdicts are alike, and then share one object for their details.
        if change.details is not self._details:
            self._details, self._details_text = change.details, canonical_json(change.details)
        return self._details_text

    def _present(self, keys: set[str]) -> tuple[dict[str, tuple[int, int]], dict[str, FormNow]]:
        """Batch and form id of each form, and what it is at present, by reference number."""
        rows = self._look_up.rows(sorted(keys))
        if len(rows) != len(keys):
            raise LedgerTrouble("an answer was matched with a form that the ledger does not know")
        ids = {key: (batch_id, form_id) for key, batch_id, form_id, *_ in rows}
        return ids, {
            key: FormNow(_STATES[state], since, ticket) for key, _, _, state, since, ticket in rows
        }

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
        keys = {each.form.key for each in told if each.form is not None}
        form_ids = self._present(keys)[0] if keys else {}
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

    def _consultation_row(
        self, told: Consultation, form_ids: dict[str, tuple[int, int]]
    ) -> dict[str, Any]:
        return {
            "answer_id": self.answer_id,
            "form_id": form_ids[told.form.key][1] if told.form is not None else None,
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
