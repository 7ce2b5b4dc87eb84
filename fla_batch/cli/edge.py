"""The edge between library and shell: exceptions become a sentence, a hint and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import click

from fla_batch.vocabulary.errors import OUR_MISTAKE, DiskTrouble, FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words

INTERRUPTED = 130
INTERNAL = 70
_SHOWS_HELP = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""A group that was named alone; click before 8.2 shows the help by itself."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; prints what went wrong to stderr."""
    from fla_batch.cli.commands import COMMANDS
    from fla_batch.system.telemetry import span, spans_sent

    # Of what was typed only the command's own name: the rest may be a national number.
    name = next((each for each in arguments[:1] if each in COMMANDS), "")
    with spans_sent(), span(f"fla-batch {name}".rstrip()) as add:
        code = _run(arguments)
        add("process.exit.code", code)
    return code


def _run(arguments: Sequence[str]) -> int:
    from fla_batch.cli.commands import commands
    from fla_batch.cli.help_pages import command_in

    language = _language(arguments)
    words = Words("fla_batch.cli", language)
    try:
        outcome = command_in(commands, language).main(
            list(arguments), prog_name="fla-batch", standalone_mode=False, obj=language
        )
    except click.ClickException as error:
        _tell_usage(error, words)
        return 2
    except FlaBatchError as error:
        _tell_trouble(*error.told(language), words)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        tell(words.line("interrupted"))
        return INTERRUPTED
    except OSError as error:  # a file or folder that no module expected to fail
        reason = error.strerror or type(error).__name__
        said = f"{error.filename}: {reason}" if error.filename else reason
        _tell_trouble(*DiskTrouble(said).told(language), words)
        return DiskTrouble.exit_code
    except Exception:  # the last line of defence: never a raw traceback
        tell(mask_text(traceback.format_exc()))
        tell(translated(OUR_MISTAKE, language))
        return INTERNAL
    return outcome if isinstance(outcome, int) else 0


def _tell_trouble(said: str, hint: str, words: Words) -> None:
    tell(words.line("trouble", said=mask_text(said)))
    tell(words.line("hint", said=mask_text(hint)))


def tell_lost_report(failure: OSError, arguments: Sequence[str]) -> None:
    """What exit code 7 says: the command is done, and nobody could be told."""
    language = _language(arguments)
    words = Words("fla_batch.cli", language)
    tell(words.line("report_lost", reason=translated(failure.strerror or "", language)))


def _tell_usage(error: click.ClickException, words: Words) -> None:
    """A mistake in the command line, as click tells it, in the reader's language."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, _SHOWS_HELP):
        error.show()
        return
    if context is not None:
        tell(context.get_usage())
        asked = f"{context.command_path} {context.help_option_names[0]}"
        tell(words.line("see_help", command=asked) + "\n")
    tell(words.line("trouble", said=translated(error.format_message(), words.language)))


def _language(arguments: Sequence[str]) -> Language:
    """In which language help, hints and errors are told: also when no command is reached."""
    from fla_batch.cli.options import language_of_texts

    given: dict[str, str] = {}
    for name, value in pairwise((*arguments, "")):
        option, _, own = name.partition("=")
        if option in ("--lang", "--config"):
            given[option] = own or value
    config = Path(given["--config"]) if "--config" in given else None
    return language_of_texts(given.get("--lang"), config)


def tell(text: str) -> None:
    """A line for the person at the terminal, on standard error."""
    click.echo(_lines(text), err=True)


def say(text: str = "") -> None:
    """What the user asked for, on standard output."""
    click.echo(_lines(text))


def say_all(lines: Iterable[str]) -> None:
    """What the user asked for, as it comes: many texts, each on lines of its own."""
    for text in lines:
        say(text)


def _lines(text: str) -> str:
    """Without control characters, which could move the cursor or hide what follows (S13).

    File names and texts of a server end here too.
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.isprintable():
        return line
    from fla_batch.system.xmlsafe import plain_text

    return plain_text(line)
