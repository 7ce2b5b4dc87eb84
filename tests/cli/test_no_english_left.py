"""A clerk's journey in French and in Dutch: no English word is left in what the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_line import Called, CommandLine, write_csv

ENGLISH = re.compile(
    r"\b(the|and|not|was|were|with|which|nothing|written|worker|employer|row|rows|are|has|been"
    r"|have|found|their|batches|declarations?|trainings|answers?|refused|accepted|state|year"
    r"|cannot|missing|this|that|from|it)\b",
    re.IGNORECASE,
)
NAMES = re.compile(
    r"`[^`]*`|fla-batch [a-z].*|--[a-z-]+|[«“‘][^»”’]*[»”’]|\S*[/\\]\S*|\S+\.\w\S*|\[[^\]]*\]"
    r"|(colonne|kolom) \w+|First aid|[a-z]+[A-Z]\w*"
)
"""Commands, options, files, quotations, settings, columns: the same in each language."""


def left_in(called: Called, language: str) -> list[str]:
    """The English words of what was said; Dutch shares a few."""
    dutch = {"was", "been", "batches"} if language == "nl" else set()
    said = NAMES.sub("", called.said)
    return sorted({each.group().lower() for each in ENGLISH.finditer(said)} - dutch)


def journey(fla: CommandLine) -> list[tuple[str, ...]]:
    """Command lines after a `demo` in the folder d."""
    wrong = [
        {"inss": "85073100199", "trainingStatus": "9"},
        {"trainingEndDate": "31/02/2024", "hours": "x", "scope": ""},
    ]
    write_csv(Path("wrong.csv"), wrong)
    write_csv(Path("right.csv"), [{}])
    write_csv(Path("odd.csv"), [{"colour": "red"}])
    Path("bad.toml").write_text('[gateway]\nport = "x"\n[gatway]\n[sender]\nnumber = "1"\n')
    config = ("--config", "d/fla-batch.toml")
    name = "FLAD.123456.20260101.00001.S"
    return [
        ("check", "wrong.csv"),
        ("check", "wrong.csv", "--all", "--marked", "m.xlsx", "--fix", "x.xlsx"),
        ("check", "odd.csv", "nowhere.csv"),
        ("check", "odd.csv"),
        ("build", "wrong.csv", *config),
        ("build", "right.csv", "--dry-run", *config),
        ("build", "right.csv", *config),
        ("build", "right.csv", *config),
        ("status", *config),
        ("status", "--year", "2024", *config),
        ("status", name, *config),
        ("send", *config),
        ("poll", *config),
        ("anomalies", *config),
        ("anomalies", "--csv", "a.csv", *config),
        ("anomalies", "--dismiss", *config),
        ("correct", name, "right.csv", *config),
        ("cancel", name, *config),
        ("report", "-o", "r.html", *config),
        ("report", "-o", "r.txt", *config),
        ("ledger", "verify", *config),
        ("ledger", "rebuild", *config),
        ("replay", *config),
        ("purge", "--older-than", "1", *config),
        ("account", "export", "-o", "accounts", *config),
        ("credit", "forecast", "right.csv"),
        ("ask", "trainings", "--company-id", "1", *config),
        ("ask", "rights", "--company-id", "0880820673", "--year", "2024", *config),
        ("trainings", "validate", "--company-id", "0880820673", "-o", "t.json", *config),
        ("init", "mine.toml"),
        ("init", "mine.toml"),
        ("template", "trainings", "t.xlsx"),
        ("template", "rights", "t.xls"),
        ("columns", "draft", "odd.csv", "-o", "columns.toml"),
        ("columns", "draft", "odd.csv", "-o", "columns.toml"),
        ("schema", "check"),
        ("rights", "explain", "1", "--dmfa", "right.csv", "--as-of", "2024-12-31"),
        ("status", "--config", "bad.toml"),
        ("status", "--config", "none.toml"),
        ("status", "--yeer", "2024"),
        ("statsu",),
        ("status", "--year", "20"),
    ]


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_a_journey(fla: CommandLine, language: str) -> None:
    done = fla("--lang", language, "demo", "--dir", "d")
    assert done.code == 0
    found: dict[tuple[str, ...], list[str]] = {("demo",): left_in(done, language)}
    for words in journey(fla):
        found[words] = left_in(fla("--lang", language, *words), language)
    assert {words: left for words, left in found.items() if left} == {}


def test_english_words_are_found() -> None:
    assert left_in(Called(0, "1 déclaration lue.\n", "Nothing was read.\n"), "fr") == [
        "nothing",
        "was",
    ]
