"""Every text that a template asks for is there, in three languages, with the same parts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from string import Formatter
from typing import Any

import pytest

from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ui.app import STATIC
from fla_batch.ui.rendering import in_words
from fla_batch.vocabulary.terms import Environment, Language
from fla_batch.vocabulary.words import Words, texts_of
from tests.ui.conftest import Browser

_TEXTS = texts_of("fla_batch.ui")
_SOURCES = [
    path.read_text(encoding="utf-8")
    for pattern in ("templates/*.html", "*.py")
    for path in sorted(STATIC.parent.glob(pattern))
]
_COMPUTED = {
    *(f"env_{each.value}" for each in Environment),
    *(f"state_{each.value}".replace(" ", "_").replace("-", "_") for each in BatchState),
    *("error", "warning", "information", "sure_1", "sure_2", "sure_yes_1", "sure_yes_2"),
    *("age_minutes", "age_hours", "age_days"),
}
"""Keys that are put together where they are used."""


def _asked() -> set[str]:
    of_templates = re.findall(r'w\.(?:line|count)\("(\w+)"[,)]', "\n".join(_SOURCES))
    refusals = re.findall(r'"(refused_\w+)"', "\n".join(_SOURCES))
    return {*of_templates, *refusals, *_COMPUTED, "env_practice"}


def test_each_text_that_is_asked_for_is_there_and_no_other() -> None:
    asked = _asked()
    assert asked - _TEXTS.keys() == set()
    assert _TEXTS.keys() - asked == set()


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(-3, "0 minute"), (119, "119 minutes"), (120, "2 heures"), (2880, "2 jours")],
)
def test_how_long_a_batch_has_been_so(minutes: int, said: str) -> None:
    words = Words("fla_batch.ui", Language.FR)
    assert in_words(timedelta(minutes=minutes), words) == said


def _parts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _variants(entry: dict[str, Any]) -> list[dict[str, str]]:
    return [entry["one"], entry["many"]] if "one" in entry else [entry]


def test_each_is_there_in_three_languages_with_the_same_parts() -> None:
    for key, entry in _TEXTS.items():
        for texts in _variants(entry):
            assert set(texts) == {language.value for language in Language}, key
            assert all(text.strip() for text in texts.values()), key
            assert len({frozenset(_parts(text)) for text in texts.values()}) == 1, key


@pytest.mark.parametrize(
    ("language", "said", "hint"),
    [
        ("fr", "large.csv est vide", "Enregistrez-le"),
        ("nl", "large.csv is leeg", "Bewaar het"),
    ],
)
def test_what_goes_wrong_is_said_in_the_language_of_the_page(
    browser: Browser, language: str, said: str, hint: str
) -> None:
    browser.headers["accept-language"] = language
    answer = browser.post("/files", files={"file": ("large.csv", b"")})
    assert said in answer.text
    assert hint in answer.text
    gone = browser.get("/nowhere").text
    assert {"fr": "il n'y a pas de page /nowhere", "nl": "er is geen pagina /nowhere"}[
        language
    ] in unescape(gone)
