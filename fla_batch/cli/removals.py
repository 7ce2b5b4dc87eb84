"""`--allow-removals` and `--allow-removals-of`: the loss that the user allows by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fla_batch.cli.options import EXISTING_FILE, gathered
from fla_batch.vocabulary.errors import DiskTrouble

if TYPE_CHECKING:
    from fla_batch.rules import Removal
    from fla_batch.vocabulary.findings import Anomaly


class Allowed(NamedTuple):
    """Everything that a photo drops, or exactly what the lists name."""

    everything: bool = False
    listed: tuple[Removal, ...] = ()

    @classmethod
    def of(cls, allow_removals: bool, lists: Iterable[Path]) -> Allowed:
        """What the options say. Raises InputUnreadable."""
        if not lists:
            return cls(allow_removals)
        from fla_batch.intake.removal_list import read_removals

        return cls(allow_removals, tuple(each for path in lists for each in read_removals(path)))


removal_options = gathered(
    "allowed",
    Allowed.of,
    click.option(
        "--allow-removals",
        is_flag=True,
        help="Send photos that delete what the platform holds; the losses are listed.",
    ),
    click.option(
        "--allow-removals-of",
        "lists",
        type=EXISTING_FILE,
        multiple=True,
        help="Delete exactly what FILE lists: the list that the refused build wrote.",
    ),
)
"""The command gets one `Allowed` as `allowed`."""


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
