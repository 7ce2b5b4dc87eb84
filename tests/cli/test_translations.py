"""Everything that is said to people is said in English, French and Dutch."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from itertools import count
from pathlib import Path

import pytest

from fla_batch.cli.commands import COMMANDS
from fla_batch.cli.help_pages import HELP
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.sentences import SENTENCES, Sentences, one_line, translated
from fla_batch.vocabulary.terms import FormKind, Language
from fla_batch.vocabulary.words import texts_of
from tests.command_line import CommandLine
from tests.english_texts import PACKAGE, help_texts, hints, raised, said_in_english, sentences

OURS = [language for language in Language if language is not Language.EN]
ROOMS = [
    str(path.parent.relative_to(PACKAGE.parent)).replace("/", ".")
    for path in sorted(PACKAGE.rglob("words.toml"))
    if path.parent.name != "report"  # its words lie by language; tests/report has its own test
]
ELSEWHERE = {
    # in three languages already
    *("said", "message", "Labels(path.name).changed(sentence)", "given.mistakes", "table.label"),
    # made of another one that is looked at
    *("str(error)", "error.hint", "judgement.reason", "entry.fault"),
    # click's, and what is no sentence
    *("error.message + _nearest(args[0])", "meant(name, known)"),
    "mask_text(traceback.format_exc(limit=-3))",
}
"""Sentences of exceptions that do not stand in the source as texts."""
SAID = set(map(one_line, texts_of(SENTENCES.package, SENTENCES.names[0])))
MODULES = sorted((PACKAGE / "cli").rglob("*.py"))
IN_NO_LANGUAGE = {
    "fla-batch, version {v1}",
    *("Context", "Formatter"),  # names of classes
    "\nREST API   {v1}",
    # translated as help, or as what click says
    "Commands",
    "Every command that shows something takes --json. Start with: fla-batch demo",
    " Did you mean {v1}?",
    "{v1} is no date such as 2025-03-01.",
}
NOT_SAID = {
    "documents.py",  # types of JSON documents
}


def names(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("text", sorted(help_texts()))
def test_each_help_text_has_its_translations(text: str) -> None:
    for language in OURS:
        assert HELP.known(text, language.value), f"no {language} in fla_batch/cli/help_words.toml"


@pytest.mark.parametrize("text", sorted(hints() | sentences()))
def test_each_sentence_has_its_translations(text: str) -> None:
    assert _plain(text) in SAID, f"not in fla_batch/vocabulary/sentences.toml: {text!r}"


def test_each_sentence_of_an_exception_is_found() -> None:
    unread = {each.source: each.place for each in raised() if not each.texts}
    assert unread.keys() == ELSEWHERE, "its sentence cannot be read off the source"


@pytest.mark.parametrize("catalogue", [HELP, SENTENCES], ids=lambda each: each.names[0])
def test_nothing_is_translated_that_nobody_says(catalogue: Sentences) -> None:
    texts = help_texts() if catalogue is HELP else hints() | sentences()
    said = set(map(_plain, texts))
    # with lists of names filled in
    fixed = [_fixed(each) for each in texts] if catalogue is HELP else []
    file = catalogue.names[0]
    for text, entry in texts_of(catalogue.package, file).items():
        assert set(entry) == {"fr", "nl"}, text
        assert all(names(each) == names(text) for each in entry.values()), text
        is_said = _plain(text) in said or any(_fixed(text) in each for each in fixed)
        assert is_said, f"nobody says it any more: remove it from {file}: {text!r}"


def _plain(text: str) -> str:
    """With values by their order, on one line."""
    numbers = count(1)
    return one_line(re.sub(r"\{\w+\}", lambda _: f"{{v{next(numbers)}}}", text))


def _fixed(text: str) -> str:
    """The longest part without values."""
    return max(re.split(r"\{\w+\}", one_line(text)), key=len)


def test_each_state_and_kind_has_its_words() -> None:
    assert texts_of("fla_batch.ledger").keys() == {*BatchState, *FormState}
    assert set(FormKind) <= texts_of("fla_batch.vocabulary").keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_is_said_in_english_only(path: Path) -> None:
    said = set() if path.name in NOT_SAID else set(said_in_english(path))
    assert not said - IN_NO_LANGUAGE, f"put it into fla_batch/cli/words.toml: {path.name}"


def test_what_is_said_in_english_only_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        'def a():\n    """A thing."""\n    say(f"{b}: {c}")\n    x = f"{b} was sent"\n'
        '    return "Next: poll" if b else "a-b"\n'
    )
    assert said_in_english(path) == ["{v1} was sent", "Next: poll"]


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
    assert {"fr": "Conseil : `fla-batch init` écrit", "nl": "Tip: `fla-batch init` schrijft"}[
        language
    ] in called.err


@pytest.mark.parametrize("language", OURS)
def test_an_exception_in_that_language(
    fla: CommandLine, language: Language, tmp_path: Path
) -> None:
    (tmp_path / "fla-batch.toml").write_text('[gateway]\nport = "x"\n[gatway]\n')
    called = fla("--lang", language, "status")
    assert called.code == 3
    heads = {"fr": "Erreur : 2 fautes dans la", "nl": "Fout: 2 fouten in de configuratie"}
    assert called.err.startswith(heads[language])
    lines = {
        "fr": "fla-batch.toml, ligne 3 : section inconnue [gatway]",
        "nl": "fla-batch.toml, regel 3: onbekende sectie [gatway]",
    }
    assert lines[language] in called.err


@pytest.mark.parametrize("language", OURS)
def test_a_mistake_in_the_command_line_in_that_language(
    fla: CommandLine, language: Language
) -> None:
    called = fla("--lang", language, "check", "nowhere.csv")
    assert called.code == 2
    assert {"fr": "n'existe pas", "nl": "bestaat niet"}[language] in called.err
    assert not re.search("exist|Invalid|Usage", called.err.replace("n'existe", ""))


def test_the_longest_template_counts() -> None:
    said = translated("cannot read keys/a.pem: Permission denied", Language.NL)
    assert said == "kan keys/a.pem niet lezen: de toegang is geweigerd"


def test_a_state_within_a_sentence_is_told_in_that_language() -> None:
    said = translated("FLAD is closed: it is not to be sent (again)", Language.FR)
    assert said == "FLAD est à l'état « clôturé » : il ne doit pas être envoyé (de nouveau)"


def test_what_a_finding_has_in_three_languages_stays_so() -> None:
    error = InputUnreadable(Labels("read", "lu", "gelezen"), file="a", hint=Labels("do", "faites"))
    assert (str(error), error.hint) == ("read", "do")
    assert error.told(Language.FR) == ("lu", "faites")
    assert InputUnreadable("a.csv is empty", file="a.csv").told(Language.NL)[0] == "a.csv is leeg"
