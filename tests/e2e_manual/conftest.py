from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.commands.channels import REST, SFTP
from fla_batch.sandbox.ground import practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from tests.e2e_manual.office import PROFILE, Clock, Office, open_office


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates as the sandbox makes them, once: that takes a while."""
    folder = tmp_path_factory.mktemp("ground")
    with practice_ground(folder, PROFILE, clock=Clock()):
        return folder / "keys"


@pytest.fixture(params=[SFTP, REST])
def office(request: pytest.FixtureRequest, tmp_path: Path, keys: Path) -> Iterator[Office]:
    """The same tests hold for both channels."""
    folder = tmp_path / "ground"
    shutil.copytree(keys, folder / "keys")
    rest = RestFaultPlan() if request.param == REST else None
    with open_office(folder, Clock(), rest=rest) as opened:
        yield opened
