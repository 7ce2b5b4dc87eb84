"""The user's files, to entries: which reader reads which file, and no photo twice.

A declaration is the whole photo of one worker, employer, year and kind. Two photos with the
same key would overwrite one another on the platform, so the second is not declared; it is
reported with both places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.intake.declared_twice import Photos
from fla_batch.intake.input_files import JSON_SUFFIXES, SUFFIXES, InputFile, input_files
from fla_batch.intake.json_bodies import entries_in, numbered
from fla_batch.intake.json_values import Found, values_in
from fla_batch.intake.reading_choice import AS_FOUND, ReadingChoice
from fla_batch.intake.receipt import Receipt
from fla_batch.models import Entry
from fla_batch.tables.decoding import json_text, read_bytes
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import TABLE_SUFFIXES
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.input_origin import InputOrigin

if TYPE_CHECKING:
    from fla_batch.intake.table_declarations import TableChunk


def read_inputs(paths: Iterable[Path], how: ReadingChoice = AS_FOUND) -> Iterator[Entry | Anomaly]:
    """Every declaration in `paths`, in their order, and what is wrong outside declarations.

    An `Entry` is one declaration with its own anomalies of reading; a bare `Anomaly` belongs
    to no declaration (a file, a column), and a blocking one means that something of the file
    was not read: nothing should be sent before it is mended. Never raises for what a file holds.
    """
    for item in InputReading(paths, how):
        if isinstance(item, Entry | Anomaly):
            yield item
        else:
            yield from item.entries()


class InputReading:
    """All declarations of what the user named, as they are read; tables in chunks not yet built.

    Iterate once. `receipts` says of each file that was begun what was read of it so far. Raises
    UsageMistake for edits that fit nothing.
    """

    def __init__(self, paths: Iterable[Path], how: ReadingChoice = AS_FOUND) -> None:
        self._paths = list(paths)
        self._how = how
        self.receipts: list[Receipt] = []

    def __iter__(self) -> Iterator[Entry | Anomaly | TableChunk]:
        seen = Photos()
        with input_files(self._paths, self._how.input_format, self._how.fetch) as files:
            if self._how.edits:
                _require_one_table(files)
            for index, file in enumerate(files):
                if isinstance(file, Anomaly):
                    yield file
                    continue
                receipt = Receipt(file.shown)
                self.receipts.append(receipt)
                last = index == len(files) - 1
                for item in _items(file, self._how, receipt):
                    yield from _first_only(_named(item, file), seen, last=last)


def _require_one_table(files: Sequence[InputFile | Anomaly]) -> None:
    """An edit names a row and a column, and no file."""
    tables = [
        file
        for file in files
        if isinstance(file, InputFile) and file.path.suffix.lower() in TABLE_SUFFIXES
    ]
    if len(files) != 1 or not tables:
        raise UsageMistake("edits of cells are for one table, and no other file beside it")


def _items(
    file: InputFile, how: ReadingChoice, receipt: Receipt
) -> Iterator[Entry | Anomaly | TableChunk]:
    """What a file holds, under the name of its path."""
    suffix = file.path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        from fla_batch.intake.table_declarations import read_table_chunks

        yield from read_table_chunks(file.path, how, receipt)
    elif suffix in JSON_SUFFIXES:
        for item in _read_json(file.path, how.extras):
            if isinstance(item, Entry):
                receipt.note_declaration(item.declaration)
            yield item
    else:
        yield from _unknown_format(file.path)


def _read_json(path: Path, extras: Collection[str] = ()) -> Iterator[Entry | Anomaly]:
    """Every declaration of the file in its order, and what is wrong with the file itself."""
    content = read_bytes(path)
    if isinstance(content, Anomaly):
        yield content
        return
    text = json_text(content, Source(str(path)))
    del content  # a large file is held once, as text
    if isinstance(text, Anomaly):
        yield text
        return
    empty = True
    for found in values_in(text, str(path)):
        empty = False
        if isinstance(found, Found):
            for item in entries_in(found, str(path), extras):
                yield numbered(item) if isinstance(item, Entry) else item
        else:
            yield found
    if empty:
        yield remark("nothing-declared", FILE, Source(str(path)))


def _first_only(
    item: Entry | Anomaly | TableChunk, seen: Photos, *, last: bool
) -> Iterator[Entry | Anomaly | TableChunk]:
    """What is declared for the first time; `last`: nobody comes who could declare it again."""
    if isinstance(item, Entry):
        yield seen.first_only(item)
    # The rows of a table were grouped by key already: only other files repeat one.
    elif isinstance(item, Anomaly) or seen.are_new(item, remember=not last):
        yield item
    else:
        yield from (seen.first_only(entry) for entry in item.entries())


def _named(item: Entry | Anomaly | TableChunk, file: InputFile) -> Entry | Anomaly | TableChunk:
    """The same, found in the file under the name that the user knows."""
    if file.shown == str(file.path):
        return item
    if isinstance(item, Anomaly):
        return item.at(replace(item.source, file=file.shown))
    if not isinstance(item, Entry):
        return replace(item, file=file.shown)
    anomalies = tuple(one.at(replace(one.source, file=file.shown)) for one in item.anomalies)
    origin = item.origin
    if isinstance(origin, InputOrigin):
        origin = replace(origin, sheet=origin.sheet._replace(file=file.shown))
    return replace(item, origin=origin, anomalies=anomalies)


def _unknown_format(path: Path) -> Iterator[Anomaly]:
    content = read_bytes(path)
    if isinstance(content, Anomaly):
        yield content
    else:
        yield remark(
            "unknown-format",
            FILE,
            Source(str(path)),
            value=path.suffix or path.name,
            parameters={"known": ", ".join(SUFFIXES)},
        )
