"""Deliberate faults, each applied in a copy of the project, and the tests that must notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LIST = Path(__file__).with_name("faults.toml")
_COPIED = ("fla_batch", "schemas", "tests", "docs", "pyproject.toml", "README.md")
_TIMEOUT_S = 600
_SOME_FAILED = 1  # pytest's own exit code


@dataclass(frozen=True)
class DeliberateFault:
    """`find` stands once in `file`, and `put` in its place breaks `promise`."""

    promise: str
    what: str
    file: str
    find: str
    put: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.promise}: {self.what}"

    def apply(self, root: Path) -> None:
        """Write the fault into a copy of the project."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        assert text.count(self.find) == 1, f"{self}: found {text.count(self.find)} times"
        path.write_text(text.replace(self.find, self.put), encoding="utf-8")


def all_faults() -> list[DeliberateFault]:
    """The list."""
    rows = tomllib.loads(_LIST.read_text(encoding="utf-8"))["fault"]
    return [DeliberateFault(**row | {"tests": tuple(row["tests"])}) for row in rows]


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """A copy to break; the tests in it import the copy's package."""
    with tempfile.TemporaryDirectory(prefix="fla-mutant-") as name:
        root = Path(name)
        for each in _COPIED:
            if (ROOT / each).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
                shutil.copytree(ROOT / each, root / each, ignore=ignored)
            else:
                shutil.copy(ROOT / each, root / each)
        yield root


def survives(fault: DeliberateFault) -> bool:
    """True when its tests pass although the fault is there: then they prove nothing."""
    with copy_of_the_project() as root:
        fault.apply(root)
        return _outcome(root, fault) == 0


def _outcome(root: Path, fault: DeliberateFault) -> int:
    """Pytest's exit code; anything but passed and failed is a mistake in the list."""
    command = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, *command, *fault.tests],
        cwd=root,
        env=environment | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode in (0, _SOME_FAILED), f"{fault}\n{done.stdout[-2000:]}{done.stderr}"
    return done.returncode
