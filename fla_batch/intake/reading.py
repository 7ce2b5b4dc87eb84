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
from fla_batch.models import Entry
from fla_batch.tables.decoding import read_bytes
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    from fla_batch.intake.table_declarations import TableChunk

Reader = Callable[[Path], Iterator[Entry | Anomaly]]

_JSON = (".json", ".jsonl", ".ndjson")
_CSV = (".csv", ".txt")
_EXCEL = (".xlsx", ".xlsm")
_PARQUET = (".parquet",)
_TABLES = (*_CSV, *_EXCEL, *_PARQUET)
SUFFIXES = (*_JSON, *_TABLES)


def read_inputs(paths: Iterable[Path], *, sheet: str | None = None) -> Iterator[Entry | Anomaly]:
    """Every declaration in `paths`, in their order, and what is wrong outside declarations.

    An `Entry` is one declaration with its own anomalies of reading; a bare `Anomaly` belongs
    to no declaration (a file, a column), and a blocking one means that something of the file
    was not read: nothing should be sent before it is mended. `sheet` names the sheet to read
    in Excel files, else the first one. Never raises for what a file holds.
    """
    for item in read_chunks(paths, sheet=sheet):
        if isinstance(item, Entry | Anomaly):
            yield item
        else:
            yield from item.entries()


def read_chunks(
    paths: Iterable[Path], *, sheet: str | None = None
) -> Iterator[Entry | Anomaly | TableChunk]:
    """As `read_inputs`, but tables are given in chunks of declarations that are not built yet."""
    files = list(paths)
    seen = Photos()
    for index, path in enumerate(files):
        last = index == len(files) - 1
        if path.suffix.lower() in _TABLES:
            from fla_batch.intake.table_declarations import read_table_chunks

            for chunk in read_table_chunks(path, sheet=sheet):
                # The rows of a table were grouped by key already: only other files repeat one.
                if isinstance(chunk, Anomaly) or seen.are_new(chunk, remember=not last):
                    yield chunk
                else:
                    yield from (seen.first_only(entry) for entry in chunk.entries())
        else:
            for item in _reader(path)(path):
                yield seen.first_only(item) if isinstance(item, Entry) else item


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
