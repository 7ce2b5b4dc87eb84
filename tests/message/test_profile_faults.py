"""A profile that cannot be used is one clear line a cause, and nothing is built with it."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.conformity import Difference, ProfileVerdict, examined
from fla_batch.message.conformity_samples import sample_forms
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.templates import MessageFacts
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.models import Entry
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import FormKind, Language, Verdict
from tests import builders as b
from tests.command_line import CommandLine
from tests.message.profiles import SHIPPED

XSD, BINDING = "FLA_20251.xsd", "binding.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "mine")


def edit(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


INCLUDE = '<xs:import namespace="urn:x" schemaLocation="{}"/>\n\n\t<xs:element name="FLA">'


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://www.w3.org/2001/xml.xsd", r"FLA_20251.xsd:\d+ takes http.* from the network"),
        ("gone.xsd", r"FLA_20251.xsd:\d+ needs gone.xsd, which is not there"),
    ],
)
def test_an_xsd_that_reaches_what_is_not_here(folder: Path, location: str, said: str) -> None:
    edit(folder, XSD, '<xs:element name="FLA">', INCLUDE.format(location))
    with pytest.raises(ProfileMistake, match=said) as caught:
        load(folder)
    assert caught.value.hint


def test_a_payload_that_two_files_declare(folder: Path) -> None:
    shutil.copyfile(folder / XSD, folder / "second.xsd")
    edit(folder, BINDING, f'schema = "{XSD}"', f'schema = "{XSD}"\npayload = "second.xsd"')
    with pytest.raises(ProfileMistake, match="a payload is allowed twice"):
        examined(load(folder))


def test_an_element_that_two_lines_name(folder: Path) -> None:
    line = '    { element = "INSS", field = "inss" },\n    { element = "Language"'
    twice = line.replace('"Language"', '"INSS", field = "language" },\n    { element = "Language"')
    edit(folder, BINDING, line, twice)
    with pytest.raises(ProfileMistake, match=r"mine/binding.toml:\d+, Employee, INSS: INSS stands"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "kind"),
    [
        (BINDING, 'element = "Language"', 'element = "Tongue"', "unknown"),
        (XSD, '<xs:element ref="INSS"/>', "", "unknown"),
        (XSD, 'ref="Training" minOccurs="0" maxOccurs="999"', 'ref="Training"', "fits-once"),
        (BINDING, '    { element = "INSS", field = "inss" },\n', "", "unbound"),
        (BINDING, 'trainings = "FLA002"\n', "", "unbound"),
    ],
)
def test_what_is_faulty_names_its_place(
    folder: Path, name: str, old: str, new: str, kind: str
) -> None:
    found = examined(load(edit(folder, name, old, new)))
    assert found.verdict is ProfileVerdict.FAULTY
    (hit, *_) = [each for each in found.differences if each.kind == kind]
    assert hit.advice
    assert kind == "unbound" or re.match(r"\w[\w/.]*:\d+", hit.where)


def test_a_key_across_forms_is_undecided_until_its_name_is_accepted(folder: Path) -> None:
    unique = (
        '<xs:unique name="references"><xs:selector xpath="Form/Reference"/>'
        '<xs:field xpath="ReferenceNbr"/></xs:unique>'
        '\n\t</xs:element>\n\n\t<xs:element name="Form" '
    )
    edit(folder, XSD, '</xs:element>\n\n\t<xs:element name="Form" ', unique)
    found = examined(load(folder))
    assert found.verdict is ProfileVerdict.UNDECIDED
    assert [each.name for each in found.differences if each.breaks] == ["unique"]
    edit(folder, BINDING, 'version = "1"', 'version = "1"\nundecided = ["unique"]')
    assert examined(load(folder)).verdict is ProfileVerdict.CLEAN


def test_a_dropped_zone_warns_and_a_dropped_block_blocks(folder: Path) -> None:
    edit(folder, XSD, '<xs:element ref="RefHoursInWorkingDay" minOccurs="0"/>', "")
    line = '    { element = "RefHoursInWorkingDay", field = "refHoursInWorkingDay" },\n'
    edit(folder, BINDING, line, "")
    assert examined(load(folder)).verdict is ProfileVerdict.FAULTY
    edit(folder, BINDING, 'version = "1"', 'version = "1"\ndrop = ["refHoursInWorkingDay"]')
    profile = load(folder)
    assert examined(profile).verdict is ProfileVerdict.CLEAN
    limits = ProfileLimits.of(profile)
    assert list(limits.told(Entry(b.trainings()), [])) == []
    with_hours = b.trainings(employee=b.employee(ref_hours_in_working_day=760))
    (warning,) = limits.told(Entry(with_hours), [])
    assert (warning.tag, warning.blocks) == ("RefHoursInWorkingDay", False)


def test_a_value_beyond_a_narrower_type_blocks_its_declaration_alone(folder: Path) -> None:
    edit(folder, XSD, '<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1000"/>')
    edit(folder, BINDING, 'version = "1"', 'version = "1"\nnarrower = ["trainingHours"]')
    profile = load(folder)
    assert examined(profile).verdict is ProfileVerdict.CLEAN
    limits = ProfileLimits.of(profile)
    few = b.trainings(b.training(b.period(training_hours=760)))
    many = b.trainings(b.training(b.period(training_hours=1001)))
    assert list(limits.told(Entry(few), [])) == []
    (found,) = limits.told(Entry(many), [])
    assert found.blocks


def test_nothing_is_built_validated_or_sent_with_a_profile_that_was_not_checked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "fla-batch.toml"
    text = f'[sender]\nnumber = "123456"\nenvironment = "S"\n[profile]\nname = "{folder}"\n'
    config.write_text(text, encoding="utf-8")
    call = CommandLine(capsys, config)
    rows = tmp_path / "rows.csv"
    rows.write_text("companyId;inss;calendarYear\n", encoding="utf-8")
    edit(folder, XSD, '<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1000"/>')
    for arguments in (("build", rows), ("validate", rows)):
        refused = call(*arguments)
        assert refused.code == 3
        assert "was not checked since its files changed" in refused.err
    assert not list(tmp_path.rglob("FI.*"))
    assert call("schema", "check", folder).code == 1
    assert "is faulty, not clean" in call("validate", rows).err


EITHER = (
    '<xs:element ref="TrainingReferenceNbr" minOccurs="0"/>\n\t\t\t'
    '<xs:element ref="TrainingOrganiserName" minOccurs="0"/>'
)
PAIR = (
    '<xs:element ref="CertificateValidityStartDate" minOccurs="0"/>\n\t\t\t'
    '<xs:element ref="CertificateValidityEndDate" minOccurs="0"/>'
)


def in_group(model: str, elements: str) -> str:
    inner = elements.replace(' minOccurs="0"', "")
    return f'<xs:{model} minOccurs="0">{inner}</xs:{model}>'


def test_a_zone_of_an_optional_choice_is_not_mandatory(folder: Path) -> None:
    edit(folder, XSD, EITHER, in_group("choice", EITHER))
    found = examined(load(folder))
    assert [each.kind for each in found.differences if each.breaks] == ["sample-invalid"]
    line = '    { element = "TrainingReferenceNbr", field = "trainingReferenceNbr" },\n'
    edit(folder, BINDING, line, "")
    edit(folder, BINDING, 'version = "1"', 'version = "1"\ndrop = ["trainingReferenceNbr"]')
    assert examined(load(folder)).verdict is ProfileVerdict.CLEAN


def test_zones_that_stand_together_block_only_what_has_one_of_them(folder: Path) -> None:
    edit(folder, XSD, PAIR, in_group("sequence", PAIR))
    found = examined(load(folder))
    broken = [each for each in found.differences if each.breaks]
    assert {each.kind for each in broken} == {"stricter"}
    assert all("stands only together with" in each.text for each in broken)
    names = ", ".join(f'"{each.name}"' for each in broken)
    edit(folder, BINDING, 'version = "1"', f'version = "1"\nnarrower = [{names}]')
    profile = load(folder)
    assert examined(profile).verdict is ProfileVerdict.CLEAN
    limits = ProfileLimits.of(profile)
    day = date(2024, 2, 29)
    both = {"certificate_validity_start_date": day, "certificate_validity_end_date": day}
    one = {"certificate_validity_start_date": day}
    counts = [
        sum(found.blocks for found in limits.told(Entry(b.trainings(b.training(**zones))), []))
        for zones in ({}, both, one)
    ]
    assert counts == [0, 0, 1]


def test_hours_that_must_stand_beside_days_are_a_limit_by_name(folder: Path) -> None:
    choice = re.compile(r'<xs:choice>\s*<xs:element ref="TrainingDays"/>.*?</xs:choice>', re.DOTALL)
    text = (folder / XSD).read_text(encoding="utf-8")
    both = '<xs:element ref="TrainingDays" minOccurs="0"/><xs:element ref="TrainingHours"/>'
    (folder / XSD).write_text(choice.sub(both, text, count=1), encoding="utf-8")
    found = examined(load(folder))
    assert [(each.kind, each.name) for each in found.differences if each.breaks] == [
        ("stricter", "trainingHours")
    ]


def with_assertion(folder: Path, test: str) -> Path:
    end = '<xs:element ref="AdditionalInformation" minOccurs="0"/>\n\t\t</xs:sequence>'
    return edit(folder, XSD, end, f'{end}<xs:assert test="{test}"/>')


def test_an_assertion_is_undecided_and_then_every_file_is_judged_whole(
    folder: Path, tmp_path: Path
) -> None:
    with_assertion(folder, "TrainingStartDate le TrainingEndDate")
    found = examined(load(folder))
    assert found.verdict is ProfileVerdict.UNDECIDED
    assert [each.name for each in found.differences if each.breaks] == ["assert"]
    edit(folder, BINDING, 'version = "1"', 'version = "1"\nundecided = ["assert"]')
    profile = load(folder)
    assert examined(profile).verdict is ProfileVerdict.CLEAN
    shape = profile.shapes[FormKind.TRAININGS]
    forms = list(sample_forms(profile, shape, ProfileLimits.of(profile)))
    path = tmp_path / "message.xml"
    path.write_bytes(
        b"".join(MessageWriter(shape, facts=MessageFacts(date(2025, 3, 1))).message(forms))
    )
    validator = SchemaValidator(profile, shape)
    assert validator.check(path).verdict is Verdict.VALID
    text = path.read_bytes()
    end = re.search(rb"<TrainingEndDate>[^<]*", text)
    assert end
    path.write_bytes(text.replace(end[0], b"<TrainingEndDate>1950-01-01", 1))
    refused = validator.check(path)
    assert refused.verdict is Verdict.INVALID
    assert [(each.tag, each.form > 0) for each in refused.errors] == [("DetailsPerPeriod", True)]


def test_an_assertion_in_an_included_file_that_samples_break_is_faulty(folder: Path) -> None:
    with_assertion(folder, "TrainingStartDate lt TrainingEndDate")
    types = (folder / XSD).read_text(encoding="utf-8")
    cut = types.index("<!-- contents of the blocks -->")
    opened = types[types.index("<xs:schema") : types.index(">", types.index("<xs:schema")) + 1]
    (folder / "types.xsd").write_text(opened + types[cut:], encoding="utf-8")
    include = f'{opened}<xs:include schemaLocation="types.xsd"/>'
    main = types[:cut].replace(opened, include) + "</xs:schema>"
    (folder / XSD).write_text(main, encoding="utf-8")
    found = examined(load(folder))
    assert found.verdict is ProfileVerdict.FAULTY
    assert any("assertion" in each.text for each in found.differences)


def test_what_to_do_about_a_difference_is_said_in_french_and_dutch() -> None:
    page = Path(__file__).parents[2] / "docs" / "concepts" / "profiles.md"
    table = page.read_text(encoding="utf-8").partition("| difference |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    kinds = {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)} - {"looser"}
    assert {"unknown", "stricter", "no-text"} <= kinds
    for kind in kinds:
        found = Difference(kind, "/FLA", "", advice="Do.", name="scope", accepted_in="narrower")
        said = {language: found.advice_in(language) for language in Language}
        assert said.pop(Language.EN) == "Do."
        assert len(set(said.values())) == 2, kind
        assert all('narrower = ["scope"]' in each for each in said.values())
