"""Declarations and trainings of providers for the platform's tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from fla_batch.models import (
    Declaration,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRightsDeclaration,
)
from fla_batch.models.form import Answer
from fla_batch.models.question import Question
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.sandbox.platform import FormOutcome
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.practice import EMPLOYER, WORKER, Practice, question, rights_of, trainings_of

ACCOUNT = AccountYear(EMPLOYER, WORKER, 2024)
PROVIDER = "0400767772"
LEGAL = LegalFlaRight(legal_fla_right_hours=3800, joint_commission_nbr=("202.01",))
WINDOW_END = date(2028, 12, 31)
ASK_CREDIT = question(FormKind.ASK_CREDIT)
ASK_LEGAL = question(FormKind.ASK_RIGHTS, calendar_year=2024, right_type="LEGAL")


def number(index: int) -> str:
    return f"{index:08d}-9c41-4d0e-8b57-1f6a2c9d7e30"


def offered(
    index: int = 1, *, start: date = date(2024, 2, 1), end: date = date(2024, 2, 5), **changes: Any
) -> Training:
    """A training of a provider, with id `number(index)`."""
    (training,) = trainings_of("PutTraining_input.json").trainings
    (period,) = training.details_per_period
    reference = TrainingProviderReference(
        provider_training_id=number(index), training_provider_company_id=PROVIDER
    )
    return training.model_copy(
        update={
            "training_sequence_nbr": None,
            "training_first_start_date": start,
            "training_last_end_date": end,
            "details_per_period": (
                period.model_copy(update={"training_start_date": start, "training_end_date": end}),
            ),
            "training_provider_reference": reference,
            **changes,
        }
    )


def declaring(*trainings: Training) -> Declaration:
    numbered = tuple(
        training.model_copy(update={"training_sequence_nbr": index})
        for index, training in enumerate(trainings, start=1)
    )
    return trainings_of("PutTraining_input.json").model_copy(update={"trainings": numbered})


def without_legal() -> TrainingRightsDeclaration:
    return rights_of("PutTrainingRight_input.json")


def with_legal(hours: int = 3800) -> TrainingRightsDeclaration:
    declared = without_legal()
    legal = LEGAL.model_copy(update={"legal_fla_right_hours": hours})
    rights = declared.training_rights.model_copy(update={"legal_fla_right": legal})
    return declared.model_copy(update={"training_rights": rights})


def judged(practice: Practice, body: Declaration | Question) -> FormOutcome:
    outcome = practice.judge(body)
    assert outcome.accepted, outcome.anomalies
    return outcome


def answer_to(practice: Practice, asked: Question) -> Answer:
    answer = judged(practice, asked).answer
    assert answer is not None
    return answer


def error_ids(outcome: FormOutcome) -> list[str]:
    return [anomaly.error_id for anomaly in outcome.anomalies]


def legal_in(practice: Practice) -> LegalFlaRight | None:
    rights = answer_to(practice, ASK_LEGAL).training_rights
    return rights.legal_fla_right if rights else None
