"""The five-year windows of the FLA, and until when the right of a year counts.

REST manual 3.1, 3.3.3.1 D, 3.3.5.1; law of 3 October 2022, chapter 12 (five-year reckoning from
1 January 2024). Decision 1302. The rule fla-window, the platform's end dates, the credit and the
forecast all ask here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import polars as pl

Year = TypeVar("Year", int, "pl.Expr")
"""A calendar year, or a column of them."""


class FlaWindows(NamedTuple):
    """Windows of `years` years without gaps, one of which begins in `start_year`."""

    start_year: int = 2024
    years: int = 5

    def first_year(self, year: Year) -> Year:
        """First year of the window that `year` lies in, also before the first window.

        >>> FlaWindows().first_year(2028), FlaWindows().first_year(2022)
        (2024, 2019)
        """
        return year - (year - self.start_year) % self.years

    def validity_end(self, year: int, relation_end: date | None = None) -> date | None:
        """Last day on which the right of `year` counts: of its window, or of the work relation.

        None, no end of its own, for a right of a year before the first window.

        >>> FlaWindows().validity_end(2024), FlaWindows().validity_end(2023)
        (datetime.date(2028, 12, 31), None)
        >>> FlaWindows().validity_end(2025, date(2026, 6, 30))
        datetime.date(2026, 6, 30)
        """
        if year < self.start_year:
            return None
        window_end = date(self.first_year(year) + self.years - 1, 12, 31)
        return window_end if relation_end is None else min(window_end, relation_end)


USUAL_WINDOWS = FlaWindows()
