from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fla_batch.message import Profile, load
from fla_batch.sandbox.platform import Platform
from fla_batch.vocabulary.terms import Environment
from tests.sandbox.practice import Clock, NewPractice, Practice


@pytest.fixture
def new_practice(tmp_path: Path) -> Iterator[NewPractice]:
    made: list[Practice] = []
    shipped = load("fla-20250131")

    def make(
        name: str = "portal",
        *,
        environment: Environment = Environment.SIMULATION,
        platform: Platform | None = None,
        profile: Profile = shipped,
        clock: Clock | None = None,
        **options: Any,
    ) -> Practice:
        practice = Practice(
            tmp_path / name,
            environment,
            platform or Platform(),
            clock or Clock(),
            options=options,
            profile=profile,
        )
        made.append(practice)
        return practice

    yield make
    for practice in made:
        practice.close()


@pytest.fixture
def practice(new_practice: NewPractice) -> Practice:
    return new_practice()
