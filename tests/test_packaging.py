"""The wheel holds everything that the program reads, and works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
import fla_batch
assert fla_batch.__file__.startswith(sys.argv[1]), fla_batch.__file__
from fla_batch.message import available, load
from fla_batch.cli.edge import run
assert available() == ["fla-20250131", "fla-generic"], available()
assert load("fla-20250131").declaration.schema.is_file()
sys.exit(run(["schema", "check"]) or run(["demo"]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built offline, as `pip install .` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.xdist_group("packaging")
def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = subprocess.run(
        ["git", "ls-files", "fla_batch", "schemas"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    wanted = {name if name.startswith("fla_batch/") else f"fla_batch/{name}" for name in ours}
    wanted |= {"fla_batch/py.typed", "fla_batch/cli/help.txt", "fla_batch/cli/fla-batch.toml"}
    present = {name for name in wanted if (ROOT / name).exists() or "schemas" in name}
    assert present - names == set()
    for kind in ("schemas/fla-20250131/binding.toml", "sandbox/examples/rights-2024.json"):
        assert f"fla_batch/{kind}" in names
    assert any("ledger/migrations/versions/" in name for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", "outbox/"))]


@pytest.mark.xdist_group("packaging")
def test_the_unpacked_wheel_works_elsewhere(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path / "site")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What the platform says" in done.stdout


def test_every_dependency_says_its_lowest_version() -> None:
    """`.ci/packages` tries them; one without would be tried at its newest, unseen."""
    told = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "bounds.py")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert len(told) == len(project["dependencies"])
    assert all("==" in line for line in told)
    assert not [line for line in told if line.startswith("asn1crypto")]
