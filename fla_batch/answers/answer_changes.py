"""A raw answer as changes for the ledger: what it says of our batches and forms.

Pure but for reading the file: the same file with the same ledger gives the same changes, which
is how rows can be rebuilt from the raw files (R16). A truncated file raises at its end, so that
nothing of it is recorded (R17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeGuard

from fla_batch.answers import acknowledgement, notification
from fla_batch.answers.alike_forms import Alike
from fla_batch.answers.anomaly_places import advised, in_the_input
from fla_batch.answers.answer_kinds import AnswerKind, kind_of
from fla_batch.answers.consultation_answers import answers, written_at
from fla_batch.answers.credit_reader import read_credit
from fla_batch.answers.matching import MatchedBy, Unmatched, match_batch, match_form
from fla_batch.answers.notification import AnomalyReport, NotificationForm, like_form
from fla_batch.answers.remote_anomalies import anomalies_of
from fla_batch.answers.rest_answers import rest_changes
from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.lifecycle import acknowledgement_event, verdict_event
from fla_batch.ledger.records import (
    REST_ANSWERS,
    AlikeVerdicts,
    BatchChange,
    Change,
    Consultation,
    FormChange,
    FoundForm,
    Json,
    UnmatchedChange,
)
from fla_batch.ledger.rows import weighed
from fla_batch.message import Profile
from fla_batch.system.xmlsafe import UnexpectedRoot
from fla_batch.vocabulary.terms import Environment, FormKind

_TOGETHER = 1000
"""Forms of a notification for which what was sent is looked up at once."""

_Told = FormChange | UnmatchedChange | AlikeVerdicts
_Read = tuple[_Told, Sequence[AnomalyReport], Sequence[Consultation]]


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Knows the profile, what was sent, and when an answer arrived."""

    profile: Profile
    sent: Sent

    def changes(self, path: Path, environment: Environment, at: datetime) -> Iterator[Change]:
        """What the answer at `path` says. Raises UnusableXml for a file that goes to quarantine."""
        if path.name.startswith(REST_ANSWERS):
            return rest_changes(path, self.sent, environment, at)
        answer = self.profile.answer
        kind = kind_of(path, answer_root=answer.root if answer else None)
        if kind is None:
            raise UnexpectedRoot("the file is XML, but none of the portal's answers")
        readers: dict[AnswerKind, Callable[[Path, Environment, datetime], Iterator[Change]]] = {
            AnswerKind.ACKNOWLEDGEMENT: self._acknowledgements,
            AnswerKind.NOTIFICATION: self._notifications,
            AnswerKind.FLA_ANSWER: self._answers,
        }
        return readers[kind](path, environment, at)

    def _acknowledgements(
        self, path: Path, environment: Environment, _: datetime
    ) -> Iterator[Change]:
        for form in acknowledgement.read_forms(path):
            found = match_batch(form, environment, self.sent)
            anomalies = tuple(map(advised, form.anomalies))
            details = {"file_name": form.file_name, "result_code": form.result_code}
            if isinstance(found, Unmatched):
                yield UnmatchedChange(found.reason.value, found.batch, anomalies, details)
            else:
                event = acknowledgement_event(form.result_code)
                yield BatchChange(found, event, form.ticket, anomalies, details)

    def _notifications(
        self, path: Path, environment: Environment, at: datetime
    ) -> Iterator[Change]:
        told_of: dict[int, FormChange] = {}
        for forms in weighed(notification.recognise_forms(path), _TOGETHER, _count):
            self.sent.expect([number for form in forms for number in _our_numbers(form)])
            together: list[_Read] = []
            for form in forms:
                if isinstance(form, Alike):
                    together += self._alike(form, told_of, environment, at)
                else:
                    together.append(self._read(form, environment, at))
            self.sent.expect_forms(
                [told.form.key for told, reports, _ in together if _names_places(told, reports)]
            )
            for told, reports, more in together:
                yield self._placed(told, reports) if _names_places(told, reports) else told
                yield from more

    def _alike(
        self, forms: Alike, told_of: dict[int, FormChange], environment: Environment, at: datetime
    ) -> Iterator[_Read]:
        """What is told of forms that are like one of which is known what was told: the same.

        One by one where that is not known yet, or where the number of one of them does not lead
        to a form of the same batch at once.
        """
        known = told_of.get(id(forms.like))
        if known is not None and self._is_told_alike(known, forms):
            batch, numbers = known.form.batch, forms.reference_nbrs
            told = AlikeVerdicts(batch, known.event, known.details, numbers, forms.tickets)
            yield told, (), ()
            return
        for place in range(len(forms.written)):
            read = self._read(like_form(forms, place), environment, at)
            if isinstance(read[0], FormChange):
                told_of[id(forms.like)] = read[0]
            yield read

    def _is_told_alike(self, known: FormChange, forms: Alike) -> bool:
        numbers = forms.reference_nbrs
        return (
            known.details["matched_by"] == MatchedBy.REFERENCE.value
            and len(set(numbers)) == len(numbers)
            and self.sent.are_of(known.form.batch, numbers)
        )

    def _read(self, form: NotificationForm, environment: Environment, at: datetime) -> _Read:
        """All that is taken from a form."""
        found = match_form(form, environment, self.sent)
        if isinstance(found, Unmatched):
            return _unmatched(form, found), (), ()
        key = found.form
        anomalies = tuple(anomalies_of(form)) if form.anomaly_reports else ()
        details = _details(form.result_code, found.by, form.diagnoses)
        event = verdict_event(form.result_code, with_anomalies=bool(anomalies))
        told = FormChange(key, event, form.ticket, anomalies, details)
        more = tuple(_credit(form, key, at)) if form.application_data else ()
        return told, form.anomaly_reports, more

    def _placed(self, told: FormChange, reports: Sequence[AnomalyReport]) -> FormChange:
        """The verdict with its anomalies where they are in what we sent."""
        ours = self.sent.form(told.form.key)
        if ours is None:
            return told._replace(anomalies=tuple(map(advised, told.anomalies)))
        found = zip(told.anomalies, reports, strict=True)
        places = (in_the_input(anomaly, ours, report.path) for anomaly, report in found)
        return told._replace(anomalies=tuple(places))

    def _answers(self, path: Path, environment: Environment, at: datetime) -> Iterator[Change]:
        yield from answers(path, self.profile, environment, at, self.sent)


def _count(forms: NotificationForm | Alike) -> int:
    return len(forms.written) if isinstance(forms, Alike) else 1


def _our_numbers(forms: NotificationForm | Alike) -> Sequence[str]:
    return forms.reference_nbrs if isinstance(forms, Alike) else forms.our_reference_nbrs


def _names_places(told: _Told, reports: Sequence[AnomalyReport]) -> TypeGuard[FormChange]:
    return bool(reports) and isinstance(told, FormChange)


@lru_cache(maxsize=1000)
def _details(result_code: str, by: MatchedBy, diagnoses: tuple[str, ...]) -> Json:
    """What the event of a verdict tells besides; one object for all verdicts that are alike."""
    details: dict[str, Any] = {"result_code": result_code, "matched_by": by.value}
    return details | {"diagnoses": list(diagnoses)} if diagnoses else details


def _credit(form: NotificationForm, key: FoundForm, at: datetime) -> Iterator[Consultation]:
    credit = read_credit(form.application_data)
    if credit is not None:
        yield Consultation(
            kind=FormKind.ASK_CREDIT,
            body=credit.to_json(),
            told_at=written_at(form.header.form_creation_date, form.header.form_creation_hour, at),
            company_id=credit.employer.company_id,
            inss=credit.employee.inss,
            form=key,
        )


def _unmatched(form: NotificationForm, found: Unmatched) -> UnmatchedChange:
    details = {
        "result_code": form.result_code,
        "file_name": form.file_name,
        "references": list(form.our_reference_nbrs),
        "tickets": list(form.file_tickets),
        "candidates": [candidate.key for candidate in found.candidates],
    }
    anomalies = tuple(map(advised, anomalies_of(form)))
    return UnmatchedChange(found.reason.value, found.batch, anomalies, details)
