"""`schema check`: clean profiles are clean, and each kind of difference is found by its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.conformity import Difference, differences
from fla_batch.message.conformity_walk import along_the_tree
from fla_batch.vocabulary.errors import ProfileMistake
from tests.message.profiles import OTHER, PROFILES, SHIPPED


@pytest.mark.parametrize("name", PROFILES)
def test_both_profiles_are_clean(name: str) -> None:
    assert _of(differences(load(PROFILES[name])), name == "shipped") == []


def _of(found: list[Difference], shipped: bool) -> list[Difference]:
    """A zone that came later is not in the profile of the tests, which no user has, and is lost."""
    if shipped or not any(each.kind == "unbound" for each in found):
        return found
    return [each for each in found if each.kind not in ("unbound", "not-the-same")]


def altered(folder: Path, tmp_path: Path, *edits: tuple[str, str, str]) -> list[Difference]:
    """Differences of a copy of the profile in which each (file, old, new) was replaced once."""
    copy = shutil.copytree(folder, tmp_path / "mine")
    for name, old, new in edits:
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text, old
        (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return differences(load(copy))


XSD, BINDING = "FLA_20251.xsd", "binding.toml"
SCOPE_LINE = '    { element = "Scope", field = "scope" },\n    { element = "Details'
SCOPE_REF = '<xs:element ref="Scope"/>'
FORM = "/FLA/Form"
TRAINING = f"{FORM}/Trainings/Training"
BREAKING = [
    (
        "unbound",
        "employee.language",
        [(BINDING, '    { element = "Language", field = "language" },\n', "")],
    ),
    (
        "unknown",
        f"{FORM}/Employee/Tongue",
        [(BINDING, 'element = "Language"', 'element = "Tongue"')],
    ),
    ("unknown", "/Message", [(BINDING, 'root = "FLA"', 'root = "Message"')]),
    ("unknown", "/FLA/Record", [(BINDING, 'form = "Form"', 'form = "Record"')]),
    (
        "never-written",
        f"{TRAINING}/TrainingKey",
        [
            (XSD, SCOPE_REF, '<xs:element name="TrainingKey" type="xs:string"/>' + SCOPE_REF),
        ],
    ),
    (
        "unknown",
        f"{FORM}/Employee/INSS",
        [(XSD, '<xs:element name="Employee" type="EmployeeType">', '<xs:element name="Employee">')],
    ),
    (
        "stricter",
        None,
        [(XSD, r"\d{3}(\.\d{2}){0,2}", r"\d{3}")],
    ),
    (
        "not-the-same",
        FORM,
        [(BINDING, 'field = "scope" }', 'field = "scope", codes = { "1" = "2", "2" = "2" } }')],
    ),
]


@pytest.mark.parametrize(("kind", "path", "edits"), BREAKING)
def test_what_breaks(
    tmp_path: Path, kind: str, path: str | None, edits: list[tuple[str, str, str]]
) -> None:
    found = altered(SHIPPED, tmp_path, *edits)
    hits = [each for each in found if each.kind == kind and path in (None, each.path)]
    assert hits, found
    assert all(each.breaks and each.text for each in hits)


Facet = tuple[str, str, str, tuple[str, str, str]]
FACETS: list[Facet] = [
    (
        "stricter",
        f"{TRAINING}/DetailsPerPeriod/TrainingHours",
        "highest value of TrainingHours: 1.56e+06 in the models, 1000000 in the XSD",
        (XSD, '<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1000000"/>'),
    ),
    (
        "looser",
        f"{TRAINING}/DetailsPerPeriod/TrainingHours",
        "highest value of TrainingHours",
        (XSD, '<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1600000"/>'),
    ),
    (
        "looser",
        f"{TRAINING}/DetailsPerPeriod/TrainingHours",
        "none in the XSD",
        (XSD, '<xs:maxInclusive value="1560000"/>', ""),
    ),
    (
        "stricter",
        f"{FORM}/CalendarYear",
        "lowest value of CalendarYear",
        (XSD, '<xs:minInclusive value="1951"/>', '<xs:minInclusive value="2024"/>'),
    ),
    (
        "stricter",
        f"{TRAINING}/TrainingDenomination",
        "shortest length of TrainingDenomination: 3 in the models, 4 in the XSD",
        (XSD, '<xs:minLength value="3"/>', '<xs:minLength value="4"/>'),
    ),
    (
        "stricter",
        f"{FORM}/Trainings/Training",
        "Training stands at most 999 times in the models, at most 99 times in the XSD",
        (
            XSD,
            'ref="Training" minOccurs="0" maxOccurs="999"',
            'ref="Training" minOccurs="0" maxOccurs="99"',
        ),
    ),
    (
        "looser",
        f"{FORM}/Trainings/Training",
        "any number of times in the XSD",
        (
            XSD,
            'ref="Training" minOccurs="0" maxOccurs="999"',
            'ref="Training" minOccurs="0" maxOccurs="unbounded"',
        ),
    ),
    (
        "stricter",
        f"{FORM}/TrainingRights/LegalFlaRight/JointCommissionNbr",
        "JointCommissionNbr stands at most 10 times in the models, at most 5 times",
        (XSD, 'ref="JointCommissionNbr" maxOccurs="10"', 'ref="JointCommissionNbr" maxOccurs="5"'),
    ),
    (
        "stricter",
        f"{TRAINING}/DetailsPerPeriod/TrainingStatus",
        "TrainingStatus is mandatory in the XSD and optional in the models",
        (XSD, 'ref="TrainingStatus" minOccurs="0"', 'ref="TrainingStatus"'),
    ),
    (
        "stricter",
        f"{FORM}/RightType",
        "code SECTOR of RightType is not in the XSD",
        (XSD, '<xs:enumeration value="SECTOR"/>', ""),
    ),
    (
        "looser",
        f"{FORM}/RightType",
        "code OTHER of RightType is not in the models",
        (
            XSD,
            '<xs:enumeration value="SECTOR"/>',
            '<xs:enumeration value="SECTOR"/><xs:enumeration value="OTHER"/>',
        ),
    ),
]


def batches() -> list[list[Facet]]:
    """Alterations that touch different places go into one copy, which is quicker."""
    found: list[list[Facet]] = []
    for facet in FACETS:
        for batch in found:
            if facet[3][1] not in {each[3][1] for each in batch}:
                batch.append(facet)
                break
        else:
            found.append([facet])
    return found


@pytest.mark.parametrize("batch", batches())
def test_what_is_only_stricter_or_looser(tmp_path: Path, batch: list[Facet]) -> None:
    found = altered(SHIPPED, tmp_path, *(edit for *_, edit in batch))
    assert not [each for each in found if each.breaks and each.kind != "stricter"], found
    said = {(each.kind, each.path): each.text for each in found}
    assert said.keys() == {(kind, path) for kind, path, _, _ in batch}
    for kind, path, text, _ in batch:
        assert text in said[kind, path]


def test_the_order_is_read_from_the_xsd(tmp_path: Path) -> None:
    behind = '<xs:element ref="TrainingProviderReference" minOccurs="0"/>'
    assert altered(SHIPPED, tmp_path, (XSD, SCOPE_REF, ""), (XSD, behind, behind + SCOPE_REF)) == []


def test_a_stricter_facet_explains_the_samples_that_it_refuses(tmp_path: Path) -> None:
    edit = (XSD, '<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1000000"/>')
    assert [each.kind for each in altered(SHIPPED, tmp_path, edit)] == ["stricter"]


def test_decimals_are_compared_in_their_own_unit(tmp_path: Path) -> None:
    edit = ("other.xsd", '<xs:maxInclusive value="15600"/>', '<xs:maxInclusive value="1560"/>')
    (found,) = _of(altered(OTHER, tmp_path, edit), shipped=False)
    assert found.text == "highest value of hours: 15600 in the models, 1560 in the XSD"


def test_answers_are_compared_too(tmp_path: Path) -> None:
    edit = (
        "FLAAnswer_20251.xsd",
        '<xs:element ref="EmployeeYear"',
        '<xs:element name="Person" type="EmployeeYearType"',
    )
    found = altered(SHIPPED, tmp_path, edit)
    assert ("unknown", "/FLAAnswer/Form/EmployeeYear") in {(each.kind, each.path) for each in found}


@pytest.mark.parametrize("content", ["", "<a", "<a/>"])
def test_an_xsd_that_cannot_be_compiled_is_one_clear_error(tmp_path: Path, content: str) -> None:
    copy = shutil.copytree(SHIPPED, tmp_path / "mine")
    (copy / XSD).write_text(content, encoding="utf-8")
    with pytest.raises(ProfileMistake, match=r"FLA_20251.xsd:\d+ is not an XSD"):
        differences(load(copy))


def test_an_xsd_that_only_one_engine_takes_is_one_clear_error(tmp_path: Path) -> None:
    edit = (XSD, r"\d{3}(\.\d{2}){0,2}", r"\p{IsUnheardOf}")
    with pytest.raises(ProfileMistake, match="xmlschema does not take FLA_20251"):
        altered(SHIPPED, tmp_path, edit)


def test_an_xsd_with_a_dangling_reference_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ProfileMistake, match=r"FLA_20251.xsd:\d+ is not an XSD"):
        altered(SHIPPED, tmp_path, (XSD, SCOPE_REF, '<xs:element ref="Scopes"/>'))


def test_a_constant_that_the_schema_asks_for(tmp_path: Path) -> None:
    """An element that the models do not have can be written without a line of Python."""
    element = '<xs:element name="Layout" type="xs:integer"/>'
    schema = (XSD, '<xs:element ref="Employer"/>', element + '<xs:element ref="Employer"/>')
    line = '    { element = "Employer", field = "employer", block = "Employer" },\n'
    without = altered(SHIPPED, tmp_path, schema)
    assert without[0].kind == "never-written"
    shutil.rmtree(tmp_path / "mine")
    constant = (BINDING, line, '    { element = "Layout", constant = "2" },\n' + line)
    assert altered(SHIPPED, tmp_path, schema, constant) == []


@pytest.mark.parametrize(
    ("folder", "name", "old", "new", "said"),
    [
        (
            SHIPPED,
            XSD,
            '<xs:element ref="Employee" minOccurs="0"/>',
            '<xs:element ref="Employee" minOccurs="0" maxOccurs="unbounded"/>',
            [f"{FORM}/Employee"],
        ),
        (SHIPPED, XSD, "</xs:schema>", "</xs:schema>", []),
        (
            OTHER.parent / "nested",
            "FlaWage.xsd",
            'name="Beneficiary" type="BeneficiaryType"',
            'name="Beneficiary" type="BeneficiaryType" maxOccurs="unbounded"',
            [],  # with a reference for each of them
        ),
    ],
)
def test_several_workers_in_a_form_without_a_reference_each_are_told(
    tmp_path: Path, folder: Path, name: str, old: str, new: str, said: list[str]
) -> None:
    copy = shutil.copytree(folder, tmp_path / "mine")
    text = (
        (copy / name).read_text(encoding="utf-8").replace("../../../schemas", str(SHIPPED.parent))
    )
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    profile = load(copy)
    found = [each for each in along_the_tree(profile, profile.declaration) if not each.breaks]
    assert [each.path for each in found if each.kind == "one-worker-per-form"] == said
