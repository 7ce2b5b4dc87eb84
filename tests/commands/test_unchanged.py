"""What the platform told of a declaration, compared with the one that we sent."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from fla_batch.batching.form_store import Note
from fla_batch.commands.unchanged import is_same
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.ledger.records import NewestState, canonical_json
from fla_batch.vocabulary.filenames import BatchName

NAMES = ("First aid", "Lifting")
SENT: dict[str, Any] = {
    "calendarYear": 2024,
    "trainings": [
        {"trainingSequenceNbr": number, "trainingDenomination": name}
        for number, name in enumerate(NAMES, 1)
    ],
}


def _same_as(told: dict[str, Any]) -> bool:
    body = canonical_json(SENT)
    digest = hashlib.sha256(body.encode()).hexdigest()
    name = BatchName.parse("FLAD.123456.20250301.00001.S")
    newest = NewestState(digest, FormState.ACCEPTED, name, BatchState.CLOSED, told)
    return is_same(Note("", "", "", "", "trainings", "", "", "2024", body), newest)


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
def test_answers_have_no_sequence_numbers(names: tuple[str, ...]) -> None:
    """Asked for its trainings (`ask`, `rescue`), a year that is the same was sent once more."""
    trainings = [{"trainingSequenceNbr": None, "trainingDenomination": name} for name in names]
    assert _same_as(SENT | {"trainings": trainings})


@pytest.mark.parametrize("names", [NAMES[:1], (*NAMES, "Excel"), ("First aid", "lifting")])
def test_another_training_is_a_difference(names: tuple[str, ...]) -> None:
    assert not _same_as(SENT | {"trainings": [{"trainingDenomination": name} for name in names]})
