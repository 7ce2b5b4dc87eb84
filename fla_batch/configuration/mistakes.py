"""What is wrong with the settings: all of it at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.nearest import nearest
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language


@dataclass(frozen=True, slots=True)
class SettingsMistake:
    """One mistake: `place` is file and line, or the name of a variable."""

    place: str
    said: str
    hint: str = ""

    def told(self, language: Language, *, with_hint: bool) -> str:
        """In one line, in that language."""
        told = translated(f"{self.place}: {self.said}", language)
        return told + (f" ({translated(self.hint, language)})" if with_hint and self.hint else "")

    def __str__(self) -> str:
        return self.told(Language.EN, with_hint=False)


class WrongSettings(ConfigurationMistake):
    """The settings cannot be used; `mistakes` are all that were found."""

    def __init__(self, mistakes: Sequence[SettingsMistake]) -> None:
        self.mistakes = tuple(mistakes)
        several = len(mistakes) > 1

        def sentence(_: str, language: Language) -> str:
            lines = [each.told(language, with_hint=several) for each in mistakes]
            head = translated(f"{len(mistakes)} mistakes in the settings", language)
            return "\n  ".join([head, *lines] if several else lines)

        super().__init__(Labels().changed(sentence), hint=None if several else mistakes[0].hint)


def meant(name: str, known: Iterable[str]) -> str:
    """What was probably meant, or what there is."""
    names = list(known)
    near = nearest(name, names, least=0.4)
    return f"Did you mean {near}?" if near else f"Known are: {', '.join(names)}."
