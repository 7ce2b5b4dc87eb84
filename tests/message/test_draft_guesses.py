"""What a draft recognises without being told: patterns, codes, references, what is around forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.conformity import ProfileVerdict, examined
from fla_batch.message.draft_text import draft_profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter, number_of
from fla_batch.message.which_message import shape_of
from tests.message.test_shapes import message
from tests.message.test_verdicts import received
from tests.message.verdict_witness import without_limits
from tests.message.xsd_constructs import CONSTRUCTS, KINDS_APART, Construct

BY_NAME = {each.name: each for each in CONSTRUCTS}
REFERENCES = ["uuid", "36", "exactly-64", "ID", "name", "small-letters", "at-most-16"]
REACHED = [
    "JointCommissionNbr:seven-digits",
    "INSS:dotted",
    "CompanyID:dotted",
    "TrainingLeadingToCertificate:ja-neen",
    "TrainingResult:two-digits",
    "Language:letters",
    "forms-header-fixed",
    "forms-header-code",
    "forms-trailer",
    "root-attribute-fixed",
    "root-attribute-code",
    "hours-unit-attribute",
    "small-letters",
    "training-wrapped",
    "training-wrapped-in-list",
    "amounts-unit-beside",
    "amounts-unit-attribute",
    "legal-unit-attribute-fixed",
    "JointCommissionNbr:list",
    "TrainingResult:union",
    "TrainingResult:short-words",
    *(f"ReferenceNbr:{name}" for name in REFERENCES),
]


@pytest.mark.parametrize("name", REACHED)
def test_a_draft_alone_is_clean(name: str, tmp_path: Path) -> None:
    schemas = received([BY_NAME[name]], tmp_path / "received")
    profile = load(draft_profile(schemas, None, tmp_path / "mine").folder)
    found = examined(without_limits(profile))
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]
    form = reference_form(profile.declaration)
    made = [form("RUN0RUN0AB" + counter(number)) for number in (1, 2, 70_000)]
    assert len(set(made)) == len(made)
    assert [number_of(each) for each in made] == [1, 2, 70_000]


@pytest.mark.parametrize("construct", KINDS_APART, ids=lambda each: each.name)
def test_kinds_that_share_an_xsd_and_no_worker_are_messages_of_their_own(
    construct: Construct, tmp_path: Path
) -> None:
    schemas = received([construct], tmp_path / "received")
    profile = load(draft_profile(schemas, None, tmp_path / "mine").folder)
    found = examined(without_limits(profile))
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]
    assert len(profile.messages) == 2
    for shape in profile.messages:
        path, forms = message(profile, shape, tmp_path)
        assert forms
        assert shape_of(path, profile) is shape


DUTCH = {
    "Employer": "Werkgever", "CompanyID": "Ondernemingsnummer", "Employee": "Werknemer",
    "INSS": "INSZ", "Language": "Taal", "CalendarYear": "Kalenderjaar",
    "RefHoursInWorkingDay": "ReferentieUrenPerWerkdag", "Trainings": "Opleidingen",
    "Training": "Opleiding", "TrainingSequenceNbr": "Volgnummer",
    "TrainingDenomination": "BenamingOpleiding", "TrainingFirstStartDate": "EersteBegindatum",
    "TrainingLastEndDate": "LaatsteEinddatum", "TrainingResult": "ResultaatOpleiding",
    "TrainingDays": "Opleidingsdagen", "TrainingHours": "Opleidingsuren",
    "Scope": "Toepassingsgebied", "DetailsPerPeriod": "DetailsPerPeriode",
}  # fmt: skip
FRENCH = {
    "Employer": "Employeur", "CompanyID": "NumeroEntreprise", "Employee": "Travailleur",
    "INSS": "NISS", "Language": "Langue", "CalendarYear": "AnneeCivile",
    "RefHoursInWorkingDay": "HeuresReferenceJourTravail", "Trainings": "Formations",
    "Training": "Formation", "TrainingSequenceNbr": "NumeroSequence",
    "TrainingDenomination": "DenominationFormation", "TrainingFirstStartDate": "PremiereDateDebut",
    "TrainingLastEndDate": "DerniereDateFin", "TrainingResult": "ResultatFormation",
    "TrainingDays": "JoursFormation", "TrainingHours": "HeuresFormation",
    "Scope": "ChampApplication", "DetailsPerPeriod": "DetailsParPeriode",
}  # fmt: skip


@pytest.mark.parametrize("labels", [DUTCH, FRENCH], ids=["nl", "fr"])
def test_labels_in_french_and_dutch_are_guessed(labels: dict[str, str], tmp_path: Path) -> None:
    schemas = received([BY_NAME["training-998"]], tmp_path / "received")
    text = schemas[0].read_text(encoding="utf-8").replace("998", "999")
    for ours, theirs in labels.items():
        text = re.sub(rf'(name|ref)="{ours}"', rf'\1="{theirs}"', text)
    schemas[0].write_text(text, encoding="utf-8")
    made = draft_profile(schemas, None, tmp_path / "mine")
    assert made.limits == ("questions",)
    inss = [each for each in made.elements if each.path.endswith(f"/{labels['INSS']}")]
    assert {each.standing for each in inss} == {"guessed"}
    found = examined(load(made.folder))
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]


def test_what_reads_back_different_has_the_line_that_writes_it(tmp_path: Path) -> None:
    schemas = received([BY_NAME["FormCreationHour:seconds"]], tmp_path / "received")
    profile = load(draft_profile(schemas, None, tmp_path / "mine").folder)
    odd = [each for each in examined(profile).differences if each.kind == "not-the-same"]
    assert [each.where.partition(":")[0] for each in odd] == ["mine/binding.toml"]


def test_codes_of_which_the_xsd_lacks_one_are_drafted_all_the_same(tmp_path: Path) -> None:
    schemas = received([BY_NAME["TrainingResult:words-fewer"]], tmp_path / "received")
    profile = load(draft_profile(schemas, None, tmp_path / "mine").folder)
    breaking = [each for each in examined(profile).differences if each.breaks]
    assert {each.name for each in breaking} <= {"trainingResult", "questions"}
    assert any(each.name == "trainingResult" for each in breaking)
