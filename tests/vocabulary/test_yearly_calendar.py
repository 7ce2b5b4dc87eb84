"""The days of a year, whichever day it is asked on."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.vocabulary.yearly_calendar import Due, deadlines

YEARLY = [Due.YEAR_END, Due.RIGHTS_FINAL, Due.TRAINING_PLAN, Due.SMALL_EMPLOYERS]


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (
            date(2025, 12, 31),
            [("2025-12-31", Due.REGISTER, 2025), ("2025-12-31", Due.YEAR_END, 2025)],
        ),
        (date(2026, 1, 1), [("2026-02-28", Due.RIGHTS_FINAL, 2025)]),
        (date(2026, 11, 28), [("2026-12-31", Due.READ, 2027), ("2026-12-31", Due.YEAR_END, 2026)]),
        (date(2027, 1, 1), [("2027-02-28", Due.RIGHTS_FINAL, 2026)]),
        (date(2028, 2, 29), [("2028-02-29", Due.RIGHTS_FINAL, 2027)]),
        (date(2028, 12, 1), [("2028-12-31", Due.FIVE_YEARS, 2024)]),
    ],
)
def test_what_comes_first(today: date, first: list[tuple[str, Due, int]]) -> None:
    found = [(each.day.isoformat(), each.due, each.year) for each in deadlines(today)]
    assert found[: len(first)] == first


@given(st.dates(date(2024, 1, 1), date(2060, 12, 31)))
def test_each_yearly_day_comes_once_within_a_year_and_none_is_past(today: date) -> None:
    found = deadlines(today)
    assert found == sorted(found)
    assert all(0 <= (each.day - today).days <= 366 for each in found)
    yearly = [each.due for each in found if each.due in YEARLY]
    assert len(yearly) == len(set(yearly))
    # Of the last days of a month one may lie just behind the window.
    assert set(YEARLY) - set(yearly) <= {Due.YEAR_END, Due.TRAINING_PLAN, Due.SMALL_EMPLOYERS}
    assert today.day > 28 or set(yearly) == set(YEARLY)


def test_the_platforms_last_day_is_named_until_it_is_past() -> None:
    assert Due.READ in {each.due for each in deadlines(date(2026, 12, 31))}
    assert Due.READ not in {each.due for each in deadlines(date(2027, 1, 1))}
    assert Due.REGISTER not in {each.due for each in deadlines(date(2026, 1, 1))}
