"""Individual training accounts from the ledger: everything accepted, nothing else, to the hour."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from fla_batch.sandbox.ground import Ground
from fla_batch.vocabulary.terms import Language
from tests.builders import company_id, inss
from tests.command_line import CommandLine, write_csv

RIGHTS = "companyId;inss;calendarYear;rightType;hours;jointCommissionNbr\n"


@pytest.fixture
def fla(fla: CommandLine, ground: Ground, tmp_path: Path) -> CommandLine:
    """The command line after two workers were declared, one of whom the platform refused."""
    here = fla.with_settings(ground.settings_file)
    rights = tmp_path / "rights.csv"
    rights.write_text(f"{RIGHTS}{company_id()};{inss()};2024;LEGAL;38;200\n")
    rows = [{"hours": "7.6", "trainingDenomination": "Fire <b>drill</b>"}]
    rows += [{"inss": inss(2), "companyId": "0999999922"}]
    trainings = write_csv(tmp_path / "trainings.csv", rows)
    assert here("run", rights, trainings, "--every", "0.1", "--timeout", "60").code == 1
    return here


def test_an_account_of_what_was_accepted(fla: CommandLine, tmp_path: Path) -> None:
    called = fla("account", "export", "-o", "accounts", "--json")
    assert called.code == 0
    assert called.document == {"folder": "accounts", "accounts": 1}
    place = tmp_path / "accounts" / company_id()
    names = ["accounts.csv", f"{inss()}.html", f"{inss()}.json"]
    assert sorted(path.name for path in place.iterdir()) == sorted(names)
    assert not (tmp_path / "accounts" / "0999999922").exists()
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    account = json.loads((place / f"{inss()}.json").read_text())
    assert [each["calendarYear"] for each in account["rights"]] == [2024]
    (training,) = account["trainings"][0]["declaration"]["trainings"]
    assert training["trainingDenomination"] == "Fire <b>drill</b>"
    assert account["credit"]["legalFlaCredit"]["totalLegalFlaCreditHours"] == 3800 - 760


@pytest.mark.parametrize(("language", "title"), [("fr", "Compte"), ("nl", "Individuele")])
def test_the_page(fla: CommandLine, tmp_path: Path, language: str, title: str) -> None:
    assert fla("account", "export", "-o", "out", "--lang", language).code == 0
    page = (tmp_path / "out" / company_id() / f"{inss()}.html").read_text()
    assert title in page
    assert "<b>" not in page
    assert "Fire &lt;b&gt;drill&lt;/b&gt;" in page
    assert [re.search(size, page) is not None for size in ("38 h", "7.6 h", "30.4 h")] == [True] * 3
    assert "src=" not in page
    assert "href=" not in page


def test_an_empty_ledger_has_no_accounts(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    called = CommandLine(capsys, ground.settings_file)("account", "export", "-o", tmp_path / "out")
    assert called.code == 0
    assert "0 accounts written" in called.out
    assert not (tmp_path / "out").exists()


def test_every_language_has_every_word() -> None:
    content = files("fla_batch.report").joinpath("account.toml").read_text(encoding="utf-8")
    word = tomllib.loads(content)
    assert set(word) == {language.value for language in Language}
    assert set(word["en"]) == set(word["fr"]) == set(word["nl"])


PEOPLE = """\
NISS;Nom;Prénom;Date de naissance;Lieu de naissance;Adresse;Régime de travail;Trajectoire
{};Martin;Léa;1981-11-17;Liège;Rue Haute 1, 1000 Bruxelles;temps plein;3 jours en 2026
"""


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_personnel_file_completes_the_account(
    fla: CommandLine, tmp_path: Path, suffix: str
) -> None:
    text = PEOPLE.format(inss()).replace("Trajectoire\n", "Trajectoire de croissance\n")
    people = tmp_path / f"people.{suffix}"
    if suffix == "csv":
        people.write_text(text, encoding="utf-8")
    else:
        with Workbook(people) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(text.splitlines()):
                sheet.write_row(number, 0, line.split(";"))
    called = fla("account", "export", "-o", "out", "--people", people, "--lang", "fr", "--json")
    assert called.document == {"folder": "out", "accounts": 1, "incomplete": []}
    place = tmp_path / "out" / company_id()
    page = (place / f"{inss()}.html").read_text(encoding="utf-8")
    for word in ("Martin Léa", "1981-11-17, Liège", "Rue Haute 1", "temps plein", "3 jours"):
        assert word in page
    assert "Reste à compléter" not in page
    head, row, *_ = (place / "accounts.csv").read_text(encoding="utf-8-sig").splitlines()
    cells = dict(zip(head.split(";"), row.split(";"), strict=True))
    assert cells["Noms" if "Noms" in cells else "Nom et prénoms"] == "Martin Léa"
    assert cells["légal"] == "38"
    assert cells["Restant (h)"] == "30,4"


def test_what_the_personnel_file_lacks_is_listed_once(fla: CommandLine, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(f"INSS;name\n{inss()};Léa Martin\n", encoding="utf-8")
    called = fla("account", "export", "-o", "out", "--people", people)
    assert called.code == 0
    assert called.out.count("no birth, address, regime, growth") == 1
    page = (tmp_path / "out" / company_id() / f"{inss()}.html").read_text(encoding="utf-8")
    assert "Still to fill in: date and place of birth, address, work regime, growth path." in page


def test_a_wrong_national_number_in_the_personnel_file_is_said(
    fla: CommandLine, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("INSS;name\n81111700107;Léa\n", encoding="utf-8")
    called = fla("account", "export", "-o", "out", "--people", people)
    assert called.code != 0
    assert "row 2" in called.err
    assert "81111700107" not in called.err


def test_one_employer_worker_or_year(fla: CommandLine, tmp_path: Path) -> None:
    for words, accounts in (
        (("--company-id", company_id()), 1),
        (("--company-id", "0880820673"), 0),
        (("--inss", inss()), 1),
        (("--inss", inss(2)), 0),
    ):
        assert (
            fla("account", "export", "-o", "out", *words, "--json").document["accounts"] == accounts
        )
    assert fla("account", "export", "-o", "other", "--year", "2023").code == 0
    text = (tmp_path / "other" / company_id() / f"{inss()}.json").read_text(encoding="utf-8")
    account = json.loads(text)
    assert account["rights"] == account["trainings"] == account["rightsInForce"] == []


def test_status_anomalies_and_report_of_one_employer_worker_or_year(
    fla: CommandLine, tmp_path: Path
) -> None:
    refused = ("--company-id", "0999999922")
    for words, batches, forms, blocking in (
        (refused, 1, 1, 1),
        (("--inss", inss()), 1, 2, 0),
        (("--company-id", company_id(), "--inss", inss(2)), 0, 0, 0),
        (("--year", "2023"), 0, 0, 0),
    ):
        status = fla("status", *words, "--json").document
        assert (len(status["batches"]), len(status["forms"])) == (batches, forms), words
        found = fla("anomalies", *words, "--json")
        assert (found.document["blocking"], found.code) == (blocking, min(blocking, 1))
        page = fla("report", *words, "-o", "page.html", "--json").document
        assert page["batches"] == batches
    assert "No batch holds anything of that." in fla("status", "--year", "2023").out
    assert fla("status", "--inss", "81111700107").code == 2
