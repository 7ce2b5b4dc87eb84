from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from fla_batch.sandbox.ground import practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from tests.e2e_manual.office import PROFILE, Clock, Office, open_office


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates as the sandbox makes them, once: that takes a while."""
    folder = tmp_path_factory.mktemp("ground")
    with practice_ground(folder, PROFILE, clock=Clock()):
        return folder / "keys"


@pytest.fixture
def open_rest(tmp_path: Path, keys: Path) -> Callable[..., AbstractContextManager[Office]]:
    """Opens offices that go over REST, each in a folder of its own."""

    @contextmanager
    def opened(name: str = "ground", *, rest: bool = True) -> Iterator[Office]:
        folder = tmp_path / name
        shutil.copytree(keys, folder / "keys")
        with open_office(folder, Clock(), rest=RestFaultPlan() if rest else None) as office:
            yield office

    return opened


@pytest.fixture
def office(open_rest: Callable[..., AbstractContextManager[Office]]) -> Iterator[Office]:
    with open_rest() as opened:
        yield opened
