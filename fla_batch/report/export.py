"""Anomalies as CSV or Excel, for the people who correct them.

Exports hold national numbers in full: the user asked for them. A cell that a spreadsheet would
take for a formula is neutralised (S13). Files are whole or not there, and for their owner only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from fla_batch.errors import UsageMistake
from fla_batch.files import write_whole
from fla_batch.findings import Anomaly
from fla_batch.terms import Language

HEADINGS = (
    "class",
    "error_id",
    "label",
    "advice",
    "company_id",
    "inss",
    "calendar_year",
    "tag",
    "path",
    "value",
    "file",
    "row",
    "column",
    "rule",
    "origin",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_anomalies(path: Path, anomalies: Sequence[Anomaly], language: Language) -> None:
    """Writes a `.csv` (`;`, UTF-8 with BOM, as Excel opens it here) or an `.xlsx` file.

    Raises UsageMistake for another suffix, DiskTrouble.
    """
    rows = [_row(anomaly, language) for anomaly in anomalies]
    makers = {".csv": _as_csv, ".xlsx": _as_xlsx}
    maker = makers.get(path.suffix.lower())
    if maker is None:
        raise UsageMistake(f"{path.name}: anomalies are written to .csv or .xlsx")
    write_whole(path, maker(rows))


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet runs as a formula.

    >>> harmless("=1+1"), harmless("TrainingHours")
    ("'=1+1", 'TrainingHours')
    """
    return "'" + text if text.startswith(_FORMULA) else text


def _row(anomaly: Anomaly, language: Language) -> list[str]:
    values = (
        anomaly.anomaly_class,
        anomaly.error_id,
        anomaly.label.text(language),
        anomaly.advice.text(language),
        anomaly.company_id,
        anomaly.inss,
        anomaly.calendar_year,
        anomaly.tag,
        anomaly.path,
        anomaly.value,
        anomaly.source.file,
        anomaly.source.row,
        anomaly.source.column,
        anomaly.rule,
        anomaly.origin.value,
    )
    return ["" if value is None else harmless(str(value)) for value in values]


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet("anomalies")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, HEADINGS, bold)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(HEADINGS) - 1)
        sheet.set_column(2, 3, 60)
    return content.getvalue()
