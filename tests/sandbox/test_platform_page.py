"""docs/concepts/sandbox.md says what there is: its seed, its absent employers."""

from __future__ import annotations

import re
from pathlib import Path

from fla_batch.sandbox.platform import ABSENT_EMPLOYERS
from fla_batch.sandbox.seed import load_seed
from tests.sandbox.practice import TODAY, NewPractice

PAGE = (Path(__file__).parents[2] / "docs/concepts/sandbox.md").read_text(encoding="utf-8")


def test_the_seed_of_the_page_loads(new_practice: NewPractice, tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "seed.json"
    path.write_text(example, encoding="utf-8")
    practice = new_practice()

    load_seed(path).sow(practice.platform, on=TODAY)

    account = practice.platform.accounts.account("0880820673", "81511716525")
    (registered,) = account.trainings(2024)
    assert registered.processing_state == "toValidate"


def test_the_absent_employers_are_named() -> None:
    assert all(company_id in PAGE for company_id in ABSENT_EMPLOYERS)
