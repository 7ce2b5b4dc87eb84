"""Workbooks as a grid that a test changes in one place, written as XLSX by hand."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from tests.tables.corpus.make import HEADINGS

NAMES = (*HEADINGS, "additionalInformation")
_WORKERS = ("81511716525", "81061500131", "70081500504")
_TRANSITIONAL = "http://schemas.openxmlformats.org/"
_MAIN = f"{_TRANSITIONAL}spreadsheetml/2006/main"
_PLACES = f"{_TRANSITIONAL}officeDocument/2006/relationships"


FORMATS = (
    *("0,0,", "0.0,", "0,,", "0%", "0.00 %", '0.0" u"', '0.0" j"', '"x"0', '0"h"00', '0"."00'),
    *("0.0", "#,##0.00", '0.00" h"', "000", ";;;", '0.0" min"', "0.00E+00", "# ?/?", '0.0\\ "k"'),
)


@dataclass(frozen=True)
class Cell:
    """A cell as its XML: type, value, formula and style; 1 is a date, from 2 on FORMATS."""

    value: str | None
    kind: str = "inlineStr"
    formula: str | None = None
    style: int = 0

    def xml(self, reference: str) -> str:
        formula = "" if self.formula is None else f"<f>{escape(self.formula)}</f>"
        text = escape(self.value or "")
        content = f"<is><t>{text}</t></is>" if self.kind == "inlineStr" else f"<v>{text}</v>"
        if self.value is None:
            content = ""
        kind = "" if self.kind == "n" else f' t="{self.kind}"'
        return f'<c r="{reference}" s="{self.style}"{kind}>{formula}{content}</c>'


@dataclass
class Sheet:
    """Rows of cells from row 1; the rest as the XML of a sheet has it."""

    rows: list[list[Cell | None]]
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)

    def xml(self) -> str:
        columns = "".join(
            f'<col min="{i + 1}" max="{i + 1}" width="0" hidden="1"/>'
            for i in sorted(self.hidden_columns)
        )
        rows = "".join(
            f'<row r="{number}"{self._hidden(number)}>{self._cells(number, row)}</row>'
            for number, row in enumerate(self.rows, 1)
        )
        merged = "".join(f'<mergeCell ref="{each}"/>' for each in self.merged)
        return (
            f'<worksheet xmlns="{_MAIN}">{f"<cols>{columns}</cols>" if columns else ""}'
            f"<sheetData>{rows}</sheetData>"
            f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
        )

    def _hidden(self, number: int) -> str:
        return ' hidden="1"' if number in self.hidden_rows else ""

    @staticmethod
    def _cells(number: int, row: list[Cell | None]) -> str:
        return "".join(
            cell.xml(f"{letter(i)}{number}") for i, cell in enumerate(row) if cell is not None
        )


def letter(position: int) -> str:
    return chr(ord("A") + position)


def good() -> Sheet:
    """Six trainings of three workers, all in order."""
    rows: list[list[Cell | None]] = [[Cell(name) for name in NAMES]]
    for number in range(6):
        rows.append(
            [
                Cell("0880820673"),
                Cell(_WORKERS[number // 2]),
                Cell("2024", "n"),
                Cell(f"Géographie {number}"),
                *(Cell("1", "n") for _ in range(3)),
                Cell(str(45323 + number), "n", style=1),
                Cell(str(45324 + number), "n", style=1),
                Cell("1", "n"),
                Cell("1", "n"),
                Cell("7.6", "n"),
                Cell(f"REF{number}"),
                Cell("info"),
            ]
        )
    return Sheet(rows)


def write(path: Path, sheets: dict[str, Sheet], *, computed: bool = True) -> Path:
    """The sheets as a workbook; `computed` is false for writers that leave it to who opens it."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{_PLACES}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i, _ in enumerate(sheets, 1)
    )
    styles = f'<Relationship Id="rIdS" Type="{_PLACES}/styles" Target="styles.xml"/>'
    calculation = "" if computed else '<calcPr fullCalcOnLoad="1"/>'
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_PLACES}">'
        f"<sheets>{names}</sheets>{calculation}</workbook>",
        "xl/_rels/workbook.xml.rels": "<Relationships "
        f'xmlns="{_TRANSITIONAL}package/2006/relationships">{targets}{styles}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>'
        + "".join(
            f'<numFmt numFmtId="{i}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
            for i, code in enumerate(FORMATS, 164)
        )
        + '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
        + "".join(f'<xf numFmtId="{i}"/>' for i, _ in enumerate(FORMATS, 164))
        + "</cellXfs></styleSheet>",
        **{
            f"xl/worksheets/sheet{i}.xml": sheet.xml() for i, sheet in enumerate(sheets.values(), 1)
        },
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path
