"""R38: what `poll` accepts, every display and export shows, with its gaps.

Each element of an answer in turn is taken out, or holds what does not fit; then everything that
shows answers is called. Case: flaa-credit-year-missing-kills-ask-credit-show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import etree

from fla_batch.account.rest_json import answer_json
from fla_batch.cli.answer_tables import answer_tables
from fla_batch.commands.last_answers import known
from fla_batch.commands.trainings_to_validate import offers
from fla_batch.message import MessageWriter
from fla_batch.models import ComplementaryEmployerRight, Employee, Employer, TrainingRights
from fla_batch.models import credit_calculation as blocks
from fla_batch.models.form import Answer, EmployeeYear
from fla_batch.report.training_account import training_accounts
from fla_batch.report.training_account_page import account_page
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind, Language, ProcessingState
from fla_batch.vocabulary.words import Words
from tests.builders import answer_shape
from tests.commands.consultation.asked import PROFILE, Desk, question, told
from tests.commands.consultation.test_answers import LEGAL, SECTOR, training
from tests.counts import COUNTED
from tests.ledger.builders import COMPANY, WORKER, S

AT = datetime(2025, 3, 2, 10, 0)  # noqa: DTZ001 - Belgian local time
CREDIT = blocks.FlaCreditCalculation(
    employer=Employer(company_id=COMPANY),
    employee=Employee(inss=WORKER),
    calculation_date=AT,
    legal_fla_credit=blocks.LegalFlaCredit(
        legal_fla_credit_per_year=(
            blocks.LegalFlaCreditPerYear(
                calendar_year=2024,
                initial_legal_fla_credit_hours=3800,
                remaining_legal_fla_credit_hours=3000,
            ),
        ),
        total_legal_fla_credit_hours=3000,
        legal_fla_credit_validity_end_date=date(2028, 12, 31),
    ),
    complementary_sector_credit=blocks.ComplementarySectorCredit(
        complementary_sector_credit_per_year=(
            blocks.ComplementarySectorCreditPerYear(
                calendar_year=2024,
                initial_complementary_sector_credit_hours=760,
                remaining_complementary_sector_credit_hours=760,
            ),
        ),
        total_complementary_sector_credit_hours=760,
    ),
    reserved_training_time=(
        blocks.ReservedTrainingTime(
            reserved_training_time_per_period=(
                blocks.ReservedTrainingTimePerPeriod(
                    reserved_training_time_period_start_date=date(2025, 1, 1),
                    reserved_training_time_period_end_date=date(2025, 1, 2),
                    reserved_training_time_hours=760,
                    scope=1,
                ),
            ),
            total_reserved_training_time_hours=760,
        ),
    ),
)
RIGHTS = TrainingRights(
    legal_fla_right=LEGAL,
    complementary_sector_right=(SECTOR,),
    complementary_employer_right=(
        ComplementaryEmployerRight(
            complementary_employer_right_days=100, joint_commission_nbr="200"
        ),
    ),
)
ANSWERS: dict[str, tuple[Any, Answer]] = {
    "credit": (
        question(FormKind.ASK_CREDIT),
        Answer(
            employer=Employer(company_id=COMPANY),
            employee=Employee(inss=WORKER),
            fla_credit_calculation=CREDIT,
        ),
    ),
    "rights": (
        question(FormKind.ASK_RIGHTS, calendar_year=2024),
        told(training_rights=RIGHTS, fla_credit_calculation=CREDIT),
    ),
    "trainings": (
        question(
            FormKind.ASK_TRAININGS, calendar_year=2024, processing_state=ProcessingState.ALL.value
        ),
        told(
            trainings=(
                training("First aid", "validated"),
                training("Excel", "toValidate", provider=True),
            ),
            fla_credit_calculation=CREDIT,
        ),
    ),
    "list": (
        question(FormKind.ASK_TO_VALIDATE, processing_state=ProcessingState.TO_VALIDATE.value),
        Answer(
            employer=Employer(company_id=COMPANY),
            employee_year=(EmployeeYear(inss=WORKER, calendar_year=2024),),
        ),
    ),
}
OWN = ("Reference", "HandledOriginalForm", "Identification")
"""Without these an answer cannot be matched: it is listed as unmatched, and shows nothing."""


def spoiled(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The answer without each of its elements in turn, and with each of its texts unreadable."""
    whole = etree.fromstring(content)
    paths = [
        whole.getroottree().getelementpath(element)
        for element in whole.iter()
        if element.getparent() is not None and element.getparent() is not whole
    ]
    for path in paths:
        if any(part in OWN for part in path.replace("[", "/").split("/")):
            continue
        for how in ("missing", "unreadable"):
            copy = etree.fromstring(content)
            element = copy.find(path)
            assert element is not None
            parent = element.getparent()
            assert parent is not None
            if how == "missing":
                parent.remove(element)
            elif len(element) == 0:
                element.text = "?"
            else:
                continue
            yield f"{how} {path}", etree.tostring(copy, encoding="UTF-8", xml_declaration=True)


def show_all(desk: Desk, asked: Any) -> None:
    """Everything that shows what was told; an answer that holds too little may be refused."""
    rows = desk.ledger.consultations(S)
    here: Any = SimpleNamespace(ledger=desk.ledger, environment=S, profile=PROFILE)
    assert known(here, [asked])
    assert answer_tables(rows, Words("fla_batch.cli", Language.NL))
    for row in rows:
        json.dumps(answer_json(row))
    for account in training_accounts(desk.ledger, S, AT):
        json.dumps(account.to_json())
        for language in Language:
            assert account_page(account, AT, language)
    try:
        offers(here, COMPANY)
    except UsageMistake:
        assert not [row for row in rows if row.kind is not FormKind.ASK_TRAININGS]


@pytest.mark.parametrize("name", list(ANSWERS))
def test_r38_an_answer_with_any_gap_is_shown(name: str, desk: Desk, record_property: Any) -> None:
    asked, answer = ANSWERS[name]
    desk.ask(asked)
    content = b"".join(MessageWriter(answer_shape(PROFILE)).message([desk.form(0, answer)]))
    count = 0
    for gap, bad in spoiled(content):
        desk.take(bad)
        try:
            show_all(desk, asked)
        except Exception as error:
            raise AssertionError(f"{name}: {gap}: {error!r}") from error
        count += 1
    assert count > 10
    record_property(COUNTED, f"{name} answers with a gap: {count} shown everywhere")
