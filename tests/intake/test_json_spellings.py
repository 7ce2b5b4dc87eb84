"""JSON as others write it: both spellings, null for absent blocks, answers, missing numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fla_batch.intake import read_inputs
from fla_batch.models import Declaration, Entry, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, json_name, zones_of
from fla_batch.rules import check
from fla_batch.vocabulary.findings import Anomaly
from tests import builders as b
from tests.sound import SOUND

MANUAL = Path(__file__).parents[1] / "manual"


def entries(folder: Path, document: object) -> list[Entry | Anomaly]:
    path = folder / "input.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return list(read_inputs([path]))


def declared(folder: Path, document: object) -> list[Declaration]:
    found = entries(folder, document)
    assert all(isinstance(each, Entry) and not each.anomalies for each in found), found
    return [each.declaration for each in found if isinstance(each, Entry)]


def told(folder: Path, document: object) -> list[str]:
    """Error ids of everything that blocks."""
    found: list[Anomaly] = []
    for each in entries(folder, document):
        found += check(each, b.CONTEXT) if isinstance(each, Entry) else [each]
    return [each.error_id for each in found if each.blocks]


def as_in_the_tables(model: type[Block], values: dict[str, Any]) -> dict[str, Any]:
    """Every name under the label that the manual's tables print."""
    spelled: dict[str, Any] = {}
    for field, zone in zones_of(model).items():
        if json_name(model, field) in values:
            spelled[zone.label] = values[json_name(model, field)]
    for field, block in blocks_of(model).items():
        name = json_name(model, field)
        if name in values:
            inner = values[name]
            spelled[name[0].upper() + name[1:]] = (
                [as_in_the_tables(block, each) for each in inner]
                if isinstance(inner, list)
                else as_in_the_tables(block, inner)
            )
    return spelled


@pytest.mark.parametrize("kind", SOUND)
def test_every_zone_is_read_under_both_spellings(kind: Any, tmp_path: Path) -> None:
    sound = SOUND[kind](1)
    document = as_in_the_tables(type(sound), sound.to_json())
    assert "CalendarYear" in document
    assert declared(tmp_path, document) == [sound]
    assert declared(tmp_path, {"flaDataDeclaration": document}) == [sound]


def test_both_spellings_at_once_are_a_field_twice(tmp_path: Path) -> None:
    document = SOUND[b.trainings().kind](1).to_json() | {"CalendarYear": 2023}
    assert "FLA-006" in told(tmp_path, document)


def test_null_for_a_block_is_its_absence(tmp_path: Path) -> None:
    rights = b.rights(sectors=(b.sector(),))
    document = rights.to_json()
    document["trainingRights"] |= {"legalFlaRight": None, "complementaryEmployerRight": None}
    assert declared(tmp_path, document) == [rights]
    trainings = b.trainings().to_json()
    trainings["trainings"][0]["trainingProviderReference"] = None
    assert declared(tmp_path, trainings | {"trainingRights": None}) == [b.trainings()]


@pytest.mark.parametrize("name", ["trainings", "trainingRights"])
def test_null_for_a_whole_photo_deletes_nothing(name: str, tmp_path: Path) -> None:
    document = {**b.trainings().to_json(), name: None}
    if name == "trainingRights":
        del document["trainings"]
    assert told(tmp_path, document)


def test_trainings_without_numbers_get_the_smallest_free_ones(tmp_path: Path) -> None:
    document = SOUND[b.trainings().kind](1).to_json()
    del document["trainings"][0]["trainingSequenceNbr"]
    del document["trainings"][2]["trainingSequenceNbr"]
    (declaration,) = declared(tmp_path, document)
    assert isinstance(declaration, TrainingsDeclaration)
    assert [each.training_sequence_nbr for each in declaration.trainings] == [1, 2, 3]
    document["trainings"][0]["trainingSequenceNbr"] = "x"
    assert told(tmp_path, document) == ["TrainingSequenceNbr-002"]


@pytest.mark.parametrize("name", ["GetTraining_output.json", "GetTrainingRight_output.json"])
def test_the_manuals_get_examples_are_input(name: str) -> None:
    (entry,) = read_inputs([MANUAL / name])
    assert isinstance(entry, Entry)
    assert [each for each in check(entry, b.CONTEXT) if each.blocks] == []


def test_what_ask_prints_is_input(tmp_path: Path) -> None:
    answers = [{"flaDataDeclaration": SOUND[kind](1).to_json(), "anomalies": []} for kind in SOUND]
    found = declared(tmp_path, {"batches": [], "answers": answers})
    assert found == [SOUND[kind](1) for kind in SOUND]


@pytest.mark.parametrize("hours", ["38,00", "38.00", "38,0", "7:36", 38.5])
def test_hours_as_text_38_comma_00_are_never_38_hundredths(hours: object, tmp_path: Path) -> None:
    document = b.rights(sectors=(b.sector(),)).to_json()
    right = document["trainingRights"]["complementarySectorRight"][0]
    right["complementarySectorRightHours"] = hours
    assert told(tmp_path, document)[0].startswith("ComplementarySectorRightHours-")


def test_provider_id_in_two_trainings(tmp_path: Path) -> None:
    reference = b.provider_reference()
    first, second = (
        b.training(
            training_sequence_nbr=number,
            training_denomination=f"Training {number}",
            training_provider_reference=reference,
        )
        for number in (1, 2)
    )
    assert told(tmp_path, b.trainings(first, second).to_json()) == ["ProviderTrainingId-006"]


def test_sector_right_of_one_commission_twice(tmp_path: Path) -> None:
    twice = b.rights(sectors=(b.sector(), b.sector()))
    assert told(tmp_path, twice.to_json()) == ["ComplementarySectorRight-006"]
