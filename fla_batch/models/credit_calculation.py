"""FlaCreditCalculation: the credit that remains (REST manual 3.3.5.1). Answers only.

The manual spells some names in two ways (`totalLegalFlaCredithours` in its table,
`totalLegalFlaCreditHours` in its examples): written as in the examples, read as either.
Days and hours are in hundredths; the platform answers in hours. Nothing is mandatory: what the
platform left out is shown as a gap, and takes nothing else with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field, model_validator

from fla_batch.models.block import Block
from fla_batch.models.employer import Employee, Employer
from fla_batch.vocabulary.terms import RightType


class _CreditBlock(Block):
    @model_validator(mode="before")
    @classmethod
    def _read_either_spelling(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        known = {str(info.alias).lower(): info.alias for info in cls.model_fields.values()}
        return {known.get(str(name).lower(), name): value for name, value in values.items()}


class LegalFlaCreditPerYear(_CreditBlock):
    """One year of the legal credit."""

    calendar_year: int | None = None
    initial_legal_fla_credit_days: int | None = None
    remaining_legal_fla_credit_days: int | None = None
    initial_legal_fla_credit_hours: int | None = None
    remaining_legal_fla_credit_hours: int | None = None


class LegalFlaCredit(_CreditBlock):
    """The legal credit over five years, and the total of what remains."""

    legal_fla_credit_per_year: tuple[LegalFlaCreditPerYear, ...] = ()
    total_legal_fla_credit_days: int | None = None
    total_legal_fla_credit_hours: int | None = None
    legal_fla_credit_validity_end_date: date | None = None


class ComplementarySectorCreditPerYear(_CreditBlock):
    """One year of the sector credit."""

    calendar_year: int | None = None
    initial_complementary_sector_credit_days: int | None = None
    remaining_complementary_sector_credit_days: int | None = None
    initial_complementary_sector_credit_hours: int | None = None
    remaining_complementary_sector_credit_hours: int | None = None


class ComplementarySectorCredit(_CreditBlock):
    """The sector credit over five years, and the total of what remains."""

    complementary_sector_credit_per_year: tuple[ComplementarySectorCreditPerYear, ...] = ()
    total_complementary_sector_credit_days: int | None = None
    total_complementary_sector_credit_hours: int | None = None


class ComplementaryEmployerCreditPerYear(_CreditBlock):
    """One year of the employer's credit."""

    calendar_year: int | None = None
    initial_complementary_employer_credit_days: int | None = None
    remaining_complementary_employer_credit_days: int | None = None
    initial_complementary_employer_credit_hours: int | None = None
    remaining_complementary_employer_credit_hours: int | None = None


class ComplementaryEmployerCredit(_CreditBlock):
    """The employer's credit over five years, and the total of what remains."""

    complementary_employer_credit_per_year: tuple[ComplementaryEmployerCreditPerYear, ...] = ()
    total_complementary_employer_credit_days: int | None = None
    total_complementary_employer_credit_hours: int | None = None


class ReservedTrainingTimePerPeriod(_CreditBlock):
    """Training time reserved in one period."""

    reserved_training_time_period_start_date: date | None = None
    reserved_training_time_period_end_date: date | None = None
    reserved_training_time_days: int | None = None
    reserved_training_time_hours: int | None = None
    scope: int | None = None


class ReservedTrainingTime(_CreditBlock):
    """All reserved training time, and its total."""

    reserved_training_time_per_period: tuple[ReservedTrainingTimePerPeriod, ...] = ()
    total_reserved_training_time_days: int | None = None
    total_reserved_training_time_hours: int | None = None


CREDIT_FIELDS = {
    RightType.LEGAL: "legal_fla_credit",
    RightType.SECTOR: "complementary_sector_credit",
    RightType.EMPLOYER: "complementary_employer_credit",
}
"""The fields of FlaCreditCalculation; the names of its amounts are made with them too."""


class FlaCreditCalculation(_CreditBlock):
    """The credit of one worker at `calculation_date` (Belgian local time, as printed)."""

    employer: Employer = Field(default_factory=Employer)
    employee: Employee = Field(default_factory=Employee)
    calculation_date: datetime | None = None
    legal_fla_credit: LegalFlaCredit | None = None
    complementary_sector_credit: ComplementarySectorCredit | None = None
    complementary_employer_credit: ComplementaryEmployerCredit | None = None
    # The examples print an empty list where the table describes a block.
    reserved_training_time: tuple[ReservedTrainingTime, ...] = ()
