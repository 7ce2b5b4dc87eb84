"""`--allow-removals` and `--allow-removals-of`: the loss that the user allows by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import click

from fla_batch.cli.options import EXISTING_FILE
from fla_batch.vocabulary.errors import DiskTrouble

if TYPE_CHECKING:
    from fla_batch.rules import Removal
    from fla_batch.vocabulary.findings import Anomaly

Command = TypeVar("Command", bound=Callable[..., Any])


class Allowed(NamedTuple):
    """Everything that a photo drops, or exactly what the lists name."""

    everything: bool = False
    listed: tuple[Removal, ...] = ()


def removal_options(command: Command) -> Command:
    """Adds both; the command gets one `Allowed` as `allowed`. Raises InputUnreadable."""

    @wraps(command)
    def call(
        *args: Any, allow_removals: bool = False, lists: tuple[Path, ...] = (), **rest: Any
    ) -> Any:
        listed: list[Removal] = []
        if lists:
            from fla_batch.intake.removal_list import read_removals

            listed = [removal for path in lists for removal in read_removals(path)]
        return command(*args, allowed=Allowed(allow_removals, tuple(listed)), **rest)

    decorated: Any = call
    for option in (
        click.option(
            "--allow-removals-of",
            "lists",
            type=EXISTING_FILE,
            multiple=True,
            metavar="FILE",
            help="Delete exactly what FILE lists: the list that the refused build wrote.",
        ),
        click.option(
            "--allow-removals",
            is_flag=True,
            help="Send photos that delete what the platform holds; the losses are listed.",
        ),
    ):
        decorated = option(decorated)
    return cast(Command, decorated)


def write_list(inputs: Iterable[Path], anomalies: Iterable[Anomaly]) -> Path | None:
    """The list of what stopped a build, beside its first input; None where nothing did.

    Where it cannot be written there, it is not written: the findings tell the same.
    """
    from fla_batch.intake.removal_list import removals_in, write_removals

    removals = removals_in(anomalies)
    first = next(iter(inputs), None)
    if not removals or first is None:
        return None
    name = f"{first.stem}-removals.csv" if first.name != "-" else "removals.csv"
    path = first.parent / name
    try:
        write_removals(path, removals)
    except DiskTrouble:
        return None
    return path
