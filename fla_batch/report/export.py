"""Anomalies as CSV or Excel, for the people who correct them: row by row, however many.

Exports hold national numbers in full: the user asked for them. A cell that a spreadsheet would
take for a formula is neutralised (S13). Files are whole or not there, and for their owner only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from operator import attrgetter
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fla_batch.system.files import (
    PARTIAL_PREFIX,
    HashingWriter,
    disk_errors,
    disk_trouble,
    whole_file,
)
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_COLUMNS = {
    "class": "anomaly_class",
    "error_id": "error_id",
    "label": "label",
    "advice": "advice",
    "company_id": "company_id",
    "inss": "inss",
    "calendar_year": "calendar_year",
    "tag": "tag",
    "path": "path",
    "value": "value",
    "file": "source.file",
    "sheet": "source.sheet",
    "row": "source.row",
    "column": "source.column",
    "rule": "rule",
    "origin": "origin",
}
HEADINGS = tuple(_COLUMNS)
_values = attrgetter(*_COLUMNS.values())
MOST_IN_A_SHEET = 1_048_576 - 1
"""Anomalies that one sheet of Excel takes below its headings."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_ONCE = 1000
_Rows = Iterator[list[str]]


def require_room(path: Path, count: int) -> None:
    """Raises UsageMistake when `count` anomalies do not go into a file of that suffix."""
    if _suffix(path) == ".xlsx" and count > MOST_IN_A_SHEET:
        raise UsageMistake(
            f"{path.name}: there are {count} anomalies, and a sheet of Excel takes no more than "
            f"{MOST_IN_A_SHEET}",
            hint="Write them to a .csv file, which takes them all, or name one batch.",
        )


def write_anomalies(path: Path, anomalies: Iterable[Anomaly], language: Language) -> None:
    """Writes a `.csv` (`;`, UTF-8 with BOM, as Excel opens it here) or an `.xlsx` file.

    Memory holds some rows, never all. Raises UsageMistake for another suffix and for more than
    a sheet takes, DiskTrouble; `path` is then as it was before.
    """
    suffix = _suffix(path)
    rows = (_row(anomaly, language) for anomaly in anomalies)
    with whole_file(path) as file:
        if suffix == ".csv":
            _write_csv(file, rows)
        else:
            _write_xlsx(path, file, rows)


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet runs as a formula.

    >>> harmless("=1+1"), harmless("TrainingHours")
    ("'=1+1", 'TrainingHours')
    """
    return "'" + text if text.startswith(_FORMULA) else text


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise UsageMistake(f"{path.name}: anomalies are written to .csv or .xlsx")
    return suffix


def _row(anomaly: Anomaly, language: Language) -> list[str]:
    texts = (_text(value, language) for value in _values(anomaly))
    # Half a surrogate pair, from a user's JSON, is no character that a file can hold.
    return [harmless(text.encode("utf-8", "backslashreplace").decode()) for text in texts]


def _text(value: object, language: Language) -> str:
    if isinstance(value, Labels):
        return value.text(language)
    return "" if value is None else str(value)


def _write_csv(file: HashingWriter, rows: _Rows) -> None:
    file.write("\N{BYTE ORDER MARK}".encode())
    chunk: list[list[str]] = [list(HEADINGS)]
    while chunk:
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(chunk)
        file.write(text.getvalue().encode())
        chunk = list(islice(rows, _ROWS_AT_ONCE))


def _write_xlsx(path: Path, file: HashingWriter, rows: _Rows) -> None:
    """The rows wait on disk, beside the file, until the book is made: not in memory.

    Not in the system's folder for such things either, which may be small, or memory itself.
    """
    with (
        disk_errors("write", path),
        TemporaryDirectory(prefix=PARTIAL_PREFIX, dir=path.parent) as private,
    ):
        book = Path(private) / "book.xlsx"
        _make_book(book, rows, path)
        with book.open("rb") as made:
            copyfileobj(made, file)


def _make_book(path: Path, rows: _Rows, shown: Path) -> None:
    """Raises UsageMistake and DiskTrouble that name `shown`."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(path, options)
    book.use_zip64()
    sheet = book.add_worksheet("anomalies")
    sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True}))
    try:
        count = _fill(sheet, rows, shown)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(count, 1), len(HEADINGS) - 1)
        sheet.set_column(2, 3, 60)
        book.close()
    except FileCreateError as error:
        cause = error.args[0]
        raise disk_trouble("write", shown, cause) from error
    finally:
        # The library closes its files only when all goes well; what they still hold is of no use.
        for file in (sheet.row_data_fh, sheet.fh):
            with suppress(OSError):
                file.close()


def _fill(sheet: Worksheet, rows: _Rows, shown: Path) -> int:
    """Writes `rows` below the headings; their count. Raises UsageMistake for too many."""
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MOST_IN_A_SHEET:
            require_room(shown, number)
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    return number
