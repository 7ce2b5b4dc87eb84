"""Which batch or form of ours is an answer about?

Tried in this order, each within what the one before found: the file name (batch), a ticket that
an acknowledgement gave us (batch), our own reference number (form), the form's creation and
identification, employer with worker and year.
Two candidates are none: a wrong match would show a refused form as accepted. What cannot be
matched is returned with its reason, and is the caller's to keep and to list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.notification import NotificationForm
from fla_batch.answers.remote_anomalies import Subject, subject_in_path
from fla_batch.ledger.records import FoundForm
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment, FileKind

_Value = TypeVar("_Value")


class MatchedBy(Enum):
    """What a form was recognised by."""

    REFERENCE = "reference"
    CREATION = "form creation"
    SUBJECT = "employer, worker and year"


class Reason(Enum):
    """Why an answer stays unmatched."""

    NO_CLUE = "the answer holds nothing to match by"
    UNKNOWN_BATCH = "the answer names a batch that was not sent from here"
    OTHER_ENVIRONMENT = "the answer names a batch of another environment"
    UNKNOWN_FORM = "no form that was sent fits the answer"
    SEVERAL_FORMS = "several forms that were sent fit the answer"
    OTHER_BATCH = "the answer names one batch and a form of another"


Scope = BatchName | Environment
"""One batch, or an environment: then all its batches that still wait for answers."""

_FILE_KINDS = frozenset(FileKind)

Found = Sequence[FoundForm] | None
"""Forms that fit; None when the notification does not say what this step looks for."""


class SentForms(Protocol):
    """What was sent, as far as matching has to ask for it."""

    def has_batch(self, batch: BatchName) -> bool:
        """True when that batch was sent from here."""
        ...

    def by_ticket(self, ticket: str) -> BatchName | None:
        """The one batch to whose file an acknowledgement gave that ticket."""
        ...

    def by_reference(self, reference_nbr: str) -> Sequence[FoundForm]:
        """Forms to which we gave that ReferenceNbr, of any batch."""
        ...

    def by_creation(
        self, scope: Scope, day: date, hour: time, identification: str | None, /
    ) -> Sequence[FoundForm]:
        """Forms created then (Belgian local time), of that identification unless it is None."""
        ...

    def by_subject(
        self,
        scope: Scope,
        company_id: str,
        inss: str,
        calendar_year: int | None,
        identification: str | None,
        /,
    ) -> Sequence[FoundForm]:
        """Forms about that employer and worker; a None is not compared."""
        ...


class MatchedForm(NamedTuple):
    """The form that a notification is about."""

    form: FoundForm
    by: MatchedBy


class Unmatched(NamedTuple):
    """No match, and why. `batch` is the batch that was recognised, `candidates` the forms."""

    reason: Reason
    batch: BatchName | None = None
    candidates: tuple[FoundForm, ...] = ()


@lru_cache(maxsize=1000)
def batch_named(file_name: str) -> BatchName | None:
    """The batch in the name of any of its files; what follows the environment may differ.

    >>> str(batch_named("GO.FLAD.123456.20250301.00001.S"))
    'FLAD.123456.20250301.00001.S'
    >>> batch_named("FI.FLAD.123456.20250301.00001.S.3.1") == batch_named(
    ...     "FLAD.123456.20250301.00001.S.xml")
    True
    >>> batch_named("answer.xml") is None
    True
    """
    fields = file_name.strip().split(".")
    if fields[0] in _FILE_KINDS:
        fields = fields[1:]
    try:
        return BatchName.parse(".".join(fields[:5]))
    except InvalidName:
        return None


def match_batch(
    acknowledgement: Acknowledgement, environment: Environment, sent: SentForms
) -> BatchName | Unmatched:
    """The batch that an acknowledgement from `environment` is about: by file name, or ticket."""
    batch = batch_named(acknowledgement.file_name or "")
    if batch is None and acknowledgement.ticket:
        batch = sent.by_ticket(acknowledgement.ticket)
    if batch is None:
        return Unmatched(Reason.NO_CLUE)
    return _refused_batch(batch, environment, sent) or batch


def match_form(
    form: NotificationForm, environment: Environment, sent: SentForms
) -> MatchedForm | Unmatched:
    """The form that a notification from `environment` is about."""
    batch = batch_named(form.file_name or "") or _ticketed(form, sent)
    if batch is not None:
        refused = _refused_batch(batch, environment, sent)
        if refused:
            return refused
    scope = batch or environment
    several: Unmatched | None = None
    tried = False
    for by, look in _STEPS:
        found = look(form, scope, sent)
        tried = tried or found is not None
        if several and found:
            found = [one for one in several.candidates if one in found]
        if not found:
            continue
        result = _single(by, found, scope)
        if isinstance(result, MatchedForm) or result.reason is not Reason.SEVERAL_FORMS:
            return result
        several = result  # what two clues agree on is no guess: the next one may tell them apart
    return several or Unmatched(Reason.UNKNOWN_FORM if tried else Reason.NO_CLUE, batch)


def _ticketed(form: NotificationForm, sent: SentForms) -> BatchName | None:
    """The batch whose ticket the form names; None when it names none of ours, or two."""
    found = {batch for ticket in form.file_tickets if (batch := sent.by_ticket(ticket))}
    return found.pop() if len(found) == 1 else None


def _refused_batch(batch: BatchName, environment: Environment, sent: SentForms) -> Unmatched | None:
    if batch.environment is not environment:
        return Unmatched(Reason.OTHER_ENVIRONMENT, batch)
    return None if sent.has_batch(batch) else Unmatched(Reason.UNKNOWN_BATCH, batch)


def _single(by: MatchedBy, found: Sequence[FoundForm], scope: Scope) -> MatchedForm | Unmatched:
    if len(found) == 1 and _is_within(found[0], scope):
        return MatchedForm(found[0], by)
    candidates = tuple(dict.fromkeys(found))
    within = tuple([form for form in candidates if _is_within(form, scope)])
    if len(within) == 1:
        return MatchedForm(within[0], by)
    batch = scope if isinstance(scope, BatchName) else None
    outside = Reason.OTHER_BATCH if batch else Reason.OTHER_ENVIRONMENT
    return Unmatched(Reason.SEVERAL_FORMS if within else outside, batch, within or candidates)


def _is_within(form: FoundForm, scope: Scope) -> bool:
    return form.batch == scope if isinstance(scope, BatchName) else form.batch.environment is scope


def _by_reference(form: NotificationForm, _scope: Scope, sent: SentForms) -> Found:
    numbers = form.our_reference_nbrs
    if not numbers:
        return None
    return [found for number in numbers for found in sent.by_reference(number)]


def _by_creation(form: NotificationForm, scope: Scope, sent: SentForms) -> Found:
    ours = form.handled_original_form
    if ours is None or ours.form_creation_date is None or ours.form_creation_hour is None:
        return None
    return sent.by_creation(
        scope, ours.form_creation_date, ours.form_creation_hour, ours.identification
    )


def _by_subject(form: NotificationForm, scope: Scope, sent: SentForms) -> Found:
    subject = subject_of(form)
    if subject.company_id is None or subject.inss is None:
        return None
    ours = form.handled_original_form
    identification = ours.identification if ours else None
    return sent.by_subject(
        scope, subject.company_id, subject.inss, subject.calendar_year, identification
    )


_STEPS: tuple[tuple[MatchedBy, Callable[[NotificationForm, Scope, SentForms], Found]], ...] = (
    (MatchedBy.REFERENCE, _by_reference),
    (MatchedBy.CREATION, _by_creation),
    (MatchedBy.SUBJECT, _by_subject),
)


def subject_of(form: NotificationForm) -> Subject:
    """Whom a notification is about: as it says itself, else as all its anomalies' paths agree."""
    paths = [subject_in_path(report) for report in form.anomaly_reports]
    return Subject(
        form.company_id or _agreed(path.company_id for path in paths),
        form.inss or _agreed(path.inss for path in paths),
        _agreed(path.calendar_year for path in paths),
    )


def _agreed(values: Iterable[_Value | None]) -> _Value | None:
    known = {value for value in values if value is not None}
    return known.pop() if len(known) == 1 else None
