"""Progress on standard error while something long runs: how much, a rate, an estimate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

from fla_batch.cli.options import is_terminal
from fla_batch.vocabulary.progress import UNWATCHED, Watcher
from fla_batch.vocabulary.words import spaced

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from fla_batch.cli.options import Shared
    from fla_batch.vocabulary.words import Words

# Drawing is done ten times a second; telling the bar more often than that only takes time.
_TELL_S = 0.05


class Unit(Enum):
    """What is counted: things one by one, or bytes, shown in MB of 10**6 as transfers are."""

    ONE = "one"
    BYTES = "bytes"


@contextmanager
def counting(
    noun: str, shared: Shared, total: int | None = None, *, unit: Unit = Unit.ONE
) -> Iterator[Watcher]:
    """Gives what to call with how many more are done. Silent when nobody watches."""
    if shared.as_json or not is_terminal():
        yield UNWATCHED
        return
    from rich.console import Console

    with bar(Console(stderr=True), unit) as progress:
        drawn = Drawn(progress, shared.words, noun, total)
        try:
            yield drawn
        finally:
            drawn.tell()


class Drawn:
    """A Watcher that draws a bar for each stage, named by a noun of `words`."""

    def __init__(self, progress: Progress, words: Words, noun: str, total: int | None) -> None:
        self._progress = progress
        self._words = words
        self._total = total
        self._untold, self._told_at = 0, 0.0
        self._task = progress.add_task(words.line(f"counted-{noun}"), total=total, rate="")

    def __call__(self, count: int) -> None:
        self._untold += count
        if time.monotonic() - self._told_at >= _TELL_S:
            self.tell()

    def begin(self, noun: str) -> None:
        self.tell()
        self._total = None
        named = self._words.line(f"counted-{noun}")
        self._task = self._progress.add_task(named, total=None, rate="")

    def expect(self, count: int) -> None:
        if count:
            self._total = (self._total or 0) + count
            self._progress.update(self._task, total=self._total)

    def tell(self) -> None:
        """Draw what is not drawn yet."""
        speed = next(task.speed for task in self._progress.tasks if task.id == self._task)
        rate = f"{spaced(round(speed))}/s" if speed else ""
        self._progress.update(self._task, advance=self._untold, rate=rate)
        self._untold, self._told_at = 0, time.monotonic()


def bar(console: Console, unit: Unit) -> Progress:
    """The bar, with the amounts and the rate in `unit`, the time it took and what it will take."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    amounts: dict[Unit, tuple[ProgressColumn, ProgressColumn]] = {
        Unit.ONE: (MofNCompleteColumn(), TextColumn("{task.fields[rate]}")),
        Unit.BYTES: (DownloadColumn(), TransferSpeedColumn()),
    }
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        *amounts[unit],
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
