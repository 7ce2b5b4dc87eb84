"""The platform's closure: production stops, everything else goes on (7)."""

from __future__ import annotations

from datetime import date

import pytest

from fla_batch.vocabulary.closure import CLOSED_FROM, PlatformClosed, require_open
from fla_batch.vocabulary.terms import Environment

OPEN, CLOSED = date(2025, 12, 31), date(2026, 1, 1)
R = Environment.PRODUCTION


@pytest.mark.parametrize("environment", [Environment.CIRCUIT_TEST, Environment.SIMULATION])
@pytest.mark.parametrize("year", [None, 2024, 2026])
def test_tests_and_simulation_are_never_stopped(environment: Environment, year: int | None) -> None:
    require_open(environment, CLOSED, lambda: year)


@pytest.mark.parametrize("year", [None, 2024, 2025])
def test_the_last_day_is_open_for_the_years_before(year: int | None) -> None:
    assert CLOSED_FROM == CLOSED
    require_open(R, OPEN, lambda: year)


@pytest.mark.parametrize("year", [None, 2024])
def test_production_stops_on_the_day(year: int | None) -> None:
    with pytest.raises(PlatformClosed, match="closed on 2026-01-01") as caught:
        require_open(R, CLOSED, lambda: year)
    assert "--after-closure" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_year_after_the_closure_stops_before_it_too() -> None:
    with pytest.raises(PlatformClosed, match="calendar year 2026"):
        require_open(R, OPEN, lambda: 2026)


@pytest.mark.parametrize("environment", [Environment.CIRCUIT_TEST, Environment.SIMULATION])
def test_the_year_is_asked_only_where_it_decides(environment: Environment) -> None:
    def never() -> int:
        raise AssertionError("asked in vain")

    require_open(environment, OPEN, never)
    with pytest.raises(PlatformClosed, match="closed on 2026-01-01"):
        require_open(R, CLOSED, never)
