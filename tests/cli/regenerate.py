"""The help pages as click prints them: `python -m tests.cli.regenerate` writes them anew,
and with them the tables of zones (`tests.zone_pages`) and settings (`tests.settings_page`), and the
statements of a new ledger (`tests.ledger.new_ledger`).

`fla_batch/cli/help.txt` is what `fla-batch --help` shows without importing click, and
`docs/reference/commands.md` has the page of every command. A test compares both.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from fla_batch.cli.commands import commands
from fla_batch.cli.help_pages import command_in
from fla_batch.vocabulary.terms import Language
from tests import json_schemas, settings_page, zone_pages
from tests.ledger import new_ledger

HELP = Path(str(files("fla_batch.cli").joinpath("help.txt")))
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
_MARK = "<!-- Below this line: written by python -m tests.cli.regenerate -->\n"


def main_page(language: Language = Language.EN) -> str:
    """The page of `fla-batch --help`."""
    ours = command_in(commands, language)
    return _page(ours.context_class(ours, info_name="fla-batch", **_settings(ours)))


def reference(page: str) -> str:
    """`page` with everything below its mark written anew: a chapter for each command."""
    head, mark, _ = page.partition(_MARK)
    chapters = [f"\n## {name}\n\n```\n{text}```\n" for name, text in pages()]
    return head + mark + "".join(chapters)


def pages() -> Iterator[tuple[str, str]]:
    """(`fla-batch build`, its help page) of every command, groups before what is in them."""
    context = click.Context(commands, info_name="fla-batch", **_settings(commands))
    yield "fla-batch", _page(context)
    for inner in below(commands, context):
        yield inner.command_path, _page(inner)


def below(group: click.Group, context: click.Context | None = None) -> Iterator[click.Context]:
    """A context of every command in `group`, groups before what is in them."""
    context = context or click.Context(group, info_name="fla-batch", **_settings(group))
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, **_settings(command))
        yield inner
        if isinstance(command, click.Group):
            yield from below(command, inner)


def _page(context: click.Context) -> str:
    return context.command.get_help(context).rstrip() + "\n"


def _settings(command: click.Command) -> dict[str, Any]:
    return dict(command.context_settings)


def main() -> None:
    from tests import man_page

    man_page.PAGE.write_text(man_page.written(), encoding="utf-8")
    json_schemas.write()
    new_ledger.FILE.write_text(new_ledger.migrated(), encoding="utf-8")
    HELP.write_text(main_page(), encoding="utf-8")
    for language in (Language.FR, Language.NL):
        HELP.with_name(f"help.{language}.txt").write_text(main_page(language), encoding="utf-8")
    PAGE.write_text(reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    keys = settings_page.PAGE.read_text(encoding="utf-8")
    settings_page.PAGE.write_text(settings_page.written(keys), encoding="utf-8")
    zones = zone_pages.PAGE.read_text(encoding="utf-8")
    zone_pages.PAGE.write_text(zone_pages.written(zones), encoding="utf-8")
    source = zone_pages.SOURCE.read_text(encoding="utf-8")
    zone_pages.SOURCE.write_text(zone_pages.sourced(source), encoding="utf-8")


if __name__ == "__main__":
    main()
