"""Anomaly reports of the platform as anomalies, the same shape as local ones.

The error id stays as it is. The label is the platform's in the platform's language, the
catalogue's in the others; an id that nobody knows keeps the platform's label everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from fla_batch.answers.notification import (
    AnomalyLocation,
    AnomalyReport,
    NotificationForm,
    company_number,
    national_number,
)
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, Language


class Subject(NamedTuple):
    """Whom a form is about: employer, worker and year, as far as they are known."""

    company_id: str | None = None
    inss: str | None = None
    calendar_year: int | None = None


def anomalies_of(form: NotificationForm) -> Iterator[Anomaly]:
    """The form's anomalies, in the order of the message.

    The message does not say in which language its labels are: one that is not recognised stands
    for all three. Whom it is about the anomaly's path says, then the notification; what neither
    says is known from what was sent.
    """
    subject = _subject_of(form)
    for report in form.anomaly_reports:
        yield _anomaly_of(report, form, subject)


def _anomaly_of(report: AnomalyReport, form: NotificationForm, subject: Subject) -> Anomaly:
    about = subject_in_path(report)
    return Anomaly(
        anomaly_class=report.anomaly_class or _class_by_verdict(form),
        error_id=report.error_id or "",
        label=_label(report.error_id or "", report.anomaly_label),
        tag=report.tag_name,
        path=_place(report.location),
        value=report.value,
        company_id=about.company_id or subject.company_id,
        inss=about.inss or subject.inss,
        calendar_year=about.calendar_year or subject.calendar_year,
        origin=AnomalyOrigin.REMOTE,
    )


def subject_in_path(report: AnomalyReport) -> Subject:
    """What the anomaly's own path says about employer, worker and year."""
    return Subject(
        company_number(report.in_path("CompanyID")),
        national_number(report.in_path("INSS")),
        _year(report.in_path("CalendarYear")),
    )


def _subject_of(form: NotificationForm) -> Subject:
    quarter = form.concerned_quarter
    return Subject(form.company_id, form.inss, _year(quarter[:4] if quarter else None))


def _year(text: str | None) -> int | None:
    return int(text) if text and len(text) == 4 and text.isascii() and text.isdigit() else None


def _class_by_verdict(form: NotificationForm) -> str:
    # The class is optional; a form that was accepted carries warnings only.
    return AnomalyClass.WARNING if form.accepted else AnomalyClass.BLOCKING


@lru_cache(maxsize=1000)
def _label(error_id: str, theirs: str | None) -> Labels:
    known = catalogue.label_of(error_id)
    if not theirs:
        return known
    language = _language_of(theirs, known)
    if language is None or known == Labels():
        return Labels(theirs, theirs, theirs)
    return replace(known, **{language.value: theirs})


def _language_of(theirs: str, known: Labels) -> Language | None:
    """The language of a label that begins as the catalogue's does in that language."""
    for language in Language:
        ours = getattr(known, language.value)
        if ours and theirs.casefold().startswith(ours.casefold()):
            return language
    return None


def _place(location: AnomalyLocation | None) -> str | None:
    if location is None:
        return None
    named = [
        ("", location.location),
        ("line ", location.line_nbr),
        ("column ", location.column_nbr),
    ]
    return ", ".join(name + text for name, text in named if text) or None
