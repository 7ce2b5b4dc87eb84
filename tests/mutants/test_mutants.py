"""No deliberate fault survives: a seeded sample here, all of them in .ci/long."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.counts import COUNTED, count
from tests.mutants.faults import ROOT, DeliberateFault, all_faults, survives
from tests.reliability.numbers import tell

FAULTS = all_faults()
SAMPLE = random.Random(14).sample(FAULTS, count(4, len(FAULTS)))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_can_still_be_made(fault: DeliberateFault) -> None:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.find) == 1, f"{fault.file} has changed: mend the list"
    for argument in fault.tests:
        path = Path(argument.partition("::")[0])
        assert path.suffix != ".py" or (ROOT / path).is_file(), path


def test_the_page_says_how_many_there_are() -> None:
    tell("deliberate faults", len(FAULTS))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", SAMPLE, ids=str)
def test_none_survives(
    fault: DeliberateFault, record_property: Callable[[str, object], None]
) -> None:
    assert not survives(fault)
    record_property(COUNTED, f"{fault}: noticed")
