"""Command lines as pages and files show them, and whether click takes them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
from markdown_it import MarkdownIt

from fla_batch.cli.commands import commands

_ASSIGNED = re.compile(r"[A-Z_]+=.*")
_PLACEHOLDER = re.compile(r"[A-Z]+")


def parsed(line: str) -> None:
    """Raises click.UsageError for a command line that click would refuse."""
    words = shlex.split(line)
    assert words[0] == "fla-batch", line
    command: click.Command = commands
    settings: dict[str, Any] = dict(commands.context_settings)
    context = click.Context(commands, info_name="fla-batch", **settings)
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name, command_of_it = rest[0], command.get_command(context, rest[0])
        if command_of_it is None:
            raise click.UsageError(f"no command {name}: {line}")
        command, rest = command_of_it, rest[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    # First without looking at files: one that is not there would hide words that are too many.
    _, left, _ = command.make_parser(context).parse_args(list(rest))
    if left and not isinstance(command, click.Group):
        raise click.UsageError(f"nothing takes {' '.join(left)}: {line}")
    try:
        command.make_context(command.name, list(rest), parent=context.parent)
    except click.exceptions.Exit:
        return  # --help and --version answer at once


def refusal(line: str, *, whole: bool) -> str | None:
    """What click says against a line of a page, or None.

    Files that are not there, and words in capitals where one of several words belongs, are how a
    page shows a command; when it only names one (not `whole`), it may leave out arguments as well.
    """
    try:
        parsed(line)
    except click.MissingParameter as error:
        return error.format_message() if whole else None
    except click.BadParameter as error:
        shown = _PLACEHOLDER.search(line.partition(" ")[2]) is not None
        told = error.format_message()
        return None if "does not exist" in told or (shown and _is_placeholder(told)) else told
    except click.UsageError as error:
        return error.format_message()
    return None


def _is_placeholder(told: str) -> bool:
    found = re.search(r": '([^']*)' is not ", told)
    return found is not None and _PLACEHOLDER.fullmatch(found[1]) is not None


def lines_of(page: str) -> Iterator[tuple[str, bool]]:
    """(`fla-batch ...`, whether it is whole) of every command line in a page of Markdown."""
    for token in MarkdownIt("commonmark").enable("table").parse(page):
        if token.type in ("fence", "code_block"):
            text = token.content.replace("\\\n", " ")
            for line in text.splitlines():
                yield from ((each, True) for each in _in_shell(line))
        for inner in token.children or ():
            if inner.type == "code_inline":
                yield from ((each, False) for each in _in_shell(inner.content))


def _in_shell(line: str) -> Iterator[str]:
    """The calls of fla-batch in a line as a shell, or the `command` of a compose file, has it."""
    text = re.sub(r"^\s*(?:\$ |command: (?=\w))", "", line)
    if "fla-batch " not in text:
        return
    text = re.sub(r"\$\([^)]*\)", "SUBSTITUTED", text)
    for call in _calls(text):
        while call and _ASSIGNED.fullmatch(call[0]):
            call.pop(0)
        if call[1:] and call[0].rpartition("/")[2] == "fla-batch":
            yield shlex.join(["fla-batch", *_expanded(call[1:])])


def _calls(text: str) -> Iterator[list[str]]:
    """The words of each simple command; `[--option]` is shown as one that may be left out."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    call: list[str] = []
    redirected = False
    try:
        words = list(lexer)
    except ValueError:  # a lone quote: prose, not a command
        return
    for word in words:
        if set(word) <= set("|&;<>"):
            redirected = ">" in word or "<" in word
            if not redirected:
                yield call
                call = []
        elif redirected:
            redirected = False
        else:
            call.append(word)
    yield call


def _expanded(words: list[str]) -> Iterator[str]:
    for word in words:
        if "*" in word:  # a shell makes several words of it
            yield from (word.replace("*", each) for each in ("1", "2"))
        else:
            yield re.sub(r"^\[|\]$", "", word) if "-" in word else word
