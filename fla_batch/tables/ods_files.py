"""An OpenDocument sheet (.ods), from its XML, as LibreOffice and others write it.

A cell says its type and value beside the text that is shown. Rows and cells that repeat stand
once, with how often.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from fla_batch.system import xmlsafe
from fla_batch.tables.number_formats import plain_number
from fla_batch.tables.odd_cells import OddKind, odd_cell
from fla_batch.tables.shown_numbers import number_or_odd
from fla_batch.tables.table import MergedCells
from fla_batch.tables.workbook import Sheet, SheetMarks, SheetRow, Workbook
from fla_batch.tables.xlsx_files import MOST_BYTES

if TYPE_CHECKING:
    from lxml.etree import _Element

_URN = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE = f"{_URN}office:1.0}}", f"{_URN}table:1.0}}"
_TEXT, _STYLE = f"{_URN}text:1.0}}", f"{_URN}style:1.0}}"
_DEFAULT_STYLE = f"{_TABLE}default-cell-style-name"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?")
_NUMBERS = ("float", "currency", "percentage")
_NOT_SHOWN = ("collapse", "filter")
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576


def open_workbook(path: Path) -> Workbook:
    """The sheets of a document. Raises what zipfile and xmlsafe raise, and KeyError."""
    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            raise ValueError(f"unpacked it is larger than {MOST_BYTES} bytes")
    hidden: set[str] = set()
    struck: set[str | None] = set()
    sheets: list[Sheet] = []
    for element in _elements(path, ("style", "table-row", "table")):
        label = xmlsafe.label(element)
        if label == "style":
            hidden |= {element.get(f"{_STYLE}name", "")} if _hides(element) else set()
            struck |= {element.get(f"{_STYLE}name")} if _strikes(element) else set()
        elif label == "table":
            name, style = element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name", "")
            sheets.append(Sheet(name, style in hidden, partial(_rows, path, name, struck)))
    return Workbook(sheets)


def is_encrypted(path: Path) -> bool:
    """True when the parts of a document are kept under a password."""
    with zipfile.ZipFile(path) as parts:
        manifest = "META-INF/manifest.xml"
        if manifest not in parts.namelist():
            return False
        with parts.open(manifest) as content:
            root = xmlsafe.parse(cast("BinaryIO", content))
    return next(iter(root.iter("{*}encryption-data")), None) is not None


def _elements(path: Path, labels: tuple[str, ...]) -> Iterator[_Element]:
    with zipfile.ZipFile(path) as parts, parts.open("content.xml") as content:
        yield from xmlsafe.descendants(cast("BinaryIO", content), labels)


def _hides(style: _Element) -> bool:
    return any(each.get(f"{_TABLE}display") == "false" for each in style)


def _strikes(style: _Element) -> bool:
    through = (each.get(f"{_STYLE}text-line-through-style", "none") for each in style)
    return any(each != "none" for each in through)


def _rows(
    path: Path, sheet: str, struck: Collection[str | None], marks: SheetMarks
) -> Iterator[SheetRow]:
    number, column = 0, 0
    columns: list[str | None] = []
    for element in _elements(path, ("table-column", "table-row")):
        if _sheet_of(element) != sheet:
            if number:
                return
            continue
        if xmlsafe.label(element) == "table-column":
            count = int(element.get(f"{_TABLE}number-columns-repeated", 1))
            if element.get(f"{_TABLE}visibility") in _NOT_SHOWN or _is_folded(element):
                marks.hide_columns(column, column + count)
            column += count
            columns += [element.get(_DEFAULT_STYLE)] * min(count, _MOST_COLUMNS - len(columns))
            continue
        cells = _cells(element, number + 1, marks)
        visibility = element.get(f"{_TABLE}visibility", "visible")
        marks.filtered = marks.filtered or visibility == "filter"
        hidden = visibility in _NOT_SHOWN or _is_folded(element)
        count = int(element.get(f"{_TABLE}number-rows-repeated", 1))
        if cells:
            through = _struck(element, columns, struck) if struck else []
            for repeated in range(1, min(count, _MOST_ROWS) + 1):
                yield SheetRow(number + repeated, list(cells), hidden, through)
        number += count


def _is_folded(element: _Element) -> bool:
    """True for a row or column in a group that is folded, however deep."""
    return any(each.get(f"{_TABLE}display") == "false" for each in element.iterancestors())


def _sheet_of(element: _Element) -> str | None:
    parent = element.getparent()
    while parent is not None and parent.tag != f"{_TABLE}table":
        parent = parent.getparent()
    return None if parent is None else parent.get(f"{_TABLE}name", "")


def _cells(row: _Element, number: int, marks: SheetMarks) -> list[str]:
    """The cells of a row by position; empty when it holds nothing."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        label = xmlsafe.local_name(cell.tag)
        if label not in ("table-cell", "covered-table-cell"):
            continue
        count = int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        text = _content(cell)
        _note_span(cell, number, len(cells) + empty, marks)
        if not text:
            empty += count
        elif len(cells) + empty + count <= _MOST_COLUMNS:
            cells += [""] * empty + [text] * count
            empty = 0
    return cells


def _struck(
    row: _Element, columns: Sequence[str | None], struck: Collection[str | None]
) -> list[int]:
    """The positions of cells that are struck out, by their own style or that of row or column."""
    found: list[int] = []
    position = 0
    for cell in row:
        style = cell.get(f"{_TABLE}style-name") or row.get(_DEFAULT_STYLE)
        if style is None and position < len(columns):
            style = columns[position]
        styles = {style, *(each.get(f"{_TEXT}style-name") for each in cell.iter(f"{_TEXT}span"))}
        if not styles.isdisjoint(struck) and _content(cell):
            found.append(position)
        position += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
    return found


def _note_span(cell: _Element, row: int, column: int, marks: SheetMarks) -> None:
    rows = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
    columns = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
    if rows > 1 or columns > 1:
        marks.merged.append(MergedCells(row, row + rows - 1, column, column + columns - 1))


def _content(cell: _Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    formula = cell.get(f"{_TABLE}formula")
    if cell.get(f"{_CALC}value-type") == "error":
        return odd_cell(OddKind.ERROR, _shown(cell))
    if kind is None:
        if formula is None:
            return _shown(cell)
        return odd_cell(OddKind.UNCOMPUTED, formula.partition(":")[2] or formula)
    if kind in _NUMBERS:
        return _number(float(cell.get(f"{_OFFICE}value", "")), cell, is_formula=formula is not None)
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "").replace("T", " ").removesuffix(" 00:00:00")
    if kind == "time":
        return _clock(cell.get(f"{_OFFICE}time-value", ""))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "").upper()
    return cell.get(f"{_OFFICE}string-value") or _shown(cell)


def _number(number: float, cell: _Element, *, is_formula: bool) -> str:
    if is_formula and not number:
        return odd_cell(OddKind.STORED_ZERO, "0")
    return number_or_odd(number, plain_number(number), _shown(cell))


def _clock(value: str) -> str:
    """
    >>> _clock("PT07H36M00S"), _clock("PT36H")
    ('7:36:00', '36:00:00')
    """
    found = _DURATION.fullmatch(value)
    if found is None:
        return value
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return f"{hours}:{minutes:02}:{seconds:02}"


def _shown(cell: _Element) -> str:
    """The text that the cell shows; its comment is none of it."""
    return "\n".join(_line(each) for each in cell if each.tag == f"{_TEXT}p")


def _line(paragraph: _Element) -> str:
    text = paragraph.text or ""
    for part in paragraph:
        if part.tag == f"{_TEXT}s":
            text += " " * int(part.get(f"{_TEXT}c", 1))
        elif part.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            text += "\n" if part.tag.endswith("break") else "\t"
        elif part.tag != f"{_OFFICE}annotation":
            text += _line(part)
        text += part.tail or ""
    return text
