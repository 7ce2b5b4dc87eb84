"""Verdicts as the portal's messages: one ACRF per batch, one NOTI form per form of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fla_batch.answers import acknowledgement, notification
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.credit_reader import credit_xml
from fla_batch.answers.notification import NotificationForm
from fla_batch.answers.portal_writer import identifying_path, report_of
from fla_batch.message import Profile
from fla_batch.models import form as ours
from fla_batch.models.form import Answer, AnswerForm, Form
from fla_batch.sandbox.dialects import PLAIN, PortalDialect
from fla_batch.sandbox.platform import FormOutcome
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import Language, ResultCode

_TYPE_FORM = "FA"
_BY_PORTAL = "2"
_TICKET_OF_FILE = "0"
_TICKET_OF_FORM = "1"
_LONGEST_FILE_NAME = 64


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """The file that answers refer to, and the portal's ticket of it."""

    name: str
    ticket: str

    @property
    def reference(self) -> FileReference:
        name = xmlsafe.plain_text(self.name)[:_LONGEST_FILE_NAME]
        return FileReference(name, _BY_PORTAL, self.ticket)


def acknowledgement_of(
    file: ReceivedFile, error_ids: Sequence[str], *, at: datetime
) -> Acknowledgement:
    """Positive without error ids, else negative with all of them."""
    return Acknowledgement(
        PortalHeader.at(at, acknowledgement.IDENTIFICATION, _TYPE_FORM),
        file.reference,
        ResultCode.REFUSED if error_ids else ResultCode.ACCEPTED,
        tuple(error_ids),
    )


@dataclass(frozen=True, slots=True)
class Voice:
    """How the portal speaks to a sender: by which profile, in which language and dialect."""

    sender: str
    profile: Profile
    language: Language
    dialect: PortalDialect = PLAIN

    def notification(
        self, form: Form, outcome: FormOutcome, file: ReceivedFile, ticket: str, at: datetime
    ) -> NotificationForm:
        """The verdict on one form; `ticket` is the portal's of that form."""
        body = form.body
        inss = body.employee.inss if body.employee else None
        who = dict(identifying_path(body.employer.company_id, inss, None))
        reports = (report_of(anomaly, self.language) for anomaly in outcome.anomalies)
        return NotificationForm(
            header=PortalHeader.at(at, notification.IDENTIFICATION, _TYPE_FORM),
            result_code=ResultCode.ACCEPTED if outcome.accepted else ResultCode.REFUSED,
            file_reference=file.reference if self.dialect.file_reference else None,
            sender_id=self.sender,
            handled_original_form=_header_of(form),
            references=_references_of(form, file, self.dialect),
            company_id=who.get("CompanyID"),
            inss=who.get("INSS"),
            handled_reference=PortalReference(_TICKET_OF_FORM, _BY_PORTAL, ticket),
            anomaly_reports=tuple(reports),
            application_data=credit_xml(outcome.credit) if outcome.credit is not None else None,
        )

    def answer(self, form: Form, answer: Answer, at: datetime) -> AnswerForm:
        """The answer to a question, as a form of a FLAAnswer message; our PortalReference is
        echoed.
        """
        asked = form.header
        made = PortalHeader.at(at, self.profile.answer_identifications[form.body.kind], _TYPE_FORM)
        header = ours.FormHeader(
            identification=made.identification,
            form_creation_date=made.form_creation_date,
            form_creation_hour=made.form_creation_hour,
            attestation_status=ours.ORIGINAL,
            type_form=_TYPE_FORM,
            reference=asked.reference if self.dialect.own_reference else None,
        )
        handled = ours.HandledOriginalForm(
            **{name: getattr(asked, name) for name in ours.HandledOriginalForm.model_fields}
        )
        body = answer.model_copy(update={"handled_original_form": handled})
        return AnswerForm(header=header, body=body)


def _header_of(form: Form) -> PortalHeader:
    header = form.header
    status = header.attestation_status
    return PortalHeader(
        header.identification,
        header.form_creation_date,
        header.form_creation_hour,
        None if status is None else str(status),
        header.type_form,
    )


def _references_of(
    form: Form, file: ReceivedFile, dialect: PortalDialect
) -> tuple[PortalReference, ...]:
    found = []
    if (ours := form.header.reference) is not None and dialect.own_reference:
        numbers = str(ours.reference_type), str(ours.reference_origin)
        found.append(PortalReference(*numbers, ours.reference_nbr))
    if not dialect.file_reference:
        found.append(PortalReference(_TICKET_OF_FILE, _BY_PORTAL, file.ticket))
    return tuple(found)
