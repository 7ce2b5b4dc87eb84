"""What a draft is given that it cannot use, or would once have misread: see the names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.message.conformity import ProfileVerdict, examined
from fla_batch.message.draft_text import draft_profile
from fla_batch.vocabulary.errors import FlaBatchError, ProfileMistake, UsageMistake
from tests.message.profiles import SHIPPED

XSD = "FLA_20251.xsd"
TEXT = (SHIPPED / XSD).read_text(encoding="utf-8")
TYPES = TEXT[TEXT.index("<!-- contents of the blocks -->") : TEXT.index("</xs:schema>")]
OPENED = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">'


def received(tmp_path: Path, text: str, name: str = XSD) -> Path:
    path = tmp_path / "received" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('type="FormType"', 'type="FromType"', r"FLA_20251.xsd:\d+ is not an XSD: .*FromType"),
        ("</xs:schema>", "", r"FLA_20251.xsd:\d+ is not an XSD"),
        ("<xs:schema", '<!DOCTYPE s [<!ENTITY d "x">]>\n<xs:schema', "declares entities"),
        ('ref="Form" maxOccurs="unbounded"', 'ref="Form"', "no element that repeats"),
    ],
)
def test_a_broken_xsd_is_one_line_and_nothing_is_drafted(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    schema = received(tmp_path, TEXT.replace(old, new, 1))
    with pytest.raises(ProfileMistake, match=said) as caught:
        draft_profile([schema], None, tmp_path / "mine")
    assert caught.value.hint
    assert "schema check" not in caught.value.hint
    assert not (tmp_path / "mine").exists()


def test_includes_above_the_xsd_keep_their_places(tmp_path: Path) -> None:
    include = '<xs:include schemaLocation="../types/types.xsd"/><xs:element name="FLA">'
    text = TEXT.replace(TYPES, "").replace('<xs:element name="FLA">', include)
    schema = received(tmp_path, text, f"messages/{XSD}")
    received(tmp_path, f"{OPENED}{TYPES}</xs:schema>", "types/types.xsd")
    made = draft_profile([schema], None, tmp_path / "mine")
    assert examined(load(made.folder)).verdict is ProfileVerdict.CLEAN


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    schema = received(tmp_path, TEXT)
    other = received(tmp_path, TEXT + "<!-- -->", f"answers/{XSD}")
    with pytest.raises(UsageMistake, match="is there already"):
        draft_profile([schema], other, tmp_path / "mine")


def _small(match: re.Match[str]) -> str:
    first, rest = match[2], match[3]
    small = first.lower() if len(first) == 1 or not rest else first[:-1].lower() + first[-1]
    return f'{match[1]}="{small}{rest}"'


SMALL = re.sub(r'(name|ref)="([A-Z]+)((?:[a-z]\w*)?)(?<!Type)"', _small, TEXT)
DATE = re.compile(r'(<xs:element name="TrainingStartDate">).*?(</xs:element>)', re.DOTALL)
INSTANT = '<xs:simpleType><xs:restriction base="xs:dateTime"/></xs:simpleType>'
WORKER = """<xs:element name="Worker" maxOccurs="unbounded"><xs:complexType><xs:sequence>
  <xs:element ref="Employee"/><xs:element ref="CalendarYear"/>
  <xs:choice><xs:element ref="TrainingRights"/><xs:element ref="Trainings"/></xs:choice>
  </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>"""
REST = re.compile(
    r'(<xs:element ref="Employer"/>)\s*<xs:element ref="Employee".*?</xs:complexType>', re.DOTALL
)


@pytest.mark.parametrize(
    "text",
    [SMALL, DATE.sub(rf"\1{INSTANT}\2", TEXT, count=1), REST.sub(rf"\1{WORKER}", TEXT, count=1)],
    ids=["labels-in-small-letters", "date-as-instant", "year-of-one-of-several-workers"],
)
def test_a_draft_alone_gets_there(tmp_path: Path, text: str) -> None:
    assert text != TEXT
    made = draft_profile([received(tmp_path, text)], None, tmp_path / "mine")
    try:
        found = examined(load(made.folder))
    except FlaBatchError as error:
        pytest.fail(f"{error}: {made.elements}")
    assert found.verdict is ProfileVerdict.CLEAN, [each.text for each in found.differences]
