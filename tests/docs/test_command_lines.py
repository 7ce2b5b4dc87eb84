"""Every command line on the pages is one that the real command line takes, options included."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parsed_lines import lines_of, refusal

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("schemas/**/*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_click_takes_every_line(page: Path) -> None:
    lines = lines_of(page.read_text(encoding="utf-8"))
    told = {line: refusal(line, whole=whole) for line, whole in lines}
    assert {line: why for line, why in told.items() if why is not None} == {}


def test_they_are_found() -> None:
    counts = [len(list(lines_of(page.read_text(encoding="utf-8")))) for page in PAGES]
    assert counts[0] >= 12
    assert sum(counts) > 140


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`fla-batch check mine.xlsx`", ["fla-batch check mine.xlsx"]),
        ("```sh\nA=b .venv/bin/fla-batch poll --watch 60 > x\n```", ["fla-batch poll --watch 60"]),
        (
            "    fla-batch build a \\\n        --dry-run && fla-batch send",
            ["fla-batch build a --dry-run", "fla-batch send"],
        ),
        ("| a |\n| --- |\n| `fla-batch doctor [--offline]` |", ["fla-batch doctor --offline"]),
        ("```yaml\ncommand: fla-batch send\n```", ["fla-batch send"]),
        ("`fla-batch.toml`, `fla-batch[ui]` and `fla-batch`", []),
    ],
)
def test_how_they_are_found(text: str, found: list[str]) -> None:
    assert [line for line, _ in lines_of(text)] == found


@pytest.mark.parametrize(
    ("line", "whole", "why"),
    [
        ("fla-batch check mine.xlsx", True, None),
        ("fla-batch chekc mine.xlsx", True, "no command chekc"),
        ("fla-batch check mine.xlsx --bogus", True, "No such option"),
        ("fla-batch check", True, "Missing argument"),
        ("fla-batch check", False, None),
        ("fla-batch sandbox serve --fault KIND", False, None),
        ("fla-batch sandbox serve --fault kinds", False, "is not one of"),
        ("fla-batch rights compute --dmfa a.xml b.xml", True, "nothing takes b.xml"),
        ("fla-batch poll --watch soon", True, "not a valid float"),
        ("fla-batch send one --after-closure two three --x", True, "No such option"),
    ],
)
def test_what_is_refused(line: str, whole: bool, why: str | None) -> None:
    told = refusal(line, whole=whole)
    assert (told is None) if why is None else (why in (told or "")), told
