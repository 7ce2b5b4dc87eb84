"""The user's files, to entries: which reader reads which file, and no photo twice.

A declaration is the whole photo of one worker, employer, year and kind. Two photos with the
same key would overwrite one another on the platform, so the second is not declared; it is
reported with both places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.intake.declared_twice import Photos
from fla_batch.intake.json_files import read_json
from fla_batch.intake.reading_choice import AS_FOUND, ReadingChoice
from fla_batch.intake.receipt import Receipt
from fla_batch.models import Entry
from fla_batch.tables.decoding import read_bytes
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import TABLE_SUFFIXES, TableChoice
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    from fla_batch.intake.table_declarations import TableChunk

Reader = Callable[[Path], Iterator[Entry | Anomaly]]

_JSON = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*_JSON, *TABLE_SUFFIXES)


def read_inputs(paths: Iterable[Path], *, sheet: str | None = None) -> Iterator[Entry | Anomaly]:
    """Every declaration in `paths`, in their order, and what is wrong outside declarations.

    An `Entry` is one declaration with its own anomalies of reading; a bare `Anomaly` belongs
    to no declaration (a file, a column), and a blocking one means that something of the file
    was not read: nothing should be sent before it is mended. `sheet` names the sheet to read
    in workbooks, else it is found. Never raises for what a file holds.
    """
    how = ReadingChoice(TableChoice(sheet))
    for item in InputReading(paths, how):
        if isinstance(item, Entry | Anomaly):
            yield item
        else:
            yield from item.entries()


class InputReading:
    """All declarations of some files, as they are read; tables in chunks that are not built yet.

    Iterate once. `receipts` says of each file that was begun what was read of it so far.
    """

    def __init__(self, paths: Iterable[Path], how: ReadingChoice = AS_FOUND) -> None:
        self._paths = list(paths)
        self._how = how
        self.receipts: list[Receipt] = []

    def __iter__(self) -> Iterator[Entry | Anomaly | TableChunk]:
        seen = Photos()
        for index, path in enumerate(self._paths):
            receipt = Receipt(str(path))
            self.receipts.append(receipt)
            if path.suffix.lower() in TABLE_SUFFIXES:
                last = index == len(self._paths) - 1
                yield from _table_items(path, self._how, receipt, seen, last=last)
            else:
                for item in _reader(path)(path):
                    if isinstance(item, Entry):
                        receipt.note_declaration(item.declaration)
                        yield seen.first_only(item)
                    else:
                        yield item


def _table_items(
    path: Path, how: ReadingChoice, receipt: Receipt, seen: Photos, *, last: bool
) -> Iterator[Entry | Anomaly | TableChunk]:
    from fla_batch.intake.table_declarations import read_table_chunks

    for chunk in read_table_chunks(path, how, receipt):
        # The rows of a table were grouped by key already: only other files repeat one.
        if isinstance(chunk, Anomaly) or seen.are_new(chunk, remember=not last):
            yield chunk
        else:
            yield from (seen.first_only(entry) for entry in chunk.entries())


def read_chunks(
    paths: Iterable[Path], how: ReadingChoice = AS_FOUND
) -> Iterator[Entry | Anomaly | TableChunk]:
    """As `InputReading`, where nobody asks what was read."""
    return iter(InputReading(paths, how))


def _reader(path: Path) -> Reader:
    """The reader for a file that is no table, by the end of its name."""
    return read_json if path.suffix.lower() in _JSON else _unknown_format


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
