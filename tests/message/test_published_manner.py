"""XSDs in the manner of the portal's, each named for a construct: drafted, clean, and agreed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from fla_batch.message import Profile, load
from fla_batch.message.conformity import ProfileVerdict, examined
from fla_batch.message.conformity_samples import sample_forms
from fla_batch.message.draft_text import draft_profile
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.templates import MessageFacts
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import Environment, Language, Verdict
from tests.message.test_shapes import DAY, columns_agree, holds, other_engine, xmllint

PUBLISHED = Path(__file__).parents[1] / "profiles" / "published"
LIMITS = {
    "no-longer-allowed": {"questions", "employee.language"},
    "short-labels": {"questions", "employee.refHoursInWorkingDay"},
}
CONSTRUCTS = [
    "twice-in-a-choice",
    "no-longer-allowed",
    "short-labels",
    "abstract-type",
    "abstract-type-in-namespace",
    "abstract-type-unqualified",
]
AROUND = {
    "header": (
        ("Header/Sender/SenderNumber", "Header/Environment", "Header/NumberOfForms"),
        {"T": "T", "S": "S", "R": "R"},
    ),
    "trailer": (
        ("SenderId", "@environment", "Trailer/FormCount"),
        {"T": "TEST", "S": "SIMU", "R": "PROD"},
    ),
}
"""Where sender, environment and number of forms stand, and how environments are written."""


def drafted(name: str, tmp_path: Path) -> Profile:
    made = draft_profile([PUBLISHED / f"{name}.xsd"], None, tmp_path / "mine")
    assert set(made.limits) == LIMITS.get(name, {"questions"})
    return load(made.folder)


@pytest.mark.parametrize("name", [*CONSTRUCTS, *AROUND])
def test_the_draft_alone_is_clean(name: str, tmp_path: Path) -> None:
    profile = drafted(name, tmp_path)
    found = examined(profile)
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]
    holds(profile, tmp_path)
    columns_agree(profile, tmp_path)


@pytest.mark.parametrize("name", AROUND)
@pytest.mark.parametrize("environment", Environment)
def test_what_is_around_the_forms_says_who_sends_how_many_where(
    name: str, environment: Environment, tmp_path: Path
) -> None:
    profile = drafted(name, tmp_path)
    shape = profile.declaration
    forms = list(sample_forms(profile, shape, ProfileLimits.of(profile)))[:3]
    writer = MessageWriter(shape, facts=MessageFacts(DAY, "987654", environment))
    path = tmp_path / "FI.xml"
    path.write_bytes(b"".join(writer.message(forms)))
    root = etree.parse(str(path)).getroot()
    places, letters = AROUND[name]
    said = [_text_at(root, place) for place in places]
    assert said == ["987654", letters[environment.value], "3"]
    assert SchemaValidator(profile, shape).check(path).verdict is Verdict.VALID
    assert xmllint(shape, path)
    assert other_engine(shape, path)


def _text_at(root: etree._Element, place: str) -> str | None:
    if place.startswith("@"):
        return root.get(place[1:])
    return root.findtext("/".join(f"{{*}}{step}" for step in place.split("/")))


def test_an_environment_that_the_xsd_has_no_text_for_is_an_error(tmp_path: Path) -> None:
    profile = drafted("trailer", tmp_path)
    binding = profile.folder / "binding.toml"
    text = binding.read_text(encoding="utf-8")
    binding.write_text(text.replace('"TEST"', '"CIRCUIT"'), encoding="utf-8")
    odd = [each for each in examined(load(profile.folder)).differences if each.breaks]
    assert [(each.kind, each.path) for each in odd] == [("no-code-in-common", "/FLA/@environment")]
    assert "T (CIRCUIT)" in odd[0].text


def test_what_a_header_lacks_is_asked_for_by_its_innermost_element(tmp_path: Path) -> None:
    profile = drafted("header", tmp_path)
    binding = profile.folder / "binding.toml"
    lines = binding.read_text(encoding="utf-8").splitlines(keepends=True)
    binding.write_text("".join(line for line in lines if "SenderNumber" not in line), "utf-8")
    (odd,) = [each for each in examined(load(profile.folder)).differences if each.breaks]
    assert odd.kind == "never-written"
    assert '"Header/Sender/SenderNumber"' in odd.advice
    assert "{form_count}" in odd.advice


def test_a_header_knows_no_number_of_a_form(tmp_path: Path) -> None:
    profile = drafted("header", tmp_path)
    binding = profile.folder / "binding.toml"
    text = binding.read_text(encoding="utf-8")
    binding.write_text(text.replace("{form_count}", "{form_number}"), encoding="utf-8")
    with pytest.raises(ProfileMistake, match="sender, environment, form_count, not form_number"):
        load(profile.folder)


def test_a_zone_beside_its_block_has_a_line_of_its_own(tmp_path: Path) -> None:
    profile = drafted("short-labels", tmp_path)
    binding = profile.folder / "binding.toml"
    text = binding.read_text(encoding="utf-8").replace(', "employee.refHoursInWorkingDay"', "")
    beside = '    { element = ".", field = "employee", block = "Beside" },\n]\n'
    zone = '{ element = "ReferenceHoursPerWorkingDay", field = "refHoursInWorkingDay" }'
    before, rest = text.split("Form_Reference = [", 1)
    form, end, blank = before.rpartition("]\n")
    assert end
    text = f"{form}{beside}{blank}Beside = [{zone}]\n\nForm_Reference = [{rest}"
    binding.write_text(text, encoding="utf-8")
    again = load(profile.folder)
    found = examined(again)
    assert found.verdict is ProfileVerdict.CLEAN, [e.text for e in found.differences if e.breaks]
    assert found.limits == ["questions"]
    holds(again, tmp_path)


def test_what_is_found_is_said_in_the_readers_language(tmp_path: Path) -> None:
    profile = drafted("header", tmp_path)
    binding = profile.folder / "binding.toml"
    lines = binding.read_text(encoding="utf-8").splitlines(keepends=True)
    binding.write_text("".join(line for line in lines if "NumberOfForms" not in line), "utf-8")
    (odd,) = [each for each in examined(load(profile.folder)).differences if each.breaks]
    assert odd.text_in(Language.EN) == odd.text
    assert odd.text_in(Language.FR) == (
        "le XSD rend l'élément NumberOfForms obligatoire, et le binding ne l'écrit jamais"
    )
    assert odd.text_in(Language.NL) == (
        "de XSD maakt het element NumberOfForms verplicht, en de binding schrijft het nooit"
    )
