"""Every promise of the reliability requirements has a test that is named after it."""

from __future__ import annotations

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.reliability.numbers import PAGE, documented

TESTS = Path(__file__).parents[1]
_NAME = re.compile(r"def (test_\w+)")
PROMISES = [f"R{number}" for number in range(1, 40)]
SECURITY = [f"S{number}" for number in range(1, 16)]
_ROW = re.compile(r"^\| ([RS]\d+) \|[^|]+\|([^|]+)\| (\d+) \|$", re.MULTILINE)


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


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[list[str], int]]:
    """Of each promise on the page: the tests that it names, as patterns, and their cases."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {promise: (re.findall(r"`([^`]+)`", cell), int(cases)) for promise, cell, cases in found}


@pytest.fixture(scope="module")
def collected(rows: dict[str, tuple[list[str], int]]) -> list[tuple[str, str]]:
    """File and function of each case that pytest finds in the files that the page names."""
    files = sorted({name.partition("::")[0] for names, _ in rows.values() for name in names})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *files], cwd=TESTS.parent, capture_output=True, text=True, check=True
    )
    cases = (line.partition("::") for line in done.stdout.splitlines() if "::" in line)
    return [(file, case.partition("[")[0].rpartition("::")[2]) for file, _, case in cases]


@pytest.mark.parametrize("promise", PROMISES + SECURITY)
def test_the_page_names_tests_that_are_there_and_not_more_cases(
    promise: str,
    rows: dict[str, tuple[list[str], int]],
    collected: list[tuple[str, str]],
) -> None:
    names, promised = rows[promise]
    cases = 0
    for name in names:
        path, _, pattern = name.partition("::")
        found = [case for file, case in collected if file == path and fnmatchcase(case, pattern)]
        assert found, f"{promise}: {name} is not there"
        cases += len(found)
    assert cases >= promised, f"the page promises {promised} cases for {promise}"


def test_the_page_quotes_numbers() -> None:
    assert sum(documented().values()) > 300
