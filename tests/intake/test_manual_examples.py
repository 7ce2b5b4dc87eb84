"""Every JSON example that the REST manual prints loads, value by value."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from fla_batch.intake import read_inputs
from fla_batch.intake.platform_answers import ListedEmployee, Problem, load_answer
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    Entry,
    LegalFlaRight,
    Training,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.vocabulary.terms import AnomalyOrigin

MANUAL = Path(__file__).parents[1] / "manual"
BODIES = sorted(MANUAL.glob("Put*_input.json"))
ANSWERS = [path for path in sorted(MANUAL.glob("*.json")) if path not in BODIES]
REGISTRY = "181682/CO/200"


def body(name: str) -> Declaration:
    (entry,) = read_inputs([MANUAL / name])
    assert isinstance(entry, Entry)
    assert entry.anomalies == ()
    assert entry.unreadable == frozenset()
    return entry.declaration


def rights(name: str) -> TrainingRightsDeclaration:
    declaration = body(name)
    assert isinstance(declaration, TrainingRightsDeclaration)
    return declaration


def trainings(name: str) -> TrainingsDeclaration:
    declaration = body(name)
    assert isinstance(declaration, TrainingsDeclaration)
    return declaration


def sector_right(hours: int) -> ComplementarySectorRight:
    return ComplementarySectorRight(
        complementary_sector_right_hours=hours,
        working_regulations_registry_nbr=REGISTRY,
        joint_commission_nbr="202.01",
        activity_code=228,
    )


def employer_right(hours: int) -> ComplementaryEmployerRight:
    return ComplementaryEmployerRight(
        complementary_employer_right_hours=hours,
        working_regulations_registry_nbr=REGISTRY,
        joint_commission_nbr="200",
    )


def legal_right(hours: int) -> LegalFlaRight:
    return LegalFlaRight(
        legal_fla_right_hours=hours,
        working_regulations_registry_nbr=REGISTRY,
        joint_commission_nbr=("202.01",),
    )


def webmaster(number: int | None) -> Training:
    return Training(
        training_sequence_nbr=number,
        training_denomination="webmaster",
        training_first_start_date=date(2024, 2, 1),
        training_last_end_date=date(2024, 2, 5),
        training_reference_nbr="122",
        training_organiser_name="Syntra in opdracht van VDAB",
        training_result=1,
        training_leading_to_certificate=2,
        certificate_validity_start_date=date(2024, 2, 5),
        certificate_validity_end_date=date(2034, 2, 5),
        scope=1,
        details_per_period=(
            DetailsPerPeriod(
                training_hours=500,
                training_start_date=date(2024, 2, 1),
                training_end_date=date(2024, 2, 5),
                training_status=1,
                training_type=2,
                training_place=1,
            ),
        ),
    )


def test_every_example_is_here() -> None:
    assert len(BODIES) == 6
    assert len(ANSWERS) == 13


def test_put_training_rights() -> None:
    declaration = rights("PutTrainingRight_input.json")
    assert declaration.employer == Employer(company_id="0880820673", fla_importance_code=8)
    assert declaration.employee == Employee(
        inss="81511716525", language=1, ref_hours_in_working_day=800
    )
    assert declaration.calendar_year == 2024
    assert declaration.rights == (sector_right(4000), employer_right(4000))


def test_delete_by_the_value_0() -> None:
    declaration = rights("PutTrainingRight_deleteBy0Value_input.json")
    assert declaration.rights == (legal_right(0), sector_right(0), employer_right(0))


def test_delete_by_deactivation() -> None:
    declaration = rights("PutTrainingRight_deleteByDesactivation_input.json")
    assert declaration.key[:3] == ("0880820673", "81511716525", 2024)
    assert declaration.rights == ()


def test_put_trainings() -> None:
    assert trainings("PutTraining_input.json").trainings == (webmaster(122),)


def test_delete_a_training_by_a_new_photo() -> None:
    before = trainings("PutTraining_Delete_1_input.json").trainings
    after = trainings("PutTraining_Delete_2_input.json").trainings
    assert [training.training_sequence_nbr for training in before] == [122, 123, 124, 125]
    assert [training.training_denomination for training in before] == [
        "Formation aux techniques d'interview",
        "Néerlandais pour débutants",
        "Anglais pour les non-natifs",
        "Géographie",
    ]
    assert [training.details_per_period[0].training_hours for training in before] == [
        800,
        1600,
        800,
        400,
    ]
    assert before[0].training_organiser_name == " VDAB"  # the blank is the manual's
    assert after[1:] == (before[1], before[3])


@pytest.mark.parametrize("path", [*BODIES, *ANSWERS], ids=lambda path: path.stem)
def test_nothing_is_lost(path: Path) -> None:
    printed = json.loads(path.read_text(encoding="utf-8"))
    answer = load_answer(path)
    assert answer.trouble == ()
    printed_body = printed.get("flaDataDeclaration") or (printed if path in BODIES else None)
    found = [declaration.to_json() for declaration in answer.declarations]
    assert found == ([] if printed_body is None else [_as_text(printed_body)])


def _as_text(printed: dict[str, object]) -> dict[str, object]:
    """The printed body with its two numbers as our models keep them."""
    body = dict(printed)
    body["employer"] = {**printed["employer"], "companyId": "0880820673"}  # type: ignore[dict-item]
    body["employee"] = {**printed["employee"], "inss": "81511716525"}  # type: ignore[dict-item]
    return body


def test_answers_can_be_declared_again() -> None:
    (entry,) = read_inputs([MANUAL / "GetTraining_output.json"])
    assert isinstance(entry, Entry)
    assert isinstance(entry.declaration, TrainingsDeclaration)
    assert entry.declaration.trainings == (webmaster(1),)  # GET gives no sequence number


def test_get_training_rights() -> None:
    (declaration,) = load_answer(MANUAL / "GetTrainingRight_output.json").declarations
    assert isinstance(declaration, TrainingRightsDeclaration)
    assert declaration.rights == (legal_right(3800), sector_right(4000), employer_right(4000))


@pytest.mark.parametrize(
    ("name", "month_second"),
    [
        ("GetCreditCalculation_output.json", datetime(2024, 3, 7, 12, 9, 16, 53233)),  # noqa: DTZ001
        ("Status200_warnings.json", datetime(2024, 3, 7, 13, 42, 20, 466217)),  # noqa: DTZ001
    ],
)
def test_credit(name: str, month_second: datetime) -> None:
    credit = load_answer(MANUAL / name).credit
    assert credit is not None
    assert credit.calculation_date == month_second
    assert credit.employee.inss == "81511716525"
    assert credit.legal_fla_credit is not None
    assert credit.legal_fla_credit.total_legal_fla_credit_hours == 7100
    years = credit.legal_fla_credit.legal_fla_credit_per_year
    assert [(year.calendar_year, year.remaining_legal_fla_credit_hours) for year in years] == [
        (2020, 0),
        (2021, 0),
        (2022, 0),
        (2023, 3300),
        (2024, 3800),
    ]
    assert credit.complementary_sector_credit is not None
    assert credit.complementary_sector_credit.total_complementary_sector_credit_hours == 8000
    assert credit.reserved_training_time == ()


def test_warning() -> None:
    (anomaly,) = load_answer(MANUAL / "Status200_warnings.json").anomalies
    assert (anomaly.anomaly_class, anomaly.error_id) == ("W", "FLA04-272")
    assert anomaly.label.nl == "Opleidingsrechten - Reeds verwerkt of aangegeven"
    assert anomaly.label.fr == "Droits de formation - Déjà traité ou déclaré"
    assert anomaly.label.en is None
    assert anomaly.origin is AnomalyOrigin.REMOTE


def test_refusal() -> None:
    answer = load_answer(MANUAL / "Status400_blocking.json")
    (anomaly,) = answer.anomalies
    assert (anomaly.blocks, anomaly.error_id) == (True, "00014-017")
    assert answer.problem == Problem(
        "about:blank", "Bad Request", 12, "The input message is incorrect"
    )


def test_server_error() -> None:
    assert load_answer(MANUAL / "Status500_error.json").problem == Problem(
        "about:blank",
        "Unexpected Error",
        500,
        "putTrainingRights.arg3.employee.inss: must not be null",
    )


@pytest.mark.parametrize(
    "name", ["GetEmployeesTrainings_output.json", "GetEmployeesTrainingRights_output.json"]
)
def test_lists_of_workers(name: str) -> None:
    assert load_answer(MANUAL / name).employees == (
        ListedEmployee("81511716525", 2024),
        ListedEmployee("70081500504", 2024),
    )


@pytest.mark.parametrize("spelling", ["errorId", "errorid", "Errorid", "ErrorID"])
def test_spellings_of_an_anomaly(spelling: str) -> None:
    text = json.dumps(
        {
            "anomalies": [
                {"Anomalyclass": "B", spelling: "00024-152", "Tagname": "inss", "Path": "p"}
            ]
        }
    )
    (anomaly,) = load_answer(text).anomalies
    assert (anomaly.anomaly_class, anomaly.error_id) == ("B", "00024-152")
    assert (anomaly.tag, anomaly.path) == ("inss", "p")


def test_credit_spelled_as_in_the_table() -> None:
    text = json.dumps(
        {
            "calculationDate": "2025-03-07T12:09:16",
            "unheardOf": {"x": 1},
            "legalFlaCredit": {"totalLegalFlaCredithours": 7100},
        }
    )
    credit = load_answer(text).credit
    assert credit is not None
    assert credit.legal_fla_credit is not None
    assert credit.legal_fla_credit.total_legal_fla_credit_hours == 7100


def test_credit_that_cannot_be_read_is_said() -> None:
    text = json.dumps({"anomalies": [], "flaCreditCalculation": {"calculationDate": "yesterday"}})
    answer = load_answer(text)
    assert answer.credit is None
    assert [anomaly.rule for anomaly in answer.trouble] == ["wrong-type"]


@pytest.mark.parametrize("text", ["", "[]", "12", '{"a"', '{"anomalies": 5}', "null"])
def test_odd_answers_do_not_raise(text: str) -> None:
    answer = load_answer(text)
    assert answer.declarations == ()
    assert answer.anomalies == ()
