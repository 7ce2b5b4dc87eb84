"""Lines and periods of many workers on disk, in parts that hold each worker whole.

A run sees every worker twice (size first, right second) and a file may name one worker anywhere,
so the rows are set aside in a folder of its own by year of birth, which an INSS begins with.
Memory then depends on the largest part and not on the size of the run, and workers come out in
order of INSS. The folder is readable by its owner only and is removed at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import polars as pl

from fla_batch.rights import dimona, dmfa
from fla_batch.system.closing import Closing

_BIRTH_YEARS = 3  # years of birth in one part
_KINDS = ("lines", "periods")
_PARTS = range(100 // _BIRTH_YEARS + 1)


class Part(NamedTuple):
    """Workers of three years of birth: their lines and their periods."""

    number: int
    lines: pl.DataFrame
    periods: pl.DataFrame


class SetAside:
    """The rows of one run in `folder`; whoever has a part of the work reads them there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def add(self, kind: str, rows: pl.DataFrame) -> None:
        """Set rows of `lines` or `periods` aside."""
        part = (pl.col("inss").str.slice(0, 2).cast(pl.Int32) // _BIRTH_YEARS).alias("part")
        parts = rows.with_columns(part).partition_by("part", as_dict=True, include_key=False)
        for (number,), own in parts.items():
            own.write_ipc(self._part(kind, int(number)) / f"{next(self._numbers)}.arrow")

    def numbers(self) -> list[int]:
        """The parts that hold anybody, in order of INSS."""
        return [n for n in _PARTS if any(self._files(kind, n) for kind in _KINDS)]

    def part(self, number: int) -> Part:
        """The rows of one part."""
        empty = {"lines": dmfa.no_values(), "periods": dimona.no_values()}
        rows = {}
        for kind in _KINDS:
            found = [pl.read_ipc(file) for file in self._files(kind, number)]
            rows[kind] = pl.concat(found) if found else _without_rows(empty[kind])
        return Part(number, rows["lines"], rows["periods"])

    def replace(self, part: Part) -> None:
        """Set rows aside instead of those that the part had."""
        for kind, rows in (("lines", part.lines), ("periods", part.periods)):
            for file in self._files(kind, part.number):
                file.unlink()
            rows.write_ipc(self._part(kind, part.number) / "whole.arrow")

    def parts(self) -> Iterator[Part]:
        """Lines and periods of each part, in order of INSS."""
        return (self.part(number) for number in self.numbers())

    def _files(self, kind: str, number: int) -> list[Path]:
        return sorted(self._part(kind, number).iterdir())

    def _part(self, kind: str, number: int) -> Path:
        folder = self.folder / f"{kind}-{number:02d}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(path.stat().st_size for path in self.folder.glob("*/*"))


class Spill(SetAside, Closing):
    """The rows of one run; a context manager that removes them at its end.

    They lie in a new folder below `parent`, by default where the system keeps temporary files.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self._holder = TemporaryDirectory(prefix="fla-batch-rights-", dir=parent)
        super().__init__(Path(self._holder.name))

    def close(self) -> None:
        """Remove them."""
        self._holder.cleanup()


def _without_rows(values: pl.DataFrame) -> pl.DataFrame:
    """No rows, with all columns that settled rows have."""
    numbers = [pl.lit(0, pl.Int32).alias(name) for name in ("file", "slot")]
    names = [pl.lit("").alias(name) for name in ("declarer", "employer")]
    return values.with_columns(*numbers, *names).clear()
