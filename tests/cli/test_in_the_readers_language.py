"""What is read, how often something is wrong, and where, in the language of who reads it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.builders import inss
from tests.command_line import CommandLine, write_csv

CASES = Path(__file__).parent / "cases"
EMPLOYER = "0880.820.673"
HEADINGS = (
    "N° BCE",
    "NISS",
    "Nom",
    "Année",
    "Intitulé de la formation",
    "Début",
    "Fin",
    "Heures",
    "Jours",
    "Résultat",
    "Certificat",
    "Portée",
    "Statut",
    "Type de formation",
    "CP",
)
GOOD = {
    "N° BCE": EMPLOYER,
    "Année": 2024,
    "Intitulé de la formation": "Secourisme",
    "Début": date(2024, 3, 4),
    "Fin": date(2024, 3, 4),
    "Heures": 7.6,
    "Résultat": "réussi",
    "Certificat": "oui",
    "Portée": 1,
    "Statut": 1,
    "Type de formation": "formelle",
    "CP": "200",
}


def workbook(path: Path, *rows: dict[str, object], without: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Formations"
    headings = [heading for heading in HEADINGS if heading not in without]
    sheet.append(headings)
    for number, row in enumerate(rows, start=1):
        whole = GOOD | {"NISS": inss(number)} | row
        sheet.append([whole.get(heading) for heading in headings])
    book.save(path)
    return path


def test_one_mistake_in_1500_rows_is_said_once(fla: CommandLine) -> None:
    """Case one-mistake-1500-rows-not-grouped.csv: groups with their counts and first rows."""
    case = Path(shutil.copy(CASES / "one-mistake-1500-rows-not-grouped.csv", "."))
    called = fla("check", case.name)
    assert (called.code, len(called.out.splitlines()) < 30) == (1, True), called.out
    assert "1 500 times: one-mistake-1500-rows-not-grouped.csv, column trainingStartDate" in (
        called.out
    )
    groups = fla("check", case.name, "--json").document["groups"]
    (group,) = [each for each in groups if each["rule"] == "not-a-date"]
    assert (group["count"], group["column"]) == (1500, "trainingStartDate")
    assert group["first_rows"][:3] == [2, 3, 4]
    french = fla("check", case.name, "--lang", "fr").out
    assert "1 500 fois : " in french or "1 500 fois: " in french
    assert "colonne trainingStartDate, lignes 2, 3, " in french
    assert "1 500 keer: " in fla("check", case.name, "--lang", "nl").out
    assert fla("check", case.name, "--all").out.count("not-a-date") == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", 'read t.xlsx, sheet "Formations": 2 rows, 2 workers, 1 employer, 7.6 h; 1 row'),
        ("fr", "lu t.xlsx, feuille « Formations » : 2 lignes, 2 travailleurs, 1 employeur, 7,6 h"),
        (
            "nl",
            "gelezen t.xlsx, blad “Formations”: 2 rijen, 2 werknemers, 1 werkgever, 7,6 u",
        ),
    ],
)
def test_the_receipt_and_the_counts(fla: CommandLine, language: str, said: str) -> None:
    path = workbook(Path("t.xlsx"), {}, {"Heures": "beaucoup"})
    shown = fla("check", path, "--lang", language).out
    assert said in shown
    counts = {"en": "1 blocking anomaly", "fr": "1 anomalie bloquante", "nl": "1 blokkerende"}
    assert counts[language] in shown
    where = {"en": "row 3, column", "fr": "ligne 3, colonne", "nl": "rij 3, kolom"}
    assert f"{where[language]} Heures" in shown


def test_one_missing_column_is_said_once_and_hides_nothing(fla: CommandLine) -> None:
    path = workbook(Path("t.xlsx"), {}, {"Portée": "externe"}, {}, without=("Type de formation",))
    document = fla("check", path, "--json").document
    blocking = [(one["rule"], one["source"]["row"]) for one in document["anomalies"]]
    assert [each for each in blocking if each[0] in ("missing-column", "missing")] == [
        ("missing-column", 1)
    ]
    assert ("not-a-number", 3) in blocking
    shown = fla("check", path, "--lang", "fr").out
    assert "la colonne Type de formation (trainingType) n'est pas dans le fichier" in shown
    assert "Écrivez l'un de ceux-ci : 1 dans le champ du FLA, 2 hors du champ du FLA." in shown
    Path("fla-batch.toml").write_text('[sender]\nnumber = "123456"\n')
    assert fla("build", path, "--skip-blocked").code == 1
    assert not list(Path("outbox").glob("S/FLAD*"))


def test_a_misspelled_column_is_missing_and_hides_nothing(fla: CommandLine) -> None:
    rows = [{"trainingDenominatoin": "x", "hours": "many"}]
    path = write_csv(Path("t.csv"), rows)
    text = path.read_text().replace("trainingDenomination;", "").replace(";First aid;", ";")
    path.write_text(text)
    rules = [one["rule"] for one in fla("check", path, "--json").document["anomalies"]]
    assert sorted(rules) == ["not-a-number", "unknown-column"]


def test_a_joint_committee_beside_trainings_is_somebodys_note(fla: CommandLine) -> None:
    called = fla("check", workbook(Path("t.xlsx"), {}), "--json")
    assert called.code == 0, called.out
    found = called.document["anomalies"]
    assert {one["rule"] for one in found} == {"ignored-column"}
    assert {one["source"]["column"] for one in found} == {"Nom", "CP"}


@pytest.mark.parametrize(
    ("cells", "text", "advised"),
    [
        ({"Heures": "7,6 h"}, None, ""),
        ({"Heures": "7.6 uur"}, None, ""),
        ({"Heures": "7u36"}, None, ""),
        ({"Heures": "7 h 36 min"}, None, ""),
        ({"Heures": "7 heures 36"}, None, ""),
        ({"Heures": None, "Jours": "1 jour"}, None, ""),
        ({"Heures": "1 jour"}, "counts days", "column Days"),
        ({"Heures": None, "Jours": "8h"}, "counts hours", "column Hours"),
    ],
)
def test_hours_and_days_with_their_units(
    fla: CommandLine, cells: dict[str, object], text: str | None, advised: str
) -> None:
    document = fla("check", workbook(Path("t.xlsx"), cells), "--json").document
    found = [one for one in document["anomalies"] if one["class"] == "B"]
    if text is None:
        assert found == []
        assert document["read"][0]["hours_centi"] in (760, 0)
    else:
        (one,) = found
        assert text in one["label"]["en"]
        assert advised in one["advice"]["en"]


def test_a_heading_twice_is_named_as_it_is_written(fla: CommandLine) -> None:
    path = write_csv(Path("t.csv"), [{"Uren": "7,6"}])
    document = fla("check", path, "--json").document
    (one,) = [each for each in document["anomalies"] if each["rule"] == "column-twice"]
    assert "hours / Uren (hours)" in one["label"]["en"]
    assert one["source"]["column"] == "Uren"
