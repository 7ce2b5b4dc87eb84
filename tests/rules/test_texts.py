"""Characters of free text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from lxml import etree

from fla_batch.rules.characters import ADMITTED
from tests import builders as b
from tests.official import official

TEXTS = ("training_denomination", "training_reference_nbr", "training_organiser_name")


def rules_of(text: str) -> list[tuple[str, str]]:
    return [
        (each.rule or "", each.anomaly_class)
        for each in b.found(b.trainings(b.training(training_denomination=text)))
    ]


@pytest.mark.official
def test_admitted_characters_are_those_of_the_official_annex_in_either_case() -> None:
    """Its hexadecimal column is of an old code page, so the characters themselves count."""
    annex = etree.parse(official("samples/AdmittedCharacters_2017-1_24.xml"))
    listed = {
        " " if text == "space" else unicodedata.normalize("NFC", text)
        for element in annex.iterfind(".//char")
        if (text := element.text)
    }
    assert all(len(character) == 1 for character in listed)
    in_either_case = {
        form for character in listed for form in (character, character.upper(), character.lower())
    }
    assert in_either_case == ADMITTED


def test_every_admitted_character_passes() -> None:
    text = "".join(sorted(ADMITTED))
    assert rules_of(f"abc{text}") == []


@pytest.mark.parametrize(
    "character", ["€", "œ", "’", "“", "<", "&", '"', ";", "!", "\n", "\t", "日"]
)
def test_others_are_a_warning(character: str) -> None:
    assert rules_of(f"abc{character}") == [("admitted-characters", "W")]


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_carry_blocks(character: str) -> None:
    assert rules_of(f"abc{character}") == [("xml-characters", "B")]


def test_a_text_may_have_both() -> None:
    assert rules_of("abc€\x00") == [("xml-characters", "B"), ("admitted-characters", "W")]


def test_odd_characters_are_spelled_out_once_each() -> None:
    (anomaly,) = b.found(b.trainings(b.training(training_denomination="5€ + 5€\t ’")))
    assert re.search(r"characters: U\+0009 ’ €$", anomaly.label.en or "")


def test_all_free_texts_are_looked_at() -> None:
    declaration = b.trainings(
        b.training(b.period(additional_information="€"), **dict.fromkeys(TEXTS, "abc€"))
    )
    assert [path for _, _, path in b.ids(declaration)] == [
        "trainings[0].trainingDenomination",
        "trainings[0].trainingReferenceNbr",
        "trainings[0].trainingOrganiserName",
        "trainings[0].detailsPerPeriod[0].additionalInformation",
    ]
    registry = b.rights(b.legal(working_regulations_registry_nbr="€"))
    assert [path for _, _, path in b.ids(registry)] == [
        "trainingRights.legalFlaRight.workingRegulationsRegistryNbr"
    ]
