"""Writes the workbooks of this folder anew: `python -m tests.tables.corpus.make`.

Needs openpyxl and XlsxWriter, and LibreOffice (`soffice`) for what it is to write. The files are
kept in the repository, so that the tests need none of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, time, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
HEADINGS = (
    "companyId",
    "inss",
    "calendarYear",
    "trainingDenomination",
    "trainingResult",
    "trainingLeadingToCertificate",
    "scope",
    "trainingStartDate",
    "trainingEndDate",
    "trainingStatus",
    "trainingType",
    "hours",
    "trainingReferenceNbr",
)
_FEBRUARY, _MARCH, _MAY = date(2024, 2, 1), date(2024, 3, 4), date(2024, 5, 6)
_ALL_DAY, _YEAR = time(7, 36), 2024
# fmt: off
ROWS: tuple[tuple[Any, ...], ...] = (
    ("0880820673", "81511716525", _YEAR, "Géographie", "1 - passed", "non", 1,
     _FEBRUARY, date(2024, 2, 5), 1, 1, 7.6, "REF1"),
    (880820673, 81061500131, _YEAR, "First aid", 1, 1, 1,
     _MARCH, _MARCH, 1, 1, _ALL_DAY, "REF2"),
    ("0880820673", "70081500504", _YEAR, "Excel", "geslaagd", "oui", 1,
     _MAY, date(2024, 5, 7), 1, 1, 7.333333333, "REF3"),
)
# fmt: on


def openpyxl_plain(path: Path) -> None:
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.title = "Lisez-moi"
    sheet["A1"] = "Mode d'emploi"
    sheet = book.create_sheet("2024")
    sheet["A1"] = "Formations 2024"
    sheet.append([])
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append(row)
    book.save(path)


def openpyxl_traits(path: Path) -> None:
    """Hidden row and column, a merged worker, a formula that nobody computed, a total."""
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.append(HEADINGS)
    sheet.append(ROWS[0])
    sheet.append((None, None, None, "Second", *ROWS[0][4:-1], "REF4"))
    for column in "ABC":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.append(ROWS[1])
    sheet.append((*ROWS[2][:-1], '=CONCATENATE("A","B")'))
    sheet.append(("Total", *[None] * 10, "=SUM(L2:L5)"))
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["M"].hidden = True
    book.save(path)


def xlsxwriter_plain(path: Path, **options: Any) -> None:
    xlsxwriter = import_module("xlsxwriter")
    book = xlsxwriter.Workbook(path, options)
    sheet = book.add_worksheet("2024")
    formats = {date: "dd/mm/yyyy", time: "hh:mm"}
    styles = {kind: book.add_format({"num_format": code}) for kind, code in formats.items()}
    sheet.write_row(0, 0, HEADINGS)
    for i, row in enumerate(ROWS, start=1):
        for j, cell in enumerate(row):
            if isinstance(cell, date | time):
                sheet.write_datetime(i, j, cell, styles[type(cell)])
            else:
                sheet.write(i, j, cell)
    book.close()


def xlsxwriter_1904(path: Path) -> None:
    xlsxwriter_plain(path, date_1904=True)


def xlsxwriter_formulas(path: Path) -> None:
    """Formulas whose stored result is the 0 that XlsxWriter writes, and an error."""
    xlsxwriter = import_module("xlsxwriter")
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("2024")
    style = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADINGS)
    for i, row in enumerate(ROWS[:1] * 2, start=1):
        for j, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(i, j, cell, style)
            else:
                sheet.write(i, j, cell)
    sheet.write_formula(1, 11, "=3.8*2")
    sheet.write_formula(2, 12, "=NA()", None, "#N/A")
    book.close()


def by_libreoffice(ending: str, source: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with TemporaryDirectory() as folder:
            first = Path(folder, "first.xlsx")
            source(first)
            subprocess.run(
                [
                    "soffice",
                    "--headless",
                    "--convert-to",
                    ending,
                    "--outdir",
                    folder + "/out",
                    first,
                ],
                check=True,
                capture_output=True,
            )
            shutil.copyfile(Path(folder, "out", f"first.{ending.partition(':')[0]}"), path)

    return make


Change = Callable[[str, str], str]
"""(name of a part, its text) -> its text as another program would write it."""


def imitation(source: Callable[[Path], None], *changes: Change) -> Callable[[Path], None]:
    """A workbook with the traits of a program that we do not have."""

    def make(path: Path) -> None:
        with TemporaryDirectory() as folder:
            first = Path(folder, "first.xlsx")
            source(first)
            with zipfile.ZipFile(first) as parts, zipfile.ZipFile(path, "w", 8) as new:
                for name in parts.namelist():
                    text = parts.read(name).decode()
                    for change in changes:
                        text = change(name, text)
                    new.writestr(name, text)

    return make


def strict(_: str, text: str) -> str:
    """Strict Open XML, as Excel saves it: other namespaces, dates as text in ISO form."""
    text = text.replace(f"{_TRANSITIONAL}spreadsheetml/2006/main", f"{_PURL}spreadsheetml/main")
    return text.replace(
        f"{_TRANSITIONAL}officeDocument/2006/relationships", f"{_PURL}officeDocument/relationships"
    )


def iso_dates(name: str, text: str) -> str:
    """Dates as cells of type d, which only Strict Open XML has."""
    if "worksheets/" not in name:
        return text
    return re.sub(r'( s="\d+")><v>(45\d{3})</v>', _iso_cell, text)


def _iso_cell(found: re.Match[str]) -> str:
    day = date(1899, 12, 30) + timedelta(days=int(found[2]))
    return f'{found[1]} t="d"><v>{day}T00:00:00</v>'


def prefixed(name: str, text: str) -> str:
    """As the OpenXML SDK writes: every element of the sheet with the prefix x."""
    if "worksheets/" not in name and name != "xl/workbook.xml":
        return text
    text = text.replace(f'xmlns="{_TRANSITIONAL}spread', f'xmlns:x="{_TRANSITIONAL}spread')
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text)


def without_references(name: str, text: str) -> str:
    """Cells and rows without their place, which the format allows and the SDK's users do."""
    return re.sub(r'(<(?:x:)?(?:c|row)) r="[A-Z]*\d+"', r"\1", text) if "sheets/" in name else text


def errors_first(name: str, text: str) -> str:
    """As Google Sheets writes: attributes in another order, empty cells with a style."""
    if "worksheets/" not in name:
        return text
    text = re.sub(r'<c r="([A-Z]+\d+)"((?: [a-z]="[^"]*")+)>', r'<c\2 r="\1">', text)
    return text.replace("</row>", '<c s="1" r="Z1"/></row>')


def numbers_title(name: str, text: str) -> str:
    """As Numbers exports: a summary before, and the table's own title above its headings."""
    return text.replace('name="Lisez-moi"', 'name="Export Summary"').replace(
        'name="2024"', 'name="Sheet 1 - Table 1"'
    )


_TRANSITIONAL = "http://schemas.openxmlformats.org/"
_PURL = "http://purl.oclc.org/ooxml/"

FILES: dict[str, Callable[[Path], None]] = {
    "openpyxl.xlsx": openpyxl_plain,
    "openpyxl-traits.xlsx": openpyxl_traits,
    "xlsxwriter.xlsx": xlsxwriter_plain,
    "xlsxwriter-1904.xlsx": xlsxwriter_1904,
    "xlsxwriter-formulas.xlsx": xlsxwriter_formulas,
    "libreoffice.xlsx": by_libreoffice("xlsx", openpyxl_plain),
    "libreoffice.ods": by_libreoffice("ods", openpyxl_plain),
    "libreoffice.xls": by_libreoffice("xls", xlsxwriter_plain),
    "libreoffice-traits.ods": by_libreoffice("ods", openpyxl_traits),
    "libreoffice-1904.ods": by_libreoffice("ods", xlsxwriter_1904),
    "imitation-excel-strict.xlsx": imitation(xlsxwriter_plain, strict, iso_dates),
    "imitation-openxml-sdk.xlsx": imitation(xlsxwriter_plain, prefixed, without_references),
    "imitation-google-sheets.xlsx": imitation(xlsxwriter_plain, errors_first),
    "imitation-numbers.xlsx": imitation(openpyxl_plain, numbers_title),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        FILES[name](HERE / name)
