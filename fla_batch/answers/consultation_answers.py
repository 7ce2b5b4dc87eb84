"""Answers to questions: FLAAnswer forms as what the platform told about a worker.

An answer is the verdict on its question too: it closes the form, whether or not a notification
comes besides. The rights or trainings of one worker and year, told whole, are the photo that the
platform holds: it counts as history for the guards (REST manual 3.3.3.3, 3.3.4.3). Decisions:
docs/decisions/0901 and 0902.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.answers.blocks import NoForm, PortalHeader, PortalReference
from fla_batch.answers.matching import Unmatched, match_form
from fla_batch.answers.notification import NotificationForm
from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import (
    Change,
    Consultation,
    FormChange,
    FormRow,
    FoundForm,
    Photo,
    PhotoRecord,
    UnmatchedChange,
)
from fla_batch.message import FormReader, Profile
from fla_batch.models import (
    DeclarationKey,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
)
from fla_batch.models import TrainingsDeclaration as Trainings
from fla_batch.models.employer import SMALL_EMPLOYERS
from fla_batch.models.form import Answer, AnswerForm
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.belgian_time import BELGIUM
from fla_batch.vocabulary.terms import Environment, FormKind, ProcessingState

_WHOLE_STATES = (None, ProcessingState.VALIDATED, ProcessingState.ALL)
"""Answers to these hold every training of the photo."""


def answers(
    path: Path, profile: Profile, environment: Environment, at: datetime, sent: Sent
) -> Iterator[Change]:
    """What each form of the message tells, if the profile has such a one. Raises UnusableXml."""
    if (shape := profile.answer) is None:
        return
    reader, found = FormReader(profile, shape), False
    for element in xmlsafe.children(path, shape.form, root=shape.root):
        found = True
        form, reading = reader.read(element)
        if not isinstance(form, AnswerForm):
            yield UnmatchedChange("a form that is no answer to a question")
            continue
        for change in _told(form, profile, environment, at, sent):
            # A photo with a hole in it is no photo: the guards would miss what it hides.
            if reading.unreadable and isinstance(change, Consultation):
                yield change._replace(photo=None)
            else:
                yield change
    if not found:
        raise NoForm("the answer holds no form")


def written_at(day: date | None, hour: time | None, otherwise: datetime) -> datetime:
    """When the platform wrote a form, from its Belgian date and hour; `otherwise` without them.

    >>> from datetime import UTC
    >>> written_at(date(2025, 3, 1), time(10, 15), datetime.now(UTC)).astimezone(UTC).isoformat()
    '2025-03-01T09:15:00+00:00'
    """
    if day is None or hour is None:
        return otherwise
    return datetime.combine(day, hour.replace(tzinfo=None), BELGIUM)


def _told(
    form: AnswerForm, profile: Profile, environment: Environment, at: datetime, sent: Sent
) -> Iterator[Change]:
    identification = form.header.identification
    kind = profile.kind_of(identification)
    if kind is None:
        yield UnmatchedChange(f"identification {identification} is not known", None)
        return
    found = match_form(_clues(form, sent), environment, sent)
    details = {"identification": identification, "reference": _number(form)}
    if isinstance(found, Unmatched):
        yield UnmatchedChange(found.reason.value, found.batch, (), details)
        return
    key = found.form
    question = sent.form(key.key)
    if question is None or not answers_question(kind, form.body, question):
        reason = "the answer is about something else than the question that it names"
        yield UnmatchedChange(reason, key.batch, (), details)
        return
    yield FormChange(key, Event.ACCEPTED, details=details | {"matched_by": found.by.value})
    header = form.header
    told_at = written_at(header.form_creation_date, header.form_creation_hour, at)

    def held(key: DeclarationKey) -> Photo | None:
        return sent.last_photo(key, environment)

    yield from consultations(kind, form.body, question, told_at, held, form=key)


class AskedAbout(NamedTuple):
    """What was asked about whom; `body` is the question in the REST manual's names."""

    company_id: str | None
    inss: str | None
    calendar_year: int | None
    body: Mapping[str, Any]


Held = Callable[[DeclarationKey], Photo | None]
"""The declaration that the platform is known to hold for a key."""


def consultations(
    kind: FormKind,
    answer: Answer,
    asked: AskedAbout | FormRow,
    told_at: datetime,
    held: Held,
    *,
    form: FoundForm | None = None,
) -> Iterator[Consultation]:
    """What was asked for, and the credit that comes with it (REST manual 3.1).

    `form` is the question of ours that is answered; None when it came by another way.
    """
    about: dict[str, Any] = {
        "told_at": told_at,
        "company_id": asked.company_id,
        "inss": asked.inss,
        "form": form,
        "asked": dict(asked.body),
    }
    if kind is not FormKind.ASK_CREDIT:
        yield Consultation(
            kind=kind,
            body=answer.to_json(),
            calendar_year=asked.calendar_year,
            photo=_photo(kind, answer, asked.body, held),
            **about,
        )
    if answer.fla_credit_calculation is not None:
        credit = answer.fla_credit_calculation.to_json()
        yield Consultation(kind=FormKind.ASK_CREDIT, body=credit, **about)


def _clues(form: AnswerForm, sent: Sent) -> NotificationForm:
    """What an answer says of its question, in the words that notifications are matched by."""
    reference, handled = form.header.reference, form.body.handled_original_form
    original = (
        PortalHeader(handled.identification, handled.form_creation_date, handled.form_creation_hour)
        if handled
        else None
    )
    # Whatever origin the platform gives it: only a number of ours leads to a form, and only a
    # ticket of a file of ours to a batch.
    number = reference.reference_nbr if reference else None
    references = [PortalReference("1", "1", number)]
    if number and not sent.by_reference(number):
        references.append(PortalReference("0", "2", number))
    return NotificationForm(
        header=PortalHeader(form.header.identification),
        result_code="",
        handled_original_form=original,
        references=tuple(references),
    )


def _number(form: AnswerForm) -> str | None:
    return form.header.reference.reference_nbr if form.header.reference else None


def answers_question(kind: FormKind, answer: Answer, question: FormRow) -> bool:
    """True when nothing in `answer` contradicts what was asked."""
    credit = answer.fla_credit_calculation
    told = (
        (answer.employer, "company_id", question.company_id),
        (answer.employee, "inss", question.inss),
        (credit and credit.employer, "company_id", question.company_id),
        (credit and credit.employee, "inss", question.inss),
        (answer, "calendar_year", question.calendar_year),
    )
    return kind is question.kind and all(
        block is None or asked is None or getattr(block, zone) in (None, asked)
        for block, zone, asked in told
    )


def _photo(
    kind: FormKind, answer: Answer, asked: Mapping[str, Any], held: Held
) -> PhotoRecord | None:
    """The whole declaration that an answer amounts to; None when it says too little."""
    employer, employee, year = answer.employer, answer.employee, answer.calendar_year
    if employer is None or employee is None or year is None:
        return None
    common: dict[str, Any] = {"employer": employer, "employee": employee, "calendar_year": year}
    if kind is FormKind.ASK_RIGHTS and not asked.get("rightType"):
        rights = _without_legal(answer.training_rights or TrainingRights())
        declared = TrainingRightsDeclaration(**common, training_rights=rights)
        return PhotoRecord(declared.key, declared.to_json())
    state = asked.get("processingState")
    if kind is FormKind.ASK_TRAININGS and state in _WHOLE_STATES:
        photo = Trainings(**common, trainings=declared_trainings(answer.trainings))
        if employer.fla_importance_code in SMALL_EMPLOYERS:
            if state is None:
                return None  # without references, nobody can tell whose the trainings are
            own = _own(photo, held(photo.key))
            photo = photo.model_copy(update={"trainings": own})
        return PhotoRecord(photo.key, photo.to_json())
    return None


def _own(photo: Trainings, before: Photo | None) -> tuple[Training, ...]:
    """Without the providers' trainings that validated themselves: no photo ever held them.

    Below 10 workers they are shown as validated, and are not in force until a photo holds them
    (3.2): the guard must not take them for the employer's own.
    """
    known = {
        training.get("trainingProviderReference", {}).get("providerTrainingId", "").lower()
        for training in (before.body if before else {}).get("trainings", ())
    }
    return tuple(
        training
        for training in photo.trainings
        if training.training_provider_reference is None
        or (training.training_provider_reference.provider_training_id or "").lower() in known
    )


def _without_legal(rights: TrainingRights) -> TrainingRights:
    """An answer that holds every right does not tell whose the legal one is.

    Taken for a declaration of the employer, one that the platform computed would block every
    declaration without it (legal-must-stay).
    """
    return rights.model_copy(update={"legal_fla_right": None})


def declared_trainings(told: tuple[Training, ...]) -> tuple[Training, ...]:
    """The trainings of an answer that are in force, without what only answers carry."""
    return tuple(
        training.model_copy(update={"processing_state": None})
        for training in told
        if training.processing_state != ProcessingState.TO_VALIDATE
    )
