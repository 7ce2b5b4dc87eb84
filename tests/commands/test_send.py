"""`send`: what it tells while it runs, and what it does not load."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from fla_batch.channel.protocol import Reached, Uploaded, ignored
from fla_batch.cli.progress_bar import Unit, bar
from fla_batch.commands.build import build
from fla_batch.commands.send import outgoing_bytes, send, to_send, told_once
from fla_batch.commands.workspace import Workspace
from fla_batch.vocabulary.errors import GatewayUnavailable
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, trainings_body, write
from tests.reliability.scene import Scene


@dataclass(frozen=True)
class BreaksHalfWay(FolderGateway):
    """The line breaks once in the middle of the first FI, and once after it."""

    breaks: list[int] = field(default_factory=lambda: [1, 1])

    def upload(
        self, folder: str, name: str, path: Path, *, offset: int = 0, reached: Reached = ignored
    ) -> Uploaded:
        if self.breaks:
            self.breaks.pop()
            half = offset + (path.stat().st_size - offset) // 2
            (self.root / folder / name).write_bytes(path.read_bytes()[:half])
            reached(half)
            raise GatewayUnavailable("the line broke")
        return super().upload(folder, name, path, offset=offset, reached=reached)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene.make(tmp_path, part_forms=1)


def built(workspace: Workspace, folder: Path) -> None:
    build(workspace, [write(folder / "in.json", trainings_body(1, 90), rights_body(2))])


@pytest.fixture(params=[FolderGateway, BreaksHalfWay])
def workspace(request: pytest.FixtureRequest, scene: Scene) -> Iterator[Workspace]:
    with scene.workspace(gateway=request.param(scene.account)) as workspace:
        built(workspace, scene.folder)
        yield workspace


def test_what_is_told_adds_up_to_the_size_also_when_the_line_breaks(workspace: Workspace) -> None:
    (name,) = to_send(workspace, [])
    told: list[int] = []
    send(workspace, [name], told.append)
    assert sum(told) == outgoing_bytes(workspace, name)
    assert min(told) > 0
    # More often than once a file: FI and FS of two parts.
    assert len(told) > 4


def test_a_second_send_tells_what_the_server_has_already(scene: Scene) -> None:
    with scene.workspace() as workspace:
        built(workspace, scene.folder)
        (name,) = to_send(workspace, [])
        files = sorted((scene.outbox / "S" / str(name) / "sent").glob("F*"))
        for path in files:
            target = scene.account / name.environment.folder_in / path.name
            target.write_bytes(path.read_bytes())
        told: list[int] = []
        send(workspace, [name], told.append)
    assert told == [path.stat().st_size for path in files]


def test_bytes_are_told_once() -> None:
    told: list[int] = []
    tell = told_once(told.append)
    for place in (10, 30, 30, 5, 20, 31):
        tell("FI", place)
    tell("FS", 7)
    assert told == [10, 20, 1, 7]


def test_the_bar_shows_bytes_as_people_read_them() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120, color_system=None)
    with bar(console, Unit.BYTES) as progress:
        task = progress.add_task("sent", total=450_000_000, rate="")
        progress.update(task, advance=100_000_000)
        progress.refresh()
    assert "100.0/450.0 MB" in screen.getvalue()


# Reading tables, rules, XML and what builds batches of them takes longer to load than all of send.
NOT_NEEDED = ("intake", "rules", "models", "binding", "batching", "responses", "schema", "poll")


@pytest.mark.parametrize("module", NOT_NEEDED)
def test_send_does_not_load(module: str, loaded: frozenset[str]) -> None:
    assert "fla_batch.commands.send" in loaded
    assert f"fla_batch.{module}" not in loaded


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The modules in memory after a `send` with nothing to send."""
    code = (
        "import sys; from fla_batch.cli.edge import run; code = run(['send', '--json']); "
        "print(*sys.modules, sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"FLA_BATCH_SENDER__NUMBER": "123456"},
        cwd=tmp_path_factory.mktemp("empty"),
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stderr.split())
