"""docs/reference/input.md names every column, ending and remark there is, and no others."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from fla_batch.intake.input_files import SUFFIXES
from fla_batch.intake.zone_columns import columns_of
from fla_batch.vocabulary.terms import FormKind
from tests.zone_pages import SOURCE, sourced, written

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/input.md").read_text(encoding="utf-8")


TEXTS = tomllib.loads(files("fla_batch.tables").joinpath("texts.toml").read_text("utf-8"))


def first_cells(mark: str) -> list[str]:
    """Names in the first column of the table that follows a mark."""
    table = PAGE.partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [name for cell in cells for name in re.findall("`([^`]+)`", cell)]


def test_the_tables_of_columns_are_those_of_the_zones() -> None:
    assert written(PAGE) == PAGE, "run python -m tests.cli.regenerate"
    assert "| `trainingStatus` |  | 1 = followed, 2 = not followed" in PAGE


def test_the_table_of_the_profiles_source_is_that_of_the_zones() -> None:
    page = SOURCE.read_text(encoding="utf-8")
    assert sourced(page) == page, "run python -m tests.cli.regenerate"
    assert "| DetailsPerPeriod | `TrainingHours` | one of the two | 0-1560000 | 3.3.4.1 D |" in page


@pytest.mark.parametrize("kind", [FormKind.TRAININGS, FormKind.TRAINING_RIGHTS])
def test_columns(kind: FormKind) -> None:
    own = "trainings" if kind is FormKind.TRAININGS else "rights"
    named = first_cells("columns: both") + first_cells(f"columns: {own}")
    assert sorted(named) == sorted(columns_of(kind))


def test_endings() -> None:
    assert all(f"`{suffix}`" in PAGE for suffix in SUFFIXES)


def test_remarks() -> None:
    assert sorted(first_cells("remarks")) == sorted(
        rule for rule, entry in TEXTS.items() if "code" in entry
    )
    for rule in (rule for rule, entry in TEXTS.items() if entry.get("class") == "W"):
        (line,) = [line for line in PAGE.splitlines() if f"`{rule}`" in line]
        assert "(warning)" in line


def test_every_remark_has_texts_in_three_languages() -> None:
    for key, parts in TEXTS.items():
        words_alone = key.startswith("template-") or key == "proposal"  # part of an advice itself
        for part in ("says",) if words_alone else ("says", "advice"):
            assert set(parts[part]) == {"en", "fr", "nl"}
            placeholders = [re.findall(r"{\w+}", text) for text in parts[part].values()]
            assert all(sorted(found) == sorted(placeholders[0]) for found in placeholders)


def test_every_text_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "fla_batch").glob("[it]*/*.py"))
    built = {"template-hours", "template-days"}
    assert [key for key in TEXTS if f'"{key}"' not in code and key not in built] == []
