"""Kill a command at each of its points in turn, start it again, and look at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.reliability.points import Kind
from tests.reliability.scene import Scene
from tests.reliability.zygote import KILLED, Done, Job, Zygote

ALL = [kind.value for kind in Kind]
View = Callable[[Scene], Any]


def uncut(zygote: Zygote, begin: Scene, job: Job, folder: Path) -> tuple[Scene, Done]:
    """The run that nothing disturbs; what every other run has to end like."""
    scene = begin.copy(folder)
    done = zygote.run(replace(job, folder=str(scene.folder)))
    assert done.status == 0, done
    return scene, done


def each_kill(
    zygote: Zygote,
    begin: Scene,
    job: Job,
    folder: Path,
    points: int,
    between: Callable[[Scene], None] = lambda _: None,
) -> Iterator[tuple[int, Scene]]:
    """For each point: the scene after a kill there and a second, undisturbed run.

    `between` happens between the two. The scene's folder is gone afterwards.
    """
    for number in range(1, points + 1):
        scene = begin.copy(folder / f"killed-{number}")
        here = replace(job, folder=str(scene.folder))
        cut = zygote.run(replace(here, kill_at=number))
        assert cut.status == KILLED, (number, cut)
        between(scene)
        again = zygote.run(replace(here, minute=job.minute + 1))
        assert again.status == 0, (number, again)
        yield number, scene
        shutil.rmtree(scene.folder)
