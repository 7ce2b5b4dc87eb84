"""Options that many commands share, and what a command gets from them."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from fla_batch.cli.edge import tell
from fla_batch.cli.json_document import Encode, blocks, json_pieces
from fla_batch.system.cores import cores
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from fla_batch.commands.workspace import Workspace
    from fla_batch.configuration.loading import Settings
    from fla_batch.message import Profile

Command = TypeVar("Command", bound=Callable[..., Any])
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BLOCK_CHARACTERS = 1 << 16
ANY_PATH = click.Path(path_type=Path)


@dataclass(frozen=True)
class Shared:
    """The shared options of one call, and what follows from them."""

    config: Path | None
    language: Language
    as_json: bool

    @cached_property
    def settings(self) -> Settings:
        """The configuration. Raises ConfigurationMistake."""
        from fla_batch.configuration import loading

        user_folder = Path(click.get_app_dir("fla-batch"))
        return loading.load(loading.find(self.config, here=_here(), user_folder=user_folder))

    @cached_property
    def profile(self) -> Profile:
        """The configured profile. Raises ConfigurationMistake, ProfileMistake."""
        from fla_batch.commands.workspace import configured_profile

        return configured_profile(self.settings)

    def workspace(self, *, mend: bool = False) -> Workspace:
        """Ledger, outbox and all that a command works on; use it in a `with`.

        `mend` opens a ledger that is behind its outbox too, to rebuild it.
        """
        from fla_batch.commands.workspace import Workspace

        return Workspace.open(self.settings, clock=now, hands=cores(), mend=mend)

    def show_json(self, document: object) -> None:
        """One JSON document on standard output, in ASCII where that takes nothing else.

        Iterators among its values are lists that are written as they come.
        """
        pieces = json_pieces(document, _encoder(sys.stdout.encoding or "utf-8"))
        for block in blocks(pieces, _BLOCK_CHARACTERS):
            click.echo(block, nl=False)
        click.echo()

    def tell(self, text: str) -> None:
        """A message, on standard error."""
        tell(text)


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
    type=click.Choice([language.value for language in Language]),
    help="Language of labels; by default the locale's.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


def _sharing(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Adds those options; the command gets one `Shared` as `shared`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def call(
            *args: Any,
            config_file: Path | None = None,
            language: str | None = None,
            as_json: bool = False,
            **rest: Any,
        ) -> Any:
            chosen = Language(language) if language else from_locale()
            return command(*args, shared=Shared(config_file, chosen, as_json), **rest)

        for option in reversed(options):
            option(call)
        return cast(Command, call)

    return decorate


shared = _sharing(_CONFIG, _LANG, _JSON)
shared_without_config = _sharing(_LANG, _JSON)
only_language = _sharing(_LANG)


def from_locale() -> Language:
    """The language of the locale when we have it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            break
    else:
        value = locale.getlocale()[0] or ""
    return next((lang for lang in Language if value.lower().startswith(lang.value)), Language.EN)


def now() -> datetime:
    """The clock of the command line: the one place that reads it."""
    return datetime.now(UTC)


def is_terminal() -> bool:
    """True when progress can be shown: standard error is a terminal."""
    return sys.stderr.isatty()
