"""Several hosts on one machine: each with its own folder, all with one ledger, store and portal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fla_batch.commands.build import build
from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings
from fla_batch.commands.doctor.examination import examine
from fla_batch.commands.maintenance import verify
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import trainings_body, write
from tests.reliability.scene import NOW, Clock, Scene


@dataclass(frozen=True)
class Hosts:
    """`scenes` are the hosts; the first one's folder holds the portal's side too."""

    scenes: tuple[Scene, ...]

    @classmethod
    def make(
        cls, folder: Path, ledger: str, store: str | None, count: int = 2, part_forms: int = 1
    ) -> Hosts:
        """Hosts on that ledger and store; batches of `part_forms` forms each."""
        first = Scene.make(folder / "host-1", part_forms=part_forms, parts=1, ledger=ledger)
        settings = first.folder / "fla-batch.toml"
        if store:
            text = settings.read_text(encoding="utf-8")
            settings.write_text(text.replace("[workspace]", f'[workspace]\nstore = "{store}"'))
        scenes = [first]
        for number in range(2, count + 1):
            other = folder / f"host-{number}"
            other.mkdir()
            shutil.copy(settings, other)
            shutil.copytree(first.folder / "keys", other / "keys")
            (other / "account").symlink_to(Path("..", "host-1", "account"))
            scenes.append(Scene(other))
        return cls(tuple(scenes))

    def copy(self, folder: Path, ledger: str, store: str) -> Hosts:
        """The same once more on a copy of the ledger and of the store, given by their URLs."""
        shutil.copytree(self.scenes[0].folder.parent, folder, symlinks=True)
        before = self.scenes[0].settings().workspace
        copies = []
        for scene in self.scenes:
            path = folder / scene.folder.name / "fla-batch.toml"
            text = path.read_text(encoding="utf-8").replace(before.ledger, ledger)
            path.write_text(text.replace(str(before.store), store), encoding="utf-8")
            copies.append(Scene(path.parent))
        return Hosts(tuple(copies))

    def lose_ledger(self, empty: str) -> None:
        """From now on all of them are on that empty database instead."""
        for scene in self.scenes:
            path = scene.folder / "fla-batch.toml"
            old = scene.settings().workspace.ledger
            path.write_text(path.read_text(encoding="utf-8").replace(old, empty), encoding="utf-8")

    @contextmanager
    def on(self, number: int, minute: int = 1) -> Iterator[Workspace]:
        """The workspace of host `number`, from 1."""
        clock = Clock(NOW + timedelta(minutes=minute))
        run = f"H{number}M{minute}"
        with self.scenes[number - 1].workspace(clock=clock, run=run) as workspace:
            yield workspace

    def build(self, number: int, workers: int = 3, minute: int = 1) -> list[BatchName]:
        """That host builds a batch for each worker."""
        bodies = [trainings_body(worker, 1) for worker in range(1, workers + 1)]
        path = write(self.scenes[number - 1].folder / "year.json", *bodies)
        with self.on(number, minute) as workspace:
            return [batch.name for batch in build(workspace, [path]).batches]

    def send(self, number: int, minute: int = 2) -> list[str]:
        """That host sends what there is; the states of what it tried."""
        with self.on(number, minute) as workspace:
            return [each.state.value for each in send(workspace, to_send(workspace, ()))]

    def answer(self) -> None:
        """The portal answers."""
        self.scenes[0].let_portal_work()

    def poll(self, number: int, minute: int = 4) -> list[str]:
        """That host polls; the names of the answers that it processed."""
        with self.on(number, minute) as workspace:
            return poll(workspace).processed

    def problems(self, number: int) -> list[str]:
        """What `ledger verify` says on that host."""
        with self.on(number, 9) as workspace:
            return [f"{each.fault.batch}: {each.fault.problem}" for each in verify(workspace)]

    def created_again(self) -> list[str]:
        """Every GO that was created a second time."""
        return self.scenes[0].created_again()

    def states(self) -> dict[str, str]:
        """The state of each batch."""
        with self.on(1, 10) as workspace:
            return {str(row.name): row.state.value for row in workspace.ledger.batches()}


def doctor_says(scene: Scene, *, workers: str | None = None) -> dict[str, Diagnosis]:
    """What `doctor` finds on a host, by name; `workers` is the address of a cluster."""
    around = Surroundings(
        file=scene.folder / "fla-batch.toml",
        load=scene.settings,
        clock=Clock(),
        words=Words("fla_batch.commands.doctor", Language.EN),
        connect=lambda _: FolderGateway(scene.account),
        free_bytes=lambda _: 10**12,
        offline=workers is None,
        workers=workers,
    )
    return {each.name: each for each in examine(around)}
