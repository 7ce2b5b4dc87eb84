"""DmfA and Dimona tables as payroll people keep them: their headings, sheets, hours and words."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from fla_batch.cli.commands import commands
from fla_batch.rights.dmfa import DMFA_COLUMNS, read_dmfa
from fla_batch.rights.input_headings import RightsReading
from fla_batch.rights.law import law_of
from fla_batch.tables.column_mapping import read_mapping
from fla_batch.vocabulary.findings import Anomaly
from tests.rights.cases import inss_of

LAW = law_of(2024)
FRENCH = (
    "N° BCE", "NISS", "Nom du travailleur", "Trimestre", "Catégorie employeur", "Code travailleur",
    "Début de l'occupation", "Fin de l'occupation", "Commission paritaire",
    "Durée hebdomadaire de la personne de référence", "Durée hebdomadaire du travailleur",
    "Heures prestées", "Type de contrat",
)  # fmt: skip
DUTCH = (
    "KBO-nummer", "Rijksregisternummer", "Naam", "Kwartaal", "Werkgeverscategorie",
    "Werknemerskengetal", "Begindatum tewerkstelling", "Einddatum tewerkstelling",
    "Paritair comité", "Gemiddeld aantal uren per week van de maatpersoon",
    "Gemiddeld aantal uren per week van de werknemer", "Gepresteerde uren", "Type contract",
)  # fmt: skip
ENGLISH = (
    "Enterprise number", "SSIN", "Worker", "Quarter", "Employer category", "Worker code",
    "Start of the occupation", "End of the occupation", "Joint committee", "Full-time hours a week",
    "Hours a week", "Hours worked", "Contract type",
)  # fmt: skip
LINE = (
    "0880.820.673", inss_of(1), "Peeters", "2024T1", "010", "495", "01/03/2020", "", "200",
    "38,00", "19,00", "", "temps partiel",
)  # fmt: skip


def read(path: Path, how: RightsReading | None = None) -> tuple[pl.DataFrame, list[Anomaly]]:
    chunks = list(read_dmfa(path, LAW, how or RightsReading()).chunks)
    found = [each for chunk in chunks for each in chunk.anomalies]
    return pl.concat([chunk.values for chunk in chunks]), found


def csv(path: Path, *rows: tuple[str, ...]) -> Path:
    path.write_text("\n".join(";".join(row) for row in rows), encoding="cp1252")
    return path


@pytest.mark.parametrize("headings", [FRENCH, DUTCH, ENGLISH], ids=["fr", "nl", "en"])
def test_headings_of_people_are_known(tmp_path: Path, headings: tuple[str, ...]) -> None:
    values, found = read(csv(tmp_path / "dmfa.csv", headings, LINE))
    (row,) = values.iter_rows(named=True)
    assert (row["company"], row["quarter"] % 4, row["mean"], row["ref"]) == (
        "0880820673", 0, 1900, 3800,
    )  # fmt: skip
    assert [(each.rule, each.source.column) for each in found] == [("ignored-column", headings[2])]


@pytest.mark.parametrize(
    ("s", "q"), [("38", "19"), ("38,00", "19,00"), ("3800", "1900"), ("38:00", "19h")]
)
def test_hours_a_week_are_read_in_either_unit(tmp_path: Path, s: str, q: str) -> None:
    line = (*LINE[:9], s, q, *LINE[11:])
    values, _ = read(csv(tmp_path / "dmfa.csv", FRENCH, line))
    assert values.select("mean", "ref").rows() == [(1900, 3800)]


def flexi(hours: str, s: str) -> tuple[str, ...]:
    return (*LINE[:5], "050", *LINE[6:9], s, "", hours, "")


@pytest.mark.parametrize(
    ("s", "hours", "centi"),
    [("38", "76", 7600), ("3800", "7600", 7600), ("38", "76,5", 7650), ("3800", "76,5", 7650)],
)
def test_hours_of_a_quarter_are_in_the_unit_of_the_week(
    tmp_path: Path, s: str, hours: str, centi: int
) -> None:
    values, found = read(csv(tmp_path / "dmfa.csv", FRENCH, flexi(hours, s)))
    assert values["hours_centi"].to_list() == [centi]
    assert [each.rule for each in found] == ["ignored-column"]


def test_hours_that_nothing_tells_from_hundredths_are_asked(tmp_path: Path) -> None:
    student = (*LINE[:5], "840", *LINE[6:9], "", "", "7600", "")
    values, found = read(csv(tmp_path / "dmfa.csv", FRENCH, student))
    assert not values.height
    (asked,) = (each for each in found if each.blocks)
    assert (asked.rule, asked.source.row, asked.source.column) == (
        "hours-or-hundredths", 1, "Heures prestées",
    )  # fmt: skip
    mapping = tmp_path / "columns.toml"
    mapping.write_text('[columns]\n"Heures prestées" = "ServiceNbrHours"\n', encoding="utf-8")
    how = RightsReading(mapping=read_mapping(mapping, DMFA_COLUMNS.names, extra_zones=False))
    assert read(tmp_path / "dmfa.csv", how)[0]["hours_centi"].to_list() == [7600]


def test_a_contract_in_other_words_is_a_finding(tmp_path: Path) -> None:
    """It used to count as unknown without a word."""
    _, found = read(csv(tmp_path / "dmfa.csv", FRENCH, (*LINE[:12], "CDI")))
    (wrong,) = (each for each in found if each.blocks)
    assert (wrong.rule, wrong.source.row, wrong.source.column, wrong.value) == (
        "unknown-contract", 2, "Type de contrat", "CDI",
    )  # fmt: skip


def test_a_misspelled_optional_column_stops_the_file(tmp_path: Path) -> None:
    """Left out, the end of every occupation would be lost, and the right too high."""
    headings = tuple("OccupationEndigDate" if text == FRENCH[7] else text for text in FRENCH)
    values, found = read(csv(tmp_path / "dmfa.csv", headings, LINE))
    assert not values.height
    assert [(each.rule, each.source.column) for each in found if each.blocks] == [
        ("unknown-column", "OccupationEndigDate")
    ]


def workbook(path: Path) -> Path:
    """Notes, DmfA below a title with a hidden row, and Dimona, as one workbook."""
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "Lisez-moi"
    notes.append(["Export paie 2024"])
    sheet = book.create_sheet("DmfA")
    for row in (["DmfA 2024 - client Peeters"], [], FRENCH, LINE):
        sheet.append(row)
    sheet.append([*LINE[:1], inss_of(2), *LINE[2:9], 38, 76, None, None])
    sheet.append([*LINE[:1], inss_of(3)[:-1] + "9", *LINE[2:9], 38, 38, None, 0])
    sheet.row_dimensions[4].hidden = True
    dimona = book.create_sheet("Dimona")
    dimona.append(["BCE", "NISS", "Date d'entrée", "Date de sortie", "Type de travailleur"])
    for worker in (1, 2):
        dimona.append(["0880.820.673", inss_of(worker), "01/03/2020", "", "OTH"])
    dimona.append(["0880.820.673", inss_of(4), "31/02/2024", "", "OTH"])
    book.save(path)
    return path


def run(*arguments: str) -> tuple[int, dict[str, object]]:
    options = ["--as-of", "2024-07-01", "--size", "0880820673=25", "--json"]
    words = ["rights", "check", *options, *arguments]
    done = CliRunner().invoke(commands, words, standalone_mode=False)
    return int(done.return_value), json.loads(done.stdout)


def test_one_workbook_holds_both(tmp_path: Path) -> None:
    """Every finding leads back to file, sheet, row and the heading as it stands there."""
    path = str(workbook(tmp_path / "paie.xlsx"))
    _, told = run("--dmfa", path, "--dimona", path)
    places = {
        (each["rule"], each["source"]["sheet"], each["source"]["row"], each["source"]["column"])
        for each in told["anomalies"]  # type: ignore[attr-defined]
    }
    assert places >= {
        ("rows-above", "DmfA", 1, None),
        ("hidden-rows", "DmfA", 4, None),
        ("ignored-column", "DmfA", 3, "Nom du travailleur"),
        ("out-of-range", "DmfA", 5, "Durée hebdomadaire du travailleur"),
        ("check-digits", "DmfA", 6, "NISS"),
        ("not-a-date", "Dimona", 4, "Date d'entrée"),
    }
    values = {each["rule"]: each["value"] for each in told["anomalies"]}  # type: ignore[attr-defined]
    assert values["out-of-range"] == "76"


def test_the_sheet_and_the_row_of_headings_can_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "paie.xlsx")
    book = openpyxl.load_workbook(path)
    older = book.copy_worksheet(book["DmfA"])
    older.title = "DmfA 2023"
    older["A6"] = None
    book.save(path)
    named = (
        "--dmfa",
        str(path),
        "--sheet",
        "DmfA 2023",
        "--sheet",
        "Dimona",
        "--dimona",
        str(path),
    )
    _, told = run(*named)
    rules = {(each["rule"], each["source"]["sheet"]) for each in told["anomalies"]}  # type: ignore[attr-defined]
    assert ("missing-employer", "DmfA 2023") in rules
    assert ("not-a-date", "Dimona") in rules
    assert not {rule for rule, sheet in rules if sheet == "DmfA"} - {"unread-sheet"}


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("Commission paritaire", "CP 200"),
        ("Commission paritaire", "PC200.00"),
        ("Trimestre", "1er trimestre 2024"),
        ("Trimestre", "1e kwartaal 2024"),
    ],
)
def test_what_payroll_programs_write_beside_a_number(
    tmp_path: Path, column: str, written: str
) -> None:
    cells = [written if name == column else cell for name, cell in zip(FRENCH, LINE, strict=True)]
    for name, line in (("plain.csv", LINE), ("words.csv", cells)):
        text = f"{';'.join(FRENCH)}\n{';'.join(line)}\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    plain, _ = read(tmp_path / "plain.csv")
    found, said = read(tmp_path / "words.csv")
    assert found.equals(plain)
    assert not [each for each in said if each.blocks]
