"""Individual training accounts from the ledger: everything accepted, nothing else, to the hour."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.vocabulary.terms import Language
from tests.builders import company_id, inss
from tests.command_line import CommandLine, write_csv
from tests.e2e.servers import now

RIGHTS = "companyId;inss;calendarYear;rightType;hours;jointCommissionNbr\n"


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with practice_ground(tmp_path / "ground", load("fla-20250131"), clock=now) as running:
        yield running


@pytest.fixture
def fla(
    ground: Ground,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    """The command line after two workers were declared, one of whom the platform refused."""
    monkeypatch.chdir(tmp_path)
    here = CommandLine(capsys, ground.settings_file)
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
    assert sorted(path.name for path in place.iterdir()) == [f"{inss()}.html", f"{inss()}.json"]
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
