"""The known name that a mistyped one most resembles."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], *, least: float = 0.6) -> str | None:
    """The name in `known` closest to `name`, upper and lower case being equal; None if none is.

    `least`, from 0 to 1, is how much alike they have to be.

    >>> nearest("TrainingHour", ["trainingHours", "trainingDays"])
    'trainingHours'
    >>> nearest("colour", ["trainingHours", "trainingDays"]) is None
    True
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.strip().lower(), by_lower, n=1, cutoff=least)
    return by_lower[found[0]] if found else None
