from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Postgres, running_postgres
from tests.reliability.scene import Scene
from tests.reliability.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote() as running:
        yield running


@pytest.fixture(scope="session")
def second_zygote() -> Iterator[Zygote]:
    """Another process, for what two do at once."""
    with Zygote() as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """A ledger in the outbox, and one on a server."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres").new_database()
        return url
    return "sqlite:///outbox/ledger.db"


@pytest.fixture(scope="session")
def quick_disk() -> Iterator[Path]:
    """A folder in memory where there is one: killing a process does not need a real disk.

    A thousand runs flush some fifty files each, which takes minutes on a busy one.
    """
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(dir=memory if usable else None, prefix="fla-test-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def new_scene(quick_disk: Path) -> Scene:
    """A scene in which nothing happened yet; copy it."""
    return Scene.make(quick_disk / "new")


@pytest.fixture
def place(quick_disk: Path) -> Iterator[Path]:
    """A folder for one test."""
    with tempfile.TemporaryDirectory(dir=quick_disk) as name:
        yield Path(name)


@pytest.fixture
def scene(new_scene: Scene, place: Path) -> Scene:
    return new_scene.copy(place / "scene")
