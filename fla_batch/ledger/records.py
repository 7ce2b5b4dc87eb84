"""What goes into the ledger and what comes out of it: plain values, no database.

Instants are aware; the ledger keeps them in UTC. `reference_nbr` is what a form is known by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.ledger.lifecycle import BatchState, Event, FormState
from fla_batch.vocabulary.documents import BatchStandingJson, members
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import InputSheet, NoOrigin, Origin
from fla_batch.vocabulary.terms import Environment, FormKind

if TYPE_CHECKING:
    from fla_batch.models import DeclarationKey

Json = Mapping[str, Any]

NO_DETAILS: Json = {}

# ASCII, because a database takes neither NUL nor half a surrogate pair.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def canonical_json(value: Json) -> str:
    """`value` as JSON that is the same for equal values: sorted names, no spaces, all ASCII.

    >>> canonical_json({"b": [1, 2], "a": "e"})
    '{"a":"e","b":[1,2]}'
    """
    return _ENCODER.encode(value)


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as it was built. `folder` is relative to the outbox; `previous` is corrected by it.

    `sheets` are those that its declarations came from, by their digests. `parts` is 1 to 9.
    `limits` of the profile and the like belong in the manifest, not here.
    """

    name: BatchName
    profile: str
    profile_version: str
    parts: int
    folder: str
    built_at: datetime
    previous: BatchName | None = None
    sheets: Mapping[str, InputSheet] = field(default_factory=dict)


class FormRecord(NamedTuple):
    """A form as it was built.

    `part` and `position` count from 1. `created_date` and `created_hour` (to the millisecond)
    are Belgian local time, unique within the batch. `body` is the declaration or question in the
    REST manual's shape, as a mapping or as JSON text, which is then kept as it is; questions may
    lack company, worker and year. `sheet` is the digest of one of the batch's sheets, and `rows`
    where the values stood in it, as `rows_text` says it; None for what came from no file.
    """

    reference_nbr: str
    part: int
    position: int
    identification: str
    created_date: date
    created_hour: time
    kind: FormKind
    body: Json | str
    company_id: str | None = None
    inss: str | None = None
    calendar_year: int | None = None
    sheet: str | None = None
    rows: str | None = None


class NewestState(NamedTuple):
    """What stands last on record for a key, in which batch, and how that one stands.

    `told` is what the platform told of the key after that batch was built, None for nothing.
    """

    sha256: str
    state: FormState
    batch: BatchName
    batch_state: BatchState
    told: Json | None


class FoundForm(NamedTuple):
    """A form that fits what an answer says; `key` is its ReferenceNbr."""

    key: str
    batch: BatchName


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch as `status` shows it.

    accepted + warned + refused + open + cancelled = forms. `since` is when `state` was reached.
    `trouble` is why a batch that is to be sent cannot be: it is set apart (R33). `waits_for` is
    what has to come before one goes on, and what to do.
    """

    name: BatchName
    state: BatchState
    since: datetime
    ticket: str | None
    forms: int
    accepted: int
    warned: int
    refused: int
    open: int
    cancelled: int
    built_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    profile: str
    profile_version: str
    parts: int
    folder: str
    previous: BatchName | None
    age: timedelta | None = None
    trouble: str | None = None
    waits_for: str | None = None

    @property
    def environment(self) -> Environment:
        """Production, circuit test or simulation."""
        return self.name.environment

    def to_json(self) -> dict[str, Any]:
        """The row of `status --json`; instants in UTC, ISO 8601."""
        return members(BatchStandingJson, self)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One form with its state; `body` is a copy that the caller may change."""

    reference_nbr: str
    batch: BatchName
    part: int
    position: int
    identification: str
    created_date: date
    created_hour: time
    kind: FormKind
    company_id: str | None
    inss: str | None
    calendar_year: int | None
    sha256: str
    state: FormState
    since: datetime
    ticket: str | None
    body: dict[str, Any]
    origin: Origin = field(default_factory=NoOrigin)


class FormLine(NamedTuple):
    """One form as `status` lists it: a FormRow without what was declared."""

    reference_nbr: str
    state: FormState
    ticket: str | None
    kind: FormKind
    company_id: str | None
    inss: str | None
    calendar_year: int | None

    @property
    def key(self) -> DeclarationKey:
        """The key of the declaration that it holds."""
        from fla_batch.models import DeclarationKey

        year = self.calendar_year or 0
        return DeclarationKey(self.company_id or "", self.inss or "", year, self.kind)

    def to_json(self) -> dict[str, Any]:
        """The row of `status BATCH --json`."""
        return {
            "reference": self.reference_nbr,
            "state": self.state.value,
            "ticket": self.ticket,
            "kind": self.kind.value,
            "company_id": self.company_id,
            "inss": self.inss,
            "calendar_year": self.calendar_year,
        }


class EventRow(NamedTuple):
    """One line of the record of what happened; `form` is None for the whole batch."""

    batch: BatchName
    form: str | None
    event: Event
    at: datetime
    details: dict[str, Any]


class AnomalyRow(NamedTuple):
    """One anomaly with the batch and form that it is about, None where it is about none."""

    anomaly: Anomaly
    batch: BatchName | None
    reference_nbr: str | None
    at: datetime


REST_ANSWERS = "REST."
"""How names of raw files begin that hold answers of the REST API, form by form."""


class AnswerFile(NamedTuple):
    """A file for us as it lies on our disk. `kept_path` is relative to the outbox.

    Name, size (bytes) and SHA-256 (hexadecimal) together are its accept-once key (R14).
    """

    name: str
    size: int
    sha256: str
    environment: Environment
    kept_path: str
    received_at: datetime

    @property
    def notifies(self) -> bool:
        """True when its verdicts prove that the portal has the whole batch, as a NOTI's do.

        Over REST each form goes by itself: others of the batch may not even have left.
        """
        return not self.name.startswith(REST_ANSWERS)


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What an answer says of a whole batch."""

    batch: BatchName
    event: Event
    ticket: str | None = None
    anomalies: tuple[Anomaly, ...] = ()
    details: Json = field(default_factory=dict)


class FormChange(NamedTuple):
    """What an answer says of one form; a tuple, because an answer holds very many."""

    form: FoundForm
    event: Event
    ticket: str | None = None
    anomalies: tuple[Anomaly, ...] = ()
    details: Json = NO_DETAILS


class AlikeVerdicts(NamedTuple):
    """What an answer says of forms of one batch with the same verdict and without anomalies.

    By columns, in the order of the answer: the number of each form, none of which stands there
    twice, and its ticket.
    """

    batch: BatchName
    event: Event
    details: Json
    reference_nbrs: Sequence[str]
    tickets: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class UnmatchedChange:
    """A part of an answer that fits nothing of ours: kept, listed, never dropped."""

    reason: str
    batch: BatchName | None = None
    anomalies: tuple[Anomaly, ...] = ()
    details: Json = field(default_factory=dict)


class Consultation(NamedTuple):
    """What the platform told about one worker: credit, rights or trainings.

    `photo` is the declaration that it amounts to, when it is a whole one of its `kind`: it then
    counts as history. `told_at` is when the platform wrote it, `asked` the question that it
    answers, in the REST manual's names.
    """

    kind: FormKind
    body: Json
    told_at: datetime
    company_id: str | None = None
    inss: str | None = None
    calendar_year: int | None = None
    form: FoundForm | None = None
    photo: PhotoRecord | None = None
    asked: Json | None = None


class PhotoRecord(NamedTuple):
    """A whole declaration as the platform holds it."""

    key: DeclarationKey
    body: Json


class Acceptance(Enum):
    """What became of an answer file that was offered to the ledger."""

    DONE = "done"  # its rows were written, now
    ALREADY = "already done"  # the same file was processed before; nothing was changed
    HELD = "held"  # the same file is in quarantine; nothing was changed
    CLASH = "clash"  # its name was processed before with other content: alarm, nothing changed


class AnswerOutcome(StrEnum):
    """What became of an answer file for good."""

    DONE = "done"
    QUARANTINED = "quarantined"
    CLASH = "clash"


class AnswerRow(NamedTuple):
    """One answer file that was seen, and what became of it."""

    file: AnswerFile
    outcome: AnswerOutcome
    reason: str | None
    settled_at: datetime


class ConsultationRow(NamedTuple):
    """What the platform told about one worker, and when.

    `form` is the one that it came with, `asked` the question that it answers; both are None for
    what came unasked.
    """

    kind: FormKind
    company_id: str | None
    inss: str | None
    calendar_year: int | None
    told_at: datetime
    body: dict[str, Any]
    form: FoundForm | None = None
    asked: dict[str, Any] | None = None


class Whom(NamedTuple):
    """One employer, worker or year; a None is not compared."""

    company_id: str | None = None
    inss: str | None = None
    calendar_year: int | None = None

    def fits(self, company_id: str | None, inss: str | None, calendar_year: int | None) -> bool:
        """True for what is about them."""
        about = (company_id, inss, calendar_year)
        return all(wanted in (None, there) for wanted, there in zip(self, about, strict=True))


ANYBODY = Whom()


Change = BatchChange | FormChange | AlikeVerdicts | UnmatchedChange | Consultation
Changes = Iterable[Change]


class Photo(NamedTuple):
    """The last declaration that the platform is known to hold for a key, and since when.

    `ours` when it is one of ours that was accepted, and not one that the platform told.
    """

    body: dict[str, Any]
    accepted_at: datetime
    ours: bool = False
