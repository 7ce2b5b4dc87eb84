"""Form: one declaration, question or answer inside a message, with its identification.

Source: the envelope that every structured message of the portal shares; the identifications
are in the profile.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from fla_batch.models.block import Block
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR, Declaration
from fla_batch.models.employer import Employee, Employer
from fla_batch.models.question import Question
from fla_batch.models.training_rights import TrainingRights
from fla_batch.models.trainings import Training
from fla_batch.models.zone import Presence, Zone, ZoneType

REFERENCE_LONGEST = 20
ORIGINAL = 0  # AttestationStatus: a photo is always whole, so always an original
SUBMISSION = "SU"  # TypeForm
BY_SENDER = 1  # ReferenceOrigin


class Reference(Block):
    """Our number for a form; the notification brings it back. Unique, at most 20 characters."""

    reference_type: Annotated[
        int | None, Zone("ReferenceType", ZoneType.INTEGER, Presence.MANDATORY, low=0, high=9)
    ] = None
    reference_origin: Annotated[
        int | None, Zone("ReferenceOrigin", ZoneType.INTEGER, Presence.MANDATORY, low=1, high=7)
    ] = None
    reference_nbr: Annotated[
        str | None,
        Zone(
            "ReferenceNbr",
            ZoneType.TEXT,
            Presence.MANDATORY,
            shortest=1,
            longest=REFERENCE_LONGEST,
        ),
    ] = None


class HandledOriginalForm(Block):
    """What identifies a form; in an answer, the one of ours that it answers."""

    identification: str | None = None
    form_creation_date: date | None = None
    form_creation_hour: time | None = None
    attestation_status: int | None = None
    type_form: str | None = None


class FormHeader(HandledOriginalForm):
    """The header of a form. Date and hour are Belgian local time, to the millisecond.

    (form_creation_date, form_creation_hour) is unique per form within a batch: some
    notifications identify the form by nothing else.
    """

    reference: Reference | None = None

    @classmethod
    def original(cls, identification: str, created: datetime, number: str) -> FormHeader:
        """The header of a new form of ours, created at Belgian local time `created`."""
        return cls(
            identification=identification,
            form_creation_date=created.date(),
            form_creation_hour=created.time().replace(tzinfo=None),
            attestation_status=ORIGINAL,
            type_form=SUBMISSION,
            reference=Reference(reference_type=1, reference_origin=BY_SENDER, reference_nbr=number),
        )


class Form(Block):
    """One form of ours: its header and what it declares or asks."""

    header: FormHeader
    body: Declaration | Question


class EmployeeYear(Block):
    """A worker and year in a list of the platform."""

    inss: Annotated[str | None, Zone("INSS", ZoneType.INSS)] = None
    calendar_year: Annotated[
        int | None, Zone("CalendarYear", ZoneType.INTEGER, low=FIRST_YEAR, high=LAST_YEAR)
    ] = None


class Answer(Block):
    """What the platform answers to a question: the blocks that were asked for."""

    handled_original_form: HandledOriginalForm | None = None
    employer: Employer | None = None
    employee: Employee | None = None
    calendar_year: Annotated[
        int | None, Zone("CalendarYear", ZoneType.INTEGER, low=FIRST_YEAR, high=LAST_YEAR)
    ] = None
    training_rights: TrainingRights | None = None
    trainings: tuple[Training, ...] = ()
    fla_credit_calculation: FlaCreditCalculation | None = None
    employee_year: tuple[EmployeeYear, ...] = ()


class AnswerForm(Block):
    """One form of a FLAAnswer message."""

    header: FormHeader
    body: Answer
