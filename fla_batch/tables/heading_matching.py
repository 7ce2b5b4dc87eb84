"""Headings as people write them, to the columns of a kind of table: names, labels and synonyms.

Whatever the table is of (trainings, rights, DmfA, Dimona), a heading is known by its exact name,
by the words of a label or synonym without case, accents, blanks and signs, or by what is left of
those words without the small ones that carry no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Generic, TypeVar

from fla_batch.tables.codes import bare_words
from fla_batch.vocabulary.words import texts_of

_LONGEST = 120
_WORD = re.compile(r"\w+")
_EMPTY_WORDS = frozenset(
    "n nr no num numero nummer number de du des la le les l d van of the het en".split()  # noqa: SIM905
)
_NUMBER_OF = re.compile(r"(?<=.{3})s?(?:nummer|nr)$")
"""How a Dutch word ends for the number of something."""
_TOO_GENERAL = frozenset({"date", "datum"})
"""What is left of "datum van" without its small words may be any date."""
_ALMOST = 0.85
_IN_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]*)[)\]]\s*\*?", re.DOTALL)
_FORM = re.compile(
    r"=|^\s*(?:codes?|[jd]{1,2}\W?m{1,2}\W?[ajy]{2,4}|[ajy]{4}\W?m{2}\W?[jd]{2}"
    r"|[ojy]\s?/\s?n|oui\s?/\s?non|ja\s?/\s?nee|yes\s?/\s?no"
    r"|obligatoire|facultatif|verplicht|optioneel|mandatory|required|optional"
    r"|1[01] (?:chiffres|cijfers|digits))\s*$",
    re.IGNORECASE,
)

Meant = TypeVar("Meant")


class KnownHeadings(Generic[Meant]):
    """What headings mean in one kind of table.

    `names` are the exact names; `labels` and `synonyms` are texts that people write, each with
    what it means. Where two mean different columns by the same words, the first one counts. A
    worker, an employer and a joint committee are known by the words of every kind of table too.

    >>> known = KnownHeadings({"inss": 1, "quarter": 2}, [("Numéro NISS", 1)], [("trimestre", 2)])
    >>> [known.meant(text) for text in ("INSS", "N° du NISS", " Trimestre :", "Nom")]
    [1, 1, 2, None]
    >>> known.almost("trimestr"), known.almost("Nom")
    (2, None)
    """

    def __init__(
        self,
        names: Mapping[str, Meant],
        labels: Sequence[tuple[str, Meant]],
        synonyms: Sequence[tuple[str, Meant]] = (),
    ) -> None:
        self._exact = {name.lower(): meant for name, meant in names.items()}
        texts = [*synonyms, *self._common()]
        self.by_words: dict[str, Meant] = {}
        for text, meant in (*labels, *names.items(), *texts):
            self.by_words.setdefault(bare_words(text), meant)
        self._by_core = _by_core((*labels, *texts))

    def meant(self, heading: str) -> Meant | None:
        """What a heading means; None when it means none of the columns."""
        meant = self._as_written(heading)
        return meant if meant is not None else self._as_written(_without_form(heading))

    def _as_written(self, heading: str) -> Meant | None:
        exact = self._exact.get(_one_word(heading))
        if exact is None:
            exact = self.by_words.get(bare_words(heading))
        return exact if exact is not None else self._by_core.get(_core(heading))

    def is_exact(self, heading: str) -> bool:
        """True when the heading is a column's own name, and no words of people."""
        return _one_word(heading) in self._exact

    def is_heading(self, text: str) -> bool:
        """True for the heading of a column of this kind of table."""
        return len(text) <= _LONGEST and self.meant(text) is not None

    def almost(self, heading: str) -> Meant | None:
        """The column that a heading nearly names; None when it resembles none."""
        found = get_close_matches(bare_words(heading), self.by_words, n=1, cutoff=_ALMOST)
        return self.by_words[found[0]] if found else None

    def _common(self) -> Iterator[tuple[str, Meant]]:
        for name, texts in texts_of(__package__, "headings.toml").items():
            if name.lower() in self._exact:
                yield from ((text, self._exact[name.lower()]) for text in texts)


def _by_core(texts: Iterable[tuple[str, Meant]]) -> Mapping[str, Meant]:
    """Headings without the words that carry no meaning; what could mean two columns is left out."""
    cores: dict[str, list[Meant]] = {}
    for text, meant in texts:
        cores.setdefault(_core(text), []).append(meant)
    return {
        core: each[0]
        for core, each in cores.items()
        if all(other == each[0] for other in each) and core not in _TOO_GENERAL
    }


@lru_cache(maxsize=1 << 14)  # as `bare_words`
def _core(heading: str) -> str:
    """
    >>> _core("N° de registre national"), _core("Numéro"), _core("Ondernemingsnr.")
    ('registrenational', '', 'onderneming')
    """
    words = map(bare_words, _WORD.findall(heading))
    return "".join(_NUMBER_OF.sub("", word) for word in words if word not in _EMPTY_WORDS)


def _without_form(heading: str) -> str:
    """A heading without the words behind it that say in which form its values are.

    Words that say which values (`heures (hors FLA)`) are part of the heading.

    >>> _without_form("Date de début (jj/mm/aaaa)"), _without_form("Type (1=formel, 2=informel)")
    ('Date de début', 'Type')
    >>> _without_form("Statut [code]"), _without_form("heures (hors FLA)")
    ('Statut', 'heures (hors FLA)')
    """
    found = _IN_BRACKETS.fullmatch(heading.strip())
    return found[1] if found and _FORM.search(found[2]) else heading


def _one_word(heading: str) -> str:
    """
    >>> _one_word(" Training_Hours "), _one_word("Training hours")
    ('traininghours', 'training hours')
    """
    return heading.strip().lower().replace("_", "").replace("-", "")
