"""Options that many commands share, and what a command gets from them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from inspect import signature
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from fla_batch.cli.edge import tell
from fla_batch.cli.json_document import Encode, json_pieces
from fla_batch.configuration.settings_file import FILE_NAME, NoSettings, find
from fla_batch.configuration.ui_language import NAMES
from fla_batch.system.portable import cores
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import Settings
    from fla_batch.message import Profile
    from fla_batch.system.workforce import Workforce
    from fla_batch.vocabulary.findings import Labels

Command = TypeVar("Command", bound=Callable[..., Any])
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PIECES_AT_ONCE = 100
ANY_PATH = click.Path(path_type=Path)
YEAR = click.IntRange(1951, 2099)
FOLDER = click.Path(file_okay=False, path_type=Path)


def folder_option(text: str) -> Callable[[Command], Command]:
    """`-o FOLDER`, which the command gets as `folder`."""
    return click.option("--output", "-o", "folder", type=FOLDER, required=True, help=text)


def port_option(name: str, default: int, text: str) -> Callable[[Command], Command]:
    """A port on loopback; 0 takes a free one."""
    port = click.IntRange(0, 65535)
    return click.option(
        name, type=port, metavar="N", default=default, show_default=default != 0, help=text
    )


class Subcommands(click.Group):
    """A group whose help page says of each command all of its first sentence, not as much as fits
    on one line; in the order in which they stand in the source, on every page.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(1000)) for name, one in self.commands.items()]
            )


@dataclass(frozen=True)
class Shared:
    """The shared options of one call, and what follows from them."""

    config: Path | None
    given_language: str | None
    as_json: bool
    as_log: bool = False

    @classmethod
    def of(
        cls,
        config_file: Path | None = None,
        language: str | None = None,
        as_json: bool = False,
        log_format: str = "text",
    ) -> Shared:
        """By the values of the options; `fla-batch --lang fr check ...` names the language too."""
        language = language or click.get_current_context().find_root().params.get("language")
        return cls(config_file, language, as_json, log_format == "json")

    @cached_property
    def language(self) -> Language:
        """In which language texts are shown."""
        return language_of_texts(self.given_language, self.config)

    @cached_property
    def text(self) -> Callable[[Labels], str]:
        """What a finding's label or advice says to the reader, in German too."""
        from fla_batch.configuration.ui_language import wants_german
        from fla_batch.vocabulary.sentences import german_text

        if wants_german(self.given_language, os.environ, _settings_file(self.config)):
            return german_text
        language = self.language
        return lambda labels: labels.text(language)

    @cached_property
    def words(self) -> Words:
        """The texts of the command line in that language."""
        return Words("fla_batch.cli", self.language)

    @cached_property
    def settings_file(self) -> Path | None:
        """The file of the settings; None where there is none. Raises ConfigurationMistake."""
        return find(self.config, here=_here(), user_folder=user_folder())

    @cached_property
    def settings(self) -> Settings:
        """The configuration, or its defaults. Raises ConfigurationMistake."""
        from fla_batch.configuration.loading import load

        return load(self.settings_file)

    @property
    def required_settings(self) -> Settings:
        """The configuration. Raises NoSettings where there is none, ConfigurationMistake."""
        self.require_settings()
        return self.settings

    def require_settings(self) -> None:
        """Raises NoSettings where neither a file nor a variable says anything."""
        if self.settings_file is None and not any(map(_is_setting, os.environ)):
            raise NoSettings(f"{_here() / FILE_NAME}, {user_folder() / FILE_NAME}")

    @cached_property
    def profile(self) -> Profile:
        """The configured profile. Raises ConfigurationMistake, ProfileMistake."""
        from fla_batch.commands.configured_profile import configured_profile

        return configured_profile(self.settings)

    @contextmanager
    def workspace(
        self, *, mend: bool = False, needs_settings: bool = True, workers: str | None = None
    ) -> Iterator[Workspace]:
        """Ledger, outbox and all that a command works on; what it did is told at the end.

        `workers` is the address of a cluster that shares the work of a build. Raises what
        `workforce` raises.

        `mend` opens a ledger that is behind its outbox too, to rebuild it. Raises NoSettings,
        before anything is made, unless defaults are enough.
        """
        from fla_batch.cli.event_log import telling
        from fla_batch.commands.workspace import Workspace

        if needs_settings:
            self.require_settings()
        with ExitStack() as opened:
            crew = opened.enter_context(workforce(workers)) if workers else None
            found = Workspace.open(
                self.settings, clock=now, hands=cores(), workforce=crew, mend=mend
            )
            workspace = opened.enter_context(found)
            told = telling(workspace, self.settings.on, self.tell_translated, as_log=self.as_log)
            opened.enter_context(told)
            yield workspace

    def show_json(self, document: object) -> None:
        """One JSON document on standard output, in ASCII where that takes nothing else.

        Iterators among its values are lists that are written as they come.
        """
        pieces = json_pieces(document, _encoder(sys.stdout.encoding or "utf-8"))
        while text := "".join(islice(pieces, _PIECES_AT_ONCE)):
            click.echo(text, nl=False)
        click.echo()

    def tell(self, text: str) -> None:
        """A message, on standard error."""
        tell(text)

    def tell_translated(self, text: str) -> None:
        """What the library remarks in English, in the language of texts."""
        tell(translated(text, self.language))


def workforce(workers: str | None) -> Workforce:
    """Those at the address `workers`, or this machine; close it.

    Raises WorkersUnfit, SchedulerUnavailable, WorkersLost.
    """
    if workers is None:
        from fla_batch.system.workforce import OwnWorkforce

        return OwnWorkforce(cores())
    from fla_batch.commands.cluster import Cluster

    return Cluster.at(workers)


WORKERS = click.option(
    "--workers",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster that shares the work, such as tls://HOST:8786; by default "
    "this machine does it all.",
)


def _encoder(encoding: str) -> Encode:
    """Writes a value as JSON; all in ASCII when `encoding` has not every character of it."""
    plainly = json.JSONEncoder(ensure_ascii=False, indent=2)
    in_ascii = json.JSONEncoder(indent=2)

    def encode(value: object) -> str:
        text = plainly.encode(value)
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return in_ascii.encode(value)
        return text

    return encode


def _here() -> Path:
    """The working directory; where it was deleted, no file is found in it."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path()


_CONFIG = click.option(
    "--config",
    "config_file",
    type=ANY_PATH,
    help="Settings; by default ./fla-batch.toml, else the user's own.",
)
_LANG = click.option(
    "--lang",
    "language",
    type=click.Choice(NAMES),
    help="Language of texts; by default that of the settings, else the system's.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


_LOG = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: also each event of the ledger on stderr, one object a line.",
)


def with_options(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Adds those options, in the order in which help shows them."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def gathered(
    name: str, made: Callable[..., object], *options: Callable[[Any], Any]
) -> Callable[[Command], Command]:
    """Adds those options; the command gets, as `name`, what `made` makes of their values.

    `made` takes each of them by the option's own name.
    """
    taken = signature(made).parameters

    def decorate(command: Command) -> Command:
        @wraps(command)
        def call(*args: Any, **given: Any) -> Any:
            own = {each: given.pop(each) for each in taken if each in given}
            return command(*args, **{name: made(**own)}, **given)

        return cast(Command, with_options(*options)(call))

    return decorate


shared = gathered("shared", Shared.of, _CONFIG, _LANG, _JSON)
shared_and_logged = gathered("shared", Shared.of, _CONFIG, _LANG, _JSON, _LOG)
shared_without_config = gathered("shared", Shared.of, _LANG, _JSON)
only_language = gathered("shared", Shared.of, _LANG)


def user_folder() -> Path:
    """Where the user's own settings lie."""
    return Path(click.get_app_dir("fla-batch"))


def _is_setting(variable: str) -> bool:
    return variable.startswith("FLA_BATCH_") and "__" in variable


def language_of_texts(given: str | None = None, config: Path | None = None) -> Language:
    """That of --lang, else of the settings, else of the locale."""
    from fla_batch.configuration.ui_language import chosen_language

    return chosen_language(given, os.environ, _settings_file(config))


def _settings_file(config: Path | None) -> Path | None:
    """The file of the settings, also where nothing else of them may be looked at yet."""
    with suppress(ConfigurationMistake):
        return find(config, here=_here(), user_folder=user_folder())
    return None


def now() -> datetime:
    """The clock of the command line: the one place that reads it."""
    return datetime.now(UTC)


def is_terminal() -> bool:
    """True when progress can be shown: standard error is a terminal."""
    return sys.stderr.isatty()
