"""Every command line of the guides to the REST manual's resources exists as it is written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from fla_batch.cli.commands import commands

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
PAGES = (
    "put-training-rights",
    "get-training-rights",
    "delete-training-rights",
    "put-trainings",
    "get-trainings",
    "delete-trainings",
    "credit",
    "trainings-to-validate",
    "changed-rights",
    "validate-a-providers-training",
)


def command_lines(page: str) -> list[str]:
    text = (GUIDES / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    written = [line for block in blocks for line in block.splitlines()]
    return [*written, *re.findall(r"`(fla-batch [^`]+)`", text)]


def parse(line: str) -> None:
    """Raises click.UsageError for a command or an option that is not there."""
    words = shlex.split(re.split(r"[|>]", line)[0])
    assert words.pop(0) == "fla-batch"
    command: click.Command = commands
    # With its own settings: click remembers the help option that it is asked for first.
    context = click.Context(command, info_name="fla-batch", **command.context_settings)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{name} is no command"
        command, context = found, click.Context(found, info_name=name, parent=context)
    options, arguments, _ = command.make_parser(context).parse_args(words)
    required = [each for each in command.params if each.required]
    assert all(options.get(each.name or "") for each in required), required
    assert arguments == [] or any(isinstance(each, click.Argument) for each in command.params)


@pytest.mark.parametrize("page", PAGES)
def test_its_commands_exist(page: str) -> None:
    lines = command_lines(page)
    assert lines
    for line in lines:
        parse(line)


def test_a_command_that_does_not_exist_is_found_out() -> None:
    with pytest.raises(click.UsageError):
        parse("fla-batch ask credit --company-id 1 --inns 2")
