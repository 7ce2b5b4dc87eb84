"""Old and binary Excel workbooks (.xls, .xlsb), by their values, over fastexcel.

These formats have no XML in which to see which cells are hidden, merged or were never computed,
so the values are read and the user is told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fla_batch.tables.workbook import Sheet, SheetMarks, SheetRow, Workbook

# A time comes as a date: its day zero is 31 December 1899.
_TIME = re.compile(r"(1899-12-31|1900-01-([0-9]{2})) ([0-9]{2}):([0-9]{2}:[0-9]{2})")


def open_workbook(path: Path) -> Workbook:
    """The sheets of a workbook. Raises fastexcel's own errors."""
    import fastexcel

    book = fastexcel.read_excel(path)
    sheets = [Sheet(name, False, partial(_rows, path, name)) for name in book.sheet_names]
    return Workbook(sheets, kinds_known=False)


def _rows(path: Path, sheet: str, _: SheetMarks) -> Iterator[SheetRow]:
    import fastexcel

    book = fastexcel.read_excel(path)
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    for number, row in enumerate(loaded.to_polars().iter_rows(), start=1):
        cells = [_text(cell) if cell else "" for cell in row]
        if any(cells):
            yield SheetRow(number, cells)


def _text(cell: str) -> str:
    """
    >>> _text("1899-12-31 07:36:00"), _text("1900-01-01 12:00:00"), _text("2024-02-05 00:00:00")
    ('7:36:00', '36:00:00', '2024-02-05')
    """
    found = _TIME.fullmatch(cell)
    if found is None:
        return cell.removesuffix(" 00:00:00")
    return f"{24 * int(found[2] or 0) + int(found[3])}:{found[4]}"
