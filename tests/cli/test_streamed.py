"""What is written as it comes is the same as what is made whole in memory."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from fla_batch.cli.json_document import json_pieces
from fla_batch.cli.show import counts_in_words, in_words
from fla_batch.configuration.loading import load
from fla_batch.ledger.ledger import Ledger
from fla_batch.report import export
from fla_batch.report.html import figure
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels, Source, summary
from fla_batch.vocabulary.terms import AnomalyOrigin, Language
from tests.builders import company_id, inss
from tests.cli.test_processes import child
from tests.command_line import CommandLine
from tests.ledger.builders import NOW, batch_name, forms, record, send
from tests.ledger_steps import record_anomalies

PAGES = 2_500


def anomaly(number: int) -> Anomaly:
    """One of many; some know neither worker nor employer, some block."""
    return Anomaly(
        "B" if number % 3 else "W",
        f"000{number % 40:02d}-{number:03d}",
        Labels(f"unknown {number}", "inconnu à l’heure", "niet gekend – ì"),
        tag="INSS",
        value="=1+1" if number % 5 else None,
        advice=Labels("look\nagain", None, "kijk"),
        company_id=company_id(1 + number % 2) if number % 11 else None,
        inss=inss(1 + number * 7919 % 100) if number % 13 else None,
        calendar_year=2020 + number % 5 if number % 17 else None,
        source=Source("fête.csv", number, "hours"),
        origin=AnomalyOrigin.REMOTE if number % 2 else AnomalyOrigin.LOCAL,
    )


@pytest.fixture
def recorded(settings: Path) -> list[Anomaly]:
    """Two batches with anomalies and some of no batch, sorted as they must be shown."""
    url = load(settings, environ={}).workspace.ledger
    found = [anomaly(number) for number in range(PAGES)]
    with Ledger.open(url) as ledger:
        for number, group in enumerate((found[:900], found[900:910], found[910:])):
            name = send(ledger, batch_name(number), 1) if number else None
            record_anomalies(ledger, group, NOW, name)
    return plainly(found)


def plainly(found: list[Anomaly]) -> list[Anomaly]:
    return sorted(
        found, key=lambda one: (one.company_id or "", one.inss or "", one.calendar_year or 0)
    )


def test_the_json_document(fla: CommandLine, recorded: list[Anomaly]) -> None:
    called = fla("anomalies", "--json")
    assert called.code == 1
    assert called.out == json.dumps(summary(recorded), ensure_ascii=False, indent=2) + "\n"


def test_the_words(fla: CommandLine, recorded: list[Anomaly]) -> None:
    lines = []
    for (company, worker), theirs in groupby(recorded, key=lambda one: (one.company_id, one.inss)):
        who = f"werknemer {worker}" if worker else "hele bestand of onbekende werknemer"
        lines.append(who + (f", werkgever {company}" if company else ""))
        lines += [in_words(one, Language.NL, indent="  ") for one in theirs]
    called = fla("anomalies", "--lang", "nl")
    assert called.code == 1
    counts = counts_in_words(AnomalyCounts.of(recorded), Language.NL)
    assert called.out == "\n".join([*lines, counts, ""])


def test_of_one_batch_in_each_format(
    fla: CommandLine, recorded: list[Anomaly], tmp_path: Path
) -> None:
    theirs = plainly([anomaly(number) for number in range(900, 910)])
    name = str(batch_name(1))
    called = fla("anomalies", name, "--csv", "a.csv", "--xlsx", "a.xlsx", "--json")
    assert called.document == json.loads(json.dumps(summary(theirs)))
    assert called.err == "a.csv: 10 anomalies written.\na.xlsx: 10 anomalies written.\n"
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [row["error_id"] for row in rows] == [one.error_id for one in theirs]
    assert called.code == 1


def test_only_warnings_is_no_failure(fla: CommandLine, settings: Path) -> None:
    with Ledger.open(load(settings, environ={}).workspace.ledger) as ledger:
        record_anomalies(ledger, [replace(anomaly(1), anomaly_class="W")], NOW)
    assert fla("anomalies").code == fla("anomalies", "--csv", "a.csv").code == 0


def test_nothing_is_written_when_one_file_cannot_be(
    fla: CommandLine, recorded: list[Anomaly], tmp_path: Path
) -> None:
    called = fla("anomalies", "--csv", "a.csv", "--xlsx", "a.ods", "--json")
    assert (called.code, called.out) == (2, "")
    assert "a.ods: anomalies are written to .csv or .xlsx" in called.err
    assert not (tmp_path / "a.csv").exists()


def test_a_reader_that_leaves_early(fla: CommandLine, recorded: list[Anomaly]) -> None:
    """`fla-batch anomalies | head` says nothing of pipes, and the ledger is free afterwards."""
    name = str(batch_name(1))
    for command in (
        ["anomalies"],
        ["anomalies", "--json"],
        ["status", name],
        ["status", name, "--json"],
    ):
        with child(*command) as showing:
            assert showing.stdout is not None
            assert showing.stdout.readline()
            showing.stdout.close()
            assert showing.stderr is not None
            assert showing.stderr.read() == ""
            showing.wait(timeout=60)
    assert fla("anomalies", "--json").document["blocking"] > 0


def test_the_forms_of_a_batch(fla: CommandLine, settings: Path) -> None:
    name = batch_name()
    with Ledger.open(load(settings, environ={}).workspace.ledger) as ledger:
        ledger.record_batch(record(name), forms(name, PAGES))
        kept = list(ledger.forms(name))
    document = fla("status", str(name), "--json").document
    (row,) = document["batches"]
    assert row["forms"] == len(document["forms"]) == PAGES
    assert document["forms"] == [
        {
            "reference": form.reference_nbr,
            "state": "built",
            "ticket": None,
            "kind": "trainingRights",
            "company_id": form.company_id,
            "inss": form.inss,
            "calendar_year": 2024,
        }
        for form in kept
    ]
    lines = fla("status", str(name)).out.splitlines()
    heading, *rows = lines[3:]
    assert [line.split()[0] for line in rows] == [form.reference_nbr for form in kept]
    for column, word in (("state", "built"), ("employer", kept[0].company_id), ("year", "2024")):
        place = heading.index(column)
        assert all(line[place:].startswith(str(word)) for line in rows)


def test_a_page_shows_so_many_and_counts_all(
    fla: CommandLine, recorded: list[Anomaly], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fla_batch.report.page.MOST_ANOMALIES", 100)
    called = fla("report", "-o", "report.html", "--json")
    assert called.document["anomalies"] == len(recorded)
    text = (tmp_path / "report.html").read_text()
    blocking = sum(one.blocks for one in recorded)
    assert f"Blocking: {figure(blocking)}. Warnings: {figure(PAGES - blocking)}." in text
    assert f"Not shown here: {figure(PAGES - 100)} more." in text
    assert text.count("<tr data-severity=") == 100


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        [1],
        "é",
        {"a": []},
        {"a": {}, "é": [{"b": [1, "x\n"]}]},
        {"a": None, "b": {"c": {"d": []}}},
    ],
)
def test_pieces_are_the_whole(document: object) -> None:
    def encode(value: object) -> str:
        return json.dumps(value, indent=2)

    assert "".join(json_pieces(document, encode)) == encode(document)
    if isinstance(document, dict):
        streamed = {
            name: iter(value) if isinstance(value, list) else value
            for name, value in document.items()
        }
        assert "".join(json_pieces(streamed, encode)) == encode(document)


def test_an_excel_sheet_has_an_end() -> None:
    export.require_room(Path("a.xlsx"), export.MOST_IN_A_SHEET)
    export.require_room(Path("a.csv"), export.MOST_IN_A_SHEET + 1)
    with pytest.raises(Exception, match=r"a\.xlsx: there are 1048576 anomalies") as raised:
        export.require_room(Path("a.xlsx"), export.MOST_IN_A_SHEET + 1)
    assert ".csv" in getattr(raised.value, "hint", "")
