"""Every setting and every exit code has its place in the reference, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fla_batch.cli import edge
from fla_batch.cli.poll import REFUSED_FILE
from fla_batch.cli.standard_streams import REPORT_LOST
from fla_batch.configuration.sections import Settings
from fla_batch.vocabulary import errors
from tests import settings_page

ROOT = Path(__file__).parents[2]
OF_EXCEPTIONS = {
    error.exit_code
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.FlaBatchError)
}
TOLD_OTHERWISE = {0, REFUSED_FILE, REPORT_LOST}
OF_THE_EDGE = {edge.INTERNAL, edge.INTERRUPTED}


def test_the_tables_of_settings_are_those_of_the_code() -> None:
    page = settings_page.PAGE.read_text(encoding="utf-8")
    assert settings_page.written(page) == page, "run python -m tests.cli.regenerate"
    assert "| `parts` | a whole number; 1 to 9 | `9` | of one batch |" in page


@pytest.mark.parametrize("section", Settings.model_fields)
def test_every_key_is_explained(section: str) -> None:
    keys = getattr(Settings.model_fields[section].annotation, "model_fields", {})
    said = settings_page.remarks()
    assert [key for key in keys if not said.get(f"{section}.{key}")] == []


def test_the_reference_has_every_exit_code() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    table = page.partition("## Exit codes\n")[2].partition("\n## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert told == OF_EXCEPTIONS | TOLD_OTHERWISE | OF_THE_EDGE


def test_readme_has_those_that_a_script_may_meet() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    told = page.partition("Exit codes: ")[2].partition("\n\n")[0]
    codes = set(map(int, re.findall(r"(?:^|· |·\n)(\d+) ", told)))
    assert codes == OF_EXCEPTIONS | TOLD_OTHERWISE
