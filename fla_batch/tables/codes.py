"""Coded zones: the code, its meaning in words, or both as the templates' lists write them.

The words are the zones' own, in three languages, and the other forms of them that people write
(`code_words.toml`: réussi beside réussie, true for a yes).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache

from fla_batch.models.zone import Zone, ZoneType, listed_codes
from fla_batch.tables.numbers import whole_number
from fla_batch.tables.values import Mistake, shown
from fla_batch.vocabulary.words import texts_of

_BOTH = re.compile(r"(.+?)\s*\((.+)\)")


def coded(zone: Zone, text: str) -> int | str | Mistake:
    """A code, its word, or both.

    >>> from fla_batch.models.trainings import RESULT_CODES
    >>> zone = Zone("TrainingResult", ZoneType.INTEGER, codes=RESULT_CODES)
    >>> [coded(zone, text) for text in ("1", "1 - geslaagd", "réussi", "Geslaagd", "PASSED")]
    [1, 1, 1, 1, 1]
    >>> coded(zone, "1 - failed").rule, coded(zone, "magna").rule, coded(zone, "magna").text
    ('unknown-code', 'not-a-number', 'unknown-code')
    >>> coded(zone, "geslaagd (1)"), coded(zone, "1 (passed)"), coded(zone, "failed (1)").rule
    (1, 1, 'not-a-number')
    """
    code, dash, meaning = text.partition(" - ")
    if dash:
        meant = _code_of(zone, meaning)
        if meant is None or str(meant) != code.strip():
            whole = _code_of(zone, text)
            return _unknown(zone, text) if whole is None else whole
        return meant
    meant = _code_of(zone, text)
    if meant is None and (both := _BOTH.fullmatch(text)):
        meant = _of_both(zone, both[1], both[2])
    if meant is not None:
        return meant
    if zone.type is not ZoneType.INTEGER:
        return code
    number = whole_number(code)
    if isinstance(number, Mistake) and number.rule == "not-a-number":
        # To somebody who wrote the word, "digits only" would not say which.
        return replace(_unknown(zone, text), rule="not-a-number", text="unknown-code")
    return number


def _of_both(zone: Zone, first: str, second: str) -> int | str | None:
    """The code of `formelle (1)` or `1 (formelle)`, where word and number say the same."""
    for code, word in ((first, second), (second, first)):
        meant = _code_of(zone, word)
        if meant is not None and str(meant) == code.strip():
            return meant
    return None


def _unknown(zone: Zone, text: str) -> Mistake:
    return Mistake("unknown-code", shown(text), parameters={"codes": listed_codes(zone)})


@lru_cache(maxsize=1 << 14)  # two kinds of tables, four separators: each word is asked about often
def bare_words(text: str) -> str:
    """A text as headings and words are compared: letters and digits, no case, no accents.

    >>> bare_words("Numéro d’entreprise :"), bare_words("N° NISS")
    ('numerodentreprise', 'nniss')
    """
    spread = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, spread))


def _code_of(zone: Zone, words: str) -> int | str | None:
    if words.isdigit():
        return None
    codes = dict(zone.codes)
    found = _words(zone.label).get(bare_words(words))
    if found is not None and found in codes:
        return found
    for code, texts in codes.items():
        if bare_words(words) in {bare_words(text) for text in texts}:
            return code
    return None


@cache
def _words(label: str) -> Mapping[str, int | str]:
    return {
        bare_words(word): int(code) if code.isdigit() else code
        for code, words in texts_of(__package__, "code_words.toml").get(label, {}).items()
        for word in words
    }
