"""Tables from CSV, XLSX or Parquet, as text, in chunks that remember their rows.

CSV is separated by `;` or `,`, in UTF-8 with or without BOM or in Windows-1252. Every column
that this package reads is plain ASCII, so that a letter of another encoding elsewhere in the
file cannot change a value. A chunk is a polars frame of text with the column `row`, counted
from 1 with the heading; wholly blank rows are left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fla_batch.vocabulary.errors import InputUnreadable

if TYPE_CHECKING:
    import polars as pl

ROW = "row"
_BLOCK_BYTES = 16_000_000
_PARQUET_ROWS = 250_000
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def read_table(path: Path) -> Iterator[pl.DataFrame]:
    """The chunks of a table; at least one, even without rows. Raises InputUnreadable."""
    readers = {
        ".csv": _read_csv,
        ".txt": _read_csv,
        ".parquet": _read_parquet,
        ".xlsx": _read_excel,
        ".xlsm": _read_excel,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputUnreadable(
            f"{path.name} is no CSV, XLSX or Parquet table by its name.", file=path.name
        )
    with translated(path):
        yield from reader(path)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of the libraries that read files, as InputUnreadable."""
    import fastexcel
    import polars as pl

    try:
        yield
    except OSError as mistake:
        reason = mistake.strerror or type(mistake).__name__
        raise InputUnreadable(f"{path.name} cannot be read: {reason}", file=path.name) from mistake
    except (csv.Error, pl.exceptions.PolarsError, fastexcel.FastExcelError) as mistake:
        reason = next(iter(str(mistake).splitlines()), type(mistake).__name__)
        raise InputUnreadable(f"{path.name} cannot be read: {reason}", file=path.name) from mistake


def _read_csv(path: Path) -> Iterator[pl.DataFrame]:
    with path.open("rb") as file:
        heading = file.readline()
        if heading.startswith(_UTF16_BOMS):
            raise InputUnreadable(
                f"{path.name} is in UTF-16; save it as CSV in UTF-8.", file=path.name, row=1
            )
        separator = ";" if heading.count(b";") >= heading.count(b",") else ","
        names = _names(heading, separator, path)
        row = 2
        for block in blocks(file):
            frame = _parse(block, names, separator)
            yield _numbered(frame, row)
            row += frame.height
        if row == 2:
            yield _numbered(_parse(b"", names, separator), row)


def _names(heading: bytes, separator: str, path: Path) -> list[str]:
    text = heading.removeprefix(_UTF8_BOM).decode("cp1252", errors="replace")
    names = [name.strip() for name in next(csv.reader([text], delimiter=separator), [])]
    if not any(names):
        raise InputUnreadable(
            f"{path.name} has no headings in its first row.", file=path.name, row=1
        )
    if len(set(names)) < len(names):
        raise InputUnreadable(f"{path.name} has a heading twice.", file=path.name, row=1)
    return names


def blocks(file: BinaryIO, size: int = _BLOCK_BYTES) -> Iterator[bytes]:
    """Parts of about `size` bytes that end with a line, never inside quotes.

    >>> list(blocks(io.BytesIO(b'1;2\\n"3\\n";4\\n5;6'), size=5))
    [b'1;2\\n', b'"3\\n";4\\n', b'5;6']
    """
    rest = b""
    while read := file.read(size):
        rest += read
        end = rest.rfind(b"\n") + 1
        while end and rest.count(b'"', 0, end) % 2:
            end = rest.rfind(b"\n", 0, end - 1) + 1
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest.strip():
        yield rest


def _parse(block: bytes, names: list[str], separator: str) -> pl.DataFrame:
    import polars as pl

    schema = dict.fromkeys(names, pl.String)
    if not block:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        io.BytesIO(block),
        separator=separator,
        has_header=False,
        schema=schema,
        truncate_ragged_lines=True,
        missing_columns="insert",
        encoding="utf8-lossy",
    )


def _read_parquet(path: Path) -> Iterator[pl.DataFrame]:
    import polars as pl

    lazy = pl.scan_parquet(path)
    total = lazy.select(pl.len()).collect().item()
    for offset in range(0, max(total, 1), _PARQUET_ROWS):
        frame = lazy.slice(offset, _PARQUET_ROWS).collect()
        yield _numbered(frame.cast(dict.fromkeys(frame.columns, pl.String)), offset + 2)


def _read_excel(path: Path) -> Iterator[pl.DataFrame]:
    import fastexcel

    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string")
    yield _numbered(sheet.to_polars(), 2)


def _numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """The frame with its rows counted from `first`, cells trimmed, blank cells null."""
    import polars as pl

    text = pl.all().str.strip_chars()
    trimmed = frame.select(pl.when(text != "").then(text))
    counted = trimmed.with_row_index(ROW, offset=first)
    return counted.filter(~pl.all_horizontal(pl.exclude(ROW).is_null()))
