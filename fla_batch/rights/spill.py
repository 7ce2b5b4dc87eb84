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
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fla_batch.rights import dimona, dmfa

if TYPE_CHECKING:
    import polars as pl

_BIRTH_YEARS = 6  # years of birth in one part
_PARTS = range(100 // _BIRTH_YEARS + 1)


class Spill:
    """The rows of one run; a context manager that removes them at its end.

    They lie in a new folder below `parent`, by default where the system keeps temporary files.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="fla-batch-rights-", dir=parent)
        self._numbers = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def add(self, kind: str, rows: pl.DataFrame) -> None:
        """Set rows of `lines` or `periods` aside."""
        import polars as pl

        part = (pl.col("inss").str.slice(0, 2).cast(pl.Int32) // _BIRTH_YEARS).alias("part")
        parts = rows.with_columns(part).partition_by("part", as_dict=True, include_key=False)
        for (number,), own in parts.items():
            own.write_ipc(self._part(kind, int(number)) / f"{next(self._numbers)}.arrow")

    def parts(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Lines and periods of each part, in order of INSS."""
        import polars as pl

        for number in _PARTS:
            lines, periods = self._rows("lines", number), self._rows("periods", number)
            if lines or periods:
                yield (
                    pl.concat([dmfa.no_values(), *lines]),
                    pl.concat([dimona.no_values(), *periods]),
                )

    def _rows(self, kind: str, number: int) -> list[pl.DataFrame]:
        import polars as pl

        files = sorted(self._part(kind, number).iterdir())
        return [pl.read_ipc(file) for file in files]

    def _part(self, kind: str, number: int) -> Path:
        folder = Path(self._folder.name) / f"{kind}-{number:02d}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder
