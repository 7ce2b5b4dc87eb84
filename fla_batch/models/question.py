"""Question: what a consultation form asks (REST manual 3.3.3.3, 3.3.4.3, 3.3.5 to 3.3.7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from fla_batch.models.block import Block
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR
from fla_batch.models.employer import Employee, Employer
from fla_batch.models.zone import Zone, ZoneType
from fla_batch.vocabulary.terms import FormKind

_RIGHT_TYPES: dict[int | str, tuple[str, str, str]] = {
    "LEGAL": ("legal", "légal", "wettelijk"),
    "SECTOR": ("sector", "sectoriel", "sectoraal"),
    "EMPLOYER": ("employer", "employeur", "werkgever"),
}
_STATES: dict[int | str, tuple[str, str, str]] = {
    "toValidate": ("to validate", "à valider", "te valideren"),
    "validated": ("validated", "validées", "gevalideerd"),
    "all": ("all", "toutes", "alle"),
}
RESOURCES = {
    FormKind.ASK_RIGHTS: "trainingRights",
    FormKind.ASK_TRAININGS: "trainings",
    FormKind.ASK_CREDIT: "creditCalculation",
    FormKind.ASK_TO_VALIDATE: "employeesTrainings",
    FormKind.ASK_CHANGED_RIGHTS: "employeesTrainingRights",
}
"""The last part of the path that answers a question (REST manual 3.3.3.3 to 3.3.7)."""
FILTERS = {
    FormKind.ASK_RIGHTS: ("rightType",),
    FormKind.ASK_TRAININGS: ("processingState",),
    FormKind.ASK_TO_VALIDATE: (
        "processingState",
        "calendarYear",
        "fromTrainingFirstStartDate",
        "toTrainingLastEndDate",
    ),
    FormKind.ASK_CHANGED_RIGHTS: ("modifiedFromDate", "calendarYear", "rightType"),
}
"""The zones of a question that stand in the query of its call, by their JSON names."""


class Question(Block):
    """One question; which zones it carries depends on its kind."""

    question: FormKind = FormKind.ASK_CREDIT
    employer: Employer = Field(default_factory=Employer)
    employee: Employee | None = None
    calendar_year: Annotated[
        int | None, Zone("CalendarYear", ZoneType.INTEGER, low=FIRST_YEAR, high=LAST_YEAR)
    ] = None
    right_type: Annotated[str | None, Zone("RightType", ZoneType.TEXT, codes=_RIGHT_TYPES)] = None
    processing_state: Annotated[
        str | None, Zone("ProcessingState", ZoneType.TEXT, longest=36, codes=_STATES)
    ] = None
    from_training_first_start_date: Annotated[
        date | None, Zone("FromTrainingFirstStartDate", ZoneType.DATE)
    ] = None
    to_training_last_end_date: Annotated[
        date | None, Zone("ToTrainingLastEndDate", ZoneType.DATE)
    ] = None
    modified_from_date: Annotated[date | None, Zone("ModifiedFromDate", ZoneType.DATE)] = None

    @property
    def kind(self) -> FormKind:
        """What is asked."""
        return self.question
