"""The user's files, to entries: which reader reads which file, and no photo twice.

A declaration is the whole photo of one worker, employer, year and kind. Two photos with the
same key would overwrite one another on the platform, so the second is not declared; it is
reported with both places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.findings import Anomaly, Source
from fla_batch.intake.decoding import read_bytes
from fla_batch.intake.json_files import read_json
from fla_batch.intake.remarks import DECLARATION, FILE, remark
from fla_batch.models import DeclarationKey, Entry

if TYPE_CHECKING:
    from fla_batch.intake.tables import Screen, TableChunk

Reader = Callable[[Path], Iterator[Entry | Anomaly]]

_JSON = (".json", ".jsonl", ".ndjson")
_CSV = (".csv", ".txt")
_EXCEL = (".xlsx", ".xlsm")
_PARQUET = (".parquet",)
SUFFIXES = (*_JSON, *_CSV, *_EXCEL, *_PARQUET)


def read_inputs(
    paths: Iterable[Path], *, sheet: str | None = None, screen: Screen | None = None
) -> Iterator[Entry | Anomaly]:
    """Every declaration in `paths`, in their order, and what is wrong outside declarations.

    An `Entry` is one declaration with its own anomalies of reading; a bare `Anomaly` belongs
    to no declaration (a file, a column), and a blocking one means that something of the file
    was not read: nothing should be sent before it is mended. `sheet` names the sheet to read
    in Excel files, else the first one. `screen` clears declarations of tables by whole columns
    (`rules.screen.cleared`). Never raises for what a file holds.
    """
    files = list(paths)
    seen = _Photos()
    for index, path in enumerate(files):
        # The rows of a table were grouped by key already: only other files can repeat one.
        alone = index == len(files) - 1 and not _is_json(path)
        for item in _reader(path, sheet, screen)(path):
            if isinstance(item, Entry):
                yield seen.first_only(item, remember=not alone)
            else:
                yield item


def read_chunks(
    paths: Iterable[Path], *, sheet: str | None = None
) -> Iterator[Entry | Anomaly | TableChunk]:
    """As `read_inputs`, but a table that comes alone is given in chunks that are not built yet.

    Its rows were grouped by key, so that no photo can stand twice; with several files every
    declaration has to be looked at here.
    """
    files = list(paths)
    if len(files) == 1 and files[0].suffix.lower() in (*_CSV, *_EXCEL, *_PARQUET):
        from fla_batch.intake.tables import read_table_chunks

        yield from read_table_chunks(files[0], sheet=sheet)
    else:
        yield from read_inputs(files, sheet=sheet)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() in _JSON


def _reader(path: Path, sheet: str | None, screen: Screen | None) -> Reader:
    """The reader for a file, by the end of its name. Table readers load only when needed."""
    suffix = path.suffix.lower()
    if suffix in _JSON:
        return read_json
    if suffix in SUFFIXES:
        from fla_batch.intake.tables import read_table

        return lambda table: read_table(table, sheet=sheet, screen=screen)
    return _unknown_format


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


class _Photos:
    """Where each key was first declared."""

    def __init__(self) -> None:
        self._places: dict[DeclarationKey, Source] = {}

    def first_only(self, entry: Entry, *, remember: bool) -> Entry | Anomaly:
        """`entry`, or the anomaly that its key was declared before."""
        key = entry.declaration.key
        if not all(key):
            return entry  # the rules say which part of the key is missing
        place = entry.origin.source_of(())
        first = self._places.get(key)
        if first is None:
            if remember:
                self._places[key] = place
            return entry
        return remark(
            "declared-twice",
            DECLARATION,
            place,
            parameters={"first": str(first), "second": str(place)},
            key=key[:3],
        )
