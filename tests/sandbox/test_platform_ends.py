"""Read-only zones stand only where the manual lists them (3.3.3.3, 3.3.4.3, 3.3.5.2)."""

from __future__ import annotations

from datetime import date

import pytest

from fla_batch.models import Declaration
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.question import Question
from fla_batch.sandbox.platform import FormOutcome
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.declared import (
    ACCOUNT,
    ASK_CREDIT,
    ASK_LEGAL,
    LEGAL,
    WINDOW_END,
    answer_to,
    declaring,
    judged,
    offered,
    with_legal,
    without_legal,
)
from tests.sandbox.practice import TODAY, Practice, manual, question

CASES: tuple[tuple[Declaration | Question, bool], ...] = (
    (ASK_CREDIT, True),
    (question(FormKind.ASK_RIGHTS, calendar_year=2024), False),
    (ASK_LEGAL, True),
    (question(FormKind.ASK_TRAININGS, calendar_year=2024), False),
    (question(FormKind.ASK_TRAININGS, calendar_year=2024, processing_state="all"), True),
    (without_legal(), False),
    (manual("PutTraining_input.json"), False),
    (declaring(offered()), True),
)


def end_in(outcome: FormOutcome) -> date | None:
    credit: FlaCreditCalculation | None = outcome.credit
    if outcome.answer is not None:
        credit = outcome.answer.fla_credit_calculation
    assert credit is not None
    assert credit.legal_fla_credit is not None
    return credit.legal_fla_credit.legal_fla_credit_validity_end_date


@pytest.mark.parametrize(("body", "stands"), CASES)
def test_when_the_platform_keeps_the_right(
    practice: Practice, body: Declaration | Question, *, stands: bool
) -> None:
    practice.platform.register.add(ACCOUNT, offered())
    practice.platform.prefill(ACCOUNT, LEGAL, on=TODAY)

    assert end_in(judged(practice, body)) == (WINDOW_END if stands else None)


@pytest.mark.parametrize("body", [body for body, _ in CASES if body != without_legal()])
def test_never_when_the_employer_keeps_it(practice: Practice, body: Declaration | Question) -> None:
    practice.platform.prefill(ACCOUNT, LEGAL, on=TODAY)
    judged(practice, with_legal())

    assert end_in(practice.judge(body)) is None


def test_rights_without_right_type_carry_no_source(practice: Practice) -> None:
    practice.platform.prefill(ACCOUNT, LEGAL, on=TODAY)
    judged(practice, without_legal())

    rights = answer_to(practice, question(FormKind.ASK_RIGHTS, calendar_year=2024)).training_rights

    assert rights is not None
    assert rights.legal_fla_right == LEGAL
    assert rights == without_legal().training_rights.model_copy(update={"legal_fla_right": LEGAL})


@pytest.mark.parametrize(
    ("right_type", "kept"),
    [
        ("LEGAL", "legal_fla_right"),
        ("SECTOR", "complementary_sector_right"),
        ("EMPLOYER", "complementary_employer_right"),
    ],
)
def test_a_right_type_asks_for_that_kind_only(
    practice: Practice, right_type: str, kept: str
) -> None:
    judged(practice, with_legal())
    asked = question(FormKind.ASK_RIGHTS, calendar_year=2024, right_type=right_type)

    rights = answer_to(practice, asked).training_rights

    assert rights is not None
    assert list(rights.model_dump(exclude_defaults=True, by_alias=False)) == [kept]
    value = getattr(rights, kept)
    assert (value if kept == "legal_fla_right" else value[0]).source == "EMPLOYER"
