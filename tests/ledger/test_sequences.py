"""Sequence numbers: each once, whoever asks, and whatever becomes of them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from fla_batch.ledger.database import writing
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.sql_tables import sequence
from fla_batch.vocabulary.errors import LedgerTrouble
from fla_batch.vocabulary.filenames import LAST_SEQUENCE
from fla_batch.vocabulary.terms import Environment
from tests.ledger.builders import DAY, NOW, SENDER, S, batch_name, send

EACH = 1000
_ALLOCATE = """
import sys
from datetime import date
from fla_batch.ledger.ledger import Ledger
from fla_batch.vocabulary.terms import Environment
with Ledger.open(sys.argv[1]) as ledger:
    for _ in range(int(sys.argv[2])):
        print(ledger.allocate_sequence("123456", date(2025, 3, 1), Environment.SIMULATION))
"""


def test_r6_two_processes_never_get_the_same_number(ledger_url: str) -> None:
    # Not opened before: the two also race to create the tables.
    command = [sys.executable, "-c", _ALLOCATE, ledger_url, str(EACH)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    given = [process.communicate()[0].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [len(numbers) for numbers in given] == [EACH, EACH]
    assert len({*given[0], *given[1]}) == 2 * EACH
    assert "00000" not in given[0] + given[1]
    assert given[0] == sorted(given[0])


def test_r6_numbers_begin_at_one_for_each_sender_date_and_environment(ledger: Ledger) -> None:
    assert ledger.allocate_sequence(SENDER, DAY, S) == "00001"
    assert ledger.allocate_sequence(SENDER, DAY, S) == "00002"
    assert ledger.allocate_sequence("654321", DAY, S) == "00001"
    assert ledger.allocate_sequence(SENDER, DAY, Environment.PRODUCTION) == "00001"
    assert ledger.allocate_sequence(SENDER, DAY, S) == "00003"


def test_r6_midnight_in_brussels_begins_a_new_row_and_keeps_the_old_one(ledger: Ledger) -> None:
    eve, day = date(2025, 3, 1), date(2025, 3, 2)
    given = [ledger.allocate_sequence(SENDER, on, S) for on in (eve, eve, day, eve, day)]
    assert given == ["00001", "00002", "00001", "00003", "00002"]


def test_r6_a_number_is_not_given_again_after_a_refusal_or_a_restart(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as ledger:
        name = batch_name()
        assert ledger.allocate_sequence(SENDER, DAY, S) == name.sequence
        send(ledger, name)
        ledger.append(name, Event.FILE_REFUSED, NOW)
    with Ledger.open(ledger_url, create=False) as ledger:
        assert ledger.allocate_sequence(SENDER, DAY, S) == "00002"


def test_r6_the_last_number_is_the_last(ledger: Ledger) -> None:
    with writing(ledger._engine) as connection:
        connection.execute(
            sequence.insert().values(
                sender=SENDER, day=DAY, environment=S.value, last=LAST_SEQUENCE - 1
            )
        )
    assert ledger.allocate_sequence(SENDER, DAY, S) == "ZZZZZ"
    for _ in range(2):
        with pytest.raises(LedgerTrouble, match="all sequence numbers"):
            ledger.allocate_sequence(SENDER, DAY, S)
