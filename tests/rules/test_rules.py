"""The list of rules as a whole: all findings at once, with their texts and their places."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import fla_batch
from fla_batch import rules
from fla_batch.models import Declaration, Employer, Entry
from fla_batch.rules import RULES
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.zone_path import Path as ZonePath
from fla_batch.vocabulary.zone_path import path_text
from tests import builders as b
from tests.strategies import ANYTHING, VALID

PACKAGE = Path(fla_batch.__file__).parent


def test_25_mistakes_give_25_anomalies_at_once() -> None:
    wrong_period = b.period(
        training_days=25,  # both days and hours; no half days
        training_hours=1560001,  # beyond the bound, and more than the days hold
        training_start_date=date(2024, 2, 9),
        training_end_date=date(2024, 2, 5),
        training_status=9,
        training_type=None,
        training_place=0,
        additional_information="x" * 501,
    )
    declaration = b.trainings(
        b.training(
            wrong_period,
            training_sequence_nbr=1000,
            training_denomination="ab",
            training_first_start_date=date(2023, 2, 1),
            training_last_end_date=date(2023, 1, 1),
            training_reference_nbr="€" * 501,
            training_organiser_name="a\x00",
            training_result=6,
            training_leading_to_certificate=None,
            certificate_validity_start_date=date(2024, 3, 1),
            certificate_validity_end_date=date(2024, 2, 1),
            scope=3,
            training_provider_reference=b.provider_reference(
                provider_training_id="?", training_provider_company_id="0880820674"
            ),
        ),
        employer=b.employer(company_id="123", fla_importance_code=10),
        employee=b.employee(inss="81511716526", language=5, ref_hours_in_working_day=1401),
        calendar_year=2100,
    )
    first, inside = "trainings[0]", "trainings[0].detailsPerPeriod[0]"
    expected = [
        ("presence", "TrainingLeadingToCertificate-001", f"{first}.trainingLeadingToCertificate"),
        ("presence", "TrainingType-001", f"{inside}.trainingType"),
        ("days-xor-hours", "TrainingDays-005", f"{inside}.trainingDays"),
        ("bounds", "CalendarYear-008", "calendarYear"),
        ("bounds", "CompanyID-093", "employer.companyId"),
        ("bounds", "FlaImportanceCode-008", "employer.flaImportanceCode"),
        ("bounds", "INSS-004", "employee.inss"),
        ("bounds", "Language-008", "employee.language"),
        ("bounds", "RefHoursInWorkingDay-008", "employee.refHoursInWorkingDay"),
        ("bounds", "TrainingSequenceNbr-008", f"{first}.trainingSequenceNbr"),
        ("bounds", "TrainingDenomination-093", f"{first}.trainingDenomination"),
        ("bounds", "TrainingReferenceNbr-093", f"{first}.trainingReferenceNbr"),
        ("bounds", "TrainingResult-008", f"{first}.trainingResult"),
        ("bounds", "Scope-008", f"{first}.scope"),
        ("bounds", "TrainingHours-008", f"{inside}.trainingHours"),
        ("bounds", "TrainingStatus-008", f"{inside}.trainingStatus"),
        ("bounds", "TrainingPlace-008", f"{inside}.trainingPlace"),
        ("bounds", "AdditionalInformation-093", f"{inside}.additionalInformation"),
        (
            "bounds",
            "ProviderTrainingId-003",
            f"{first}.trainingProviderReference.providerTrainingId",
        ),
        (
            "bounds",
            "TrainingProviderCompanyId-004",
            f"{first}.trainingProviderReference.trainingProviderCompanyId",
        ),
        ("half-day", "TrainingDays-003", f"{inside}.trainingDays"),
        ("xml-characters", "TrainingOrganiserName-003", f"{first}.trainingOrganiserName"),
        ("period-order", "TrainingLastEndDate-014", f"{first}.trainingLastEndDate"),
        ("period-order", "CertificateValidityEndDate-014", f"{first}.certificateValidityEndDate"),
        ("period-order", "TrainingEndDate-014", f"{inside}.trainingEndDate"),
        ("envelope", "TrainingFirstStartDate-399", f"{first}.trainingFirstStartDate"),
        ("envelope", "TrainingLastEndDate-400", f"{first}.trainingLastEndDate"),
        ("year-of-start", "TrainingFirstStartDate-021", f"{first}.trainingFirstStartDate"),
        ("admitted-characters", "TrainingReferenceNbr-003", f"{first}.trainingReferenceNbr"),
    ]
    assert len(expected) >= 25
    assert b.ids(declaration) == expected
    assert {each.company_id for each in b.found(declaration)} == {"123"}
    assert {each.inss for each in b.found(declaration)} == {"81511716526"}


@given(VALID)
def test_valid_declarations_have_no_blocking_anomaly(declaration: Declaration) -> None:
    assert [each for each in b.found(declaration) if each.blocks] == []


@given(ANYTHING)
def test_no_rule_ever_raises_or_changes_anything(declaration: Declaration) -> None:
    before = declaration.model_dump()
    for anomaly in b.found(declaration):
        assert all(anomaly.label.to_json().values())
        assert all(anomaly.advice.to_json().values())
        assert _at(declaration, anomaly)
    assert declaration.model_dump() == before


def _at(declaration: Declaration, anomaly: Anomaly) -> bool:
    """The path of an anomaly leads to a place of the declaration."""
    place: object = declaration.model_dump(by_alias=True)
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", anomaly.path or ""):
        if name:
            assert isinstance(place, dict)
            place = place[name]
        else:
            assert isinstance(place, tuple | list)
            place = place[int(index)]
    return True


@given(ANYTHING)
def test_the_same_declaration_gives_the_same_anomalies(declaration: Declaration) -> None:
    assert b.found(declaration) == b.found(declaration.model_copy(deep=True))


@dataclass(frozen=True)
class Rows:
    """An origin that knows the row of each training."""

    def source_of(self, path: ZonePath) -> Source:
        row = path[1] if len(path) > 1 and isinstance(path[1], int) else None
        return Source("trainings.csv", row, str(path[-1]))


def test_each_anomaly_carries_the_place_that_its_value_came_from() -> None:
    declaration = b.trainings(
        b.training(scope=7), b.training(training_sequence_nbr=2, training_denomination="x")
    )
    found = rules.check(Entry(declaration, Rows()), b.CONTEXT)
    assert [each.source for each in found] == [
        Source("trainings.csv", 0, "scope"),
        Source("trainings.csv", 1, "trainingDenomination"),
    ]


def test_what_the_reader_found_comes_first_and_stays() -> None:
    read = Anomaly("B", "TrainingHours-002", rule="not-a-number")
    entry = Entry(b.trainings(b.training(scope=7)), anomalies=(read,))
    assert rules.check(entry, b.CONTEXT)[0] is read
    assert len(rules.check(entry, b.CONTEXT)) == 2


class TestUnreadable:
    """A value that was there and could not be read is not called missing as well."""

    def found(self, declaration: Declaration, *unreadable: ZonePath) -> list[str]:
        entry = Entry(declaration, unreadable=frozenset(unreadable))
        return [each.error_id for each in rules.check(entry, b.CONTEXT)]

    def test_a_zone(self) -> None:
        declaration = b.trainings(b.training(scope=None))
        assert self.found(declaration) == ["Scope-001"]
        assert self.found(declaration, ("trainings", 0, "scope")) == []
        assert self.found(declaration, ("trainings", 1, "scope")) == ["Scope-001"]

    def test_a_warning(self) -> None:
        declaration = b.trainings(b.training(b.period(training_status=None)))
        path: ZonePath = ("trainings", 0, "detailsPerPeriod", 0, "trainingStatus")
        assert self.found(declaration) == ["TrainingStatus-001"]
        assert self.found(declaration, path) == []

    @pytest.mark.parametrize("name", ["trainingDays", "trainingHours"])
    def test_days_or_hours(self, name: str) -> None:
        declaration = b.trainings(b.training(b.period(training_hours=None)))
        path: ZonePath = ("trainings", 0, "detailsPerPeriod", 0)
        assert self.found(declaration) == ["TrainingHours-001"]
        assert self.found(declaration, (*path, name)) == []
        assert self.found(declaration, (*path, "trainingType")) == ["TrainingHours-001"]

    def test_both_days_and_hours_is_still_said_when_another_zone_is_unreadable(self) -> None:
        declaration = b.trainings(b.training(b.period(training_days=50, training_hours=100)))
        path: ZonePath = ("trainings", 0, "detailsPerPeriod", 0, "trainingPlace")
        assert self.found(declaration, path) == ["TrainingDays-005"]

    def test_a_whole_block(self) -> None:
        declaration = b.trainings(employer=Employer())
        assert self.found(declaration) == ["CompanyID-001"]
        assert self.found(declaration, ("employer",)) == []

    def test_an_empty_photo_is_not_announced_when_its_trainings_could_not_be_read(self) -> None:
        declaration = b.trainings(trainings=())
        assert self.found(declaration) == ["Trainings-000"]
        assert self.found(declaration, ("trainings",)) == []


def test_labels_begin_like_the_platforms() -> None:
    (anomaly,) = b.found(b.trainings(b.training(scope=None)))
    assert anomaly.label == Labels(
        "Within the FLA's scope - Missing: this zone is mandatory",
        "Champ d'application du FLA - Absent : cette zone est obligatoire",
        "Toepassingsgebied van de FLA - Ontbreekt: deze zone is verplicht",
    )
    assert anomaly.advice.en == "Fill in Within the FLA's scope."
    (told,) = b.found(b.trainings(trainings=()))
    assert (told.label.en or "").startswith("Trainings: a declaration without trainings")


# --- texts and the document


def _strings_of(package: str) -> Iterator[str]:
    for path in sorted((PACKAGE / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _texts() -> dict[str, Any]:
    text = (PACKAGE / "vocabulary" / "catalogue" / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def test_every_text_is_used() -> None:
    assert set(_texts()) <= set(_strings_of("rules"))


@pytest.mark.parametrize("key", sorted(_texts()))
def test_every_text_stands_in_three_languages_with_the_same_parameters(key: str) -> None:
    for part in ("says", "advice"):
        texts = _texts()[key][part]
        assert sorted(texts) == ["en", "fr", "nl"]
        named = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in texts.values()
        ]
        assert named[0] == named[1] == named[2]
        assert len(set(texts.values())) == 3


def test_every_meaning_that_the_rules_use_is_known() -> None:
    codes = {text for text in _strings_of("rules") if re.fullmatch(r"[0-9]{3}", text)}
    assert codes > {"001", "003", "008", "093"}
    assert {code for code in codes if catalogue.meaning(code) is None} == {"000"}


def test_names_of_rules_are_stable_words() -> None:
    names = Counter(rule.name for rule in RULES)
    assert max(names.values()) == 1
    assert all(rule.find.__doc__ for rule in RULES)


def test_paths_read_as_the_manual_prints_them() -> None:
    assert path_text(()) == ""
    assert path_text(("employer", "companyId")) == "employer.companyId"
