"""The rules and texts that are data: complete, with their sources, in three languages."""

from __future__ import annotations

import stat
import string
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from fla_batch.rights.committees import is_committee
from fla_batch.rights.compute import prepare
from fla_batch.rights.law import law_of
from fla_batch.rights.output import write_rights
from fla_batch.rights.quarters import quarter_text
from fla_batch.rights.sector import COLLECTIVE, LAW, find_facts, sector_table
from fla_batch.rights.spill import Spill
from fla_batch.vocabulary.catalogue import meaning
from fla_batch.vocabulary.errors import ConfigurationMistake
from tests.rights.cases import cases, request_of, write_inputs

LANGUAGES = {"en", "fr", "nl"}


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("fla_batch.rights").joinpath(name).read_text(encoding="utf-8"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def triples() -> Iterator[tuple[str, dict[str, str]]]:
    for key, texts in toml("words.toml").items():
        yield key, texts
    for key, entry in toml("texts.toml").items():
        yield f"{key} says", entry["says"]
        yield f"{key} advice", entry["advice"]


TRIPLES = list(triples())


@pytest.mark.parametrize(("key", "texts"), TRIPLES, ids=[key for key, _ in TRIPLES])
def test_every_text_says_the_same_in_three_languages(key: str, texts: dict[str, str]) -> None:
    assert texts.keys() == LANGUAGES
    assert len({frozenset(fields(text)) for text in texts.values()}) == 1


def test_every_finding_has_a_class_and_a_meaning_of_the_catalogue() -> None:
    for entry in toml("texts.toml").values():
        assert entry["class"] in {"B", "W"}
        assert meaning(entry["code"]) is not None


def test_every_row_of_the_tables_has_years_and_a_source() -> None:
    for rows in toml("tables.toml").values():
        for row in rows:
            assert row["first_year"] <= row["last_year"]
            assert row["source"]


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_a_year_that_works(year: int) -> None:
    law = law_of(year)
    first = {2024: "2022Q4", 2025: "2022Q4", 2026: "2024Q4", 2027: "2024Q4"}[year]
    assert quarter_text(law.reference_quarters[0]) == first
    assert len(law.reference_quarters) == 4
    assert law.first_year <= year <= law.last_year


@pytest.mark.parametrize("year", [2023, 2028])
def test_another_year_names_the_table_it_lacks(year: int) -> None:
    with pytest.raises(ConfigurationMistake, match=f"table reference_quarters .* {year}"):
        law_of(year)


def test_the_sector_table_has_a_source_and_a_confidence_in_every_row() -> None:
    facts = [fact for facts in sector_table().values() for fact in facts]
    assert len(facts) == 113
    for fact in facts:
        assert fact.source
        assert fact.confidence in {"high", "medium", "low", "uncertain"}
        assert fact.joint_committee == LAW or is_committee(fact.joint_committee)
        assert (fact.right == "") == (fact.kind == COLLECTIVE)


def test_the_numbers_of_the_source_document_are_certain() -> None:
    for committee, days in (("227", 2), ("200", 3)):
        fact = find_facts(sector_table(), committee, 2024, "20_plus").legal
        assert fact is not None
        assert (fact.days("20_plus"), fact.is_unsure, fact.confidence) == (
            Fraction(days),
            False,
            "high",
        )


def test_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    """All workers of all cases in one run, then the rows of both files the other way round."""
    workers = [
        each for case in cases("shares", "worked_examples") for each in case.fields["workers"]
    ]
    usable = [each for each in workers if not _lacks_a_rate(each)]
    dmfa, dimona = write_inputs(tmp_path, usable)
    first = _output(tmp_path / "first.csv", dmfa, dimona)
    for path in (dmfa, dimona):
        heading, *rows = path.read_text().splitlines()
        path.write_text("\n".join([heading, *reversed(rows)]))
    assert _output(tmp_path / "second.csv", dmfa, dimona) == first
    assert first.count(b"\n") > 50


def _lacks_a_rate(worker: dict[str, Any]) -> bool:
    return any(line.get("S", 38) is None and line.get("Q") for line in worker.get("dmfa", ()))


def _output(path: Path, dmfa: Path, dimona: Path) -> bytes:
    request = request_of({"as of": cases("worked_examples")[1].fields["as of"], "size": 25})
    with Spill() as spill:
        assert write_rights(prepare(spill, [dmfa], [dimona], request), path).kept
    return path.read_bytes()


def test_rows_set_aside_are_private_and_removed(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    case = cases("worked_examples")[1].fields
    dmfa, dimona = write_inputs(tmp_path, case["workers"])
    with Spill(aside) as spill:
        prepare(spill, [dmfa], [dimona], request_of(case))
        (folder,) = aside.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert any(folder.rglob("*.arrow"))
    assert list(aside.iterdir()) == []
