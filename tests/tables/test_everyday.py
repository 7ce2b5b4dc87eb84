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


@pytest.mark.parametrize("text", ["Eindtotaal", "Tussentotaal werkgever", "Deeltotaal: 2"])
def test_dutch_totals_in_one_word(tmp_path: Path, text: str) -> None:
    found = sheet(tmp_path, row(1), row(2), [text, None, None, None, None, None, 15.2])
    assert len(found.declarations) == 2
    assert told(found) == [("total-row", 4, False)]


def test_a_legend_beside_its_title(tmp_path: Path) -> None:
    found = sheet(tmp_path, row(), [], ["Légende", None, None, "1 = formelle, 2 = informelle"])
    assert len(found.declarations) == 1
    assert told(found) == [("note-row", 4, False)]


@pytest.mark.parametrize(
    "cells",
    [
        ["BE 0880.820.673", None, None, "Excel"],
        ["ACME", inss_of(2), None, "Excel"],
        ["ACME", None, None, "Excel", date(2024, 2, 5)],
        ["ACME", None, None, "Excel", None, None, 7.6],
        ["ACME", None, None, "Excel", None, None, None, "formelle"],
    ],
)
def test_words_beside_anything_declared_are_no_note(tmp_path: Path, cells: Row) -> None:
    assert any(at == 3 and blocks for _, at, blocks in told(sheet(tmp_path, row(), cells)))


def _csv(folder: Path, name: str, *rows: Row, between: str = ";") -> Whole:
    lines = (between.join(str(cell) for cell in cells) for cells in (HEADINGS, *rows))
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(folder / name)


def test_cells_between_upright_strokes(tmp_path: Path) -> None:
    found = _csv(tmp_path, "formations.csv", row(1), row(2), between="|")
    assert (len(found.declarations), told(found)) == (2, [])


@pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".xlsm", ".ods"])
def test_text_under_the_name_of_a_workbook(tmp_path: Path, suffix: str) -> None:
    """Many programs write their Excel as text; Excel opens it after a question."""
    found = _csv(tmp_path, f"formations{suffix}", row(1), row(2))
    assert (len(found.declarations), told(found)) == (2, [])


def test_excels_unicode_text_under_the_name_of_a_workbook(tmp_path: Path) -> None:
    text = "\n".join("\t".join(str(cell) for cell in cells) for cells in (HEADINGS, row()))
    (tmp_path / "formations.xls").write_text(text, encoding="utf-16")
    assert len(read(tmp_path / "formations.xls").declarations) == 1


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"<html><table><tr><td>NISS</td></tr></table></html>", "(.xlsx)"),
        (b'<?xml version="1.0"?><Workbook/>', "(.xlsx)"),
        (b"\x01\x02\x00\x80 damaged", "endommagé"),
    ],
)
def test_what_is_no_workbook_says_what_to_do(tmp_path: Path, content: bytes, advice: str) -> None:
    (tmp_path / "formations.xlsx").write_bytes(content)
    (one,) = read(tmp_path / "formations.xlsx").anomalies
    assert one.blocks
    assert one.advice is not None
    assert advice in f"{one.label.fr} {one.advice.fr}"


def _below(folder: Path, upper: Row, lower: Row) -> Whole:
    book = openpyxl.Workbook()
    for cells in (["Formations 2024"], upper, lower, row(1), row(2)):
        book.active.append(cells)
    book.save(folder / "formations.xlsx")
    return read(folder / "formations.xlsx")


@pytest.mark.parametrize("split", [4, 6, 10])
def test_headings_in_two_rows(tmp_path: Path, split: int) -> None:
    """Start and end below "Period", or most of them in the lower row: either may have more."""
    upper = [*HEADINGS[:split], "Détails", *[None] * (len(HEADINGS) - split - 1)]
    lower = [*[None] * split, *HEADINGS[split:]]
    found = _below(tmp_path, upper, lower)
    assert len(found.declarations) == 2
    assert told(found) == [("rows-above", 1, False)]


def test_a_group_above_whole_headings_is_a_title(tmp_path: Path) -> None:
    upper = ["Travailleur", None, None, "Formation", *[None] * (len(HEADINGS) - 4)]
    found = _below(tmp_path, upper, HEADINGS)
    assert len(found.declarations) == 2
    assert [rule for rule, _, _ in told(found)] == ["rows-above"]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Date de début (jj/mm/aaaa)", "Date début"),
        ("Begindatum (DD-MM-JJJJ)", "Date début"),
        ("Durée de formation (en heures)", "Heures"),
        ("Type (1=formelle, 2=informelle)", "Type"),
        ("Statut (code)", "Statut"),
        ("Statut [obligatoire]", "Statut"),
        ("Certificat (O/N)", "Certifiante"),
        ("NISS (11 chiffres)", "NISS"),
        ("Intern/extern", "Lieu"),
        ("Training title", "Intitulé"),
        ("Nb. hres", "Heures"),
        ("Stat.", "Statut"),
        ("Dt déb.", "Date début"),
    ],
)
def test_headings_that_say_the_form_of_their_values(
    tmp_path: Path, heading: str, column: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append([heading if name == column else name for name in HEADINGS])
    book.active.append(row())
    book.save(tmp_path / "formations.xlsx")
    found = read(tmp_path / "formations.xlsx")
    assert (len(found.declarations), told(found)) == (1, [])


@pytest.mark.parametrize("heading", ["Heures (hors FLA)", "Date début (contrat)"])
def test_headings_that_say_which_values_are_others(tmp_path: Path, heading: str) -> None:
    book = openpyxl.Workbook()
    book.active.append([*HEADINGS, heading])
    book.active.append([*row(), "x"])
    book.save(tmp_path / "formations.xlsx")
    assert told(read(tmp_path / "formations.xlsx")) == [("ignored-column", 1, False)]


@pytest.mark.parametrize("word", ["voltooid", "Completed", "achevée", "afgerond", "présent"])
def test_a_training_that_was_followed(tmp_path: Path, word: str) -> None:
    found = sheet(tmp_path, row(Statut=word))
    assert told(found) == []


@pytest.mark.parametrize("year", ["2024,0", "2024,00", "2024.00", date(2024, 1, 1)])
def test_a_year_that_a_program_wrote_otherwise(tmp_path: Path, year: object) -> None:
    found = sheet(tmp_path, row(Année=year))
    assert [each["calendarYear"] for each in found.declarations] == [2024]
    assert not found.blocks


def test_a_year_with_decimals_is_none(tmp_path: Path) -> None:
    assert sheet(tmp_path, row(Année="2024,5")).blocks


@pytest.mark.parametrize("between", [" / ", "\n", " et ", " + ", "; "])
def test_two_workers_on_a_line(tmp_path: Path, between: str) -> None:
    """To copy the number again, as its length advises, would not mend it."""
    both = between.join([inss_of(1), inss_of(2)])
    found = sheet(tmp_path, row(NISS=both), row(3))
    assert told(found) == [("several-workers", 2, True)]


def test_a_total_beside_its_worker(tmp_path: Path) -> None:
    total = ["0880.820.673", inss_of(1), None, None, None, None, 15.2]
    book = openpyxl.Workbook()
    for cells in ([*HEADINGS, "Nom"], [*row(1), "Dupont"], [*total, *[None] * 6, "Total Dupont"]):
        book.active.append(cells)
    book.save(tmp_path / "formations.xlsx")
    found = read(tmp_path / "formations.xlsx")
    assert told(found) == [("ignored-column", 1, False), ("total-row", 3, False)]
