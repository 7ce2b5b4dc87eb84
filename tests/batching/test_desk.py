"""Written by whole columns or one by one: the same bytes, the same notes, in the same order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fla_batch.batching.form_builder import Desk, Done, Job
from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.screened_chunk import ScreenedChunk
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.message import MessageWriter, load
from fla_batch.message.reference_numbers import counter
from fla_batch.models import DeclarationKey
from fla_batch.rules import Accepted, RuleContext
from fla_batch.vocabulary.terms import FormKind
from tests.batching.test_screened_tables import GOOD, WORKERS, chunks_of, mutated_rows, several
from tests.counts import count
from tests.message.profiles import PROFILES

CONTEXT = RuleContext(today=date(2025, 3, 1))
# Just before midnight in Brussels, so that forms of one chunk have two dates.
STARTED = datetime(2025, 3, 1, 22, 59, 59, 998_000, tzinfo=UTC)


class Everything:
    """A history that may hold every key, and holds none."""

    def may_hold(self, key: DeclarationKey) -> bool:
        return key.inss == WORKERS[1]

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        return None

    def had_legal_right(self, key: DeclarationKey) -> bool:
        return False


def desk(profile: str, context: RuleContext = CONTEXT) -> Desk:
    loaded = load(PROFILES[profile])
    return Desk.for_profile(loaded, FormMaker(loaded, "RUN", STARTED), context)


def one_by_one(desk: Desk, chunk: TableChunk, first: int) -> Done:
    """The reference: every declaration is built, checked by all rules and written alone."""
    return desk.do(Job(first, list(chunk.entries())))


def compare(profile: str, found: list[TableChunk], context: RuleContext = CONTEXT) -> None:
    for chunk in found:
        at = desk(profile, context)
        quick = at.do(Job(7, chunk))
        slow = one_by_one(desk(profile, context), chunk, 7)
        assert quick.written.forms == slow.written.forms
        assert quick.written.notes == slow.written.notes
        assert quick == slow


def trainings(*numbers: int, **cells: Any) -> list[dict[str, Any]]:
    return [
        GOOD | {"trainingSequenceNbr": str(n), "trainingDenomination": f"Séance {n} \\ é'"} | cells
        for n in numbers
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_cleared_declarations_are_written_as_others(profile: str, tmp_path: Path) -> None:
    rows = [row for inss in WORKERS for row in trainings(1, 2, 3, inss=inss)]
    found = chunks_of(tmp_path / "t.parquet", rows)
    assert [ScreenedChunk.of(chunk, CONTEXT).questions for chunk in found] == [0] * len(found)
    compare(profile, found)


def test_blocked_and_warned_ones_take_their_places_in_between(tmp_path: Path) -> None:
    rows = [
        *trainings(1, inss=WORKERS[0]),
        *trainings(1, inss=WORKERS[1], trainingDenomination="5 €"),  # a warning
        *trainings(1, 2, inss=WORKERS[2]),
        *trainings(1, inss=WORKERS[0], calendarYear="2023"),  # blocked
        *trainings(1, inss="85061210109"),  # blocked
        *trainings(1, 2, inss=WORKERS[1], companyId="0401234561"),  # blocked
        *trainings(1, calendarYear="2022"),  # the last one of a file is a chunk of its own
    ]
    found = chunks_of(tmp_path / "t.parquet", rows)
    at = desk("shipped")
    done = at.do(Job(1, found[0]))
    assert (done.declarations, done.blocked, len(done.written.sizes)) == (6, 3, 3)
    references = [line.split(b"\t")[0].decode() for line in done.written.notes]
    assert references == ["RUN" + counter(number) for number in (1, 2, 3)]
    compare("shipped", found)


def test_what_the_platform_may_hold_is_compared_with_it(tmp_path: Path) -> None:
    rows = [row for inss in WORKERS for row in trainings(1, inss=inss)]
    asked: list[DeclarationKey] = []

    class Remembers(Everything):
        def last_accepted(self, key: DeclarationKey) -> Accepted | None:
            asked.append(key)
            return None

    context = replace(CONTEXT, history=Remembers())
    at = desk("shipped", context)
    found = chunks_of(tmp_path / "t.parquet", rows)
    for chunk in found:
        at.do(Job(1, chunk))
    assert {key.inss for key in asked} == {WORKERS[1]}
    compare("shipped", found, replace(CONTEXT, history=Everything()))


@pytest.mark.parametrize("profile", PROFILES)
def test_several_periods_are_written_by_columns_too(profile: str, tmp_path: Path) -> None:
    rows = [row for inss in WORKERS for row in several(inss=inss)]
    found = chunks_of(tmp_path / "t.parquet", rows)
    assert [ScreenedChunk.of(chunk, CONTEXT).questions for chunk in found] == [0] * len(found)
    compare(profile, found)


@pytest.mark.parametrize("profile", PROFILES)
def test_mutated_tables_give_the_same_either_way(profile: str, tmp_path: Path) -> None:
    for seed in range(count(15, 1_000)):
        compare(profile, chunks_of(tmp_path / f"{seed}.parquet", mutated_rows(Random(seed))))


def test_a_desk_writes_with_the_writer_of_its_profile() -> None:
    at = desk("other")
    assert isinstance(at.writers[FormKind.TRAININGS], MessageWriter)
    shipped = desk("shipped").writers[FormKind.TRAININGS]
    assert at.writers[FormKind.TRAININGS].around(1) != shipped.around(1)
