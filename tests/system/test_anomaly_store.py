"""A spool of anomalies gives what a plain list gives, wherever its anomalies lie."""

from __future__ import annotations

import gc
import json
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.system import anomaly_store as anomaly_spool
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary.errors import DiskTrouble
from fla_batch.vocabulary.findings import Anomaly, Labels, Source, summary
from fla_batch.vocabulary.terms import AnomalyOrigin

TEXT = st.none() | st.text(max_size=5) | st.just("\ud800\n")
LABELS = st.builds(Labels, TEXT, TEXT, TEXT)
ROWS = st.none() | st.integers(1, 5) | st.integers(1, 2**32 - 1)
PARTS = {
    "anomaly_class": st.sampled_from(["B", "W", "X"]),
    "error_id": st.text(max_size=5),
    "label": LABELS,
    "rule": TEXT,
    "tag": TEXT,
    "path": TEXT,
    "value": TEXT,
    "advice": LABELS,
    "company_id": TEXT,
    "inss": TEXT,
    "calendar_year": st.none() | st.integers(-1, 10**20),
    "source": st.builds(
        Source, st.sampled_from([None, "a.csv", "b.csv", "c.csv"]), ROWS, TEXT, TEXT
    ),
    "origin": st.sampled_from(AnomalyOrigin),
    "blocked": st.booleans(),
}
ANOMALIES = st.lists(st.builds(Anomaly, **PARTS), max_size=30)
HELD = st.integers(0, 10)


def by_place(anomalies: Sequence[Anomaly]) -> list[Anomaly]:
    """The reference, in memory."""
    files = list(dict.fromkeys(anomaly.source.file for anomaly in anomalies))
    return sorted(anomalies, key=lambda one: (files.index(one.source.file), one.source.row or 0))


def warning(number: int) -> Anomaly:
    return Anomaly("W", f"INSS-{number:03d}", source=Source("a.csv", number))


def same(spool: AnomalySpool, anomalies: list[Anomaly]) -> None:
    ordered = by_place(anomalies)
    assert len(spool) == len(anomalies)
    assert bool(spool) == bool(anomalies)
    assert spool.counts.blocking == sum(anomaly.blocks for anomaly in anomalies)
    assert spool.counts.total == len(anomalies)
    for _ in range(2):
        assert list(spool) == anomalies
        assert list(spool.by_place()) == ordered
    blocking_first = sorted(ordered, key=lambda one: not one.blocks)
    assert list(spool.by_place(blocking_first=True)) == blocking_first
    documents = [anomaly.to_json() for anomaly in spool.by_place()]
    assert json.dumps(documents) == json.dumps(summary(ordered)["anomalies"])


def test_no_part_is_forgotten() -> None:
    assert set(PARTS) == {field.name for field in fields(Anomaly)}


@given(ANOMALIES, ANOMALIES, HELD)
def test_as_a_list(first: list[Anomaly], more: list[Anomaly], most_held: int) -> None:
    spool = AnomalySpool(first, most_held=most_held)
    same(spool, first)
    spool.add(more)
    same(spool, first + more)


@given(ANOMALIES, ANOMALIES, HELD, st.data())
def test_what_is_forgotten_never_came(
    first: list[Anomaly], more: list[Anomaly], most_held: int, data: st.DataObject
) -> None:
    """The order of the files too is that of those that are left."""
    count = data.draw(st.integers(0, len(first)))
    spool = AnomalySpool(first, most_held=most_held)
    spool.keep_first(count)
    same(spool, first[:count])
    spool.add(more)
    same(spool, first[:count] + more)


def test_more_than_are_sorted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anomaly_spool, "_SORTED_AT_ONCE", 7)
    anomalies = [
        replace(warning(number * 7919 % 50), value=str(number), anomaly_class="BW"[number % 2])
        for number in range(100)
    ]
    same(AnomalySpool(anomalies, most_held=3), anomalies)


def test_more_texts_than_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anomaly_spool, "MOST_LABELS", 3)
    anomalies = [replace(warning(n), label=Labels(str(n % 7), None, "é")) for n in range(20)]
    same(AnomalySpool(anomalies, most_held=0), anomalies)


@pytest.mark.parametrize("most_held", [0, 3, 100])
def test_nothing_is_added_while_it_is_read(most_held: int) -> None:
    spool = AnomalySpool(map(warning, range(5)), most_held=most_held)
    for reading in (iter(spool), spool.by_place()):
        next(reading)
        spool.add([warning(9)])
        with pytest.raises(RuntimeError, match="while they were read"):
            next(reading)
    reading = iter(spool)
    next(reading)
    spool.keep_first(2)
    with pytest.raises(RuntimeError):
        next(reading)


def test_two_readings_at_a_time() -> None:
    anomalies = [warning(number) for number in range(10)]
    spool = AnomalySpool(anomalies, most_held=2)
    pairs = list(zip(spool, spool.by_place(), strict=True))
    assert pairs == list(zip(anomalies, anomalies, strict=True))


def open_files() -> list[str]:
    """What this process has open, by the names that the system knows."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.append(f"{link.name} {link.readlink()}")
        except FileNotFoundError:  # the listing itself
            continue
    return found


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_the_file_has_no_name_and_is_for_its_owner(temporary: Path) -> None:
    spool = AnomalySpool(map(warning, range(10)), most_held=3)
    assert len(list(spool)) == 10
    (ours,) = [file for file in open_files() if str(temporary) in file]
    assert os.fstat(int(ours.split()[0])).st_mode & 0o777 == 0o600
    assert os.fstat(int(ours.split()[0])).st_nlink == 0
    assert list(temporary.iterdir()) == []
    del spool
    gc.collect()
    assert [file for file in open_files() if str(temporary) in file] == []


def test_few_need_no_file(temporary: Path) -> None:
    spool = AnomalySpool(map(warning, range(3)), most_held=3)
    assert len(list(spool)) == 3
    assert [file for file in open_files() if str(temporary) in file] == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def added_and_read(spool: AnomalySpool, many: int) -> list[Anomaly]:
    spool.add(map(warning, range(many)))
    return list(spool)


@pytest.mark.parametrize("many", [20, 2_000], ids=["when it is read", "when it is added"])
def test_a_full_disk(temporary: Path, many: int) -> None:
    """Some fit in the buffer of the file, and only reading puts them on the disk."""
    spool = AnomalySpool(most_held=0)
    with largest_file(1_000), pytest.raises(DiskTrouble, match=f"write a file in {temporary}: "):
        added_and_read(spool, many)
    assert len(spool) == 20 or len(spool) < many
    del spool
    gc.collect()  # closing it says nothing more


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(anomaly_spool, "gettempdir", none)
    with pytest.raises(DiskTrouble, match="cannot find a temporary folder: No usable"):
        AnomalySpool([warning(1)], most_held=0)
