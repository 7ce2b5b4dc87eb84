"""Workbooks as payroll people make them: what is no declaration is said, and nothing is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from fla_batch.cli.show import group_in_words
from fla_batch.system.anomaly_groups import AnomalyGroups
from fla_batch.vocabulary.terms import Language
from tests.rights.cases import inss_of
from tests.tables.reading import Whole, read

HEADINGS = (
    "BCE", "NISS", "Année", "Intitulé", "Date début", "Date fin", "Heures", "Type", "Lieu",
    "Résultat", "Certifiante", "Périmètre", "Statut",
)  # fmt: skip
Row = Sequence[object]


def row(worker: int = 1, **cells: object) -> Row:
    values = (
        "0880.820.673", inss_of(worker), 2024, "Sécurité", date(2024, 2, 5), date(2024, 2, 6), 7.6,
        "formelle", "externe", "réussi", "non", "dans le périmètre", "suivie",
    )  # fmt: skip
    return [cells.get(name, value) for name, value in zip(HEADINGS, values, strict=True)]


def sheet(folder: Path, *rows: Row) -> Whole:
    book = openpyxl.Workbook()
    for cells in (HEADINGS, *rows):
        book.active.append(cells)
    book.save(folder / "formations.xlsx")
    return read(folder / "formations.xlsx")


def told(found: Whole) -> list[tuple[str | None, int | None, bool]]:
    return [(each.rule, each.source.row, each.blocks) for each in found.anomalies]


@pytest.mark.parametrize("text", ["Sous-total Dupont", "Total général", "Subtotaal", "TOTAAL"])
def test_totals_in_the_column_of_the_worker(tmp_path: Path, text: str) -> None:
    total = ["", text, None, None, None, None, 15.2]
    found = sheet(tmp_path, row(1), row(2), total)
    assert len(found.declarations) == 2
    assert told(found) == [("total-row", 4, False)]


@pytest.mark.parametrize("text", ["* heures hors pauses", "Signature :", "Opgemaakt door HR"])
def test_a_note_below_the_table(tmp_path: Path, text: str) -> None:
    found = sheet(tmp_path, row(), [], [text])
    assert len(found.declarations) == 1
    assert told(found) == [("note-row", 4, False)]


@pytest.mark.parametrize("cells", [["0880.820.673"], [None, inss_of(2)], [None, None, 2024]])
def test_a_number_alone_is_no_note(tmp_path: Path, cells: Row) -> None:
    assert any(at == 3 and blocks for _, at, blocks in told(sheet(tmp_path, row(), cells)))


@pytest.mark.parametrize("word", ["formelle (1)", "1 (formelle)", "1 - formelle", "Formelle(1)"])
def test_a_code_with_its_word(tmp_path: Path, word: str) -> None:
    assert told(sheet(tmp_path, row(Type=word))) == []


def test_a_code_with_the_word_of_another_one(tmp_path: Path) -> None:
    assert told(sheet(tmp_path, row(Type="formelle (2)"))) == [("not-a-number", 2, True)]


def test_a_derived_date_names_the_column_it_came_from(tmp_path: Path) -> None:
    """The sheet has no trainingFirstStartDate: the first period says it."""
    found = sheet(tmp_path, row(Année=2025))
    (late,) = (each for each in found.anomalies if each.tag == "TrainingFirstStartDate")
    assert (late.source.row, late.source.column) == (2, "Date début")


def test_a_group_shows_each_way_to_mend_it(tmp_path: Path) -> None:
    found = sheet(tmp_path, row(1, Heures="0,5 j"), row(2, Heures="sept"), row(3, Heures="huit"))
    (group,) = AnomalyGroups(found.anomalies).in_order()
    shown = group_in_words(group, Language.FR, lambda labels: labels.text(Language.FR))
    assert shown.count("-> ") == 2
    assert "Jours (days)" in shown
    assert "7h36" in shown
