"""Sentences in French and Dutch, found by their English text (decision 1909).

An exception carries its sentence and its hint in English, as the library's users and logs have
them; the edges, which are the terminal and the page, tell them in the reader's language. What has
values in it is found by its template: "{v1} is empty" is any text that ends with " is empty".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import colon, texts_of

_NAME = re.compile(r"\{\w+\}")
_VALUE = re.compile(r"\\\{(\w+)\\\}")
GERMAN = "de"
"""Not a Language of ours: only some texts have it (decision 1910)."""
_STATES = "fla_batch.ledger"
"""The room whose words are the states of batches and forms: values of many sentences."""
Entry = Mapping[str, str]


class Sentences:
    """The English texts of some files of one package, with their translations."""

    def __init__(self, package: str, *names: str) -> None:
        self.package = package
        self.names = names

    def translated(self, text: str, language: Language) -> str:
        """`text` in that language; as it is when it is English, or nobody translated it."""
        return text if language is Language.EN else self.known(text, language.value) or text

    def known(self, text: str, code: str) -> str | None:
        """The translation of an English text into the language of that code; None without one."""
        plain = one_line(text)
        if entry := self._exact.get(plain):
            return entry[code]
        return (
            self._in_two(plain, code, whole=True)
            or self._filled(plain, code)
            or self._in_two(plain, code, whole=False)
        )

    def _filled(self, plain: str, code: str) -> str | None:
        """A template with its values."""
        for pattern, entry in self._templates:
            if found := pattern.fullmatch(plain):
                # A value may be such a text itself: the reason within a sentence.
                values = found.groupdict().items()
                told = {name: self.known(value, code) or value for name, value in values}
                return entry[code].format_map(told)
        return None

    def _in_two(self, plain: str, code: str, *, whole: bool) -> str | None:
        """A reason after what it is the reason of; `whole` when both must be known.

        One word before it is a name: of a file, a section or a command.
        """
        for mark in (": ", " - "):
            head, is_there, reason = plain.partition(mark)
            if not is_there:
                continue
            before, after = self.known(head, code), self.known(reason, code)
            is_whole = after and (before or " " not in head)
            if is_whole or (not whole and (before or after)):
                joint = colon(code) if mark == ": " else mark
                return f"{before or head}{joint}{after or reason}"
        return None

    @cached_property
    def _exact(self) -> Mapping[str, Entry]:
        states = {entry["en"]: entry for entry in texts_of(_STATES).values()}
        return states | {
            one_line(english): {GERMAN: entry} if isinstance(entry, str) else entry
            for name in self.names
            for english, entry in texts_of(self.package, name).items()
        }

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], Entry]]:
        """The longest fixed part first: "Run {x}" must not take what "Run {x} on {y}" means."""
        texts = sorted(
            filter(_NAME.search, self._exact), key=lambda text: -len(_NAME.sub("", text))
        )
        return [(_pattern(text), self._exact[text]) for text in texts]


SENTENCES = Sentences(__package__, "sentences.toml", "foreign_sentences.toml")
"""What exceptions, hints and remarks say; and what libraries and the system say within them."""
_GERMAN_TEXTS = Sentences(__package__, "german.toml")


def translated(text: str, language: Language) -> str:
    """
    >>> translated("the file is larger than 20 MB, the most that this page takes", Language.NL)
    'het bestand is groter dan 20 MB, het meeste dat deze pagina aanneemt'
    """
    return SENTENCES.translated(text, language)


def german_text(labels: Labels) -> str:
    """German of what users read first: names of zones, causes, and what to do (decision 1910).

    Found by its English text; what has no German stays English.

    >>> german_text(Labels(en="Training hours - Missing: this zone is mandatory"))
    'Ausbildungsstunden - Fehlt: dieses Feld ist Pflicht'
    """
    english = labels.en or ""
    return _GERMAN_TEXTS.known(english, GERMAN) or english


def cause_in(text: str, language: Language) -> str:
    """Why a library could not do a thing: translated, or quoted where nobody did (decision 1919).

    >>> cause_in("File is not a zip file", Language.FR), cause_in("footer too short", Language.NL)
    ("le classeur est endommagé, ou c'est un autre fichier", '“footer too short”')
    """
    said = translated(text, language)
    if language is Language.EN or said != text:
        return said
    return f"« {text} »" if language is Language.FR else f"“{text}”"


def one_line(text: str) -> str:
    """Lines joined, paragraphs kept: where a docstring is folded says nothing."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_VALUE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)
