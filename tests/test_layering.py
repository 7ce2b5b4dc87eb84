"""Imports run downwards only; the order is written down here and nowhere else."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import fla_batch

PACKAGE = Path(fla_batch.__file__).parent

ROOMS = tomllib.loads((Path(__file__).parent / "rooms.toml").read_text(encoding="utf-8"))
LAYERS: list[set[str]] = [set(floor) for floor in reversed(ROOMS["floors"])]


def modules() -> set[str]:
    """Top-level modules and folders of the package that hold Python."""
    found = {path.stem for path in PACKAGE.glob("*.py")}
    found |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return found - {"__init__"}


def imports() -> Iterator[tuple[str, str]]:
    """(module, imported module) within the package, lazy imports included, from the source."""
    known = modules()
    for path in sorted(PACKAGE.rglob("*.py")):
        importer = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _names(node):
                where, _, inside = name.partition(".")
                imported = inside.partition(".")[0]
                if where == "fla_batch" and imported in known and imported != importer:
                    yield importer, imported


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "a relative import hides where it leads"
        if node.module == "fla_batch":
            return [f"fla_batch.{alias.name}" for alias in node.names]
        return [node.module or ""]
    return []


def test_every_module_has_its_place_in_the_order() -> None:
    placed = [name for layer in LAYERS for name in layer]
    assert len(placed) == len(set(placed))
    assert modules() - set(placed) == set(), "give the new room a place in rooms.toml"


def test_imports_run_downwards_only() -> None:
    height = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    upwards = {
        f"{importer} imports {imported}"
        for importer, imported in imports()
        if height[imported] >= height[importer]
    }
    assert upwards == set()


def test_there_is_something_to_measure() -> None:
    found = set(imports())
    assert ("rules", "models") in found
    assert ("cli", "commands") in found
    assert len(found) > 50


def test_a_command_is_given_what_it_needs() -> None:
    """Only what opens the workspace names it; a command names a list of `needs`."""
    naming = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "commands.workspace import" in path.read_text(encoding="utf-8")
    }
    assert naming
    assert {name for name in naming if name.split("/")[0] not in ("api.py", "cli", "ui")} == set()


def test_commands_print_nothing() -> None:
    for path in (PACKAGE / "commands").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = set(_plain_calls(tree))
        imported = {name for node in ast.walk(tree) for name in _names(node)}
        assert "print" not in called, path
        assert not imported & {"click", "rich", "sys"}, path


def _plain_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_few_rooms_and_hardly_a_loose_module() -> None:
    loose = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert len(loose) <= 3
    assert len(modules() - loose) <= 22


def test_the_picture_of_the_rooms_is_true() -> None:
    page = PACKAGE.parent / "docs" / "concepts" / "architecture.md"
    picture = page.read_text(encoding="utf-8").split("```")[1]
    drawn = [
        {word for word in line.split() if word in modules()}
        for line in picture.strip().splitlines()
    ]
    assert drawn == [set(floor) for floor in ROOMS["floors"]]


def test_one_name_for_one_thing() -> None:
    """No two modules and no two classes share a name, but a command's way in with what it opens."""
    from fla_batch.cli.commands import COMMANDS

    ways_in = {f"cli/{module}.py" for name, (module, _, _) in COMMANDS.items() if module == name}
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if path.stem != "__init__" and place not in ways_in:
            found.setdefault(f"module {path.stem}", []).append(place)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(f"class {node.name}", []).append(place)
    assert len(found) > 1000
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_migrations_of_the_ledger_are_numbered_one_after_the_other() -> None:
    """Two that were written at once have one number, and no ledger opens any more."""
    folder = PACKAGE / "ledger" / "migrations" / "versions"
    numbers = sorted(path.name[1:5] for path in folder.glob("v*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
