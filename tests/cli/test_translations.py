"""Everything that is said to people is said in English, French and Dutch."""

from __future__ import annotations

import string
from importlib.resources import files
from pathlib import Path

import pytest

from fla_batch.cli.commands import COMMANDS
from fla_batch.cli.translation import FILES, known, translated
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import texts_of
from tests.command_line import CommandLine
from tests.english_texts import PACKAGE, help_texts, hints

OURS = [language for language in Language if language is not Language.EN]
ROOMS = [
    str(path.parent.relative_to(PACKAGE.parent)).replace("/", ".")
    for path in sorted(PACKAGE.rglob("words.toml"))
    if path.parent.name != "report"  # its words lie by language; tests/report has its own test
]
ENTRIES = [(name, text) for name in FILES for text in texts_of("fla_batch.cli", name)]


def names(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("text", sorted(help_texts() | hints()))
def test_each_text_has_its_translations(text: str) -> None:
    for language in OURS:
        ours = known(text, language)
        assert ours, f"no {language} in fla_batch/cli/help_words.toml or hint_words.toml: {text!r}"


@pytest.mark.parametrize(("file", "text"), ENTRIES)
def test_nothing_is_translated_that_nobody_says(file: str, text: str) -> None:
    entry = texts_of("fla_batch.cli", file)[text]
    assert set(entry) == {"fr", "nl"}
    assert all(names(each) == names(text) for each in entry.values())
    said = {" ".join(each.split()) for each in help_texts() | hints()}
    if "{" not in text:
        assert " ".join(text.split()) in said, "nobody says it any more: remove it"
    else:
        fixed = max(text.split("{"), key=len).partition("}")[2] or text.partition("{")[0]
        assert any(" ".join(fixed.split()) in each for each in said)


@pytest.mark.parametrize("room", ROOMS)
def test_the_words_of_a_room_say_the_same_in_each_language(room: str) -> None:
    for key, entry in texts_of(room).items():
        forms = [entry] if "en" in entry else [entry["one"], entry["many"]]
        for form in forms:
            assert set(form) == set(Language), key
            assert len({tuple(names(text)) for text in form.values()}) == 1, key


def test_values_within_a_text_stay() -> None:
    said = translated(
        "chmod 600 keys/a.pem, and think of the key as known if it lay open long.", OURS[0]
    )
    assert said.startswith("chmod 600 keys/a.pem, et tenez")


@pytest.mark.parametrize("language", OURS)
def test_help_in_that_language(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch, language: Language, tmp_path: Path
) -> None:
    heading = {"fr": "Utilisation: fla-batch build", "nl": "Gebruik: fla-batch build"}[language]
    english = fla("build", "--help").out
    assert "Usage: fla-batch build" in english
    monkeypatch.setenv("FLA_BATCH_LANG", language)
    called = fla("build", "--help")
    assert heading in called.out
    assert "Leave out exactly" not in called.out
    assert max(map(len, called.out.splitlines())) <= 80
    monkeypatch.delenv("FLA_BATCH_LANG")
    assert fla("build", "--lang", language, "--help").out == called.out
    (tmp_path / "fla-batch.toml").write_text(f'[ui]\nlanguage = "{language}"\n')
    assert fla("build", "--help").out == called.out
    assert fla("build", "--lang", "en", "--help").out == english


@pytest.mark.parametrize("language", OURS)
def test_the_main_page_is_shipped_in_that_language(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setenv("FLA_BATCH_LANG", language)
    page = fla("--help").out
    assert all(name in page for name in COMMANDS)
    shipped = files("fla_batch.cli").joinpath(f"help.{language}.txt").read_text(encoding="utf-8")
    assert shipped == page, "run python -m tests.cli.regenerate"


@pytest.mark.parametrize("language", OURS)
def test_a_hint_in_that_language(
    fla: CommandLine, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setenv("FLA_BATCH_LANG", language)
    called = fla("status")
    assert called.code == 3
    assert {"fr": "Conseil: `fla-batch init` écrit", "nl": "Tip: `fla-batch init` schrijft"}[
        language
    ] in called.err
