"""What a draft recognises without being told: patterns, codes, references, what is around forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.conformity import ProfileVerdict, examined
from fla_batch.message.draft_text import draft_profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter, number_of
from fla_batch.message.which_message import shape_of
from tests.message.test_shapes import holds, message
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


_STAMPS = re.compile(r'<xs:element ref="FormCreationDate"/>\s*<xs:element ref="FormCreationHour"/>')
_TEXT_OF_HOURS = re.compile(
    r'(<xs:element name="TrainingHours">.*?)<xs:simpleType>.*?</xs:simpleType>', re.DOTALL
)
_HOURS_WITH_UNIT = (
    r'\1<xs:complexType><xs:simpleContent><xs:extension base="HoursType">'
    '<xs:attribute name="unit" use="required"><xs:simpleType><xs:restriction base="xs:string">'
    '<xs:enumeration value="H"/></xs:restriction></xs:simpleType></xs:attribute>'
    "</xs:extension></xs:simpleContent></xs:complexType>"
)
_HOURS_TYPE = (
    '<xs:simpleType name="HoursType"><xs:restriction base="xs:decimal">'
    '<xs:fractionDigits value="2"/><xs:minInclusive value="0"/><xs:maxInclusive value="15600"/>'
    "</xs:restriction></xs:simpleType></xs:schema>"
)


def _one_instant(text: str) -> str:
    return _STAMPS.sub('<xs:element name="FormCreationTimestamp" type="xs:dateTime"/>', text, 1)


def _instant_in_attribute(text: str) -> str:
    text = _STAMPS.sub("", text, 1)
    kind = re.search(r'<xs:complexType name="FormType">.*?</xs:complexType>', text, re.DOTALL)
    assert kind is not None
    attribute = '<xs:attribute name="created" type="xs:dateTime" use="required"/>'
    made = kind[0].replace("</xs:complexType>", f"{attribute}</xs:complexType>")
    return text.replace(kind[0], made)


def _reference_of_flxwage(text: str) -> str:
    for zone, code in (("ReferenceType", "10"), ("ReferenceOrigin", "8")):
        only = (
            f'<xs:restriction base="xs:integer"><xs:enumeration value="{code}"/></xs:restriction>'
        )
        one = rf'(<xs:element name="{zone}">.*?)<xs:restriction.*?</xs:restriction>'
        text = re.sub(one, rf"\1{only}", text, count=1, flags=re.DOTALL)
    return text


def _unit_in_attribute(text: str) -> str:
    text = _TEXT_OF_HOURS.sub(_HOURS_WITH_UNIT, text, 1)
    return text.replace("</xs:schema>", _HOURS_TYPE)


INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"


def _dates_with_zone(text: str) -> str:
    one = r'(<xs:element name="Training(?:Start|End)Date">.*?)<xs:pattern[^>]*>'
    return re.sub(
        one, r'\1<xs:pattern value=".{10}(Z|[+\-]\\d{2}:\\d{2})"/>', text, flags=re.DOTALL
    )


@pytest.mark.parametrize(
    ("edit", "written"),
    [
        (_one_instant, f"<FormCreationTimestamp>{INSTANT}</FormCreationTimestamp>"),
        (_instant_in_attribute, f'<Form created="{INSTANT}">'),
        (_reference_of_flxwage, r"<ReferenceType>10</ReferenceType><ReferenceOrigin>8<"),
        (_dates_with_zone, r"<TrainingStartDate>\d{4}-\d\d-\d\dZ</TrainingStartDate>"),
        (_unit_in_attribute, r'<TrainingHours unit="H">\d+\.\d\d</TrainingHours>'),
    ],
)
def test_what_the_xsd_leaves_no_choice_of_needs_no_edit(
    edit: Callable[[str], str], written: str, tmp_path: Path
) -> None:
    schemas = received([BY_NAME["training-998"]], tmp_path / "received")
    text = edit(schemas[0].read_text(encoding="utf-8").replace("998", "999"))
    schemas[0].write_text(text, encoding="utf-8")
    made = draft_profile(schemas, None, tmp_path / "mine")
    assert made.limits == ("questions",)
    profile = load(made.folder)
    found = examined(profile)
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]
    holds(profile, tmp_path)
    path, _ = message(profile, profile.declaration, tmp_path)
    assert re.search(written, re.sub(r">\s+<", "><", path.read_text(encoding="utf-8")))
