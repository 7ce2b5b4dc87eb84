"""Forms as matching asks for them: right in any order, and few look-ups in their own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.records import FormRow
from tests.ledger.builders import batch_name, reference, send

FORMS = 2500


class Watched(Ledger):
    """A ledger that counts how often one form is looked up."""

    looked_up = 0

    def form(self, reference_nbr: str) -> FormRow | None:
        self.looked_up += 1
        return super().form(reference_nbr)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    path: Path = tmp_path_factory.mktemp("sent") / "ledger.db"
    with Watched.open(f"sqlite:///{path}") as opened:
        for number in (1, 2):
            send(opened, batch_name(number), FORMS)
        yield opened


def asked(ledger: Watched, order: list[tuple[int, int]]) -> int:
    """How many look-ups it costs to ask for those forms (batch and place) in that order."""
    sent = Sent(ledger)
    before = ledger.looked_up
    for batch, place in order:
        row = sent.form(reference(batch_name(batch), place))
        assert row is not None
        assert (row.batch, row.position) == (batch_name(batch), place)
    return ledger.looked_up - before


def test_forms_in_their_order_are_read_a_page_at_a_time(ledger: Watched) -> None:
    assert asked(ledger, [(1, place) for place in range(1, FORMS + 1)]) <= 5
    every_third = [(1, place) for place in range(1, FORMS + 1, 3)]
    assert asked(ledger, every_third) <= 5


def test_forms_in_any_order_are_found_one_by_one(ledger: Watched) -> None:
    places = list(range(1, 60))
    random.Random(3).shuffle(places)
    assert asked(ledger, [(1, place) for place in places]) <= len(places)
    backwards = [(1, place) for place in range(60, 0, -1)]
    assert asked(ledger, backwards) == len(backwards)


def test_forms_of_two_batches_do_not_mix(ledger: Watched) -> None:
    by_turns = [(batch, place) for place in range(1, 40) for batch in (1, 2)]
    assert asked(ledger, by_turns) <= len(by_turns)


def test_an_unknown_form_stays_unknown(ledger: Watched) -> None:
    sent = Sent(ledger)
    assert sent.form(reference(batch_name(1), 1)) is not None
    assert sent.form("NOBODY") is None
    assert sent.form(reference(batch_name(1), 2)) is not None
