"""The manual's own example data, declared through the portal and asked back."""

from __future__ import annotations

from fla_batch.models import (
    LegalFlaRight,
    TrainingRightsDeclaration,
)
from fla_batch.responses.credit import read_credit
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.terms import FormKind
from tests.sandbox.practice import EMPLOYER, TODAY, WORKER, Practice, manual, question


def test_put_training_rights(practice: Practice) -> None:
    (verdict,) = practice.declare(manual("PutTrainingRight_input.json"))

    assert verdict.accepted
    assert verdict.anomaly_reports == ()
    credit = read_credit(verdict.application_data)
    assert credit is not None
    assert credit.complementary_sector_credit is not None
    assert credit.complementary_sector_credit.total_complementary_sector_credit_hours == 4000


def test_get_training_rights_holds_the_legal_right_that_the_platform_computed(
    practice: Practice,
) -> None:
    account = AccountYear(EMPLOYER, WORKER, 2024)
    expected = manual("GetTrainingRight_output.json")
    assert isinstance(expected, TrainingRightsDeclaration)
    legal = expected.training_rights.legal_fla_right
    assert isinstance(legal, LegalFlaRight)
    practice.platform.prefill(account, legal, on=TODAY)
    practice.declare(manual("PutTrainingRight_input.json"))

    answer = practice.ask(question(FormKind.ASK_RIGHTS, calendar_year=2024)).body

    assert answer.training_rights == expected.training_rights
    assert answer.employer == expected.employer
    assert answer.employee == expected.employee
