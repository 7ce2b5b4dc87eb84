"""Numbers, instants and plurals on a page, written as on the terminal (decision 1918)."""

from __future__ import annotations

from datetime import datetime

from fla_batch.report.html import Figure
from fla_batch.vocabulary.belgian_time import shown
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import is_one, spaced


def figure(value: int) -> Figure:
    """A whole number, which is not broken over two lines.

    >>> figure(12000).replace("\N{NO-BREAK SPACE}", "_")
    '12_000'
    """
    return Figure(spaced(value).replace(" ", "\N{NO-BREAK SPACE}"))


def instant(at: datetime | None) -> str:
    """Belgian time to the minute; nothing for None."""
    return "" if at is None else shown(at)


def plural(count: int, one: str, many: str, language: Language) -> str:
    """The text for one or for many, with `{count}` filled in.

    >>> plural(0, "{count} constat", "{count} constats", Language.FR)
    '0 constat'
    """
    return (one if is_one(count, language) else many).format(count=figure(count))
