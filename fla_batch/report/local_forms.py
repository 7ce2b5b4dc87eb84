"""Numbers, dates and plurals as the reader's language writes them in Belgium."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from fla_batch.report.html import Figure
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import is_one

if TYPE_CHECKING:
    from babel import Locale

_LOCALES = {Language.EN: "en_GB", Language.FR: "fr_BE", Language.NL: "nl_BE"}


def figure(value: int, language: Language) -> Figure:
    """A whole number.

    >>> figure(12000, Language.EN), figure(12000, Language.NL)
    ('12,000', '12.000')
    """
    from babel.numbers import format_decimal

    return Figure(format_decimal(value, locale=_locale(language)))


def instant(at: datetime | None, language: Language) -> str:
    """Belgian time to the minute; nothing for None.

    >>> from datetime import UTC
    >>> instant(datetime(2025, 3, 1, 9, 15, tzinfo=UTC), Language.FR)
    '1 mars 2025, 10:15'
    """
    if at is None:
        return ""
    from babel.dates import format_date

    local = belgian(at)
    return f"{format_date(local, 'medium', locale=_locale(language))}, {local:%H:%M}"


def plural(count: int, one: str, many: str, language: Language) -> str:
    """The text for one or for many, with `{count}` filled in.

    >>> plural(0, "{count} constat", "{count} constats", Language.FR)
    '0 constat'
    """
    return (one if is_one(count, language) else many).format(count=figure(count, language))


@cache
def _locale(language: Language) -> Locale:
    from babel import Locale

    return Locale.parse(_LOCALES[language])
