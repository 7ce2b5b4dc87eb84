"""What is wrong with questions and declarations, and that a refusal changes nothing."""

from __future__ import annotations

from datetime import date

import pytest

from fla_batch.models import Employee, Employer
from fla_batch.models.question import Question
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.declared import PROVIDER, answer_to, error_ids, judged, with_legal, without_legal
from tests.sandbox.practice import EMPLOYER, NewPractice, Practice, manual, question

WRONG: tuple[tuple[Question, list[str]], ...] = (
    (
        question(FormKind.ASK_CREDIT, employer=Employer(company_id="0880820674")),
        ["CompanyID-004"],
    ),
    (question(FormKind.ASK_CREDIT, employer=Employer()), ["CompanyID-001"]),
    (question(FormKind.ASK_CREDIT, employee=None), ["INSS-001"]),
    (question(FormKind.ASK_CREDIT, employee=Employee(inss="81511716526")), ["INSS-004"]),
    (question(FormKind.ASK_RIGHTS), ["CalendarYear-001"]),
    (question(FormKind.ASK_TRAININGS), ["CalendarYear-001"]),
    (question(FormKind.ASK_TO_VALIDATE), ["ProcessingState-001"]),
    (question(FormKind.ASK_CHANGED_RIGHTS), ["ModifiedFromDate-001"]),
    (
        question(
            FormKind.ASK_TO_VALIDATE,
            processing_state="toValidate",
            from_training_first_start_date=date(2024, 2, 2),
            to_training_last_end_date=date(2024, 2, 1),
        ),
        ["ToTrainingLastEndDate-014"],
    ),
)


@pytest.mark.parametrize(("asked", "expected"), WRONG)
def test_what_is_wrong_is_told(practice: Practice, asked: Question, expected: list[str]) -> None:
    outcome = practice.judge(asked)

    assert not outcome.accepted
    assert error_ids(outcome) == expected
    assert outcome.answer is None


def test_a_worker_without_account(practice: Practice) -> None:
    asked = question(FormKind.ASK_TRAININGS, calendar_year=2024)
    answer = answer_to(practice, asked)

    assert answer.trainings == ()
    assert (answer.employer, answer.employee) == (asked.employer, asked.employee)
    assert answer.fla_credit_calculation is not None
    assert answer.fla_credit_calculation.legal_fla_credit is None


def test_several_blocking_anomalies_come_together(practice: Practice) -> None:
    wrong = manual("PutTraining_Delete_1_input.json").model_copy(
        update={
            "employer": Employer(company_id="0999999922"),
            "employee": Employee(inss="81511716526"),
            "calendar_year": 2023,
        }
    )

    outcome = practice.judge(wrong)

    assert {"00014-017", "INSS-004", "TrainingFirstStartDate-021"} <= set(error_ids(outcome))
    assert outcome.credit is None


def test_a_refused_declaration_changes_nothing(practice: Practice) -> None:
    judged(practice, with_legal())
    before = answer_to(practice, question(FormKind.ASK_RIGHTS, calendar_year=2024)).training_rights

    assert not practice.judge(without_legal()).accepted

    after = answer_to(practice, question(FormKind.ASK_RIGHTS, calendar_year=2024)).training_rights
    assert after == before


@pytest.mark.parametrize(
    ("absent", "expected"), [([], []), ([EMPLOYER], ["00014-017"]), ([PROVIDER], [])]
)
def test_the_directory_is_configurable(
    new_practice: NewPractice, absent: list[str], expected: list[str]
) -> None:
    practice = new_practice(platform=Platform(Store(), absent=absent))

    assert error_ids(practice.judge(without_legal())) == expected
