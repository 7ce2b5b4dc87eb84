"""Progress on standard error while something long runs: a count, a rate, an estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fla_batch.cli.options import is_terminal

if TYPE_CHECKING:
    from fla_batch.cli.options import Shared

Counted = Callable[[int], None]


@contextmanager
def counting(noun: str, shared: Shared, total: int | None = None) -> Iterator[Counted]:
    """Gives a function to call with how many more are done. Silent when nobody watches."""
    if shared.as_json or not is_terminal():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(noun, total=total, rate="")

        def done(count: int) -> None:
            speed = progress.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed else ""
            progress.update(task, advance=count, rate=rate)

        yield done
