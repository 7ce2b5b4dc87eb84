"""Codes of students, flexi-jobs, agencies and Dimona types beside the official annexes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fla_batch.rights.law import DatedCode, law_of
from fla_batch.rights.quarters import LAST_QUARTER, parse_quarter

OFFICIAL = Path(__file__).parents[3] / "shared" / "official"
EMPLOYEES = OFFICIAL / "annexes" / "EmployeeCodes2022-2_2.xml"
EMPLOYERS = OFFICIAL / "annexes" / "EmployerCategories2022-1_27.xml"
DIMONA = OFFICIAL / "xsd" / "Dimona_20231.xsd"
LAW = law_of(2024)
pytestmark = pytest.mark.official


def dated_codes(path: Path, said: str) -> set[DatedCode]:
    """The codes of an annex whose description or type says something, with their quarters."""
    if not path.exists():
        pytest.skip("the official annexes do not lie beside the project (shared/official)")
    found = set()
    for entry in ElementTree.parse(path).getroot():
        words = " ".join("".join(entry.itertext()).split())
        if re.search(said, words, re.IGNORECASE):
            first = _quarter(entry, "begin-validity")
            last = _quarter(entry, "end-validity")
            until = LAST_QUARTER if last // 4 == 9999 else last
            found.add(DatedCode(int(entry.findtext("code") or 0), first, until))
    return found


def _quarter(entry: ElementTree.Element, part: str) -> int:
    year = int(entry.findtext(f"{part}/year") or 0)
    return year * 4 + int(entry.findtext(f"{part}/quarter") or 1) - 1


def test_students() -> None:
    # The cost allowances and funds of employers name no worker: they lie among the excluded codes.
    found = dated_codes(EMPLOYEES, "travailleurs étudiants")
    assert found == set(LAW.student_codes)


def test_flexi_jobs() -> None:
    assert dated_codes(EMPLOYEES, "flexi-?job") == set(LAW.flexi_codes)


def test_agencies() -> None:
    found = dated_codes(
        EMPLOYERS, "travailleurs intérimaires occupés|ouvriers intérimaires|services d'intérim"
    )
    assert found == set(LAW.agency_classes)


def test_a_code_counts_from_its_first_quarter_only() -> None:
    flexi = {code.code: code for code in LAW.flexi_codes}
    assert flexi[50].first == parse_quarter("2015Q4")


def test_dimona_types() -> None:
    if not DIMONA.exists():
        pytest.skip("the official schemas do not lie beside the project (shared/official)")
    name = "{http://www.w3.org/2001/XMLSchema}"
    (element,) = [
        each
        for each in ElementTree.parse(DIMONA).getroot().iter(f"{name}element")
        if each.get("name") == "WorkerType"
    ]
    assert {each.get("value") for each in element.iter(f"{name}enumeration")} == set(
        LAW.dimona_types
    )
