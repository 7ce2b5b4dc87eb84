"""Any table file, to a Table: which reader reads it.

What a file is, its first bytes say, where the end of its name does not fit them: programs write
text and HTML under `.xls`, and a workbook with a password is another format altogether.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from fla_batch.tables.csv_files import open_csv
from fla_batch.tables.decoding import read_bytes
from fla_batch.tables.library_errors import Failed, attempt
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import (
    PARQUET_SUFFIXES,
    TABLE_SUFFIXES,
    TEXT_SUFFIXES,
    WORKBOOK_SUFFIXES,
    Knows,
    Table,
    TableChoice,
)
from fla_batch.tables.workbook import table_of
from fla_batch.vocabulary.findings import Anomaly, Source

_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_OLD_SUFFIXES = (".xls",)
_SAMPLE = 4096
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a")


def open_table(path: Path, knows: Knows, choice: TableChoice | None = None) -> Table | Anomaly:
    """The table in a file, or why there is none; `knows` tells its headings from other rows."""
    suffix, choice = path.suffix.lower(), choice or TableChoice()
    if suffix in PARQUET_SUFFIXES:
        from fla_batch.tables.parquet_files import open_parquet

        return open_parquet(path)
    if suffix in TEXT_SUFFIXES:
        return open_csv(path, knows, choice)
    if suffix in WORKBOOK_SUFFIXES:
        return _open_workbook(path, knows, choice)
    known = ", ".join(TABLE_SUFFIXES)
    shown = path.suffix or path.name
    source = Source(str(path))
    return remark("unknown-format", FILE, source, value=shown, parameters={"known": known})


def _open_workbook(path: Path, knows: Knows, choice: TableChoice) -> Table | Anomaly:
    source = Source(str(path))
    start = read_bytes(path, _SAMPLE)
    if isinstance(start, Anomaly):
        return start
    if start.startswith(_OLE):
        return _open_ole(path, knows, choice)
    if start.startswith(_ZIP):
        return _open_zipped(path, knows, choice)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return remark("unreadable-file", FILE, source, value="HTML / XML", text="web-page")
    if start.startswith(_UTF16_MARKS) or _NOT_IN_TEXT.isdisjoint(start):
        # Many programs write their "Excel" as text; Excel opens it after a question.
        return open_csv(path, knows, choice)
    return remark("unreadable-file", FILE, source, value=path.suffix, text="no-workbook")


def _open_ole(path: Path, knows: Knows, choice: TableChoice) -> Table | Anomaly:
    """An OLE container: an old workbook, or any workbook behind a password.

    What is named .xlsx and is such a container has a password, unless it is an old workbook.
    """
    from fla_batch.tables import xls_files

    table = table_of(path, lambda: xls_files.open_workbook(path), knows, choice)
    if not isinstance(table, Anomaly) or table.rule != "unreadable-file":
        return table
    new_format = path.suffix.lower() not in _OLD_SUFFIXES
    locked = new_format or "assword" in (table.value or "")
    return remark("password-protected", FILE, Source(str(path))) if locked else table


def _open_zipped(path: Path, knows: Knows, choice: TableChoice) -> Table | Anomaly:
    names = attempt(lambda: zipfile.ZipFile(path).namelist())
    if isinstance(names, Failed):
        return remark("unreadable-file", FILE, Source(str(path)), value=names.reason)
    if "xl/workbook.bin" in names:
        from fla_batch.tables import xls_files

        return table_of(path, lambda: xls_files.open_workbook(path), knows, choice)
    if "content.xml" not in names:
        from fla_batch.tables import xlsx_files

        return table_of(path, lambda: xlsx_files.open_workbook(path), knows, choice)
    from fla_batch.tables import ods_files

    locked = attempt(lambda: ods_files.is_encrypted(path))
    if locked is True:
        return remark("password-protected", FILE, Source(str(path)))
    return table_of(path, lambda: ods_files.open_workbook(path), knows, choice)
