"""Anomalies, however many: the first of them are held in memory, the others in a temporary file.

A table of a million rows may give a warning for each, and every one is reported; held as
objects they would take gigabytes. In the file an anomaly takes some 200 bytes, for a text that
comes back is kept once, and in memory 17 bytes more, to find it and to sort it.
"""

from __future__ import annotations

import json
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import fields
from heapq import merge
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any

from fla_batch.system.anomaly_groups import AnomalyGroup, AnomalyGroups
from fla_batch.system.files import disk_errors
from fla_batch.system.portable import read_at
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin

MOST_HELD = 2_000
MOST_LABELS = 2_000
_ROW_BITS = 32
"""No file has as many rows as that, nor a run as many anomalies."""
_SORTED_AT_ONCE = 1 << 16


class AnomalySpool:
    """Anomalies in the order in which they came, to be read as often as one likes.

    More may be added between two readings, not while one is going on (RuntimeError, as of a
    dict). Whatever writes or reads raises DiskTrouble. The file has no name, is for its owner
    only, and is gone with the spool or the process.

    >>> spool = AnomalySpool([Anomaly("W", "INSS-004", source=Source("a.csv", 7))])
    >>> spool.add([Anomaly("B", "INSS-001", source=Source("a.csv", 3))])
    >>> len(spool), spool.counts, [one.error_id for one in spool.by_place()]
    (2, AnomalyCounts(blocking=1, warnings=1, information=0), ['INSS-001', 'INSS-004'])
    """

    def __init__(self, anomalies: Iterable[Anomaly] = (), *, most_held: int = MOST_HELD) -> None:
        self._most_held = most_held
        self._held: list[Anomaly] = []
        self._filed: _AnomalyFile | None = None
        self._places = array("Q")
        self._blocks = bytearray()
        self._warns = bytearray()
        self._first_of_file: dict[str | None, int] = {}
        self._groups = AnomalyGroups()
        self.add(anomalies)

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Anomaly]:
        return self._read(range(len(self)))

    @property
    def counts(self) -> AnomalyCounts:
        """How many there are; nothing is read for it."""
        blocking, warnings = self._blocks.count(True), self._warns.count(True)
        return AnomalyCounts(blocking, warnings, len(self) - blocking - warnings)

    @property
    def groups(self) -> list[AnomalyGroup]:
        """By their cause, those that block first; nothing is read for it."""
        return self._groups.in_order()

    def add(self, anomalies: Iterable[Anomaly]) -> None:
        """More of them, in their order."""
        for anomaly in anomalies:
            if len(self._held) < self._most_held:
                self._held.append(anomaly)
            else:
                if self._filed is None:
                    self._filed = _AnomalyFile()
                self._filed.append(anomaly)
            # A file is known by its first anomaly: that is the order of appearance.
            first = self._first_of_file.setdefault(anomaly.source.file, len(self))
            self._places.append(first << _ROW_BITS | (anomaly.source.row or 0))
            self._blocks.append(anomaly.blocks)
            self._warns.append(anomaly.anomaly_class == AnomalyClass.WARNING.value)
            self._groups.add(anomaly)

    def keep_first(self, count: int) -> None:
        """Forget all but the first `count`."""
        del self._held[count:], self._places[count:], self._blocks[count:], self._warns[count:]
        if self._filed is not None:
            self._filed.keep_first(max(0, count - self._most_held))
        files = self._first_of_file.items()
        self._first_of_file = {file: first for file, first in files if first < count}
        self._groups = AnomalyGroups(self)

    def by_place(self, *, blocking_first: bool = False) -> Iterator[Anomaly]:
        """In the order in which a person goes through the files: file by file, row by row.

        Files in the order in which they first came; what has no row is before row 1.
        `blocking_first`: those that block in that order, then the others in that order.
        """

        def blocking(number: int) -> tuple[bool, int]:
            return not self._blocks[number], self._places[number]

        return self._read(self._order(blocking if blocking_first else self._places.__getitem__))

    def _order(self, key: Callable[[int], Any]) -> Iterator[int]:
        """All numbers by `key`, from sorted arrays: a list of integers would take 36 bytes each."""
        total = len(self)
        arrays = [
            array("I", sorted(range(start, min(start + _SORTED_AT_ONCE, total)), key=key))
            for start in range(0, total, _SORTED_AT_ONCE)
        ]
        yield from merge(*arrays, key=key)

    def _read(self, numbers: Iterable[int]) -> Iterator[Anomaly]:
        total = len(self)
        if self._filed is not None:
            self._filed.flush()
        for number in numbers:
            yield self._anomaly(number)
            if len(self) != total:
                raise RuntimeError("anomalies were added or forgotten while they were read")

    def _anomaly(self, number: int) -> Anomaly:
        if self._filed is None or number < self._most_held:
            return self._held[number]
        return self._filed.read(number - self._most_held)


class _AnomalyFile:
    """Anomalies one after the other in an unnamed file, each a JSON list, numbered from 0.

    JSON lists are read and written in a fifth of the time that it takes to pickle an Anomaly.
    """

    def __init__(self) -> None:
        with disk_errors("find", Path("a temporary folder")):
            self._folder = Path(gettempdir())
        with disk_errors("write a file in", self._folder):
            # Open as long as the object lives, and longer than any `with` of those who hold it.
            self._file: IO[bytes] = TemporaryFile("wb", dir=self._folder)  # noqa: SIM115
        self._ends = array("Q", [0])
        self._labels = _LabelTable()
        self._encode = json.JSONEncoder().encode
        weakref.finalize(self, _close, self._file)

    def append(self, anomaly: Anomaly) -> None:
        content = self._encode(_values(anomaly, self._labels)).encode()
        with disk_errors("write a file in", self._folder):
            self._file.write(content)
        self._ends.append(self._ends[-1] + len(content))

    def flush(self) -> None:
        """Hand to the system what `read` is to find."""
        with disk_errors("write a file in", self._folder):
            self._file.flush()

    def read(self, number: int) -> Anomaly:
        start, end = self._ends[number], self._ends[number + 1]
        with disk_errors("read a file in", self._folder):
            content = read_at(self._file.fileno(), end - start, start)
        return _anomaly(json.loads(content), self._labels)

    def keep_first(self, count: int) -> None:
        del self._ends[count + 1 :]
        with disk_errors("write a file in", self._folder):
            self._file.seek(self._ends[-1])
            self._file.truncate()


def _close(file: IO[bytes]) -> None:
    # What is still buffered after an error would fail once more; it is of no use.
    with suppress(OSError):
        file.close()


class _LabelTable:
    """Texts by number, each once. When there are too many to hold, further ones stand for
    themselves."""

    def __init__(self) -> None:
        self._numbers: dict[Labels, int] = {}
        self._labels: list[Labels] = []

    def short(self, labels: Labels) -> int | list[str | None]:
        number = self._numbers.get(labels)
        if number is not None:
            return number
        if len(self._labels) == MOST_LABELS:
            return [labels.en, labels.fr, labels.nl]
        self._labels.append(labels)
        return self._numbers.setdefault(labels, len(self._numbers))

    def labels(self, short: int | list[str | None]) -> Labels:
        return self._labels[short] if isinstance(short, int) else Labels(*short)


_FIELDS = tuple(each.name for each in fields(Anomaly))
_LABEL, _ADVICE, _SOURCE, _ORIGIN = map(_FIELDS.index, ("label", "advice", "source", "origin"))
_values_of = attrgetter(*_FIELDS)
_place_of = attrgetter(*(each.name for each in fields(Source)))


def _values(anomaly: Anomaly, table: _LabelTable) -> list[Any]:
    """All that `_anomaly` needs to make the same one."""
    values = list(_values_of(anomaly))
    values[_LABEL], values[_ADVICE] = table.short(anomaly.label), table.short(anomaly.advice)
    values[_SOURCE] = _place_of(anomaly.source)
    return values


def _anomaly(values: list[Any], table: _LabelTable) -> Anomaly:
    values[_LABEL], values[_ADVICE] = table.labels(values[_LABEL]), table.labels(values[_ADVICE])
    values[_SOURCE], values[_ORIGIN] = Source(*values[_SOURCE]), AnomalyOrigin(values[_ORIGIN])
    return Anomaly(*values)
