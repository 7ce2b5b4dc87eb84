"""Each row of the REST manual's resources, with the manual's own data, through the portal."""

from __future__ import annotations

import pytest

from fla_batch.answers.credit_reader import read_credit
from fla_batch.answers.notification import NotificationForm
from fla_batch.intake.platform_answers import load_answer
from fla_batch.models import LegalFlaRight, Training, TrainingProviderReference
from fla_batch.models.form import Answer
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.practice import (
    EMPLOYER,
    MANUAL,
    OTHER_WORKER,
    TODAY,
    WORKER,
    Practice,
    manual,
    question,
    rights_of,
    trainings_of,
)

ACCOUNT = AccountYear(EMPLOYER, WORKER, 2024)
PROVIDER = "0400767772"
PROVIDER_ID = "3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e30"


def accepted(verdicts: list[NotificationForm]) -> NotificationForm:
    (verdict,) = verdicts
    assert verdict.accepted
    assert verdict.anomaly_reports == ()
    return verdict


def rights_in(practice: Practice, year: int = 2024) -> Answer:
    return practice.ask(question(FormKind.ASK_RIGHTS, calendar_year=year)).body


def trainings_in(practice: Practice, year: int = 2024, state: str | None = None) -> Answer:
    asked = question(FormKind.ASK_TRAININGS, calendar_year=year, processing_state=state)
    return practice.ask(asked).body


def computed_legal_right() -> LegalFlaRight:
    """The right of 38 hours that the manual's answers show."""
    legal = rights_of("GetTrainingRight_output.json").training_rights.legal_fla_right
    assert legal is not None
    return legal


def registered() -> Training:
    """The manual's training, as a provider would register it."""
    (training,) = trainings_of("PutTraining_input.json").trainings
    return training.model_copy(
        update={
            "training_sequence_nbr": None,
            "training_provider_reference": TrainingProviderReference(
                provider_training_id=PROVIDER_ID, training_provider_company_id=PROVIDER
            ),
        }
    )


def test_put_training_rights(practice: Practice) -> None:
    verdict = accepted(practice.declare(manual("PutTrainingRight_input.json")))

    credit = read_credit(verdict.application_data)
    assert credit is not None
    assert credit.legal_fla_credit is None
    assert credit.complementary_sector_credit is not None
    assert credit.complementary_sector_credit.total_complementary_sector_credit_hours == 4000
    assert credit.complementary_employer_credit is not None
    assert credit.complementary_employer_credit.total_complementary_employer_credit_hours == 4000


def test_get_training_rights(practice: Practice) -> None:
    """The employer declared sector and employer rights; the platform computed the legal one."""
    practice.platform.prefill(ACCOUNT, computed_legal_right(), on=TODAY)
    practice.declare(manual("PutTrainingRight_input.json"))
    expected = rights_of("GetTrainingRight_output.json")

    answer = rights_in(practice)

    assert answer.training_rights == expected.training_rights
    assert answer.employer == expected.employer
    assert answer.employee == expected.employee
    assert answer.calendar_year == 2024
    assert answer.fla_credit_calculation is not None


def test_delete_rights_by_the_value_0(practice: Practice) -> None:
    practice.platform.prefill(ACCOUNT, computed_legal_right(), on=TODAY)
    practice.declare(manual("PutTrainingRight_input.json"))

    accepted(practice.declare(manual("PutTrainingRight_deleteBy0Value_input.json")))

    assert rights_in(practice).training_rights is None


def test_delete_rights_by_leaving_them_out(practice: Practice) -> None:
    """The platform keeps the legal right, which therefore stays."""
    practice.platform.prefill(ACCOUNT, computed_legal_right(), on=TODAY)
    practice.declare(manual("PutTrainingRight_input.json"))

    accepted(practice.declare(manual("PutTrainingRight_deleteByDesactivation_input.json")))

    left = rights_in(practice).training_rights
    assert left is not None
    assert left.legal_fla_right == computed_legal_right()
    assert left.complementary_sector_right == ()
    assert left.complementary_employer_right == ()


def test_leaving_all_out_is_blocked_once_the_employer_keeps_the_legal_right(
    practice: Practice,
) -> None:
    practice.declare(manual("GetTrainingRight_output.json"))

    (verdict,) = practice.declare(manual("PutTrainingRight_deleteByDesactivation_input.json"))

    assert verdict.refused
    assert [report.error_id for report in verdict.anomaly_reports] == ["FLA09-001"]
    assert (
        rights_in(practice).training_rights
        == rights_of("GetTrainingRight_output.json").training_rights
    )


def test_put_and_get_trainings(practice: Practice) -> None:
    accepted(practice.declare(manual("PutTraining_input.json")))
    expected = trainings_of("GetTraining_output.json")

    answer = trainings_in(practice)

    assert answer.trainings == expected.trainings
    assert answer.employer == expected.employer
    assert answer.employee == expected.employee


def test_delete_a_training_by_a_photo_without_it(practice: Practice) -> None:
    accepted(practice.declare(manual("PutTraining_Delete_1_input.json")))
    assert len(trainings_in(practice, 2022).trainings) == 4

    accepted(practice.declare(manual("PutTraining_Delete_2_input.json")))

    left = [training.training_denomination for training in trainings_in(practice, 2022).trainings]
    assert left == [
        "Formation aux techniques d'interview",
        "Néerlandais pour débutants",
        "Géographie",
    ]


def test_the_photo_that_was_replaced_is_kept_as_inactive(practice: Practice) -> None:
    practice.declare(manual("PutTraining_Delete_1_input.json"))
    practice.declare(manual("PutTraining_Delete_2_input.json"))

    rows = practice.platform.store.rows("select active from photo order by id")
    assert [row["active"] for row in rows] == [0, 1]


def test_credit_calculation(practice: Practice) -> None:
    """The manual's example was counted in March 2024, with rights of 2023 and 2024."""
    expected = load_answer(MANUAL / "GetCreditCalculation_output.json").credit
    assert expected is not None
    practice.clock.now = practice.clock.now.replace(year=2024, month=3, day=7)
    declared = rights_of("GetTrainingRight_output.json")
    bare = declared.model_copy(
        update={
            "training_rights": declared.training_rights.model_copy(
                update={"complementary_employer_right": ()}
            )
        }
    )
    for body in (
        bare,
        bare.model_copy(update={"calendar_year": 2023}),
        manual("PutTraining_input.json"),
    ):
        outcome = practice.judge(body)
        assert outcome.accepted

    answer = practice.judge(question(FormKind.ASK_CREDIT)).answer

    assert answer is not None
    found = answer.fla_credit_calculation
    assert found is not None
    assert found == expected.model_copy(update={"calculation_date": found.calculation_date})


def test_credit_calculation_over_the_channel(practice: Practice) -> None:
    practice.declare(manual("PutTrainingRight_input.json"))

    answer = practice.ask(question(FormKind.ASK_CREDIT)).body

    credit = answer.fla_credit_calculation
    assert credit is not None
    assert credit.employer.company_id == EMPLOYER
    assert credit.employee.inss == WORKER
    assert credit.complementary_sector_credit is not None


def test_already_declared(practice: Practice) -> None:
    """3.4.2: accepted with a warning, and the credit."""
    declared = manual("Status200_warnings.json")
    accepted(practice.declare(declared))

    (again,) = practice.declare(declared)

    assert again.accepted
    (report,) = again.anomaly_reports
    expected = load_answer(MANUAL / "Status200_warnings.json").anomalies[0]
    assert report.error_id == expected.error_id
    assert report.anomaly_class == expected.anomaly_class
    assert report.anomaly_label == expected.label.fr
    assert read_credit(again.application_data) is not None


def test_an_employer_outside_the_directory(practice: Practice) -> None:
    """3.4.3: refused, without credit."""
    declared = manual("PutTrainingRight_input.json")
    unknown = declared.employer.model_copy(update={"company_id": "0999999922"})

    (verdict,) = practice.declare(declared.model_copy(update={"employer": unknown}))

    assert verdict.refused
    expected = load_answer(MANUAL / "Status400_blocking.json").anomalies[0]
    (report,) = verdict.anomaly_reports
    assert (report.error_id, report.anomaly_class) == (expected.error_id, "B")
    assert report.anomaly_label is not None
    assert verdict.application_data is None


@pytest.mark.parametrize(
    ("kind", "zones"),
    [
        (FormKind.ASK_TO_VALIDATE, {"processing_state": "toValidate"}),
        (FormKind.ASK_CHANGED_RIGHTS, {"modified_from_date": TODAY}),
    ],
)
def test_lists_of_workers(practice: Practice, kind: FormKind, zones: dict[str, object]) -> None:
    """3.3.6.2 and 3.3.7.2: two workers, the year 2024."""
    employees = load_answer(MANUAL / "GetEmployeesTrainings_output.json").employees
    for number, employee in enumerate(employees):
        account = AccountYear(EMPLOYER, employee.inss, employee.year or 0)
        training = registered()
        reference = TrainingProviderReference(
            provider_training_id=f"{number}{PROVIDER_ID[1:]}", training_provider_company_id=PROVIDER
        )
        practice.platform.register.add(
            account, training.model_copy(update={"training_provider_reference": reference})
        )
        practice.platform.prefill(account, computed_legal_right(), on=TODAY)

    listed = practice.ask(question(kind, **zones)).body.employee_year

    assert [(item.inss, item.calendar_year) for item in listed] == [
        (WORKER, 2024),
        (OTHER_WORKER, 2024),
    ]


def test_validation_of_a_providers_training(practice: Practice) -> None:
    """3.5: the list of workers, the trainings to validate, the declaration with the reference."""
    practice.platform.register.add(ACCOUNT, registered())
    practice.declare(manual("PutTrainingRight_input.json"))
    to_validate = question(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    assert len(practice.ask(to_validate).body.employee_year) == 1

    (found,) = trainings_in(practice, state="toValidate").trainings
    assert found.training_provider_reference == registered().training_provider_reference
    assert found.processing_state == "toValidate"
    chosen = found.model_copy(update={"training_sequence_nbr": 1, "processing_state": None})
    declared = trainings_of("PutTraining_input.json").model_copy(update={"trainings": (chosen,)})
    accepted(practice.declare(declared))

    assert practice.ask(to_validate).body.employee_year == ()
    assert trainings_in(practice, state="toValidate").trainings == ()
    (validated,) = trainings_in(practice, state="validated").trainings
    assert validated.processing_state == "validated"
    assert validated.training_provider_reference == registered().training_provider_reference
    (plain,) = trainings_in(practice).trainings
    assert plain.training_provider_reference is None
    assert plain.processing_state is None


def test_registered_time_counts_only_once_declared(practice: Practice) -> None:
    practice.declare(rights_of("GetTrainingRight_output.json"))
    practice.platform.register.add(ACCOUNT, registered())

    before = practice.ask(question(FormKind.ASK_CREDIT)).body.fla_credit_calculation
    practice.declare(manual("PutTraining_input.json"))
    after = practice.ask(question(FormKind.ASK_CREDIT)).body.fla_credit_calculation

    assert before is not None
    assert before.legal_fla_credit is not None
    assert before.legal_fla_credit.total_legal_fla_credit_hours == 3800
    assert after is not None
    assert after.legal_fla_credit is not None
    assert after.legal_fla_credit.total_legal_fla_credit_hours == 3300
    # Declared without the reference, it counts and stays in the list (3.2).
    assert len(trainings_in(practice, state="toValidate").trainings) == 1
