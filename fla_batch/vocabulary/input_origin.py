"""Where the values of one declaration stood in the user's files, compact enough to keep for ever.

What all declarations of a sheet share (file, sheet, headings) is an `InputSheet`, kept once; a
declaration itself has the rows of its blocks, as a short text: one number where it is one row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from fla_batch.vocabulary.findings import Source
from fla_batch.vocabulary.zone_path import EXTRA_ZONE, Path, path_text

_DIFFERENT_SHEETS = 1000
_DERIVED_FROM = {
    "trainingFirstStartDate": "trainingStartDate",
    "trainingLastEndDate": "trainingEndDate",
}


class InputSheet(NamedTuple):
    """A file as the user knows it, its sheet, and its headings by the names of our columns.

    Without headings it is JSON: rows are lines, and the column is the path of a value.
    """

    file: str
    sheet: str | None = None
    headings: tuple[tuple[str, str], ...] | None = None

    @property
    def digest(self) -> str:
        """16 characters that stand for it: the same for the same sheet, in every build."""
        return _digest(self)

    @property
    def name(self) -> str:
        """
        >>> InputSheet("dmfa.csv").name, InputSheet("dmfa.xlsx", "2024").name
        ('dmfa.csv', 'dmfa.xlsx (2024)')
        """
        return self.file if self.sheet is None else f"{self.file} ({self.sheet})"

    def written(self, column: str) -> str:
        """The heading of a column as it stands there, else its name."""
        return _by_name(self.headings or ()).get(column, column).strip()

    def at(self, row: int | None, column: str | None = None) -> Source:
        """A place in it, the column named by its heading."""
        return Source(self.file, row, column and self.written(column), self.sheet)

    def to_json(self) -> dict[str, Any]:
        """The shape that the ledger keeps."""
        return {
            **self._asdict(),
            "headings": None if self.headings is None else dict(self.headings),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> InputSheet:
        """What `to_json` wrote."""
        headings = values["headings"]
        pairs = None if headings is None else tuple(headings.items())
        return cls(values["file"], values["sheet"], pairs)


@lru_cache(maxsize=_DIFFERENT_SHEETS)
def _by_name(headings: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return dict(headings)


@lru_cache(maxsize=_DIFFERENT_SHEETS)
def _digest(sheet: InputSheet) -> str:
    text = json.dumps(sheet, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


class Origin(Protocol):
    """Knows where the value at a path of one declaration came from."""

    def source_of(self, path: Path) -> Source:
        """The nearest place known for `path`; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class NoOrigin:
    """For declarations that were built in code: the path itself is the best place there is."""

    def source_of(self, path: Path) -> Source:  # noqa: ARG002 - same for every path
        return Source()


@dataclass(frozen=True, slots=True)
class InputOrigin:
    """Where each block stood: `rows` has the row of the declaration under (), and those of
    blocks and single values that stood in another one."""

    sheet: InputSheet
    rows: Mapping[Path, int]

    def source_of(self, path: Path) -> Source:
        """The nearest place known for `path`; never raises."""
        nearest = path
        while nearest and nearest not in self.rows:
            nearest = nearest[:-1]
        sheet = self.sheet
        return Source(sheet.file, self.rows.get(nearest), self._column(path), sheet.sheet)

    def _column(self, path: Path) -> str | None:
        """The heading as written; `hours` for trainingHours when that is the file's column, and
        the dates of the periods for those of the training, which follow from them."""
        if self.sheet.headings is None:
            return path_text(path) or None
        names = [step for step in path if isinstance(step, str)]
        if not names:
            return None
        name = names[-1]
        friendly = next((short for short in ("hours", "days") if name.lower().endswith(short)), "")
        headings = _by_name(self.sheet.headings)
        known = (name, friendly, EXTRA_ZONE + name, _DERIVED_FROM.get(name, name))
        return next(filter(None, map(headings.get, known)), name).strip()


def rows_text(rows: Mapping[Path, int]) -> str:
    """The rows of one declaration as text; what stands in its block's row is left out.

    >>> rows_text({(): 7, ("trainings", 0): 7, ("trainings", 1): 8})
    '7 trainings/1=8'
    """
    parts = []
    for path, row in rows.items():
        above = path[:-1]
        while above and above not in rows:
            above = above[:-1]
        if not path:
            parts.append(str(row))
        elif rows.get(above) != row:
            parts.append(f"{'/'.join(map(str, path))}={row}")
    return " ".join(parts)


def rows_of(text: str) -> dict[Path, int]:
    """The rows that `rows_text` wrote.

    >>> rows_of("7 trainings/1=8")
    {(): 7, ('trainings', 1): 8}
    """
    rows: dict[Path, int] = {}
    for part in text.split():
        path, _, row = part.rpartition("=")
        rows[_path_of(path)] = int(row)
    return rows


@lru_cache(maxsize=1000)
def _path_of(text: str) -> Path:
    steps = text.split("/") if text else []
    return tuple(int(step) if step.isdigit() else step for step in steps)
