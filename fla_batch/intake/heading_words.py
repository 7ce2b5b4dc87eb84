"""The headings of tables of trainings and rights: names, labels in en, fr and nl, synonyms.

Under its exact name a column of hours or days is in hundredths, as in the REST manual. Under its
label it is what a person writes there: hours as 7,6 and days as 0,5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from fla_batch.intake.zone_columns import Column, columns_of
from fla_batch.tables.heading_matching import KnownHeadings
from fla_batch.tables.numbers import days_centi, hours_centi
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.words import texts_of

KINDS = (FormKind.TRAININGS, FormKind.TRAINING_RIGHTS)


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
    return known_headings(kind).meant(heading)


@cache
def known_headings(kind: FormKind) -> KnownHeadings[Column]:
    """What headings mean in a table of `kind`."""
    columns = columns_of(kind)
    synonyms = [
        (text, columns[name])
        for name, texts in texts_of(__package__, "headings.toml").items()
        for text in (texts if name in columns else ())
    ]
    return KnownHeadings(columns, list(_labels(columns)), synonyms)


def is_heading(text: str) -> bool:
    """True for the heading of a column of any kind of table."""
    return any(known_headings(kind).is_heading(text) for kind in KINDS)


def almost(text: str) -> str | None:
    """The column that a heading nearly names; None when it resembles none.

    >>> almost("trainingPlaec"), almost("Numéro d'entrprise"), almost("Nom")
    ('trainingPlace', 'companyId', None)
    """
    found = (known_headings(kind).almost(text) for kind in KINDS)
    return next((column.name for column in found if column is not None), None)


@cache
def column_names() -> tuple[str, ...]:
    """The names of all columns of both kinds of tables."""
    return tuple(dict.fromkeys(name for kind in KINDS for name in columns_of(kind)))


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
