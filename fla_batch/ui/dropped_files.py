"""Files that were dropped on the page: kept as they came, with what was said and mended of them.

They lie in `page/` of the outbox, for their owner only, until somebody removes them: a server that
is killed finds them again. `columns.toml` and `edits.csv` are what `check --columns` and `--edits`
take.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from fla_batch.intake import ReadingChoice
from fla_batch.intake.heading_words import column_names
from fla_batch.system.files import disk_errors, private_folder, remove_folder, write_whole
from fla_batch.tables.cell_edits import CellEdit, read_edits, write_edits
from fla_batch.tables.column_mapping import (
    NO_MAPPING,
    ColumnMapping,
    headings_shape,
    read_mapping,
    write_mapping,
)
from fla_batch.tables.table import TableChoice
from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from fla_batch.commands.check import CheckResult
    from fla_batch.commands.checked_table import CheckedTable, OpenedOnce

_ID = re.compile("[0-9a-f]{12}")
_LONGEST_NAME = 120


@dataclass
class DroppedFile:
    """One of them. `checked` is what the last check found, None before there was one."""

    folder: Path
    name: str
    opens: OpenedOnce
    checked: CheckedTable | CheckResult | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def id(self) -> str:
        """By which its pages are addressed."""
        return self.folder.name

    @property
    def path(self) -> Path:
        """The file as it came."""
        return self.folder / "original" / self.name

    @property
    def at(self) -> datetime:
        """When it came."""
        return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)

    @property
    def table_choice(self) -> TableChoice:
        """The sheet and the row of headings that were chosen."""
        said = self._said("choice.json")
        return TableChoice(said.get("sheet"), said.get("header_row"))

    @property
    def mapping(self) -> ColumnMapping:
        """What was said of its columns. Raises ConfigurationMistake."""
        path = self.folder / "columns.toml"
        return read_mapping(path, column_names()) if path.exists() else NO_MAPPING

    @property
    def edits(self) -> tuple[CellEdit, ...]:
        """The cells that were mended. Raises InputUnreadable."""
        return self._edits("edits.csv")

    @property
    def mended_since_build(self) -> frozenset[tuple[int, str]]:
        """The row and heading of each cell that says something else than when it was built last."""
        changed = frozenset(self.edits) - frozenset(self._edits("built-edits.csv"))
        return frozenset((edit.row, edit.column) for edit in changed)

    @property
    def batches(self) -> list[str]:
        """The batches that were built of it, the last one last."""
        return [name for build in self._builds() for name in build]

    @property
    def last_batches(self) -> list[str]:
        """Those of the last build: whatever was not accepted before is in them again."""
        return self._builds()[-1] if self._builds() else []

    def how(self, extras: Sequence[str] = ()) -> ReadingChoice:
        """How it is to be read."""
        return ReadingChoice(
            self.table_choice, self.mapping, None, tuple(extras), self.edits, self.opens
        )

    def choose(self, choice: TableChoice, mapping: ColumnMapping) -> None:
        """Another sheet or row of headings, and what its columns mean."""
        said = {"sheet": choice.sheet, "header_row": choice.header_row}
        self._say("choice.json", said)
        write_mapping(self.folder / "columns.toml", mapping)

    def edit(self, edits: Iterable[CellEdit]) -> None:
        """Mend cells; the last word for a cell counts."""
        with self.lock:
            kept = {(one.row, one.column): one for one in (*self.edits, *edits)}
            write_edits(self.folder / "edits.csv", kept.values())

    def was_built(self, names: Iterable[str]) -> None:
        """One more build put it, as it is mended now, in these batches."""
        write_edits(self.folder / "built-edits.csv", self.edits)
        self._say("batches.json", {"builds": [*self._builds(), list(names)]})

    def _edits(self, name: str) -> tuple[CellEdit, ...]:
        path = self.folder / name
        return read_edits(path) if path.exists() else ()

    def _builds(self) -> list[list[str]]:
        found: list[list[str]] = self._said("batches.json").get("builds", [])
        return found

    def _said(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.exists():
            return {}
        with disk_errors("read", path):
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _say(self, name: str, said: object) -> None:
        write_whole(self.folder / name, json.dumps(said).encode())


class DroppedFiles:
    """All of them, the latest first. Raises DiskTrouble."""

    def __init__(self, outbox: Path) -> None:
        self._root = outbox / "page"
        self._open: dict[str, DroppedFile] = {}

    def __iter__(self) -> Iterator[DroppedFile]:
        files = self._root / "files"
        found = [each.name for each in files.iterdir()] if files.is_dir() else []
        yield from sorted(map(self.get, found), key=lambda one: one.at, reverse=True)

    def get(self, file_id: str) -> DroppedFile:
        """The file of that id. Raises UsageMistake when it is gone."""
        from fla_batch.commands.checked_table import OpenedOnce

        folder = self._root / "files" / file_id
        if file_id not in self._open:
            originals = sorted((folder / "original").glob("*")) if _ID.fullmatch(file_id) else []
            if not originals:
                raise UsageMistake("that file is no longer here", hint="Drop it once more.")
            self._open[file_id] = DroppedFile(folder, originals[0].name, OpenedOnce())
        return self._open[file_id]

    def new(self, name: str) -> DroppedFile:
        """A place for a file of that name, to be written at its `path`."""
        from fla_batch.commands.checked_table import OpenedOnce

        private_folder(self._root)
        folder = private_folder(private_folder(self._root / "files") / secrets.token_hex(6))
        private_folder(folder / "original")
        return self._open.setdefault(
            folder.name, DroppedFile(folder, plain_name(name), OpenedOnce())
        )

    def remove(self, file: DroppedFile) -> None:
        """Take it away, with what was mended."""
        self._open.pop(file.id, None)
        remove_folder(file.folder)

    def remember(self, headings: Sequence[str], mapping: ColumnMapping) -> None:
        """The columns of every file with these headings."""
        folder = private_folder(private_folder(self._root) / "columns")
        write_mapping(folder / f"{headings_shape(headings)}.toml", mapping)

    def remembered(self, headings: Sequence[str]) -> ColumnMapping:
        """What was said of a file with these headings."""
        path = self._root / "columns" / f"{headings_shape(headings)}.toml"
        return read_mapping(path, column_names()) if path.exists() else NO_MAPPING


def plain_name(name: str) -> str:
    r"""A name that a file of ours may have.

    >>> plain_name("C:\\fake\\a b.xlsx"), plain_name("../..")
    ('a b.xlsx', 'file')
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(each if each.isprintable() and each not in '<>:"|?*' else "_" for each in last)
    stem, suffix = PurePosixPath(kept).stem, PurePosixPath(kept).suffix
    return f"{stem[:_LONGEST_NAME].lstrip('.')}{suffix[:10]}" if stem.strip(". ") else "file"
