"""The recipes of CONTRIBUTING.md, read from the page and followed in a copy of the project."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_STEP = re.compile(
    r"^(?:New file|In) `(?P<file>[^`]+)`(?:, (?P<where>before|after) `(?P<anchor>[^\n]+)`)?:\n\n"
    r"```\w*\n(?P<text>.*?)```$",
    re.MULTILINE | re.DOTALL,
)


def recipe(title: str) -> str:
    """The chapter of CONTRIBUTING.md with that title."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, found, rest = page.partition(f"\n## {title}\n")
    assert found, f"CONTRIBUTING.md has no recipe {title!r}"
    return rest.partition("\n## ")[0]


def copied(folder: Path) -> None:
    """A copy of the project in `folder`."""
    for name in ("fla_batch", "schemas", "docs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))


def follow(title: str, folder: Path) -> list[str]:
    """A copy of the project in `folder`, changed as the recipe says; the files that it touches."""
    copied(folder)
    touched = []
    for step in _STEP.finditer(recipe(title)):
        path = folder / step["file"]
        touched.append(step["file"])
        if step["anchor"] is None:
            assert not path.exists(), path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step["text"], encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        assert text.count(step["anchor"]) == 1, (path, step["anchor"])
        both = (step["text"], step["anchor"])
        new = "".join(both if step["where"] == "before" else reversed(both))
        path.write_text(text.replace(step["anchor"], new), encoding="utf-8")
    assert touched, f"the recipe {title!r} has no step"
    return touched


def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`fla-batch ARGUMENTS` of the copy in `folder`, which is also where it runs."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "import fla_batch; assert fla_batch.__file__.startswith(sys.path[0]); "
        "from fla_batch.cli import main; main()"
    )
    command = [sys.executable, "-P", "-c", code, str(folder), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`pytest ARGUMENTS` in the copy in `folder`."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=170
    )


def commands_of(title: str) -> list[list[str]]:
    """What the recipe tells to type after `fla-batch`, in its order."""
    lines = re.findall(r"^fla-batch (.+)$", recipe(title), re.MULTILINE)
    return [shlex.split(line) for line in lines]
