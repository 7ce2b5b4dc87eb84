"""Blocks: what JSON shows of them, what they take, and how they are walked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from fla_batch.models import (
    DECLARATIONS,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    Entry,
    LegalFlaRight,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.credit_calculation import FlaCreditCalculation, LegalFlaCredit
from fla_batch.models.form import FormHeader
from fla_batch.models.question import Question
from fla_batch.models.zone import (
    Presence,
    Zone,
    ZoneType,
    blocks_of,
    is_list,
    leaves_of,
    repeats_of,
    walk,
    zones_of,
)
from fla_batch.vocabulary.findings import Source
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import path_text
from tests import builders as b
from tests.one_zone import all_models
from tests.strategies import ANYTHING, VALID


@given(VALID)
def test_json_goes_round(declaration: Declaration) -> None:
    again = type(declaration).model_validate_json(declaration.model_dump_json(), strict=False)
    assert again == declaration


@given(ANYTHING)
def test_json_never_holds_what_is_absent(declaration: Declaration) -> None:
    def check(value: Any, name: str) -> None:
        assert value is not None
        if isinstance(value, dict):
            for inner, content in value.items():
                assert content not in ({}, []) or inner == "trainings", inner
                check(content, inner)
        elif isinstance(value, list):
            for item in value:
                check(item, name)

    check(declaration.to_json(), "")


def test_json_is_the_manuals() -> None:
    assert b.rights(b.legal(), (b.sector(),)).to_json() == {
        "employer": {"companyId": b.company_id()},
        "employee": {"inss": b.inss()},
        "calendarYear": 2024,
        "trainingRights": {
            "legalFlaRight": {"legalFlaRightHours": 3800, "jointCommissionNbr": ["200"]},
            "complementarySectorRight": [
                {
                    "complementarySectorRightHours": 760,
                    "jointCommissionNbr": "149.02",
                    "activityCode": 1120,
                }
            ],
        },
    }
    assert TrainingsDeclaration().to_json() == {"trainings": []}
    assert TrainingRightsDeclaration().to_json() == {}


def test_a_block_takes_both_spellings_of_a_name_and_no_other() -> None:
    assert Employer(companyId="1") == Employer(company_id="1")  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Employer(companyID="1")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (Employee, "language", "1"),
        (Employee, "language", True),
        (Employee, "language", 1.0),
        (Employee, "inss", 81511716525),
        (DetailsPerPeriod, "training_start_date", "2024-02-05"),
        (LegalFlaRight, "joint_commission_nbr", ["200"]),
        (TrainingsDeclaration, "trainings", [Training()]),
    ],
)
def test_a_value_of_another_type_is_refused(model: type[Any], field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        model(**{field: value})


def test_a_block_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Employer().company_id = "1"  # type: ignore[misc]


def test_the_key_of_a_declaration() -> None:
    assert b.rights().key == (b.company_id(), b.inss(), 2024, FormKind.TRAINING_RIGHTS)
    assert TrainingsDeclaration().key == ("", "", 0, FormKind.TRAININGS)
    assert {kind: model().kind for kind, model in DECLARATIONS.items()} == {
        kind: kind for kind in DECLARATIONS
    }


def test_the_legal_right_comes_first() -> None:
    legal, sector, extra = b.legal(), b.sector(), b.extra()
    assert b.rights(legal, (sector,), (extra,)).rights == (legal, sector, extra)
    assert b.rights(sectors=(sector,)).rights == (sector,)
    assert TrainingRightsDeclaration().rights == ()


def test_a_header_is_an_original_of_belgian_local_time() -> None:
    created = datetime(2025, 3, 1, 10, 15, 0, 123456, tzinfo=UTC)
    header = FormHeader.original("FLA001", created, "R1")
    assert header.form_creation_date == date(2025, 3, 1)
    assert header.form_creation_hour == time(10, 15, 0, 123456)
    assert (header.attestation_status, header.type_form) == (0, "SU")
    assert header.reference is not None
    assert header.reference.model_dump() == {
        "referenceType": 1,
        "referenceOrigin": 1,
        "referenceNbr": "R1",
    }


def test_a_question_knows_its_kind() -> None:
    assert Question(question=FormKind.ASK_RIGHTS).kind is FormKind.ASK_RIGHTS


@pytest.mark.parametrize("name", ["totalLegalFlaCredithours", "totalLegalFlaCreditHours"])
def test_credits_are_read_in_either_spelling_of_the_manual(name: str) -> None:
    credit = LegalFlaCredit.model_validate({name: 760})
    assert credit.total_legal_fla_credit_hours == 760
    assert credit.to_json() == {"totalLegalFlaCreditHours": 760}
    with pytest.raises(ValidationError):
        FlaCreditCalculation.model_validate("no block")


def test_an_entry_that_was_built_in_code_has_no_place() -> None:
    assert Entry(b.rights()).origin.source_of(("calendarYear",)) == Source()


class TestZones:
    def test_of_a_block(self) -> None:
        assert list(zones_of(ComplementarySectorRight)) == [
            "complementary_sector_right_days",
            "complementary_sector_right_hours",
            "working_regulations_registry_nbr",
            "joint_commission_nbr",
            "activity_code",
            "source",
        ]
        assert leaves_of(Employer)[0][2] == "companyId"
        zone = zones_of(Employer)["company_id"]
        assert (zone.label, zone.type) == ("CompanyID", ZoneType.COMPANY_ID)
        assert "employer" not in zones_of(TrainingsDeclaration)

    def test_blocks_and_how_often(self) -> None:
        assert list(blocks_of(TrainingRights).values())[0] is LegalFlaRight  # noqa: RUF015
        assert {name: note.most for name, note in repeats_of(TrainingRights).items()} == {
            "complementary_sector_right": 10,
            "complementary_employer_right": 10,
        }
        assert repeats_of(Training)["details_per_period"].least == 1
        assert is_list(LegalFlaRight, "joint_commission_nbr")
        assert not is_list(ComplementarySectorRight, "joint_commission_nbr")

    def test_every_zone_of_a_kind_says_what_its_kind_needs(self) -> None:
        for model in all_models():
            for zone in zones_of(model).values():
                if zone.type is ZoneType.INTEGER:
                    assert zone.low is not None
                    assert zone.high is not None
                    assert zone.low < zone.high
                if zone.codes and zone.type is ZoneType.INTEGER:
                    assert list(zone.codes) == list(range(zone.low or 0, (zone.high or 0) + 1))
                for texts in zone.codes.values():
                    assert len(set(texts)) >= 2
                    assert all(texts)

    def test_days_and_hours_come_in_pairs(self) -> None:
        for model in all_models():
            pair = [
                zone.label for zone in zones_of(model).values() if zone.presence is Presence.ONE_OF
            ]
            assert [label[-4:] for label in pair] in ([], ["Days", "ours"])

    def test_free_text(self) -> None:
        assert Zone("A", ZoneType.TEXT).is_text
        assert not Zone("A", ZoneType.TEXT, pattern="x", form="x", samples=("x",)).is_text
        assert not Zone("A", ZoneType.DATE).is_text

    def test_patterns_match_whole_values(self) -> None:
        zone = Zone("A", ZoneType.TEXT, pattern="[0-9]+", form="9", samples=("9",))
        assert zone.matches("12")
        assert not zone.matches("12\n")
        assert Zone("A", ZoneType.TEXT).matches("anything")


def test_walk_visits_every_block_with_its_path() -> None:
    declaration = b.trainings(b.training(training_provider_reference=b.provider_reference()))
    assert [(type(block).__name__, path_text(path)) for block, path in walk(declaration)] == [
        ("TrainingsDeclaration", ""),
        ("Employer", "employer"),
        ("Employee", "employee"),
        ("Training", "trainings[0]"),
        ("DetailsPerPeriod", "trainings[0].detailsPerPeriod[0]"),
        ("TrainingProviderReference", "trainings[0].trainingProviderReference"),
    ]
