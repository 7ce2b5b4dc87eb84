"""Sizes frozen in a database: established once, computed again only when told to."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fla_batch.rights.law import law_of
from fla_batch.rights.quarters import parse_quarter
from fla_batch.rights.size import Census, SizeBasis
from fla_batch.rights.size_store import FrozenSize, SizeStore, open_size_store
from fla_batch.rights.sizes import Sizes
from fla_batch.vocabulary.errors import ConfigurationMistake, LedgerTrouble
from tests.rights.cases import COMPANY

LAW = law_of(2024)
NOW = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)


def census(fte: int) -> dict[str, Census]:
    found = Census()
    found.add_fte(parse_quarter("2023Q1"), Fraction(fte))
    return {COMPANY: found}


@pytest.fixture
def store(tmp_path: Path) -> SizeStore:
    return open_size_store(f"sqlite:///{tmp_path / 'ledger.db'}")


def rules(sizes: Sizes) -> list[str | None]:
    return [found.rule for found in sizes.anomalies]


def test_what_is_put_is_got_exactly(store: SizeStore) -> None:
    size = FrozenSize(COMPANY, "2024-2025", Fraction(59, 3), SizeBasis.REFERENCE, "ab", NOW)
    store.put(size)
    assert store.of_period("2024-2025").get(COMPANY) == size
    assert store.of_period("2026-2027").get(COMPANY) is None
    assert store.of_period("2024-2025").get("0403170701") is None


def test_rows_are_only_added_and_the_newest_counts(tmp_path: Path, store: SizeStore) -> None:
    for value in (12, 9):
        store.put(FrozenSize(COMPANY, "2024-2025", Fraction(value), SizeBasis.REFERENCE, "ab", NOW))
    found = store.of_period("2024-2025").get(COMPANY)
    assert found is not None
    assert found.value == 9
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from employer_size")).scalar() == 2
    engine.dispose()


def test_nothing_is_written_before_establish(store: SizeStore) -> None:
    sizes = Sizes(LAW, census(12), store=store)
    size = sizes.of(COMPANY)
    assert size is not None
    assert (size.value, size.frozen) == (Fraction(12), False)
    assert store.of_period(LAW.period).get(COMPANY) is None
    assert sizes.establish(NOW) == 1
    assert store.of_period(LAW.period).get(COMPANY) is not None


def test_later_corrections_do_not_change_an_established_size(store: SizeStore) -> None:
    first = Sizes(LAW, census(12), store=store)
    first.of(COMPANY)
    first.establish(NOW)
    corrected = Sizes(LAW, census(25), store=store)
    size = corrected.of(COMPANY)
    assert size is not None
    assert (size.value, size.frozen, size.quarters) == (Fraction(12), True, ())
    assert rules(corrected) == ["size-frozen"]
    assert corrected.establish(NOW) == 0


def test_the_same_input_is_frozen_without_a_word(store: SizeStore) -> None:
    for _ in range(2):
        sizes = Sizes(LAW, census(12), store=store)
        size = sizes.of(COMPANY)
        sizes.establish(NOW)
    assert size is not None
    assert (size.frozen, rules(sizes)) == (True, [])
    assert size.quarters == ((parse_quarter("2023Q1"), Fraction(12)),)


def test_recompute_establishes_a_new_size(store: SizeStore) -> None:
    for recompute, fte in ((False, 12), (True, 25)):
        sizes = Sizes(LAW, census(fte), store=store, recompute=recompute)
        sizes.of(COMPANY)
        sizes.establish(NOW)
    found = store.of_period(LAW.period).get(COMPANY)
    assert found is not None
    assert found.value == 25


def test_a_stated_size_is_used_and_not_established(store: SizeStore) -> None:
    sizes = Sizes(LAW, census(12), {COMPANY: Fraction(30)}, store)
    size = sizes.of(COMPANY)
    assert size is not None
    assert (size.value, size.basis) == (Fraction(30), SizeBasis.STATED)
    assert sizes.establish(NOW) == 0


def test_an_unknown_size_is_said_once_and_blocks() -> None:
    sizes = Sizes(LAW, {})
    assert sizes.of(COMPANY) is None
    assert sizes.of(COMPANY) is None
    (found,) = sizes.anomalies
    assert (found.rule, found.blocks, found.company_id) == ("size-unknown", True, COMPANY)
    assert "2022Q4, 2023Q1, 2023Q2, 2023Q3" in (found.label.fr or "")


def test_a_database_that_does_not_open_is_said_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(LedgerTrouble) as caught:
        open_size_store(f"sqlite:///{tmp_path}/no/such/folder/ledger.db")
    assert str(tmp_path) not in str(caught.value)
    assert "unable to open database file" in str(caught.value)
    assert "--ledger" in (caught.value.hint or "")


def test_an_address_that_is_none_is_said_without_it() -> None:
    with pytest.raises(ConfigurationMistake) as caught:
        open_size_store("no address, secret")
    assert "secret" not in str(caught.value)
    assert "sqlite:///" in (caught.value.hint or "")
