"""What the ledger learns from an answer to a question."""

from __future__ import annotations

from datetime import date

import pytest

from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.ledger.records import Consultation, FormChange, UnmatchedChange
from fla_batch.models import (
    ComplementarySectorRight,
    DeclarationKey,
    DetailsPerPeriod,
    Employee,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
)
from fla_batch.models.credit_calculation import FlaCreditCalculation, LegalFlaCredit
from fla_batch.models.form import EmployeeYear, Reference
from fla_batch.vocabulary.terms import FormKind
from tests.commands.consultation.asked import EMPLOYEE, EMPLOYER, WRITTEN_AT, Desk, question, told
from tests.ledger.builders import COMPANY, WORKER, S, batch_name
from tests.ledger.unmatched import unmatched_of

RIGHTS = DeclarationKey(COMPANY, WORKER, 2024, FormKind.TRAINING_RIGHTS)
TRAININGS = RIGHTS._replace(kind=FormKind.TRAININGS)
SECTOR = ComplementarySectorRight(
    complementary_sector_right_hours=4000, joint_commission_nbr="202.01", activity_code=228
)
LEGAL = LegalFlaRight(legal_fla_right_hours=3800, joint_commission_nbr=("202.01",))
ASK_RIGHTS = question(FormKind.ASK_RIGHTS, calendar_year=2024)
ASK_TRAININGS = question(FormKind.ASK_TRAININGS, calendar_year=2024)
CREDIT = FlaCreditCalculation(
    employer=EMPLOYER,
    employee=EMPLOYEE,
    legal_fla_credit=LegalFlaCredit(total_legal_fla_credit_hours=7100),
)


def training(name: str, state: str | None = None, provider: bool = False) -> Training:
    reference = TrainingProviderReference(
        provider_training_id="3f2b7a8e-9c41-4d0e-8b57-1f6a2c9d7e30",
        training_provider_company_id="0400767772",
    )
    period = DetailsPerPeriod(
        training_hours=760,
        training_start_date=date(2024, 5, 6),
        training_end_date=date(2024, 5, 6),
        training_status=1,
        training_type=1,
    )
    return Training(
        training_denomination=name,
        training_first_start_date=date(2024, 5, 6),
        training_last_end_date=date(2024, 5, 6),
        training_result=1,
        training_leading_to_certificate=1,
        scope=1,
        details_per_period=(period,),
        training_provider_reference=reference if provider else None,
        processing_state=state,
    )


def names(desk: Desk) -> list[str] | None:
    photo = desk.ledger.last_accepted(TRAININGS, S)
    return photo and [each["trainingDenomination"] for each in photo.body["trainings"]]


def unmatched(desk: Desk) -> list[str]:
    return [row.reason for row in unmatched_of(desk.ledger)]


def test_the_answer_alone_closes_the_question(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    changes = desk.arrive(desk.form(0, told()))
    assert [type(change) for change in changes] == [FormChange, Consultation]
    assert desk.state() is BatchState.CLOSED
    (form,) = desk.ledger.forms(batch_name())
    assert form.state is FormState.ACCEPTED


def test_a_batch_stays_open_until_its_last_question_is_answered(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS, ASK_TRAININGS)
    desk.arrive(desk.form(1, told()))
    assert desk.state() is BatchState.RECEIVED
    desk.arrive(desk.form(0, told()))
    assert desk.state() is BatchState.CLOSED


def test_the_row_tells_which_question_it_answers_and_when_the_platform_wrote_it(
    desk: Desk,
) -> None:
    desk.ask(ASK_RIGHTS)
    desk.arrive(desk.form(0, told()))
    (row,) = desk.ledger.consultations(S)
    assert row.form == ("ASKED0000000", batch_name())
    assert row.told_at == WRITTEN_AT
    assert (row.company_id, row.inss, row.calendar_year) == (COMPANY, WORKER, 2024)


def test_without_our_reference_the_handled_form_finds_the_question(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS, ASK_TRAININGS)
    desk.arrive(desk.form(1, told(), reference=None))
    states = [form.state for form in desk.ledger.forms(batch_name())]
    assert states == [FormState.RECEIVED, FormState.ACCEPTED]


def test_the_reference_counts_whatever_origin_the_platform_gives_it(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    echoed = Reference(reference_type=1, reference_origin=2, reference_nbr="ASKED0000000")
    desk.arrive(desk.form(0, told(), reference=echoed))
    assert desk.state() is BatchState.CLOSED


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(told(employee=Employee(inss="70081500504")), id="other worker"),
        pytest.param(told(calendar_year=2023), id="other year"),
        pytest.param(
            told(
                fla_credit_calculation=CREDIT.model_copy(
                    update={"employee": Employee(inss="70081500504")}
                )
            ),
            id="credit of another worker",
        ),
    ],
)
def test_an_answer_about_something_else_is_kept_and_closes_nothing(
    desk: Desk, answer: object
) -> None:
    desk.ask(ASK_RIGHTS)
    (change,) = desk.arrive(desk.form(0, answer))  # type: ignore[arg-type]
    assert isinstance(change, UnmatchedChange)
    assert unmatched(desk) == ["the answer is about something else than the question that it names"]
    assert desk.ledger.consultations(S) == []
    assert desk.state() is BatchState.SENT


def test_an_answer_of_another_kind_is_kept_and_closes_nothing(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    desk.arrive(desk.form(0, told(), identification="FLA103R"))
    assert len(unmatched(desk)) == 1
    assert desk.state() is BatchState.SENT


def test_an_identification_that_nobody_knows_is_kept(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    desk.arrive(desk.form(0, told(), identification="FLA199R"))
    assert unmatched(desk) == ["identification FLA199R is not known"]


def test_an_answer_to_nobody_is_kept(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    stranger = Reference(reference_type=1, reference_origin=1, reference_nbr="STRANGER")
    form = desk.form(0, told(), reference=stranger)
    nameless = form.body.model_copy(update={"handled_original_form": None})
    desk.arrive(form.model_copy(update={"body": nameless}))
    assert len(unmatched(desk)) == 1
    assert desk.state() is BatchState.SENT


def test_credit_is_one_shape_wherever_it_comes_from(desk: Desk) -> None:
    desk.ask(question(FormKind.ASK_CREDIT), ASK_RIGHTS)
    told_credit = told(calendar_year=None, fla_credit_calculation=CREDIT)
    desk.arrive(desk.form(0, told_credit), desk.form(1, told(fla_credit_calculation=CREDIT)))
    found = desk.ledger.consultations(S, FormKind.ASK_CREDIT)
    assert [row.body for row in found] == [CREDIT.to_json()] * 2


def test_rights_read_back_whole_count_as_history(desk: Desk) -> None:
    desk.ask(ASK_RIGHTS)
    desk.arrive(
        desk.form(0, told(training_rights=TrainingRights(complementary_sector_right=(SECTOR,))))
    )
    photo = desk.ledger.last_accepted(RIGHTS, S)
    assert photo is not None
    assert photo.body["trainingRights"] == {"complementarySectorRight": [SECTOR.to_json()]}
    assert photo.accepted_at == WRITTEN_AT


def test_a_legal_right_read_back_is_not_taken_for_the_employers(desk: Desk) -> None:
    """It may be the platform's own: legal-must-stay would block what the platform accepts."""
    desk.ask(ASK_RIGHTS)
    desk.arrive(desk.form(0, told(training_rights=TrainingRights(legal_fla_right=LEGAL))))
    assert desk.ledger.last_accepted(RIGHTS, S) is not None
    assert not desk.ledger.had_legal_right(RIGHTS, S)
    (row,) = desk.ledger.consultations(S, FormKind.ASK_RIGHTS)
    assert row.body["trainingRights"]["legalFlaRight"]["legalFlaRightHours"] == 3800


def test_rights_of_one_kind_are_no_photo(desk: Desk) -> None:
    desk.ask(question(FormKind.ASK_RIGHTS, calendar_year=2024, right_type="SECTOR"))
    desk.arrive(
        desk.form(0, told(training_rights=TrainingRights(complementary_sector_right=(SECTOR,))))
    )
    assert desk.ledger.last_accepted(RIGHTS, S) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(None, ["First aid"], id="without a state"),
        pytest.param("validated", ["First aid"], id="validated"),
        pytest.param("all", ["First aid"], id="all"),
        pytest.param("toValidate", None, id="to validate"),
    ],
)
def test_what_is_in_force_counts_as_history(
    desk: Desk, state: str | None, expected: list[str] | None
) -> None:
    desk.ask(question(FormKind.ASK_TRAININGS, calendar_year=2024, processing_state=state))
    told_state = "validated" if state else None
    trainings = [training("First aid", told_state)] if state != "toValidate" else []
    if state in ("all", "toValidate"):
        trainings.append(training("Webmaster", "toValidate", provider=True))
    desk.arrive(desk.form(0, told(trainings=tuple(trainings))))
    assert names(desk) == expected


def test_the_photo_keeps_the_providers_reference_and_no_state(desk: Desk) -> None:
    desk.ask(question(FormKind.ASK_TRAININGS, calendar_year=2024, processing_state="all"))
    desk.arrive(desk.form(0, told(trainings=(training("A b c", "validated", provider=True),))))
    photo = desk.ledger.last_accepted(TRAININGS, S)
    assert photo is not None
    (kept,) = photo.body["trainings"]
    assert "processingState" not in kept
    assert kept["trainingProviderReference"]["trainingProviderCompanyId"] == "0400767772"


def test_a_photo_that_could_not_be_read_whole_is_no_history(desk: Desk) -> None:
    desk.ask(ASK_TRAININGS)
    # The writer writes only what is right: spoil the file itself.
    desk.spoil = (b"<TrainingFirstStartDate>2024-05-06", b"<TrainingFirstStartDate>6 May")
    desk.arrive(desk.form(0, told(trainings=(training("First aid"),))))
    assert desk.ledger.last_accepted(TRAININGS, S) is None
    assert len(desk.ledger.consultations(S)) == 1


def test_a_list_is_kept_as_it_came(desk: Desk) -> None:
    desk.ask(question(FormKind.ASK_TO_VALIDATE, processing_state="toValidate"))
    listed = (EmployeeYear(inss=WORKER, calendar_year=2024),)
    desk.arrive(desk.form(0, told(employee=None, calendar_year=None, employee_year=listed)))
    (row,) = desk.ledger.consultations(S)
    assert row.body["employeeYear"] == [{"inss": WORKER, "calendarYear": 2024}]
    assert row.inss is None
