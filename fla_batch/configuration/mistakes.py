"""What is wrong with the settings: all of it at once, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fla_batch.vocabulary.errors import ConfigurationMistake


@dataclass(frozen=True, slots=True)
class SettingsMistake:
    """One mistake: `place` is file and line, or the name of a variable."""

    place: str
    said: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.said}"


class WrongSettings(ConfigurationMistake):
    """The settings cannot be used; `mistakes` are all that were found."""

    def __init__(self, mistakes: Sequence[SettingsMistake]) -> None:
        self.mistakes = tuple(mistakes)
        several = len(mistakes) > 1
        lines = [
            str(each) + (f" ({each.hint})" if several and each.hint else "") for each in mistakes
        ]
        head = f"{len(mistakes)} mistakes in the settings\n  " if several else ""
        super().__init__(
            head + "\n  ".join(lines), hint=None if several else mistakes[0].hint or None
        )


def nearest(name: str, known: Iterable[str]) -> str:
    """What was probably meant, or what there is."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(names)}."
