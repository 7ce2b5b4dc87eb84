"""A place within a declaration: JSON names and list indexes, from the declaration down."""

from __future__ import annotations

Path = tuple[str | int, ...]
"""JSON names and list indexes from the declaration down: ("trainings", 0, "scope")."""

EXTRA_ZONE = "extra."
"""Begins the name of a zone that only the XSD of a profile knows, in columns and bindings."""


def path_text(path: Path) -> str:
    """A path as the REST manual's anomalies would print it.

    >>> path_text(("trainings", 0, "detailsPerPeriod", 1, "trainingHours"))
    'trainings[0].detailsPerPeriod[1].trainingHours'
    """
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
