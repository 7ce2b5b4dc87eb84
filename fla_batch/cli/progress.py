"""Progress on standard error while something long runs: how much, a rate, an estimate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

from fla_batch.cli.options import is_terminal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from fla_batch.cli.options import Shared

Counted = Callable[[int], None]
# Drawing is done ten times a second; telling the bar more often than that only takes time.
_TELL_S = 0.05


class Unit(Enum):
    """What is counted: things one by one, or bytes, shown in MB of 10**6 as transfers are."""

    ONE = "one"
    BYTES = "bytes"


@contextmanager
def counting(
    noun: str, shared: Shared, total: int | None = None, *, unit: Unit = Unit.ONE
) -> Iterator[Counted]:
    """Gives a function to call with how many more are done. Silent when nobody watches."""
    if shared.as_json or not is_terminal():
        yield lambda _: None
        return
    from rich.console import Console

    with bar(Console(stderr=True), unit) as progress:
        task = progress.add_task(noun, total=total, rate="")
        untold, told_at = 0, 0.0

        def tell() -> None:
            nonlocal untold, told_at
            speed = progress.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed else ""
            progress.update(task, advance=untold, rate=rate)
            untold, told_at = 0, time.monotonic()

        def done(count: int) -> None:
            nonlocal untold
            untold += count
            if time.monotonic() - told_at >= _TELL_S:
                tell()

        try:
            yield done
        finally:
            tell()


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
