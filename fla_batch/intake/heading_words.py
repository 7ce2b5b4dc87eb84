"""Headings as people write them, to columns: exact names, labels in en, fr and nl, and synonyms.

Under its exact name a column of hours or days is in hundredths, as in the REST manual. Under its
label it is what a person writes there: hours as 7,6 and days as 0,5.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from fla_batch.intake.zone_columns import Column, columns_of
from fla_batch.tables.codes import bare_words
from fla_batch.tables.numbers import days_centi, hours_centi
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.terms import FormKind

KINDS = (FormKind.TRAININGS, FormKind.TRAINING_RIGHTS)
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


def column_for(kind: FormKind, heading: str) -> Column | None:
    """The column that a heading means in a table of `kind`; None when it means none.

    >>> [column_for(FormKind.TRAININGS, text).name for text in ("SCOPE", "N° BCE", "Uren")]
    ['scope', 'companyId', 'hours']
    >>> column_for(FormKind.TRAININGS, "N° de registre national").name
    'inss'
    >>> trainings = FormKind.TRAININGS
    >>> column_for(trainings, "trainingHours").read("760")  # the exact name: hundredths
    760
    >>> column_for(trainings, "Training hours").read("7,6")
    760
    """
    exact = _exact_names(kind).get(_one_word(heading))
    known = columns_by_heading(kind).get(bare_words(heading))
    return exact or known or _by_core(kind).get(_core(heading))


@cache
def columns_by_heading(kind: FormKind) -> Mapping[str, Column]:
    """Bare words of a label, a name or a synonym -> the column that they mean for people."""
    columns = columns_of(kind)
    found: dict[str, Column] = {}
    for heading, column in _labels(columns):
        found.setdefault(bare_words(heading), column)
    for name, column in columns.items():
        found.setdefault(bare_words(name), column)
    for name, synonyms in _synonyms().items():
        for synonym in synonyms if name in columns else ():
            found.setdefault(bare_words(synonym), columns[name])
    return found


@cache
def _by_core(kind: FormKind) -> Mapping[str, Column]:
    """Headings without the words that carry no meaning; what could mean two columns is left out."""
    cores: dict[str, dict[str, Column]] = {}
    columns = columns_of(kind)
    for text, column in _texts(columns):
        cores.setdefault(_core(text), {})[column.name] = column
    return {
        core: next(iter(each.values()))
        for core, each in cores.items()
        if len(each) == 1 and core not in _TOO_GENERAL
    }


def _texts(columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    yield from _labels(columns)
    for name, synonyms in _synonyms().items():
        for synonym in synonyms if name in columns else ():
            yield synonym, columns[name]


def _core(heading: str) -> str:
    """
    >>> _core("N° de registre national"), _core("Numéro"), _core("Ondernemingsnr.")
    ('registrenational', '', 'onderneming')
    """
    words = map(bare_words, _WORD.findall(heading))
    return "".join(_NUMBER_OF.sub("", word) for word in words if word not in _EMPTY_WORDS)


@cache
def _exact_names(kind: FormKind) -> Mapping[str, Column]:
    return {name.lower(): column for name, column in columns_of(kind).items()}


def _one_word(heading: str) -> str:
    """
    >>> _one_word(" Training_Hours "), _one_word("Training hours")
    ('traininghours', 'training hours')
    """
    return heading.strip().lower().replace("_", "").replace("-", "")


def is_heading(text: str) -> bool:
    """True for the heading of a column of any kind of table."""
    if len(text) > _LONGEST:
        return False
    return any(column_for(kind, text) is not None for kind in KINDS)


def almost(text: str) -> str | None:
    """The column that a heading nearly names; None when it resembles none.

    >>> almost("trainingPlaec"), almost("Numéro d'entrprise"), almost("Nom")
    ('trainingPlace', 'companyId', None)
    """
    for kind in KINDS:
        known = columns_by_heading(kind)
        found = get_close_matches(bare_words(text), known, n=1, cutoff=_ALMOST)
        if found:
            return known[found[0]].name
    return None


def _labels(columns: Mapping[str, Column]) -> Iterator[tuple[str, Column]]:
    for name, column in columns.items():
        if name in ("hours", "days"):
            continue  # the exact column carries the same label
        label = catalogue.zone_label(column.zone.label)
        written = _as_written(column)
        for text in (label.en, label.fr, label.nl):
            yield text or name, written


def _as_written(column: Column) -> Column:
    """The column as people fill it in under its label."""
    if column.zone.codes or not column.name.lower().endswith(("hours", "days", "workingday")):
        return column
    is_days = column.name.lower().endswith("days")
    return replace(column, read=days_centi if is_days else hours_centi)


@cache
def _synonyms() -> Mapping[str, list[str]]:
    text = files(__package__).joinpath("headings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
