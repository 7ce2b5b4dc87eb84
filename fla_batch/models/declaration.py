"""The two declarations: one worker, one employer, one calendar year (REST manual 3.1).

Each is a complete annual photo: what it leaves out is deleted on the platform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, NamedTuple

from pydantic import AfterValidator, Field

from fla_batch.models.block import Block
from fla_batch.models.employer import Employee, Employer
from fla_batch.models.training_rights import Right, TrainingRights
from fla_batch.models.trainings import TRAININGS_MAX, Training
from fla_batch.models.zone import Presence, Repeats, Zone, ZoneType
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.input_origin import NoOrigin, Origin
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import Path

# The manual's table says "> 1950 and < 2100", its text "1950 to 2100": right under both.
FIRST_YEAR = 1951
LAST_YEAR = 2099


class DeclarationKey(NamedTuple):
    """What the platform keeps one photo for."""

    company_id: str
    inss: str
    calendar_year: int
    kind: FormKind


ExtraZones = Annotated[dict[str, str], AfterValidator(lambda zones: dict(sorted(zones.items())))]
"""Texts of zones that only the XSD knows, by their names in it and in the order of these."""


class _AnnualPhoto(Block):
    kind: ClassVar[FormKind]

    employer: Employer = Field(default_factory=Employer)
    employee: Employee = Field(default_factory=Employee)
    calendar_year: Annotated[
        int | None,
        Zone("CalendarYear", ZoneType.INTEGER, Presence.MANDATORY, low=FIRST_YEAR, high=LAST_YEAR),
    ] = None
    extra: ExtraZones = Field(default_factory=dict)

    @property
    def key(self) -> DeclarationKey:
        """Employer, worker, year and kind; parts that are missing are empty or 0."""
        return DeclarationKey(
            self.employer.company_id or "",
            self.employee.inss or "",
            self.calendar_year or 0,
            self.kind,
        )


class TrainingRightsDeclaration(_AnnualPhoto):
    """The rights of one worker and year. Without rights: the manual's delete by deactivation."""

    kind: ClassVar[FormKind] = FormKind.TRAINING_RIGHTS

    training_rights: TrainingRights = Field(default_factory=TrainingRights)

    @property
    def rights(self) -> tuple[Right, ...]:
        """All rights, the legal one first."""
        block = self.training_rights
        legal = (block.legal_fla_right,) if block.legal_fla_right is not None else ()
        return (*legal, *block.complementary_sector_right, *block.complementary_employer_right)


class TrainingsDeclaration(_AnnualPhoto):
    """The trainings of one worker that start in one year."""

    kind: ClassVar[FormKind] = FormKind.TRAININGS

    trainings: Annotated[tuple[Training, ...], Repeats(TRAININGS_MAX)] = ()

    def to_json_text(self) -> str:
        """As `Block.to_json_text`, several times as fast: it is asked for a million times."""
        # What is left at its default is absent in our JSON, but for trainings themselves.
        return (
            self.model_dump_json(exclude_defaults=True)
            if self.trainings
            else super().to_json_text()
        )


Declaration = TrainingRightsDeclaration | TrainingsDeclaration

DECLARATIONS: dict[FormKind, type[Declaration]] = {
    FormKind.TRAINING_RIGHTS: TrainingRightsDeclaration,
    FormKind.TRAININGS: TrainingsDeclaration,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One declaration as read, with where each value stood in the user's input.

    `anomalies` are those of reading it (a date that does not exist).

    `unreadable` are the paths whose value was there but could not be converted: the model holds
    None for them, and the rules do not call them missing as well. `cleared` are the names of
    the rules that certainly find nothing, as a look at whole columns has shown. `numbers_given`
    says that the reader gave sequence numbers, by the order of the rows.
    """

    declaration: Declaration
    origin: Origin = field(default_factory=NoOrigin)
    anomalies: tuple[Anomaly, ...] = ()
    unreadable: frozenset[Path] = frozenset()
    cleared: frozenset[str] = frozenset()
    numbers_given: bool = False
