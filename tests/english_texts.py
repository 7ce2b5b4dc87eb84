"""The English texts that people are shown, from the source: help pages and hints."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click

import fla_batch
from fla_batch.cli.commands import COMMANDS, commands

PACKAGE = Path(fla_batch.__file__).parent
_SAID = {
    *("hint", "_HINT", "remark", "OUR_MISTAKE", "OUT_OF_TROUBLE", "NOTHING_TO_FETCH"),
    "_NEVER_ASKED",
}
"""Names of what is shown to people as it stands there."""
_SPEAKING = {
    *(
        "closure.py",
        "fetch.py",
        "findings_files.py",
        "hooks.py",
        "keys.py",
        "matching.py",
        "obstacle.py",
    ),
    *("own_workbook.py", "question_line.py", "receive.py", "rescue.py", "verify_signature.py"),
    *("status.py", "watch.py"),
}
"""Modules whose functions return, tell or note what people read."""
_NOTED = {"why", "reason", "reasons", "own.lost", "remark"}
_REASONS = {"Unreadable", "BrokenReply", "InvalidName", "_Fault", "Fault", "Stranger", "_unusable"}
"""Exceptions and values that become the reason within a sentence."""
_REASON_AT = {"_unusable": 2, "Fault": 1, "Stranger": 1}
"""Which argument is the sentence, where it is not the first."""
_OPTIONS = {"option", "argument", "folder_option", "port_option"}
_SENTENCE = re.compile(
    r"[A-Za-z]{2,}[.:,;]? +[A-Za-z]|\b[A-Z][a-z]{2,}|(^| )[a-z]{2,}[.:](?=$|[ \n])"
)
_VALUE = re.compile(r"\{v[0-9]+\}")


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


def said_in_english(path: Path) -> list[str]:
    """Texts of words in the functions of a module of the command line, as they stand in its source.

    Not counted is what is looked at elsewhere or nobody reads: options, exceptions, docstrings.
    """
    return [
        text
        for scope in _scopes(ast.parse(path.read_text(encoding="utf-8")))
        if len(scope) > 1
        for text in _said_below(scope[-1])
    ]


def _said_below(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue  # a scope of its own
        if isinstance(child, ast.Call) and _called(child) in {*_exceptions(), *_OPTIONS}:
            continue
        text = _template(child) if isinstance(child, ast.expr) else None
        if text is None:
            yield from _said_below(child)
        elif _SENTENCE.search(_VALUE.sub("_", text)):
            yield text


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", None) or getattr(call.func, "attr", ""))


@cache
def hints() -> set[str]:
    """Every hint of an exception, and what commands remark: texts with values in them as
    templates, {v1}, {v2} ...
    """
    found: set[str] = set()
    for path in _modules():
        for node in ast.walk(_tree(path)):
            shown = [*_hints_of(node), *(_told_by(node) if path.name in _SPEAKING else ())]
            found |= {text for each in shown for text in _templates(each, path, (_tree(path),))}
    return set(filter(_has_words, found))


@cache
def sentences() -> set[str]:
    """What every exception of ours says, and the reasons within it, as templates."""
    return {text for each in raised() for text in each.texts if _has_words(text)}


class Raised(NamedTuple):
    """A place where an exception of ours is made; `texts` is empty when it cannot be read off."""

    place: str
    source: str
    texts: tuple[str, ...]


@cache
def raised() -> list[Raised]:
    """Every place where an exception with a sentence of its own is made."""
    found = []
    for path in _modules():
        for scope in _scopes(_tree(path)):
            for node in _own_nodes(scope[-1]):
                for shown in _sentences_of(node, path):
                    place = f"{path.relative_to(PACKAGE)}:{node.lineno}"  # type: ignore[attr-defined]
                    texts = tuple(_templates(shown, path, scope))
                    found.append(Raised(place, ast.unparse(shown), texts))
    return found


def _sentences_of(node: ast.AST, path: Path) -> list[ast.expr]:
    if not isinstance(node, ast.Call) or not node.args:
        return []
    called, first = _called(node), node.args[0]
    if called in ("disk_errors", "_translated") and isinstance(first, ast.Constant):
        where = " in the object store" if called == "_translated" else ""
        return [ast.Constant(f"cannot {first.value!s} {{v1}}{where}: {{v2}}")]
    if called == "_note" and path.name == "loading.py":
        return node.args[1:]
    if called in _exceptions():
        return node.args[_REASON_AT.get(called, 0) :][:1]
    is_text = called == "translated" or ast.unparse(node.func) == "super().__init__"
    return [first] if is_text and isinstance(first, ast.JoinedStr) else []


@cache
def _exceptions() -> set[str]:
    """Names of our exceptions, and of what carries the reason within one."""
    bases = {
        node.name: [ast.unparse(base).split(".")[-1] for base in node.bases]
        for path in _modules()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef)
    }
    found = {"FlaBatchError", "UsageError", *_REASONS}
    while more := {name for name, above in bases.items() if found.intersection(above)} - found:
        found |= more
    return found


@cache
def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _scopes(module: ast.Module) -> Iterator[tuple[ast.AST, ...]]:
    """The module alone, and each function with the module before it."""
    yield (module,)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (module, node)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own_nodes(child)


def _templates(value: ast.expr | None, path: Path, scope: Sequence[ast.AST]) -> Iterator[str]:
    """The texts that an expression may be: of both branches, and of the names that it uses."""
    if text := _template(value):
        yield text
    elif isinstance(value, ast.Name):
        for node in chain.from_iterable(map(_own_nodes, scope)):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == value.id:
                yield from _templates(node.value, path, ())
    elif isinstance(value, ast.Call) and _called(value) != "mask_text":
        yield from _returned(_called(value), path)
    else:
        for part in _PARTS_OF.get(type(value), lambda _: [])(value):
            yield from _templates(part, path, scope)


_PARTS_OF: dict[type, Callable[[Any], list[ast.expr]]] = {
    ast.IfExp: lambda value: [value.body, value.orelse],
    ast.BoolOp: lambda value: value.values,
    ast.Call: lambda value: value.args[:1],
    ast.Subscript: lambda value: [value.value],
    ast.Starred: lambda value: [value.value],
    ast.Tuple: lambda value: value.elts,
}


def _returned(function: str, path: Path) -> Iterator[str]:
    """What a function of the same module gives."""
    for scope in _scopes(_tree(path)):
        if getattr(scope[-1], "name", None) == function:
            for node in _own_nodes(scope[-1]):
                if isinstance(node, ast.Return) and not isinstance(node.value, ast.Call):
                    yield from _templates(node.value, path, scope)


def _has_words(text: str) -> bool:
    return " " in text and any(map(str.isalpha, _VALUE.sub("", text)))


def _told_by(node: ast.AST) -> list[ast.expr]:
    """What a module that speaks returns, notes, or tells while it works."""
    if isinstance(node, ast.Call) and _called(node) in ("told", "append", "complain"):
        return node.args
    if isinstance(node, ast.ClassDef) and node.name == "Reason":
        return [each.value for each in node.body if isinstance(each, ast.Assign)]
    if isinstance(node, ast.Assign | ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        is_noted = ast.unparse(target) in _NOTED
        is_list = is_noted and isinstance(node.value, ast.ListComp)
        return [node.value.elt if is_list else node.value] if is_noted else []  # type: ignore[attr-defined]
    is_text = isinstance(node, ast.Return) and isinstance(
        node.value, ast.Constant | ast.JoinedStr | ast.IfExp
    )
    return [node.value] if is_text else []  # type: ignore[attr-defined]


def _hints_of(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.keyword) and node.arg in ("hint", "reason"):
        return [node.value]
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    names = [each.id for each in targets if isinstance(each, ast.Name)]
    if "_ADVICE" in names:  # pairs of what is found, and what to do
        return [pair.elts[1] for pair in node.value.elts]  # type: ignore[attr-defined]
    if _SAID.intersection(names):
        return [node.value]  # type: ignore[attr-defined]
    return []


def _template(value: ast.expr | None) -> str | None:
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
