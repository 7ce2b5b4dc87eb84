"""Numbers, dates and words of the explanation in each language."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from fla_batch.rights.quarters import OPEN
from fla_batch.rights.right import decimal_text, plain_text
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words, is_one


class LocalText(Words):
    """Words of `words.toml`, numbers, dates and plurals of one language.

    >>> french = LocalText(Language.FR)
    >>> french.decimal(Fraction(5, 2), 2), french.days(Fraction(3, 2)), french.percent(Fraction(1))
    ('2,50', '1,5 jour', '100 %')
    """

    def __init__(self, language: Language) -> None:
        super().__init__("fla_batch.rights", language)

    def decimal(self, value: Fraction, places: int) -> str:
        """A number with so many decimals, half up."""
        return self.with_comma(decimal_text(value, places))

    def plain(self, value: Fraction) -> str:
        """A number without needless decimals, at most four."""
        return self.with_comma(plain_text(value))

    def percent(self, value: Fraction) -> str:
        """A rate, at most four decimals."""
        return f"{self.plain(value * 100)} %"

    def hours_a_week(self, centi: int) -> str:
        """Hundredths of an hour as hours."""
        return self.decimal(Fraction(centi, 100), 2)

    def quotient(self, mean_centi: int, week_centi: int) -> str:
        """Q / S as hours a week, `30.40/38.00`; without a full-time week Q is the rate."""
        if not week_centi:
            return self.percent(Fraction(mean_centi))
        return f"{self.hours_a_week(mean_centi)}/{self.hours_a_week(week_centi)}"

    def days(self, value: Fraction) -> str:
        """`2.5 days`, in the singular where the language wants it."""
        return self.line(f"day-{self._form(value)}", number=self.plain(value))

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

    def _form(self, value: Fraction) -> str:
        return "one" if is_one(value, self.language) else "many"
