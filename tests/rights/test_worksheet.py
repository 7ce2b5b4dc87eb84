"""The explanation as a page: everything on it is enough to redo the right by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from fla_batch.rights.compute import Computation, prepare
from fla_batch.rights.right import WorkerRight
from fla_batch.rights.spill import Spill
from fla_batch.rights.worksheet import WorksheetRequest, worksheet
from fla_batch.rights.worksheet_page import as_html, as_text
from fla_batch.vocabulary.terms import Language
from tests.rights.cases import Case, cases, inss_of, request_of, write_inputs
from tests.rights.test_cases import digits

WORKED = cases("worked_examples")
OTHERS = cases("shares", "sizes", "factors")
NUMBER = r"\d+(?:[.,]\d+)?"
PART = re.compile(
    rf"(?:(\d+) (?:of|de|van) (\d+) (?:days|jours|dagen) x )?{NUMBER} % \(({NUMBER})/({NUMBER})\)"
)
NEW = re.compile(r"new employment|nouvelle occupation|nieuwe tewerkstelling")
MONTH = re.compile(rf"^  \w+ +{NUMBER} %  (.*)$")
A_YEAR = re.compile(rf"({NUMBER}) (?:days?|jours?|dag|dagen) (?:a year|par an|per jaar)")
WEEK = re.compile(
    rf"(?:Week of a full-timer|Semaine d'un temps plein|Week van een .*?) ?: ({NUMBER})"
)
RESULT = re.compile(r"^(?:Right|Droit|Recht) ?: .* = (\d+)h(\d\d)$", re.MULTILINE)
COMMITTEE = re.compile(r"^(?:Joint committee|Commission paritaire|Paritair comité) ([\d.]+)$")
SIZE = re.compile(rf": \(((?:\d{{4}}Q\d: {NUMBER}(?: \+ )?)+)\) / (\d+) = ({NUMBER})")


def read(number: str) -> Fraction:
    return Fraction(number.replace(",", "."))


def page_of(
    case: Case, folder: Path, language: Language
) -> tuple[Computation, WorkerRight, str, str]:
    """The page of the first worker of a case: as text and as HTML."""
    dmfa, dimona = write_inputs(folder, case.fields["workers"])
    request = replace(request_of(case.fields), inss=inss_of(1))
    with Spill() as spill:
        computation = prepare(spill, [dmfa], [dimona], request)
        (right,) = list(computation.rights())
    seen = computation.evidence[right.inss, right.company_id]
    blocks = worksheet(right, seen, WorksheetRequest(computation.law, request.as_of, language))
    return computation, right, as_text(blocks), as_html([blocks], language)


def by_hand(page: str) -> dict[str, tuple[Fraction, Fraction]]:
    """B x C and hours of each committee, from nothing but the page."""
    found: dict[str, tuple[Fraction, Fraction]] = {}
    committee, a, week, months = "", Fraction(0), Fraction(0), Fraction(0)
    for line in page.splitlines():
        if named := COMMITTEE.match(line):
            committee, months = named[1], Fraction(0)
        elif committee and (given := A_YEAR.search(line)) and "supplement" not in line:
            a = read(given[1])
        elif committee and (given := WEEK.search(line)):
            week = read(given[1])
        elif committee and (month := MONTH.match(line)):
            months += month_by_hand(month[1])
        if committee:
            found[committee] = (months / 12, a * months / 12 * week / 5)
    return found


def month_by_hand(how: str) -> Fraction:
    if NEW.search(how):
        return Fraction(1)
    parts = PART.findall(how)
    assert parts, how
    return sum(
        (Fraction(int(d or 1), int(of or 1)) * read(q) / read(s) for d, of, q, s in parts),
        Fraction(0),
    )


def minutes(hours: Fraction) -> str:
    full, rest = divmod(floor(hours * 60 + Fraction(1, 2)), 60)
    return f"{full}h{rest:02d}"


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("case", WORKED, ids=[case.name for case in WORKED])
def test_each_worked_example_redone_by_hand(case: Case, language: Language, tmp_path: Path) -> None:
    expected = case.fields["expected"]
    _, _, page, _ = page_of(case, tmp_path, language)
    redone = by_hand(page)
    for committee, wanted in expected.get("committees", {}).items():
        bc, hours = redone[committee]
        if "BC" in wanted:
            assert digits(bc, wanted["BC"]) == wanted["BC"]
        if "hours" in wanted:
            assert minutes(hours) == wanted["hours"]
    total = minutes(sum((hours for _, hours in redone.values()), Fraction(0)))
    shown = RESULT.search(page)
    assert shown is not None
    assert f"{shown[1]}h{shown[2]}" == total == expected.get("total", total)
    if "size" in expected and expected["size basis"] == "reference":
        quarters = SIZE.search(page)
        assert quarters is not None
        ftes = [read(each.partition(": ")[2]) for each in quarters[1].split(" + ")]
        assert sum(ftes) / int(quarters[2]) == read(expected["size"]) == read(quarters[3])
    elif "size" in expected:
        assert re.search(rf": {expected['size']}$", page, re.MULTILINE)


@pytest.mark.parametrize("case", OTHERS, ids=[case.name for case in OTHERS])
def test_every_other_case_has_a_page(case: Case, tmp_path: Path) -> None:
    if case.fields["expected"].get("not computed"):
        return
    language = list(Language)[len(case.name) % 3]
    _, right, page, html = page_of(case, tmp_path, language)
    shown = RESULT.search(page)
    assert shown is not None
    assert minutes(right.hours) == f"{shown[1]}h{shown[2]}"
    assert f'lang="{language.value}"' in html
    assert "decision" not in page
    assert "<script" not in html
    assert right.inss in html


def test_mid_month_change_is_decomposed(tmp_path: Path) -> None:
    (case,) = [each for each in WORKED if each.fields["section"] == "3.3.1.6"]
    _, _, page, _ = page_of(case, tmp_path, Language.EN)
    assert "15 of 31 days x 50 % (19.00/38.00) + 16 of 31 days x 80 % (30.40/38.00)" in page
    assert "dmfa.csv, 5" in page
    _, _, page, _ = page_of(case, tmp_path, Language.FR)
    assert "15 de 31 jours x 50 % (19,00/38,00) + 16 de 31 jours x 80 % (30,40/38,00)" in page
    assert "22h39" in page
