"""The suite's numbers: printed by the tests, and held against what the documentation says."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "reliability.md"
_ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<count>[0-9 ]+) \|$", re.MULTILINE)


def documented() -> dict[str, int]:
    """What the page says was counted."""
    text = PAGE.read_text(encoding="utf-8")
    found = {row["what"].strip(): row["count"] for row in _ROW.finditer(text)}
    return {what: int(count.replace(" ", "")) for what, count in found.items()}


def tell(what: str, count: int) -> None:
    """Print a number, and see that it is not less than what the page promises."""
    print(f"{what}: {count}")  # noqa: T201 - the count is asked for; pytest shows it with -s
    promised = documented()
    assert what in promised, f"{PAGE.name} has no row for {what!r}"
    assert count >= promised[what], f"{PAGE.name} promises {promised[what]} for {what}"
