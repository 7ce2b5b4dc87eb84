"""The legal right: the platform's until the employer takes over, and then it must stay."""

from __future__ import annotations

from datetime import date

from fla_batch.models import Employee
from tests.sandbox.declared import (
    ACCOUNT,
    LEGAL,
    WINDOW_END,
    error_ids,
    judged,
    legal_in,
    with_legal,
    without_legal,
)
from tests.sandbox.practice import OTHER_WORKER, TODAY, Practice, manual


def test_the_platforms_is_shown_with_source_and_end(practice: Practice) -> None:
    assert practice.platform.prefill(ACCOUNT, LEGAL, on=TODAY)

    legal = legal_in(practice)

    assert legal is not None
    assert (legal.source, legal.legal_fla_right_validity_end_date) == ("FLA", WINDOW_END)
    assert legal.legal_fla_right_hours == 3800


def test_it_is_updated_until_the_employer_takes_over(practice: Practice) -> None:
    practice.platform.prefill(ACCOUNT, LEGAL, on=TODAY)
    judged(practice, without_legal())
    more = LEGAL.model_copy(update={"legal_fla_right_hours": 4000})

    assert practice.platform.prefill(ACCOUNT, more, on=TODAY)
    legal = legal_in(practice)
    assert legal is not None
    assert legal.legal_fla_right_hours == 4000

    judged(practice, with_legal(3000))
    assert not practice.platform.prefill(ACCOUNT, more, on=TODAY)
    legal = legal_in(practice)
    assert legal is not None
    assert (legal.legal_fla_right_hours, legal.source) == (3000, "EMPLOYER")
    assert legal.legal_fla_right_validity_end_date is None


def test_it_must_stay_also_after_it_was_deleted(practice: Practice) -> None:
    judged(practice, with_legal())
    judged(practice, with_legal(0))
    assert legal_in(practice) is None

    outcome = practice.judge(without_legal())

    assert not outcome.accepted
    assert error_ids(outcome) == ["LegalFlaRight-001"]


def test_another_year_and_another_worker_are_free(practice: Practice) -> None:
    judged(practice, with_legal())
    other = Employee(inss=OTHER_WORKER)

    judged(practice, without_legal().model_copy(update={"calendar_year": 2023}))
    judged(practice, without_legal().model_copy(update={"employee": other}))


def test_an_end_that_is_known_stays(practice: Practice) -> None:
    end = date(2025, 6, 30)
    leaving = LEGAL.model_copy(update={"legal_fla_right_validity_end_date": end})
    practice.platform.prefill(ACCOUNT, leaving, on=TODAY)

    legal = legal_in(practice)

    assert legal is not None
    assert legal.legal_fla_right_validity_end_date == end


def test_only_an_identical_photo_is_warned_of(practice: Practice) -> None:
    judged(practice, with_legal())
    assert error_ids(judged(practice, with_legal(3000))) == []
    assert error_ids(judged(practice, with_legal(3000))) == ["TrainingRights-272"]


def test_identical_trainings_are_not(practice: Practice) -> None:
    judged(practice, manual("PutTraining_input.json"))
    assert error_ids(judged(practice, manual("PutTraining_input.json"))) == []
