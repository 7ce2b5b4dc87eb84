"""Numbers, dates and words of the explanation in each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files

from fla_batch.rights.quarters import OPEN
from fla_batch.rights.right import decimal_text, plain_text
from fla_batch.vocabulary.terms import Language


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class LocalText:
    """Words of `words.toml`, numbers, dates and plurals of one language.

    >>> french = LocalText(Language.FR)
    >>> french.decimal(Fraction(5, 2), 2), french.days(Fraction(3, 2)), french.percent(Fraction(1))
    ('2,50', '1,5 jour', '100 %')
    """

    def __init__(self, language: Language) -> None:
        self.language = language

    def line(self, key: str, **parts: object) -> str:
        """The text of a key, filled in."""
        return _words()[key][self.language.value].format_map(parts)

    def knows(self, key: str) -> bool:
        """True when there is such a text."""
        return key in _words()

    def decimal(self, value: Fraction, places: int) -> str:
        """A number with so many decimals, half up."""
        return self._comma(decimal_text(value, places))

    def plain(self, value: Fraction) -> str:
        """A number without needless decimals, at most four."""
        return self._comma(plain_text(value))

    def percent(self, value: Fraction) -> str:
        """A rate, at most four decimals."""
        return f"{self.plain(value * 100)} %"

    def hours_a_week(self, centi: int) -> str:
        """Hundredths of an hour as hours."""
        return self.decimal(Fraction(centi, 100), 2)

    def days(self, value: Fraction) -> str:
        """`2.5 days`, in the singular where the language wants it."""
        return self._counted("day", value)

    def hours(self, value: Fraction, places: int = 2) -> str:
        """`22.66 hours`."""
        number = self.decimal(value, places)
        return self.line(f"hour-{self._form(value)}", number=number)

    def day(self, day: int) -> str:
        """A date as Belgians write it; what has no end yet is still running."""
        return self.line("open") if day == OPEN else self.date(date.fromordinal(day))

    def date(self, day: date) -> str:
        """A date as Belgians write it."""
        return day.strftime("%d/%m/%Y")

    def month(self, month: int) -> str:
        """The name of a month (1 to 12)."""
        return self.line(f"month-{month}")

    def _counted(self, unit: str, value: Fraction) -> str:
        return self.line(f"{unit}-{self._form(value)}", number=self.plain(value))

    def _form(self, value: Fraction) -> str:
        """French counts everything below 2 as one; the others only 1."""
        one = value < 2 if self.language is Language.FR else value == 1
        return "one" if one else "many"

    def _comma(self, number: str) -> str:
        return number if self.language is Language.EN else number.replace(".", ",")
