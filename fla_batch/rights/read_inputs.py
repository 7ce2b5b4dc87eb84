"""All files of a run, read and set aside: lines, periods, and the rows that cannot count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from fla_batch.rights.dimona import dimona_values, read_dimona
from fla_batch.rights.dimona_xml import read_dimona_messages
from fla_batch.rights.dmfa import read_dmfa
from fla_batch.rights.input_headings import AS_THEY_ARE, STOPPING, RightsReading
from fla_batch.rights.input_tables import PlacedChunks
from fla_batch.rights.law import Law
from fla_batch.rights.spill import Spill
from fla_batch.rights.workers import KEY, Employers
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, Source, blocking
from fla_batch.vocabulary.identifiers import compact_inss, is_valid_inss
from fla_batch.vocabulary.input_origin import InputSheet


class RefusedRow(NamedTuple):
    """A row that cannot count: whose it is, as far as that can be read, and what is wrong."""

    inss: str | None
    employer: str | None
    quarter: int | None
    is_line: bool
    anomalies: tuple[Anomaly, ...]


@dataclass(slots=True)
class ReadInput:
    """What reading came to. `files` has one place for each number that rows carry as `file`.

    `usable` is false when a whole file could not be understood.
    """

    files: list[InputSheet] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    usable: bool = True

    def source(self, row: Mapping[str, Any]) -> Source:
        """The place of a row that was set aside."""
        file: InputSheet = self.files[row["file"]]
        return file.at(row[ROW])


@dataclass(slots=True)
class InputReader:
    """Sets rows aside, file by file, and keeps what is found."""

    employers: Employers
    spill: Spill
    found: ReadInput = field(default_factory=ReadInput)
    _refused: list[tuple[pl.DataFrame, str, list[Anomaly]]] = field(default_factory=list)

    def take(self, kind: str, file: PlacedChunks, slot: int) -> None:
        """The `lines` or `periods` of one file."""
        number = len(self.found.files)
        self.found.files.append(file.place)
        for chunk in file.chunks:
            blocked = blocking(chunk.anomalies)
            self.found.anomalies += chunk.anomalies
            self.found.usable &= not any(each.rule in STOPPING for each in blocked)
            if chunk.values.height:
                self.employers.learn(chunk.values)
                self.spill.add(kind, _placed(chunk.values, number, slot))
            if chunk.refused is not None and chunk.refused.height:
                self._refused.append((chunk.refused, kind, blocked))

    def closed(self) -> ReadInput:
        """All that was found, once every file was taken."""
        conflicts = self.employers.anomalies()
        self.found.anomalies += conflicts
        self.found.usable &= not conflicts
        for rows, kind, anomalies in self._refused:
            self.found.refused += _refused_rows(self.employers.named(rows), kind, anomalies)
        return self.found


def read_inputs(
    dmfa: Sequence[Path],
    dimona: Sequence[Path],
    law: Law,
    employers: Employers,
    spill: Spill,
    how: RightsReading = AS_THEY_ARE,
) -> ReadInput:
    """Set all rows of all files aside. Raises InputUnreadable."""
    reader = InputReader(employers, spill)
    for path, slot in zip(dmfa, _slots(dmfa), strict=True):
        reader.take("lines", read_dmfa(path, law, how), slot)
    messages = [path for path in dimona if _is_xml(path)]
    for path in dimona:
        if not _is_xml(path):
            reader.take("periods", read_dimona(path, law, how), 0)
    if messages:
        periods = read_dimona_messages(messages)
        for path in messages:
            place = InputSheet(path.name)
            chunk = dimona_values(periods.frames[path], law, place)
            reader.take("periods", PlacedChunks(place, iter([chunk])), 0)
        reader.found.anomalies += periods.anomalies
        reader.found.refused += _unjoined(periods.anomalies)
    return reader.closed()


def first_rows(
    lines: pl.DataFrame, periods: pl.DataFrame, read: ReadInput
) -> dict[tuple[str, str], Source]:
    """The first row of each worker and employer, among the lines, else among the periods."""
    places: dict[tuple[str, str], Source] = {}
    for rows in (periods, lines):
        first = rows.sort("file", ROW).group_by(KEY).first().select(*KEY, "file", ROW)
        for row in first.iter_rows(named=True):
            places[row["inss"], row["employer"]] = read.source(row)
    return places


def _unjoined(anomalies: list[Anomaly]) -> Iterator[RefusedRow]:
    """Dimona forms that belong to no period: their worker cannot be computed."""
    for each in blocking(anomalies):
        inss = compact_inss(each.inss or "")
        known = inss if is_valid_inss(inss) else None
        yield RefusedRow(known, None, None, is_line=False, anomalies=(each,))


def _is_xml(path: Path) -> bool:
    return path.suffix.lower() == ".xml"


def _slots(paths: Sequence[Path]) -> list[int]:
    """A number for each file; XML files that follow each other share one."""
    slots: list[int] = []
    for number, path in enumerate(paths):
        together = number and _is_xml(path) and _is_xml(paths[number - 1])
        slots.append(slots[-1] if together else number)
    return slots


def _placed(rows: pl.DataFrame, file: int, slot: int) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(file, pl.Int32).alias("file"), pl.lit(slot, pl.Int32).alias("slot")
    )


def _refused_rows(rows: pl.DataFrame, kind: str, anomalies: list[Anomaly]) -> Iterator[RefusedRow]:
    by_row: dict[int | None, list[Anomaly]] = {}
    for each in anomalies:
        by_row.setdefault(each.source.row, []).append(each)
    for row in rows.iter_rows(named=True):
        named = row["company"] is None or row["company_ok"]
        own = [each for each in by_row.get(row[ROW], ()) if each.inss in (None, row["inss"])]
        yield RefusedRow(
            row["inss"] if row["inss_ok"] else None,
            row["employer"] if named else None,
            row.get("quarter"),
            kind == "lines",
            tuple(own),
        )
