"""Help pages and hints in French and Dutch, found by their English text (decision 1901).

English stays where click and the exceptions want it. What has values in it is found by its
template: "Check {path}" is any text that begins with "Check ".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cache

import click

from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import texts_of

FILES = ("help_words.toml", "hint_words.toml")
_VALUE = re.compile(r"\\\{(\w+)\\\}")
_PARTS = {
    Language.FR: {"Usage": "Utilisation", "Options": "Options", "Commands": "Commandes"},
    Language.NL: {"Usage": "Gebruik", "Options": "Opties", "Commands": "Commando's"},
}
_NOTES = {
    Language.FR: {"[required]": "[obligatoire]", "[default: ": "[par défaut : "},
    Language.NL: {"[required]": "[verplicht]", "[default: ": "[standaard: "},
}


def translated(text: str, language: Language) -> str:
    """`text` in that language; as it is when it is English, or nobody translated it.

    >>> translated("Where to write it.", Language.NL)
    'Waar het te schrijven.'
    """
    return (known(text, language) or text) if language is not Language.EN else text


def known(text: str, language: Language) -> str | None:
    """The translation of an English text; None when there is none."""
    exact, templates = _catalogue()
    plain = _one_line(text)
    if plain in exact:
        return exact[plain][language.value]
    for pattern, entry in templates:
        if found := pattern.fullmatch(plain):
            return entry[language.value].format_map(found.groupdict())
    return None


@cache
def _catalogue() -> tuple[
    Mapping[str, Mapping[str, str]], Sequence[tuple[re.Pattern[str], Mapping[str, str]]]
]:
    exact: dict[str, Mapping[str, str]] = {}
    for name in FILES:
        exact.update({_one_line(en): rest for en, rest in texts_of(__package__, name).items()})
    templates = [(_pattern(english), entry) for english, entry in exact.items() if "{" in english]
    # The longest fixed part first: "Run {x}" must not take what "Run {x} on {y}" means.
    templates.sort(key=lambda pair: -len(_VALUE.sub("", pair[0].pattern)))
    return exact, templates


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_VALUE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)


def _one_line(text: str) -> str:
    """Lines joined, paragraphs kept: where a docstring is folded says nothing."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


class _Formatter(click.HelpFormatter):
    """Headings and notes of a help page in one language."""

    language = Language.EN

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        given = prefix or f"{_PARTS[self.language]['Usage']}: "
        super().write_usage(prog, args, given)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_PARTS[self.language].get(heading, heading))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(name, self._noted(text)) for name, text in rows], col_max, col_spacing)

    def _noted(self, text: str) -> str:
        text = translated(text, self.language)
        for english, ours in _NOTES[self.language].items():
            text = text.replace(english, ours)
        return text


class _FrenchFormatter(_Formatter):
    language = Language.FR


class _DutchFormatter(_Formatter):
    language = Language.NL


class _FrenchContext(click.Context):
    formatter_class = _FrenchFormatter


class _DutchContext(click.Context):
    formatter_class = _DutchFormatter


_CONTEXTS = {Language.FR: _FrenchContext, Language.NL: _DutchContext}


def command_in(command: click.Command, language: Language) -> click.Command:
    """A command whose help page is in that language; the given one stays as it is."""
    if language is Language.EN:
        return command
    ours = copy(command)
    ours.context_class = _CONTEXTS[language]
    ours.params = [_parameter_in(each, language) for each in command.params]
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name):
            setattr(ours, name, translated(text, language))
    if isinstance(ours, click.Group):
        ours.commands = {name: command_in(each, language) for name, each in ours.commands.items()}
    return ours


def _parameter_in(parameter: click.Parameter, language: Language) -> click.Parameter:
    text = getattr(parameter, "help", None)
    if not isinstance(parameter, click.Option) or not text:
        return parameter
    ours = copy(parameter)
    ours.help = translated(text, language)
    return ours
