"""Every promise of the reliability requirements has a test that is named after it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.reliability.numbers import PAGE, documented

TESTS = Path(__file__).parents[1]
_NAME = re.compile(r"def (test_\w+)")
PROMISES = [f"R{number}" for number in (*range(1, 36), 37, 39)]
SECURITY = [f"S{number}" for number in range(1, 16)]
ON_THE_PAGE = [*PROMISES, "S4", "S5", "S6", "S7", "S8", "S13", "S15"]


def names() -> list[str]:
    """The name of every test function below `tests`."""
    return [
        name
        for path in sorted(TESTS.rglob("test_*.py"))
        for name in _NAME.findall(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("promise", PROMISES + SECURITY)
def test_there_is_a_test_of_that_name(promise: str) -> None:
    part = f"_{promise.lower()}_"
    assert any(part in f"{name}_" for name in names()), f"no test is named after {promise}"


@pytest.mark.parametrize("promise", ON_THE_PAGE)
def test_the_page_tells_how_it_is_tested(promise: str) -> None:
    (row,) = re.findall(
        rf"^\| {promise} \|[^|]+\|([^|]+)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    named = re.findall(r"`(tests/[^`]+)`", row)
    assert named, f"the row of {promise} names no file"
    for path in named:
        assert (TESTS.parent / path).exists(), f"{path} is not there"


def test_the_page_quotes_numbers() -> None:
    assert sum(documented().values()) > 300
