"""What users read first is there in German: zones, causes, and what to do."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.sentences import german_text
from fla_batch.vocabulary.words import texts_of
from tests.command_line import CommandLine, write_csv

GERMAN = texts_of("fla_batch.vocabulary", "german.toml")


def english_texts() -> Iterator[str]:
    """Of every zone, cause, advice on the platform's anomalies, and rule of ours."""
    package = "fla_batch.vocabulary.catalogue"
    for zone in catalogue._zones():
        yield str(catalogue.zone_label(zone).en)
    for code in catalogue._meanings():
        yield str(catalogue._meanings()[code].en)
    yield from (entry["en"] for entry in texts_of(package, "advice.toml")["advice"])
    for entry in texts_of(package, "texts.toml").values():
        yield from (part["en"] for part in entry.values())


@pytest.mark.parametrize("text", sorted(set(english_texts())))
def test_it_has_its_german(text: str) -> None:
    assert text in GERMAN, "put it into fla_batch/vocabulary/german.toml"


def names(text: Any) -> list[str]:
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name)


def test_values_stay_in_it() -> None:
    assert [each for each, ours in GERMAN.items() if names(each) != names(ours)] == []


def test_a_label_of_several_parts() -> None:
    label = Labels(en="Training hours - Not numeric: “abc” is not a number of hours")
    assert german_text(label) == "Ausbildungsstunden - Nicht numerisch: „abc“ ist keine Stundenzahl"
    both = Labels(en="Training days - Not allowed here: Training days and Hours are both filled in")
    ours = "Ausbildungstage - Hier nicht erlaubt: Ausbildungstage und Hours sind beide ausgefüllt"
    assert german_text(both) == ours
    assert german_text(Labels(en="said in English only", fr="dit")) == "said in English only"


@pytest.mark.parametrize("how", ["option", "variable", "setting"])
def test_check_in_german(fla: CommandLine, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    write_csv(Path("a.csv"), [{"inss": "85073100199"}])
    options: list[str] = []
    if how == "option":
        options = ["--lang", "de"]
    elif how == "variable":
        monkeypatch.setenv("FLA_BATCH_LANG", "de")
    else:
        Path("fla-batch.toml").write_text('[ui]\nlanguage = "de"\n')
    called = fla(*options, "check", "a.csv")
    assert called.code == 1
    assert "Nationalregisternummer (NISS) - Prüfziffern falsch: die letzten zwei" in called.out
    assert "-> Übernehmen Sie die NISS erneut" in called.out
    assert "1 blocking anomaly" in called.out, "the rest is English"
    assert "check digits" in fla(*options, "check", "a.csv", "--json").out.lower()
