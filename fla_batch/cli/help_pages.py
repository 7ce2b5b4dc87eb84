"""Help pages in French and Dutch, found by their English text (decision 1901).

English stays where click wants it: in docstrings and options.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

import click

from fla_batch.vocabulary.sentences import Sentences
from fla_batch.vocabulary.terms import Language

HELP = Sentences("fla_batch.cli", "help_words.toml")
_PARTS = {
    Language.FR: {"Usage": "Utilisation", "Options": "Options", "Commands": "Commandes"},
    Language.NL: {"Usage": "Gebruik", "Options": "Opties", "Commands": "Commando's"},
}
_SUBCOMMANDS = {
    Language.FR: "COMMANDE [ARGUMENTS]...",
    Language.NL: "COMMANDO [ARGUMENTEN]...",
}
_NOTES = {
    Language.FR: {"[required]": "[obligatoire]", "[default: ": "[par défaut : "},
    Language.NL: {"[required]": "[verplicht]", "[default: ": "[standaard: "},
}


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
        text = HELP.translated(text, self.language)
        for english, ours in _NOTES[self.language].items():
            text = text.replace(english, ours)
        return text


def _context_in(language: Language) -> type[click.Context]:
    formatter = type("Formatter", (_Formatter,), {"language": language})
    return type("Context", (click.Context,), {"formatter_class": formatter})


_CONTEXTS = {language: _context_in(language) for language in _PARTS}


def command_in(command: click.Command, language: Language) -> click.Command:
    """A command whose help page is in that language; the given one stays as it is."""
    if language is Language.EN:
        return command
    ours = copy(command)
    ours.context_class = _CONTEXTS[language]
    ours.params = [_parameter_in(each, language) for each in command.params]
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name):
            setattr(ours, name, HELP.translated(text, language))
    if isinstance(ours, click.Group):
        ours.subcommand_metavar = _SUBCOMMANDS[language]
        ours.commands = {name: command_in(each, language) for name, each in ours.commands.items()}
    return ours


def _parameter_in(parameter: click.Parameter, language: Language) -> click.Parameter:
    text = getattr(parameter, "help", None)
    if not isinstance(parameter, click.Option) or not text:
        return parameter
    ours = copy(parameter)
    ours.help = HELP.translated(text, language)
    return ours
