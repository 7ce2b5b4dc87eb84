"""The credit in ApplicationData: written and read back equal, read whatever can be read."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fla_batch.answers.credit_reader import credit_xml, read_credit
from fla_batch.models.credit_calculation import (
    ComplementaryEmployerCredit,
    ComplementarySectorCredit,
    ComplementarySectorCreditPerYear,
    FlaCreditCalculation,
    LegalFlaCredit,
    LegalFlaCreditPerYear,
    ReservedTrainingTime,
    ReservedTrainingTimePerPeriod,
)
from fla_batch.models.employer import Employee, Employer
from tests.answers import messages

CREDIT = FlaCreditCalculation(
    employer=Employer(company_id="0880820673", fla_importance_code=3),
    employee=Employee(inss="81511716525", language=1, ref_hours_in_working_day=760),
    calculation_date=datetime(2024, 3, 1, 14, 26, 1),  # noqa: DTZ001 - Belgian local, as printed
    legal_fla_credit=LegalFlaCredit(
        legal_fla_credit_per_year=tuple(
            LegalFlaCreditPerYear(
                calendar_year=year,
                initial_legal_fla_credit_hours=3800,
                remaining_legal_fla_credit_hours=3300,
            )
            for year in range(2020, 2025)
        ),
        total_legal_fla_credit_hours=7100,
        legal_fla_credit_validity_end_date=date(2028, 12, 31),
    ),
    complementary_sector_credit=ComplementarySectorCredit(
        complementary_sector_credit_per_year=(
            ComplementarySectorCreditPerYear(
                calendar_year=2024, initial_complementary_sector_credit_days=250
            ),
        )
    ),
    complementary_employer_credit=ComplementaryEmployerCredit(),
    reserved_training_time=(
        ReservedTrainingTime(
            reserved_training_time_per_period=(
                ReservedTrainingTimePerPeriod(
                    reserved_training_time_period_start_date=date(2024, 4, 1),
                    reserved_training_time_period_end_date=date(2024, 4, 2),
                    reserved_training_time_hours=1600,
                    scope=1,
                ),
            ),
            total_reserved_training_time_hours=1600,
        ),
    ),
)


def test_a_credit_that_is_written_reads_back_equal() -> None:
    assert read_credit(credit_xml(CREDIT)) == CREDIT


def test_labels_are_the_manuals_names_in_pascal_case() -> None:
    xml = credit_xml(CREDIT)
    assert xml.startswith("<FlaCreditCalculation><Employer><CompanyID>0880820673</CompanyID>")
    assert "<INSS>81511716525</INSS>" in xml
    assert "<CalculationDate>2024-03-01T14:26:01</CalculationDate>" in xml
    assert "<TotalLegalFlaCreditHours>7100</TotalLegalFlaCreditHours>" in xml


def test_the_credit_travels_in_a_notification() -> None:
    form = messages.notification_form(application_data=credit_xml(CREDIT))
    assert read_credit(form.application_data) == CREDIT


def test_the_manuals_other_spelling_and_json_names_are_read() -> None:
    credit = read_credit(
        "<flaCreditCalculation><legalFlaCredit>"
        "<totalLegalFlaCredithours>7100</totalLegalFlaCredithours></legalFlaCredit>"
        "<employer><companyId>880820673</companyId></employer></flaCreditCalculation>"
    )
    assert credit is not None
    assert credit.legal_fla_credit == LegalFlaCredit(total_legal_fla_credit_hours=7100)
    assert credit.employer.company_id == "0880820673"


def test_it_is_found_within_another_element_and_namespace() -> None:
    credit = read_credit(
        "<Result xmlns='urn:x'><FlaCreditCalculation><Employee><INSS>1010100105</INSS>"
        "</Employee></FlaCreditCalculation></Result>"
    )
    assert credit == FlaCreditCalculation(employee=Employee(inss="01010100105"))


@pytest.mark.parametrize(
    "zone",
    [
        "<Novelty>1</Novelty>",
        "<CalculationDate>soon</CalculationDate>",
        "<LegalFlaCredit>many</LegalFlaCredit>",
        "<LegalFlaCredit><TotalLegalFlaCreditHours>ten</TotalLegalFlaCreditHours></LegalFlaCredit>",
    ],
)
def test_what_cannot_be_read_is_left_out_and_the_rest_is_kept(zone: str) -> None:
    employee = "<Employee><INSS>81511716525</INSS><Language>Greek</Language></Employee>"
    credit = read_credit(f"<FlaCreditCalculation>{zone}{employee}</FlaCreditCalculation>")
    assert credit is not None
    assert credit.employee == Employee(inss="81511716525")
    assert credit.calculation_date is None
    assert credit.legal_fla_credit in (None, LegalFlaCredit())


@pytest.mark.parametrize("year", ["", "<CalendarYear>last</CalendarYear>"])
def test_a_year_that_does_not_say_which_keeps_its_amounts(year: str) -> None:
    left = "<RemainingLegalFlaCreditHours>760</RemainingLegalFlaCreditHours>"
    per_year = f"<LegalFlaCreditPerYear>{year}{left}</LegalFlaCreditPerYear>"
    credit = read_credit(
        f"<FlaCreditCalculation><LegalFlaCredit>{per_year}</LegalFlaCredit></FlaCreditCalculation>"
    )
    assert credit is not None
    assert credit.legal_fla_credit is not None
    (only,) = credit.legal_fla_credit.legal_fla_credit_per_year
    assert only.calendar_year is None
    assert only.remaining_legal_fla_credit_hours == 760


@pytest.mark.parametrize(
    "text", [None, "", "only text", "<Azerty>aaz</Azerty>", "<A/><B/>", "<!DOCTYPE A><A/>", "<A>"]
)
def test_no_credit_is_no_error(text: str | None) -> None:
    assert read_credit(text) is None
