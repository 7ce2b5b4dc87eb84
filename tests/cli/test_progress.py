"""The bar of a long command: each stage counts anew, with a rate and an estimate."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from fla_batch.batching.form_builder import Desk
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Spool
from fla_batch.batching.recipe import Recipe
from fla_batch.batching.spool_all import spool_all
from fla_batch.cli.progress_bar import Drawn, Unit, bar
from fla_batch.intake import InputReading
from fla_batch.message import load
from fla_batch.system.workforce import OwnWorkforce
from fla_batch.vocabulary.terms import Environment, Language
from fla_batch.vocabulary.words import Words
from tests.batching.test_desk import CONTEXT, STARTED, trainings
from tests.batching.test_screened_tables import WORKERS
from tests.intake.test_photos import table


class Noted:
    """A Watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def __call__(self, count: int) -> None:
        self.told.append(("done", count))

    def begin(self, noun: str) -> None:
        self.told.append(("begin", noun))

    def expect(self, count: int) -> None:
        self.told.append(("expect", count))

    def sum(self, what: str) -> int:
        return sum(int(str(value)) for told, value in self.told if told == what)


def test_a_table_says_how_many_declarations_it_holds(tmp_path: Path) -> None:
    assert len(trainings(1, 2)) == 2
    files = [table(tmp_path / "a.csv", *WORKERS[:2]), table(tmp_path / "b.parquet", WORKERS[2])]
    profile = load("fla-20250131")
    desk = Desk.for_profile(profile, FormMaker(profile, "RUN", STARTED), CONTEXT)
    noted = Noted()
    recipe = Recipe(
        str(profile.folder), "RUN", STARTED, CONTEXT, "", Environment.SIMULATION, held=False
    )
    with OwnWorkforce() as workforce:
        spool = Spool(tmp_path)
        spool_all(InputReading(files), spool, desk, recipe, noted, workforce=workforce)
    assert (noted.sum("expect"), noted.sum("done")) == (3, 3)


def test_a_new_stage_has_a_bar_of_its_own() -> None:
    text = io.StringIO()
    with bar(Console(file=text, force_terminal=True, width=120), Unit.ONE) as progress:
        words = Words("fla_batch.cli", Language.FR)
        drawn = Drawn(progress, words, "declarations", None)
        drawn(2)
        drawn.expect(2)
        drawn.begin("forms")
        drawn.expect(10)
        drawn.expect(0)
        drawn(3)
        drawn.tell()
        first, second = progress.tasks
    assert (first.description, first.completed, first.total) == ("déclarations", 2, 2)
    assert (second.description, second.completed, second.total) == ("formulaires", 3, 10)
