"""Which form goes into which part: limits kept, no worker cut in two, nothing lost (R12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.batching.arrange import PartLimits, WorkerTooLarge, arrange

SIZES = st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=4), max_size=40)


@given(
    sizes=SIZES,
    part_bytes=st.integers(130, 400),
    part_forms=st.integers(4, 9),
    parts=st.integers(1, 9),
)
def test_every_form_once_within_every_limit(
    sizes: list[list[int]], part_bytes: int, part_forms: int, parts: int
) -> None:
    flat = [size for worker in sizes for size in worker]
    numbers = iter(range(len(flat)))
    workers = [[next(numbers) for _ in worker] for worker in sizes]
    limits = PartLimits(part_bytes, part_forms, parts)
    batches = arrange(workers, flat.__getitem__, limits, around=10)
    found = [part for batch in batches for part in batch]
    assert [number for part in found for number in part] == list(range(len(flat)))
    for part in found:
        assert part
        assert len(part) <= part_forms
        assert sum(flat[number] for number in part) + 10 <= part_bytes
    for worker in workers:
        assert sum(bool(set(worker) & set(part)) for part in found) == 1
    assert all(1 <= len(batch) <= parts for batch in batches)
    assert all(len(batch) == parts for batch in batches[:-1])


@pytest.mark.parametrize(
    ("limits", "around"), [(PartLimits(part_bytes=20), 1), (PartLimits(part_forms=1), 0)]
)
def test_a_worker_that_fits_nowhere(limits: PartLimits, around: int) -> None:
    with pytest.raises(WorkerTooLarge, match="one worker has 2 forms of 20 bytes"):
        arrange([[0, 1]], lambda _: 10, limits, around=around)


def test_what_fits_exactly_is_not_split() -> None:
    limits = PartLimits(part_bytes=25, part_forms=2)
    ((part,),) = arrange([[0], [1]], lambda _: 10, limits, around=5)
    assert list(part) == [0, 1]
    (parts,) = arrange([[0], [1]], lambda _: 10, limits, around=6)
    assert [list(part) for part in parts] == [[0], [1]]
