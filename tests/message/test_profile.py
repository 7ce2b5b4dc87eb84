"""Loading a profile: a broken binding is one clear sentence, never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fla_batch.message import available, load
from fla_batch.vocabulary.errors import ConfigurationMistake, ProfileMistake
from fla_batch.vocabulary.terms import FormKind
from tests.message.profiles import OTHER, SHIPPED

SCOPE = '    { element = "Scope", field = "scope" },\n    { element = "DetailsPerPeriod"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped profile, to be broken."""
    return shutil.copytree(SHIPPED, tmp_path / "mine")


def edit(folder: Path, old: str, new: str) -> Path:
    path = folder / "binding.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[blocks]", "[blokken]", r"mine/binding.toml has no table \[blocks\]"),
        ("[profile]", "[profil]", r"has no table \[profile\]"),
        ('application = "FLAD"', "", r"lacks the text application in \[profile\]"),
        ('application = "FLAD"', "application = 4", r"lacks the text application in \[profile\]"),
        ('root = "FLA"', "", r"lacks the text root in \[declaration\]"),
        ('schema = "FLA_20251.xsd"', 'schema = "gone.xsd"', "mine has no file gone.xsd"),
        ('schema = "FLA_20251.xsd"', 'schema = "../x.xsd"', "mine has no file x.xsd"),
        ('askCredit = "FLA101"', 'askMoney = "FLA101"', "do not exist: askMoney"),
        ('askCredit = "FLA101"', "askCredit = 101", r"lacks the text askCredit"),
        ("Employer = [", "Employers = [", "the binding has no layout for block Employer"),
        ("EmployeeYear = [", "[never]\nx = [", "no layout for block"),
        ('{ element = "INSS"', '{ elment = "INSS"', "unknown: elment"),
        (', field = "inss" }', " }", "either a field or a constant"),
        (
            ', field = "inss" }',
            ', field = "inss", constant = "1" }',
            "either a field or a constant",
        ),
        ('element = "INSS"', 'element = "IN SS"', "no name of an element"),
        ('element = "INSS"', 'element = "a//b"', "no name of an element"),
        ('field = "inss"', 'field = "niss"', "the models have no field niss"),
        ('only = ["trainingRights"]', 'only = ["rights"]', "'rights' is not a valid FormKind"),
        (
            'block = "Employer"',
            'block = "Employers"',
            "holds Employer, and the binding says Employers",
        ),
        (', block = "Employer" }', " }", "holds Employer, and the binding says nothing"),
        ('field = "inss" }', 'field = "inss", block = "Employer" }', "holds no block"),
        ('field = "inss" }', 'field = "inss", format = "hex" }', "names a format 'hex'"),
        ('field = "inss" }', 'field = "inss", format = "integer" }', "integer does not fit inss"),
        ('field = "inss" }', 'field = "inss", format = "date:%d" }', "does not fit|cannot write"),
        (SCOPE, SCOPE.replace('"Scope"', '"TrainingResult"'), "TrainingResult stands twice"),
        ("Employer = [", "Employer = 3\nX = [", r"no list of entries for Employer in \[blocks\]"),
        ("[blocks]", "[blocks", "is not TOML"),
    ],
)
def test_a_broken_binding(folder: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(ProfileMistake, match=sentence) as caught:
        load(edit(folder, old, new))
    assert "\n" not in str(caught.value).strip()
    assert caught.value.exit_code == 3


def test_a_binding_that_is_no_text(folder: Path) -> None:
    (folder / "binding.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileMistake, match="not TOML"):
        load(folder)


def test_lines_of_one_wrapper_may_stand_anywhere(folder: Path) -> None:
    edit(folder, 'element = "RightType"', 'element = "Trainings/RightType"')
    form = load(folder).declaration.tree.form
    assert [child.name for child in form.children].count("Trainings") == 1


def test_the_namespace_is_that_of_the_xsd(folder: Path) -> None:
    edit(folder, 'namespace = ""', 'namespace = "urn:mine"')
    with pytest.raises(ProfileMistake, match="the XSD says ''"):
        load(folder)


def test_a_mistake_names_its_line(folder: Path) -> None:
    edit(folder, 'field = "inss"', 'field = "niss"')
    text = (folder / "binding.toml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, each in enumerate(text, 1) if '"niss"' in each)
    with pytest.raises(ProfileMistake, match=rf"mine/binding.toml:{line}, Employee, INSS"):
        load(folder)


def test_a_profile_by_name_and_by_folder() -> None:
    assert load("fla-20250131") == load(SHIPPED)
    assert load(OTHER).name == "other"
    assert "fla-20250131" in available()
    assert available(OTHER.parent) == ["attributes", "nested", "other", "per-kind"]


@pytest.mark.parametrize("name", ["unheard-of", "", "/"])
def test_a_profile_that_does_not_exist(name: str) -> None:
    with pytest.raises(ConfigurationMistake) as caught:
        load(name)
    assert "fla-20250131" in caught.value.hint


def test_the_shipped_profile_says_that_it_is_not_official() -> None:
    profile = load("fla-20250131")
    assert not profile.official
    assert "reconstructed" in profile.title


def test_only_what_shapes_a_message_changes_the_fingerprint(folder: Path) -> None:
    before = load(folder).fingerprint
    assert before == load(SHIPPED).fingerprint
    (folder / "SOURCE.md").write_text("another text", encoding="utf-8")
    (folder / ".binding.toml.swp").write_bytes(b"x")
    assert load(folder).fingerprint == before
    edit(folder, "[profile]", "# a remark\n[profile]")
    assert load(folder).fingerprint != before


def test_identifications_lead_back_to_kinds() -> None:
    profile = load("fla-20250131")
    assert profile.kind_of("FLA002") is FormKind.TRAININGS
    assert profile.kind_of("FLA101R") is FormKind.ASK_CREDIT
    assert profile.kind_of("FLA999") is None
    assert profile.kind_of(None) is None
