"""The English texts that people are shown, from the source: help pages and hints."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

import fla_batch
from fla_batch.cli.commands import COMMANDS, commands

PACKAGE = Path(fla_batch.__file__).parent


@cache
def help_texts() -> set[str]:
    """Every help text of every command and option."""
    found = {entry[2] for entry in COMMANDS.values()} | {"Show this message and exit."}
    return found | set(_of(commands))


def _of(command: click.Command) -> Iterator[str]:
    yield from (inspect.cleandoc(each) for each in (command.help, command.epilog) if each)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help and not parameter.hidden:
            yield parameter.help
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _of(inner)


@cache
def hints() -> set[str]:
    """Every hint of an exception: texts with values in them as templates, {v1}, {v2} ..."""
    found: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found |= {text for text in map(_template, _hints_of(node)) if text}
    return found


def _hints_of(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg == "hint":
        return [node.value]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    names = [each.id for each in targets if isinstance(each, ast.Name)]
    if any(name in ("hint", "_HINT") for name in names):
        return [node.value]  # type: ignore[attr-defined]
    return []


def _template(value: ast.expr) -> str | None:
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else None
    if not isinstance(value, ast.JoinedStr):
        return None
    parts, count = [], 0
    for part in value.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))  # {} of `find -exec` stays as it is
        else:
            count += 1
            parts.append(f"{{v{count}}}")
    return "".join(parts)
