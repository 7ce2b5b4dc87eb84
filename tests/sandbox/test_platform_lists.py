"""The lists of workers and each of their filters (3.3.6, 3.3.7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.declared import (
    ACCOUNT,
    LEGAL,
    PROVIDER,
    answer_to,
    declaring,
    judged,
    offered,
    without_legal,
)
from tests.sandbox.practice import OTHER_WORKER, WORKER, Practice, question


@pytest.fixture
def filled(practice: Practice) -> Practice:
    """Two workers, three years; the training of 2023 is validated."""
    register = practice.platform.register.add
    other = ACCOUNT._replace(inss=OTHER_WORKER)
    start, end = date(2023, 5, 2), date(2023, 5, 3)
    register(ACCOUNT._replace(calendar_year=2023), offered(1, start=start, end=end))
    register(ACCOUNT, offered(2))
    register(ACCOUNT, offered(3))
    register(other, offered(4, start=date(2024, 9, 2), end=date(2024, 9, 6)))
    register(other._replace(company_id=PROVIDER), offered(5))
    photo = declaring(offered(1, start=start, end=end))
    judged(practice, photo.model_copy(update={"calendar_year": 2023}))
    return practice


TO_VALIDATE: tuple[tuple[dict[str, Any], list[tuple[str, int]]], ...] = (
    ({}, [(WORKER, 2024), (OTHER_WORKER, 2024)]),
    ({"calendar_year": 2023}, []),
    ({"calendar_year": 2024}, [(WORKER, 2024), (OTHER_WORKER, 2024)]),
    ({"from_training_first_start_date": date(2024, 2, 2)}, [(OTHER_WORKER, 2024)]),
    ({"from_training_first_start_date": date(2024, 9, 2)}, [(OTHER_WORKER, 2024)]),
    ({"to_training_last_end_date": date(2024, 2, 5)}, [(WORKER, 2024)]),
    ({"to_training_last_end_date": date(2024, 2, 4)}, []),
    ({"processing_state": "validated"}, [(WORKER, 2023)]),
    (
        {"processing_state": "all"},
        [(WORKER, 2023), (WORKER, 2024), (OTHER_WORKER, 2024)],
    ),
)


@pytest.mark.parametrize(("zones", "expected"), TO_VALIDATE)
def test_filters_of_the_trainings_to_validate(
    filled: Practice, zones: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    given = {"processing_state": "toValidate", **zones}
    answer = answer_to(filled, question(FormKind.ASK_TO_VALIDATE, **given))

    assert [(each.inss, each.calendar_year) for each in answer.employee_year] == expected


CHANGED: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({"modified_from_date": date(2025, 1, 10)}, [2023, 2024]),
    ({"modified_from_date": date(2025, 1, 11)}, [2024]),
    ({"modified_from_date": date(2025, 3, 1)}, [2024]),
    ({"modified_from_date": date(2025, 3, 2)}, []),
    ({"modified_from_date": date(2025, 1, 1), "calendar_year": 2023}, [2023]),
    ({"modified_from_date": date(2025, 1, 1), "right_type": "LEGAL"}, [2023]),
    ({"modified_from_date": date(2025, 1, 1), "right_type": "EMPLOYER"}, [2024]),
)


@pytest.mark.parametrize(("zones", "years"), CHANGED)
def test_filters_of_the_changed_rights(
    practice: Practice, zones: dict[str, Any], years: list[int]
) -> None:
    in_2023 = ACCOUNT._replace(calendar_year=2023)
    practice.platform.prefill(in_2023, LEGAL, on=date(2025, 1, 10))
    judged(practice, without_legal())

    answer = answer_to(practice, question(FormKind.ASK_CHANGED_RIGHTS, **zones))

    assert [each.calendar_year for each in answer.employee_year] == years


def test_what_changes_nothing_is_no_change(practice: Practice) -> None:
    practice.platform.prefill(ACCOUNT, LEGAL, on=date(2025, 1, 10))
    practice.platform.prefill(ACCOUNT, LEGAL, on=date(2025, 1, 20))

    asked = question(FormKind.ASK_CHANGED_RIGHTS, modified_from_date=date(2025, 1, 20))
    assert answer_to(practice, asked).employee_year == ()
