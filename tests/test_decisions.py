"""Every decision stands once in the index, and is named by the code or the page that follows it."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "decisions"
NUMBERS = sorted(path.name[:4] for path in FOLDER.glob("[0-9]*.md"))
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")


def followers() -> str:
    """All code and pages that may follow a decision: not the decisions themselves, nor tests."""
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.parent != FOLDER]
    code = chain((ROOT / "fla_batch").rglob("*.py"), (ROOT / "schemas").rglob("*.md"))
    files = [page for page in pages if page.name != "changelog.md"] + [*code, ROOT / "README.md"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_index_names_each_once() -> None:
    assert sorted(re.findall(r"^- \[(\d{4})\]", INDEX, re.MULTILINE)) == NUMBERS


def test_each_is_followed_somewhere() -> None:
    text = followers()
    assert [number for number in NUMBERS if not re.search(rf"\b{number}\b", text)] == []


def test_what_a_decision_names_is_there() -> None:
    """Modules and tests that a decision names have not moved away since."""
    places = (ROOT, ROOT / "fla_batch", ROOT / "fla_batch" / "vocabulary")
    for page in sorted(FOLDER.glob("[0-9]*.md")):
        text = re.sub(r"/\s+", "/", page.read_text(encoding="utf-8"))
        named = re.findall(r"`([a-z_]+/[a-z0-9_/.-]*\.(?:py|csv|toml))(?:::\w+)?`", text)
        gone = [name for name in named if not any((at / name).exists() for at in places)]
        assert gone == [], page.name
