"""Meanings, zone labels and texts."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import fla_batch
from fla_batch.message.profile import BLOCK_MODELS
from fla_batch.models.zone import zones_of
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Labels
from tests import builders as b

FOLDER = Path(fla_batch.__file__).parent / "vocabulary" / "catalogue"


def rows(name: str) -> list[dict[str, str]]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


@pytest.mark.parametrize("name", ["zones.csv", "meanings.csv"])
def test_every_row_is_whole(name: str) -> None:
    for row in rows(name):
        assert all(value and value == value.strip() for value in row.values()), row


def test_meanings_are_three_digits_once() -> None:
    codes = [row["code"] for row in rows("meanings.csv")]
    assert all(re.fullmatch("[0-9]{3}", code) for code in codes)
    assert len(codes) == len(set(codes)) > 90


def test_zone_numbers_fit_an_error_id_of_nine_characters() -> None:
    for row in rows("zones.csv"):
        assert len(f"{row['number']}-000") <= 9


def test_zones_and_numbers_are_unique() -> None:
    labels = [row["label"] for row in rows("zones.csv")]
    assert len(labels) == len(set(labels))
    # The platform's number of the training rights stands as a label of its own too.
    numbers = [row["number"] for row in rows("zones.csv") if row["label"] != "FLA04"]
    assert len(numbers) == len(set(numbers))


def test_the_platforms_own_numbers() -> None:
    assert catalogue.zone_number("CompanyID") == "00014"
    assert catalogue.zone_number("INSS") == "00024"
    assert catalogue.zone_number("NOSSRegistrationNbr") == "00011"
    assert catalogue.zone_number("TrainingRights") == "FLA04"
    assert catalogue.zone_number("Unheard") == "FLA00"


def test_a_number_leads_back_to_its_zone() -> None:
    for row in rows("zones.csv"):
        if row["label"] != "FLA04":
            assert catalogue.zone_of_number(row["number"]) == row["label"]
    assert catalogue.zone_of_number("99999") is None


def test_every_zone_of_a_declaration_has_a_name_for_people() -> None:
    known = {row["label"] for row in rows("zones.csv")}
    labels = {
        zone.label
        for name, models in BLOCK_MODELS.items()
        for model in models
        for zone in zones_of(model).values()
        if name != "Reference"
    }
    assert labels <= known
    assert catalogue.zone_label("Unheard") == Labels("Unheard", "Unheard", "Unheard")


def test_labels_of_error_ids() -> None:
    assert (
        catalogue.label_of("00014-017").en
        == "Company number - Employer not in the employers' directory"
    )
    assert (
        catalogue.label_of("TrainingHours-008").nl
        == "Opleidingsuren - Buiten het toegelaten bereik"
    )
    for unknown in ("XYZ-999", "017", "", "-017", "00014-"):
        assert catalogue.label_of(unknown) == Labels()
    assert catalogue.label_of("XYZ-001").en == "XYZ - Missing"


def test_a_text_spells_zones_and_labels_in_its_language() -> None:
    says = catalogue.rule_text("missing", "advice", {"zone": "Scope"})
    assert says == Labels(
        "Fill in Within the FLA's scope.",
        "Complétez : Champ d'application du FLA.",
        "Vul in: Toepassingsgebied van de FLA.",
    )
    parameters = {"shown": Labels("a", "b", "c"), "codes": "1"}
    assert "a is not" in (catalogue.rule_text("code", "says", parameters).en or "")
    assert "c is geen" in (catalogue.rule_text("code", "says", parameters).nl or "")


def test_a_value_of_the_user_is_never_taken_for_more_than_text() -> None:
    for value in ("@Scope", "{zone}", "%s", "{0.__class__}"):
        says = catalogue.rule_text("pattern", "says", {"shown": value, "form": "CCC"})
        assert f"“{value}”" in (says.en or "")


def test_a_text_that_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue.rule_text("unheard-of", "says", {})


def test_french_uses_its_own_colon() -> None:
    (anomaly,) = b.found(b.trainings(b.training(scope=9)))
    assert " : 9 n'est pas" in (anomaly.label.fr or "")
    assert ": 9 is geen" in (anomaly.label.nl or "")


@pytest.mark.parametrize("name", ["Status200_warnings.json", "Status400_blocking.json"])
def test_labels_are_those_that_the_manual_prints(name: str) -> None:
    path = Path(__file__).parents[1] / "manual" / name
    for printed in json.loads(path.read_text(encoding="utf-8"))["anomalies"]:
        ours = catalogue.label_of(printed["errorId"])
        # The manual has a typographic apostrophe; the portal's admitted characters do not.
        assert ours.fr == printed["label"]["fr"].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        assert ours.nl == printed["label"]["nl"]
