"""Answers to questions: FLAAnswer forms as what the platform told about a worker.

The rights or trainings of one worker and year, asked for without a filter, are the whole photo
that the platform holds: it counts as history for the guards (REST manual 3.3.3.3, 3.3.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fla_batch import xmlsafe
from fla_batch.binding import FormReader, Profile
from fla_batch.ledger.records import Change, Consultation, FoundForm, PhotoRecord, UnmatchedChange
from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.form import Answer, AnswerForm
from fla_batch.responses.matching import Reason
from fla_batch.sent import Sent
from fla_batch.terms import Environment, FormKind


def answers(
    path: Path,
    profile: Profile,
    reader: FormReader,
    environment: Environment,
    at: datetime,
    sent: Sent,
) -> Iterator[Change]:
    """What each form of the message tells. Raises UnusableXml."""
    shape = profile.answer
    for element in xmlsafe.children(path, shape.form, root=shape.root):
        form, _ = reader.read(element)
        if isinstance(form, AnswerForm):
            yield _told(form, profile, environment, at, sent)


def _told(
    form: AnswerForm, profile: Profile, environment: Environment, at: datetime, sent: Sent
) -> Change:
    kind = profile.kind_of(form.header.identification)
    if kind is None:
        identification = form.header.identification
        return UnmatchedChange(f"identification {identification} is not known", None)
    number = form.header.reference.reference_nbr if form.header.reference else None
    found = [each for each in sent.by_reference(number or "") if _within(each.batch, environment)]
    if len(found) != 1:
        return UnmatchedChange(Reason.UNKNOWN_FORM.value, None, (), {"reference": number})
    key = FoundForm(found[0].key, found[0].batch)
    answer = form.body
    question = sent.form(key.key)
    asked = question.body if question else {}
    filtered = bool(asked.get("rightType") or asked.get("processingState"))
    return Consultation(
        kind=kind,
        body=answer.to_json(),
        told_at=at,
        company_id=_company(answer),
        inss=_inss(answer),
        calendar_year=answer.calendar_year,
        form=key,
        photo=None if filtered else _photo(kind, answer),
    )


def _within(batch: object, environment: Environment) -> bool:
    return getattr(batch, "environment", None) is environment


def _company(answer: Answer) -> str | None:
    credit = answer.fla_credit_calculation
    employer = answer.employer or (credit.employer if credit else None)
    return employer.company_id if employer else None


def _inss(answer: Answer) -> str | None:
    credit = answer.fla_credit_calculation
    employee = answer.employee or (credit.employee if credit else None)
    return employee.inss if employee else None


def _photo(kind: FormKind, answer: Answer) -> PhotoRecord | None:
    """The whole declaration that an answer amounts to; None when it says too little."""
    employer, employee, year = answer.employer, answer.employee, answer.calendar_year
    if employer is None or employee is None or year is None:
        return None
    if kind is FormKind.ASK_RIGHTS and answer.training_rights is not None:
        rights = TrainingRightsDeclaration(
            employer=employer,
            employee=employee,
            calendar_year=year,
            training_rights=answer.training_rights,
        )
        return PhotoRecord(rights.key, rights.to_json())
    if kind is FormKind.ASK_TRAININGS:
        trainings = TrainingsDeclaration(
            employer=employer, employee=employee, calendar_year=year, trainings=answer.trainings
        )
        return PhotoRecord(trainings.key, trainings.to_json())
    return None
