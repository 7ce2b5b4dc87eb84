"""The reference page on answers names every code, reason and kind of answer."""

from __future__ import annotations

import re
from pathlib import Path

from fla_batch.answers.answer_kinds import AnswerKind
from fla_batch.answers.matching import Reason
from fla_batch.answers.rest_answers import UnusableLines
from fla_batch.channel.gateway_checks import CHECKS
from fla_batch.system.xmlsafe import UnusableXml

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "answers.md"


def section(title: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> str:
    rows = [line.split("|")[1] for line in section(title).splitlines() if line.startswith("| ")]
    return " ".join(rows)


def test_every_code_of_the_gateway_is_on_the_page_once() -> None:
    codes = re.findall(r"\b\d{3}\b", first_cells("What the gateway checks"))
    assert sorted(codes) == sorted(CHECKS)


def test_every_reason_for_no_match_is_on_the_page() -> None:
    assert set(re.findall(r"`([A-Z_]+)`", first_cells("Matching"))) == {
        reason.name for reason in Reason
    }


def test_every_kind_of_answer_and_of_bad_xml_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert {f"`{kind.value}`" in page for kind in AnswerKind} == {True}
    assert UnusableLines in UnusableXml.__subclasses__()
    assert {f"`{error.__name__}`" in page for error in UnusableXml.__subclasses__()} == {True}
