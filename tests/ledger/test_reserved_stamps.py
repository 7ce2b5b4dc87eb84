"""R37: creation stamps never repeat, are never ahead of the clock, and exist exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.reserved_stamps import free_spans
from fla_batch.vocabulary.creation_stamps import Span, Stretch
from tests.ledger.builders import batch_name, forms, record

BELGIUM = ZoneInfo("Europe/Brussels")
MS = timedelta(milliseconds=1)
NOW = datetime(2025, 3, 1, 9, 15, 0, 500, tzinfo=UTC)
LOCAL = NOW.astimezone(BELGIUM).replace(tzinfo=None, microsecond=0)


def each(stretches: Iterable[Stretch]) -> list[datetime]:
    """Every stamp, Belgian local time."""
    return [one.first + number * MS for one in stretches for number in range(one.count)]


def assert_real(stamps: list[datetime], now: datetime) -> None:
    """Ascending, not ahead of now, and each an instant that exists exactly once."""
    assert stamps == sorted(set(stamps))
    for stamp in stamps:
        first, second = (
            stamp.replace(tzinfo=BELGIUM, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
        assert first == second, f"{stamp} exists twice, or not at all"
        assert first.astimezone(BELGIUM).replace(tzinfo=None) == stamp
        assert first <= now


def test_r37_many_and_then_a_few_share_no_stamp(ledger: Ledger) -> None:
    many = each(ledger.reserve_stamps("123456", 20_000, NOW))
    few = each(ledger.reserve_stamps("123456", 3, NOW + timedelta(seconds=7)))
    again = each(ledger.reserve_stamps("123456", 5_000, NOW + timedelta(seconds=7)))
    assert len({*many, *few, *again}) == 25_003
    for stamps in (many, few, again):
        assert_real(stamps, NOW + timedelta(seconds=7))
    assert many[-1] == LOCAL
    assert each(ledger.reserve_stamps("654321", 1, NOW)) == [many[-1]]


def test_r37_a_million_lie_before_now(ledger: Ledger) -> None:
    stretches = ledger.reserve_stamps("123456", 1_000_000, NOW)
    (stretch,) = stretches
    assert stretch.count == 1_000_000
    assert stretch.first == LOCAL - 999_999 * MS


@pytest.mark.parametrize("minutes", range(-70, 140, 10))
def test_r37_in_the_doubled_hour_of_october(ledger: Ledger, minutes: int) -> None:
    now = datetime(2025, 10, 26, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    stamps = each(ledger.reserve_stamps("123456", 500, now))
    assert len(stamps) == 500
    assert_real(stamps, now)


def test_r37_across_the_doubled_hour_and_across_the_missing_one(ledger: Ledger) -> None:
    for day in (datetime(2025, 10, 26, 2, tzinfo=UTC), datetime(2025, 3, 30, 1, tzinfo=UTC)):
        stamps = each(ledger.reserve_stamps("123456", 2_000, day + timedelta(seconds=1)))
        assert len(stamps) == 2_000
        assert_real(stamps, day + timedelta(seconds=1))
        assert any(later - earlier > timedelta(minutes=59) for earlier, later in pairwise(stamps))


def test_r37_two_at_once_share_none(ledger: Ledger) -> None:
    def some(_: int) -> list[datetime]:
        return [one for _ in range(10) for one in each(ledger.reserve_stamps("123456", 50, NOW))]

    with ThreadPoolExecutor(4) as pool:
        found = [stamp for stamps in pool.map(some, range(4)) for stamp in stamps]
    assert len(set(found)) == len(found) == 2_000


def test_r37_what_is_adjacent_is_kept_as_one(ledger: Ledger) -> None:
    for second in range(20):
        ledger.reserve_stamps("123456", 1_000, NOW + timedelta(seconds=second))
    (stretch,) = ledger.reserve_stamps("123456", 1, NOW + timedelta(seconds=20))
    assert stretch.first == LOCAL + timedelta(seconds=20)


def test_r37_the_stamps_of_an_older_ledger_are_taken(ledger_url: str) -> None:
    """A ledger of the version before: what its forms have is not given out again."""
    with Ledger.open(ledger_url) as ledger:
        ledger.record_batch(record(batch_name()), forms(batch_name(), 40))
        created = {
            datetime.combine(form.created_date, form.created_hour)
            for form in ledger.forms(batch_name())
        }
    engine = create_engine(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE creation_stamp"))
        connection.execute(text("DROP INDEX ix_anomaly_blocked_file"))
        connection.execute(text("ALTER TABLE anomaly DROP COLUMN blocked_file"))
        connection.execute(text("DROP TABLE artefact"))
        connection.execute(text("ALTER TABLE lock DROP COLUMN machine"))
        connection.execute(text("DROP TABLE input_sheet"))
        connection.execute(text("ALTER TABLE form DROP COLUMN sheet_id"))
        connection.execute(text("ALTER TABLE form DROP COLUMN sheet_rows"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    engine.dispose()
    now = max(created).replace(tzinfo=BELGIUM)
    with Ledger.open(ledger_url) as ledger:
        stamps = each(ledger.reserve_stamps("123456", 100, now))
    assert len(stamps) == 100
    assert created.isdisjoint(stamps)


_SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=8)


@given(taken=_SPANS, last=st.integers(30, 70), wanted=st.integers(1, 30))
def test_r37_what_is_free_is_the_latest_that_is_free(
    taken: list[tuple[int, int]], last: int, wanted: int
) -> None:
    spans = [Span(first, first + length) for first, length in taken if first <= last]
    spans.sort(key=lambda span: span.last, reverse=True)
    occupied = {each for span in spans for each in range(span.first, span.last + 1)}
    expected = [each for each in range(last, -200, -1) if each not in occupied][:wanted]
    found = [
        each
        for span in free_spans(spans, last, wanted)
        for each in range(span.last, span.first - 1, -1)
    ]
    assert found == expected
