"""An Excel sheet to a Table, over fastexcel: first sheet, or the one that is named.

Cells come as text: true dates as `2024-02-05 00:00:00`, times as a date of 1899 or 1900, whole
numbers without decimals. Rows are numbered as Excel shows them. fastexcel leaves the cells
with an error (#REF!) empty, which would lose a value without a word, so those are looked up in
the sheet's XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.tables.decoding import read_bytes
from fla_batch.tables.library_errors import Failed, attempt
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import EXTRA, ROW, Table, tidy
from fla_batch.vocabulary.findings import Anomaly, Source

if TYPE_CHECKING:
    import polars as pl

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(
    rb'<c [^>]*?r="([A-Z]+)([0-9]+)"[^>]*?t="e"[^>]*>.*?<v>(#[^<]+)</v>', re.DOTALL
)
_FILLED_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)[0-9]+"[^>]*[^/]>')
_MOST_BYTES = 2_000_000_000


def open_excel(path: Path, sheet: str | None) -> Table | Anomaly:
    """The table in a sheet, or why there is none."""
    source = Source(str(path))
    content = read_bytes(path)
    if isinstance(content, Anomaly):
        return content
    if not content.startswith(b"PK"):
        return remark("unreadable-file", FILE, source, value="not .xlsx")
    loaded = attempt(lambda: _frame(path, sheet))
    if isinstance(loaded, Failed):
        return remark("unreadable-file", FILE, source, value=loaded.reason)
    if isinstance(loaded, list):
        return remark(
            "no-such-sheet", FILE, source, value=sheet, parameters={"known": ", ".join(loaded)}
        )
    frame = tidy(loaded)
    if frame.is_empty():
        return remark("empty-file", FILE, source)
    headings = [cell or "" for cell in frame.drop(ROW, EXTRA).row(0)]

    def batches(wanted: Collection[int] | None = None) -> Iterator[pl.DataFrame]:
        yield frame[1:] if wanted is None else frame[1:].select(ROW, EXTRA, *map(str, wanted))

    return Table(str(path), headings, int(frame[ROW][0]), batches)


def _frame(path: Path, sheet: str | None) -> pl.DataFrame | list[str]:
    """The sheet as text, as wide as its widest row; the names of all when there is no such."""
    import fastexcel
    import polars as pl

    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
            raise ValueError(f"unpacked it is larger than {_MOST_BYTES} bytes")
    workbook = fastexcel.read_excel(path)
    names = workbook.sheet_names
    if sheet is not None and sheet not in names:
        return list(names)
    name = sheet if sheet is not None else names[0]
    loaded = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    frame = loaded.to_polars()
    frame.columns = [str(i) for i in range(frame.width)]
    for position, row, error in _error_cells(path, name):
        if position < frame.width and row <= len(frame):
            frame[row - 1, position] = error
    return frame.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(ROW),
        pl.lit(None, dtype=pl.String).alias(EXTRA),
    )


def _error_cells(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Column (from 0, the first that is filled in), row (from 1) and text of error cells."""
    with zipfile.ZipFile(path) as parts:
        xml = parts.read(_part_of(parts, sheet))
    if b't="e"' not in xml:
        return
    # fastexcel leaves out the empty columns before the first one, though not the empty rows.
    first = min(_position(letters) for letters in set(_FILLED_CELL.findall(xml)))
    for letters, row, error in _ERROR_CELL.findall(xml):
        yield _position(letters) - first, int(row), error.decode("ascii", "replace")


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """The name of the ZIP member that holds a sheet."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    workbook = etree.fromstring(parts.read("xl/workbook.xml"), parser)
    relations = etree.fromstring(parts.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {relation.get("Id"): relation.get("Target") for relation in relations}
    for element in workbook.iter(f"{_SPREADSHEET}sheet"):
        if element.get("name") == sheet:
            target = str(targets[element.get(_RELATIONS)])
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)
