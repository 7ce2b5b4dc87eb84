"""Creation stamps: FormCreationDate and FormCreationHour of the forms of one run, by number.

Some notifications know a form by nothing else, so that no two forms of a sender may have the
same. Forms of a run are a millisecond apart, in one or several stretches of Belgian local time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from fla_batch.vocabulary.belgian_time import BELGIUM, belgian

_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """`count` stamps from `first` on, Belgian local time to the millisecond, without a zone."""

    first: datetime
    count: int

    def until(self, count: int) -> Stretch:
        """The first `count` of them."""
        return Stretch(self.first, count)

    def after(self, count: int) -> Stretch:
        """All but the first `count`."""
        return Stretch(self.first + count * _MS, self.count - count)


class CreationStamps(NamedTuple):
    """The stamp of each form: the form `numbers[i]` has `firsts[i]`, and so on until the next.

    >>> stamps = CreationStamps.counted_from(datetime(2025, 3, 1, 9, 15, 0, 999_900, tzinfo=UTC))
    >>> stamps.of(2).isoformat()
    '2025-03-01T10:15:01'
    """

    numbers: tuple[int, ...]
    firsts: tuple[datetime, ...]

    @classmethod
    def counted_from(cls, at: datetime) -> CreationStamps:
        """Form 1 at the aware instant `at`, and so on; nothing is known of other runs."""
        local = belgian(at).replace(tzinfo=None)
        return cls((1,), (local.replace(microsecond=local.microsecond // 1000 * 1000),))

    @classmethod
    def in_stretches(cls, first_number: int, stretches: Sequence[Stretch]) -> CreationStamps:
        """Forms from `first_number` on, in stretches that were reserved for them."""
        numbers = [first_number]
        for stretch in stretches:
            numbers.append(numbers[-1] + stretch.count)
        return cls(tuple(numbers[:-1]), tuple(stretch.first for stretch in stretches))

    def of(self, number: int) -> datetime:
        """The stamp of form `number` of the run, in Belgian local time, without a zone."""
        place = bisect_right(self.numbers, number) - 1
        return self.firsts[place] + (number - self.numbers[place]) * _MS


class Span(NamedTuple):
    """Milliseconds since 1970 in UTC, the first and the last of them."""

    first: int
    last: int


def milliseconds(at: datetime) -> int:
    """The aware instant `at` as whole milliseconds since 1970 in UTC."""
    return (at - _EPOCH) // _MS


def span_of(first: datetime, last: datetime) -> Span:
    """From one Belgian local time to another, both without a zone."""
    return Span(
        milliseconds(first.replace(tzinfo=BELGIUM)), milliseconds(last.replace(tzinfo=BELGIUM))
    )


def local_stretch(span: Span) -> Stretch:
    """A span within which the clock was not changed, in Belgian local time."""
    at = (_EPOCH + span.first * _MS).astimezone(BELGIUM)
    return Stretch(at.replace(tzinfo=None), span.last - span.first + 1)


@lru_cache(maxsize=8)
def clock_changes(year: int) -> tuple[Span, ...]:
    """What of a year no stamp may lie in: each local hour that is there twice.

    A change forward has an empty span at its instant, for no stretch may go across it.

    >>> _, october = clock_changes(2025)
    >>> local_stretch(october).first.isoformat()
    '2025-10-26T02:00:00'
    """
    changes = []
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        is_near = _offset(at + timedelta(days=1)) != _offset(at)
        later = at + (timedelta(hours=1) if is_near else timedelta(days=1))
        shift = _offset(later) - _offset(at)
        if shift:
            # Within the hour after `at`, which Belgium has on the hour: `later` is the change.
            twice = max(-shift, timedelta(0))
            changes.append(Span(milliseconds(later - twice), milliseconds(later + twice) - 1))
        at = later
    return tuple(changes)


def _offset(at: datetime) -> timedelta:
    offset = at.astimezone(BELGIUM).utcoffset()
    return offset if offset is not None else timedelta(0)
