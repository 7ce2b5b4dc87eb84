"""The text of the shipped XSDs: every element explained, every facet the specification's."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from fla_batch.models.zone import zones_of
from fla_batch.system.profile_record import schemas_folder
from fla_batch.vocabulary import catalogue
from tests.message.profiles import SHIPPED
from tests.official import official
from tests.one_zone import all_models
from tests.rules.bounds_of_the_specification import (
    DATES,
    HALF_DAYS,
    INTEGERS,
    NUMBERS,
    TEXTS,
)

XS = {"xs": "http://www.w3.org/2001/XMLSchema"}
XSDS = ["FLA_20251.xsd", "FLAAnswer_20251.xsd"]


def schema(name: str) -> etree._Element:
    return etree.parse(SHIPPED / name).getroot()


def elements(root: etree._Element) -> dict[str, etree._Element]:
    return {str(each.get("name")): each for each in root.iterfind("xs:element", XS)}


def facets(element: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for facet in element.iterfind("xs:simpleType/xs:restriction/*", XS):
        found.setdefault(etree.QName(facet).localname, []).append(str(facet.get("value")))
    return found


@pytest.mark.parametrize("name", XSDS)
def test_every_element_has_a_note(name: str) -> None:
    for label, element in elements(schema(name)).items():
        note = element.findtext("xs:annotation/xs:documentation", namespaces=XS)
        assert note, label
        assert note.strip().endswith("."), label


@pytest.mark.parametrize("name", XSDS)
def test_no_namespace_and_global_elements_with_ref(name: str) -> None:
    """In the manner of the portal's own schemas."""
    root = schema(name)
    assert root.get("targetNamespace") is None
    inside = root.findall(".//xs:complexType//xs:element", XS)
    assert all(each.get("ref") in elements(root) for each in inside)
    referred = {each.get("ref") for each in inside}
    assert set(elements(root)) - referred == {str(root.get("id")).partition("_")[0]}


@pytest.mark.parametrize("name", XSDS)
def test_it_says_that_it_is_not_official(name: str) -> None:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert "not an official file" in text[:300]


@pytest.mark.parametrize("name", XSDS)
@pytest.mark.parametrize("label", INTEGERS)
def test_ranges_are_the_specifications(name: str, label: str) -> None:
    found = facets(elements(schema(name))[label])
    low, high = INTEGERS[label]
    assert (found["minInclusive"], found["maxInclusive"]) == ([str(low)], [str(high)])
    assert found["totalDigits"] == [str(len(str(high)))]
    assert ("pattern" in found) == (label in HALF_DAYS)


@pytest.mark.parametrize("name", XSDS)
@pytest.mark.parametrize("label", TEXTS)
def test_lengths_are_the_specifications(name: str, label: str) -> None:
    found = facets(elements(schema(name))[label])
    shortest, longest = TEXTS[label]
    assert found["maxLength"] == [str(longest)]
    assert found.get("minLength", ["0"]) == [str(shortest)]


@pytest.mark.parametrize("name", XSDS)
def test_numbers_and_dates_have_their_form(name: str) -> None:
    known = elements(schema(name))
    digits = {label: facets(known[label])["pattern"] for label in NUMBERS}
    assert digits == {
        "CompanyID": [r"\d{10}"],
        "TrainingProviderCompanyId": [r"\d{10}"],
        "INSS": [r"\d{11}"],
    }
    assert {tuple(facets(known[label])["pattern"]) for label in DATES} == {(r"\d{4}-\d{2}-\d{2}",)}


def test_read_only_zones_are_only_in_answers() -> None:
    declaration, answer = (elements(schema(name)) for name in XSDS)
    assert "Source" not in declaration
    assert "LegalFlaRightValidityEndDate" not in declaration
    assert {"Source", "LegalFlaRightValidityEndDate", "ProcessingState"} <= set(answer)


@pytest.mark.official
@pytest.mark.parametrize(
    "label", ["FormCreationDate", "FormCreationHour", "Reference", "ReferenceOrigin", "TypeForm"]
)
def test_the_envelope_has_the_labels_of_the_portals_own_messages(label: str) -> None:
    path = official("xsd/DmfAOriginal_20223.xsd")
    assert label in elements(etree.parse(path).getroot())
    assert label in elements(schema(XSDS[0]))


@pytest.mark.parametrize("name", XSDS)
def test_the_note_of_each_zone_begins_with_its_name(name: str) -> None:
    """`catalogue/zones.csv` has it, in three languages."""
    notes = {
        element.get("name"): element.findtext("xs:annotation/xs:documentation", None, XS)
        for element in schema(name).iterfind("xs:element", XS)
    }
    labels = {zone.label for model in all_models() for zone in zones_of(model).values()}
    told = {label: notes[label] or "" for label in labels & notes.keys()}
    assert len(told) > 30
    for label, note in told.items():
        assert note.startswith(catalogue.zone_label(label).en or "?"), label


def test_the_folder_tells_where_it_comes_from() -> None:
    text = (SHIPPED / "SOURCE.md").read_text(encoding="utf-8")
    assert "not official" in text
    for label in (*INTEGERS, *TEXTS, *NUMBERS, *DATES):
        assert f"`{label}`" in text, label


def test_the_profiles_lie_beside_the_package() -> None:
    assert schemas_folder() == Path(SHIPPED).parent
