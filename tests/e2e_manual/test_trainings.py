"""PUT, GET and deletion of trainings, and the credit, with the manual's own data (3.3.4, 3.3.5)."""

from __future__ import annotations

from typing import Any

from fla_batch.commands import ask
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import EMPLOYER, WORKER, Office, printed


def trainings(office: Office, year: int = 2024, **filters: Any) -> list[dict[str, Any]]:
    answer = office.ask(FormKind.ASK_TRAININGS, [year], **filters)
    found: list[dict[str, Any]] = answer["flaDataDeclaration"]["trainings"]
    return found


def test_put_and_get_trainings(office: Office) -> None:
    (form,) = office.declare("PutTraining_input.json")
    assert form.state is FormState.ACCEPTED
    answer = office.ask(FormKind.ASK_TRAININGS, [2024])
    expected = printed("GetTraining_output.json")
    assert answer["flaDataDeclaration"] == expected["flaDataDeclaration"]
    assert answer["anomalies"] == expected["anomalies"]


def test_the_question_is_closed_with_its_answer(office: Office) -> None:
    (asked,) = office.asked(FormKind.ASK_TRAININGS, [2024])
    row = office.workspace.ledger.batch(asked.form.batch)
    assert row is not None
    assert (row.state, row.accepted, row.open) == (BatchState.CLOSED, 1, 0)
    received = office.workspace.outbox.folder(asked.form.batch) / "received"
    kept = sorted(path.name[:7] for path in received.glob("[FR][OCE]*"))
    over_rest = office.workspace.settings.uses_rest
    assert kept == (["REST.FL"] if over_rest else ["FO.ACRF", "FO.FLAA", "FO.NOTI"])


def test_trainings_of_a_year_without_any(office: Office) -> None:
    assert trainings(office, 2023) == []


def test_deletion_of_one_of_four_trainings(office: Office) -> None:
    """3.3.4.4: Hammilton Lewis's third training is left out of the second photo."""
    (form,) = office.declare("PutTraining_Delete_1_input.json")
    assert form.state in (FormState.ACCEPTED, FormState.WARNED)
    assert len(trainings(office, 2022)) == 4

    assert office.blocked("PutTraining_Delete_2_input.json") == ["photo-shrinks"]
    office.declare("PutTraining_Delete_2_input.json", allow_removals=True)

    expected = printed("PutTraining_Delete_2_input.json")["trainings"]
    assert [each["trainingDenomination"] for each in trainings(office, 2022)] == [
        each["trainingDenomination"] for each in expected
    ]


def test_deletion_of_all_trainings(office: Office) -> None:
    office.declare("PutTraining_input.json")
    empty = printed("PutTraining_input.json") | {"trainings": []}
    office.declare(empty, allow_removals=True)
    assert trainings(office) == []


def test_credit_calculation(office: Office) -> None:
    """3.3.5.3: 38 hours of 2023 and 2024, five of them followed."""
    body = printed("GetTrainingRight_output.json")["flaDataDeclaration"]
    del body["trainingRights"]["complementaryEmployerRight"]
    office.declare(body, body | {"calendarYear": 2023}, "PutTraining_input.json")

    answer = office.ask(FormKind.ASK_CREDIT)

    expected = printed("GetCreditCalculation_output.json")
    assert answer["calculationDate"].startswith("2024-03-07T12:00:")  # Belgian local time
    assert answer | {"calculationDate": expected["calculationDate"]} == expected
    told = office.credit_told()
    assert told == answer


def test_a_question_about_an_unknown_employer_is_refused_and_says_why(office: Office) -> None:
    questions = ask.questions(FormKind.ASK_CREDIT, "0999999922", [Person(WORKER)])
    names = ask.build(office.workspace, questions)
    office.exchange(names)
    (asked,) = ask.outcome(office.workspace, names)
    assert asked.fate is ask.Fate.REFUSED
    assert [anomaly.error_id for anomaly in asked.anomalies] == ["00014-017"]


def test_questions_of_several_kinds_in_one_batch_keep_their_own_answers(office: Office) -> None:
    """The credit comes with each answer, and is not taken for the answer itself."""
    office.declare("PutTraining_input.json")
    people = [Person(WORKER)]
    names = ask.build(
        office.workspace,
        [
            *ask.questions(FormKind.ASK_CREDIT, EMPLOYER, people),
            *ask.questions(FormKind.ASK_TRAININGS, EMPLOYER, people, [2024]),
            *ask.questions(FormKind.ASK_RIGHTS, EMPLOYER, people, [2024]),
        ],
    )
    office.exchange(names)
    asked = ask.outcome(office.workspace, names)
    kinds = [FormKind.ASK_CREDIT, FormKind.ASK_TRAININGS, FormKind.ASK_RIGHTS]
    assert [one.form.kind for one in asked] == kinds
    assert [one.answer and one.answer.kind for one in asked] == kinds
