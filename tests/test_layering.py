"""Imports run downwards only; the order is written down here and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import fla_batch

PACKAGE = Path(fla_batch.__file__).parent

# From the bottom up. What stands on one line does not know its neighbours.
LAYERS: list[set[str]] = [
    {"terms", "errors", "local_time", "machine", "watching"},
    {"findings", "aside"},
    {"catalogue"},
    {"identifiers", "filenames", "files", "closure"},
    {"xmlsafe", "anomaly_spool"},
    {"models"},
    {"rules", "providers"},
    {"intake", "binding", "signing", "rights", "credit", "people"},
    {"schema", "clearing"},
    {"conformity", "validation"},
    {"lifecycle", "gateway", "gateway_checks", "responses"},
    {"ledger", "settings"},
    {"config", "outbox", "sent", "upload"},
    {"consultation"},
    {"interpret"},
    {"history"},
    {"batching", "workspace"},
    {"outgoing"},
    {"reception", "sending"},
    {"poll"},
    {"pipeline", "rest_json"},
    {"ask", "correct", "forecasting", "known", "maintenance", "offers"},
    {"report", "sandbox", "examples"},
    {"cli"},
]
# The workspace makes what batching needs, on demand, and batching works in the workspace.
TOGETHER = {"batching", "workspace"}


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
    assert modules() - set(placed) == set(), "give the new module a place in LAYERS"


def test_imports_run_downwards_only() -> None:
    height = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    upwards = {
        f"{importer} imports {imported}"
        for importer, imported in imports()
        if height[imported] >= height[importer] and not {importer, imported} <= TOGETHER
    }
    assert upwards == set()


def test_there_is_something_to_measure() -> None:
    found = set(imports())
    assert ("rules", "models") in found
    assert ("cli", "pipeline") in found
    assert len(found) > 50
