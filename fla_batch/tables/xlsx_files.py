"""An Excel workbook (.xlsx, .xlsm), from its XML: transitional and Strict Open XML alike.

Every cell says its kind: a value, a text (shared or its own), an error, a formula and whether
a program has computed it. Dates and times are numbers whose format says so (`number_formats`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, BinaryIO, cast

from fla_batch.system import xmlsafe
from fla_batch.tables.number_formats import Shows, shows_of, text_of_number
from fla_batch.tables.odd_cells import OddKind, odd_cell
from fla_batch.tables.shown_numbers import Otherwise
from fla_batch.tables.table import MergedCells
from fla_batch.tables.workbook import Sheet, SheetMarks, SheetRow, Workbook

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_BYTES = 2_000_000_000
"""Unpacked, of all parts together: a workbook of a million rows takes a fifth."""

_MAIN_PART = "xl/workbook.xml"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)")
_CONTROL = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true", "on")
_BOOLEANS = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}


def open_workbook(path: Path) -> Workbook:
    """The workbook in a ZIP archive. Raises what zipfile and xmlsafe raise, and KeyError."""
    with zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            raise ValueError(f"unpacked it is larger than {MOST_BYTES} bytes")
        main = _main_part(parts)
        book = _document(parts, main)
        targets = _targets(parts, main)
        shared, struck_texts = _shared_strings(parts, targets.get("sharedStrings"))
        styles, struck_styles = _styles(parts, targets.get("styles"))
    properties = _first(book, "workbookPr")
    calculation = _first(book, "calcPr")
    from_1904 = properties is not None and properties.get("date1904") in _TRUE
    reader = _Reader(
        path,
        shared,
        styles,
        from_1904,
        struck_texts,
        struck_styles,
        uncomputed=calculation is not None and calculation.get("fullCalcOnLoad") in _TRUE,
    )
    sheets = [
        Sheet(
            str(sheet.get("name")),
            sheet.get("state", "visible") != "visible",
            partial(reader.rows, targets[_relation(sheet)]),
        )
        for sheet in book.iter("{*}sheet")
        if _relation(sheet) in targets and not _is_chart(targets[_relation(sheet)])
    ]
    return Workbook(sheets, from_1904)


def _main_part(parts: zipfile.ZipFile) -> str:
    """The workbook's part, which some programs put elsewhere."""
    names = set(parts.namelist())
    if _MAIN_PART in names:
        return _MAIN_PART
    for target in _targets(parts, "").values():
        if target.endswith("workbook.xml") or target in names:
            return target
    raise KeyError(_MAIN_PART)


def _targets(parts: zipfile.ZipFile, part: str) -> Mapping[str, str]:
    """Part names by relation id; those of styles and shared strings by the word for them too."""
    folder, name = PurePosixPath(part).parent, PurePosixPath(part).name
    relations = f"{folder}/_rels/{name}.rels".removeprefix("./")
    found: dict[str, str] = {}
    if relations not in parts.namelist():
        return found
    for relation in _document(parts, relations):
        target = str(relation.get("Target", ""))
        whole = target[1:] if target.startswith("/") else str(folder / target)
        # From the top of the archive, above which ".." does not lead.
        name = normpath(f"/{whole}").lstrip("/")
        found[str(relation.get("Id"))] = name
        found.setdefault(str(relation.get("Type", "")).rpartition("/")[2], name)
    return found


def _relation(sheet: _Element) -> str:
    """The relation id of a sheet, whichever of the two namespaces it is written in."""
    return next((str(value) for name, value in sheet.items() if str(name).endswith("}id")), "")


def _is_chart(part: str) -> bool:
    return "chartsheet" in part.lower() or "dialogsheet" in part.lower()


def _document(parts: zipfile.ZipFile, name: str) -> _Element:
    with parts.open(name) as part:
        return xmlsafe.parse(cast("BinaryIO", part))


def _first(element: _Element, label: str) -> _Element | None:
    return next(iter(element.iter(f"{{*}}{label}")), None)


def _shared_strings(parts: zipfile.ZipFile, name: str | None) -> tuple[list[str], set[str]]:
    """The texts, and the numbers of those of which something is struck out."""
    texts: list[str] = []
    struck: set[str] = set()
    if name is not None and name in parts.namelist():
        with parts.open(name) as part:
            for item in xmlsafe.descendants(cast("BinaryIO", part), ("si",)):
                if _is_struck(item):
                    struck.add(str(len(texts)))
                texts.append(_text(item))
    return texts, struck


def _is_struck(element: _Element) -> bool:
    """True for a font or a text with runs in which something is struck out."""
    return any(each.get("val", "1") in _TRUE for each in element.iter("{*}strike"))


def _styles(
    parts: zipfile.ZipFile, name: str | None
) -> tuple[list[Shows | Otherwise], set[str | None]]:
    """What the cells of each style show their numbers as, and the styles that strike them out."""
    if name is None or name not in parts.namelist():
        return [], set()
    root = _document(parts, name)
    codes = {
        str(each.get("numFmtId")): str(each.get("formatCode", ""))
        for each in root.iter("{*}numFmt")
    }
    fonts, formats = _first(root, "fonts"), _first(root, "cellXfs")
    struck = {str(i) for i, each in enumerate(() if fonts is None else fonts) if _is_struck(each)}
    cells = [] if formats is None else list(formats)
    styles: list[Shows | Otherwise] = [
        shows_of(str(each.get("numFmtId", "0")), codes) for each in cells
    ]
    return styles, {str(i) for i, each in enumerate(cells) if each.get("fontId") in struck}


def _text(element: _Element) -> str:
    """The text of a string with or without formats; the reading aid of Japanese is none of it."""
    text = "".join(
        each.text or ""
        for each in element.iter("{*}t")
        if (parent := each.getparent()) is None or xmlsafe.label(parent) != "rPh"
    )
    return _CONTROL.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the sheets of one workbook; `uncomputed`: whoever wrote it left its formulas so."""

    path: Path
    shared: Sequence[str]
    styles: Sequence[Shows | Otherwise]
    from_1904: bool
    struck_texts: Collection[str]
    struck_styles: Collection[str | None]
    uncomputed: bool

    def rows(self, part: str, marks: SheetMarks) -> Iterator[SheetRow]:
        """The rows of a sheet. Raises what zipfile and xmlsafe raise."""
        with zipfile.ZipFile(self.path) as parts, parts.open(part) as content:
            number = 0
            labels = ("row", "mergeCell", "col", "filterColumn")
            for element in xmlsafe.descendants(cast("BinaryIO", content), labels):
                name = xmlsafe.label(element)
                if name == "row":
                    number = int(element.get("r") or number + 1)
                    cells = self._cells(element)
                    if cells:
                        yield SheetRow(number, cells, _is_hidden(element), self._struck(element))
                else:
                    _mark(name, element, marks)

    def _cells(self, row: _Element) -> list[str]:
        """The cells of a row by position; empty when it holds nothing."""
        cells: list[str] = []
        for cell in row:
            reference = cell.get("r")
            position = _position(reference) if reference else len(cells)
            while len(cells) <= position:
                cells.append("")
            if cells[position]:
                raise ValueError(f"the cell {reference} stands twice")
            if len(cell):
                cells[position] = self._content(cell)
        while cells and not cells[-1]:
            cells.pop()
        return cells

    def _struck(self, row: _Element) -> list[int]:
        """The positions of cells that are struck out, by their style or in their text."""
        if not (self.struck_styles or self.struck_texts):
            return []
        return [
            _position(cell.get("r") or "") if cell.get("r") else i
            for i, cell in enumerate(row)
            if len(cell) and (cell.get("s") in self.struck_styles or self._is_struck_text(cell))
        ]

    def _is_struck_text(self, cell: _Element) -> bool:
        is_shared = cell.get("t") == "s" and bool(self.struck_texts)
        return is_shared and cell.findtext("{*}v") in self.struck_texts

    def _content(self, cell: _Element) -> str:
        kind = cell.get("t") or "n"
        formula: _Element | None = None
        value: str | None = None
        for part in cell:
            label = xmlsafe.local_name(part.tag)
            if label == "v":
                value = part.text
            elif label == "is":
                return _text(part)
            elif label == "f":
                formula = part
        if value is None or value == "":
            if formula is None or kind == "str":
                return ""
            return odd_cell(OddKind.UNCOMPUTED, f"={formula.text or '...'}")
        return self._of_kind(kind, value, cell.get("s"), formula is not None)

    def _of_kind(self, kind: str, value: str, style: str | None, is_formula: bool) -> str:
        if kind == "s":
            if not 0 <= int(value) < len(self.shared):
                raise ValueError(f"a cell has the text of number {value}, which is not in the file")
            return self.shared[int(value)]
        if kind == "e":
            return odd_cell(OddKind.ERROR, value)
        if kind == "b":
            return _BOOLEANS.get(value, value)
        if kind != "n":
            return value
        if is_formula and not value.strip("0.-"):
            kind_of_zero = OddKind.ZERO if self.uncomputed else OddKind.STORED_ZERO
            return odd_cell(kind_of_zero, "0")
        index = int(style or 0)
        shows = self.styles[index] if index < len(self.styles) else Shows.NUMBER
        return text_of_number(value, shows, self.from_1904)


def _is_hidden(row: _Element) -> bool:
    return row.get("hidden") in _TRUE or row.get("ht") == "0"


def _mark(name: str, element: _Element, marks: SheetMarks) -> None:
    if name == "filterColumn":
        marks.filtered = True
    elif name == "mergeCell":
        first, _, last = str(element.get("ref", "")).partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if start and end:
            merged = MergedCells(int(start[2]), int(end[2]), _position(first), _position(last))
            marks.merged.append(merged)
    elif name == "col" and (element.get("hidden") in _TRUE or element.get("width") == "0"):
        first_column, last_column = int(element.get("min", 1)), int(element.get("max", 1))
        marks.hide_columns(first_column - 1, last_column)


def _position(reference: str) -> int:
    """Column from 0.

    >>> _position("A1"), _position("AA10")
    (0, 26)
    """
    position = 0
    for character in reference:
        if not character.isalpha():
            break
        position = position * 26 + ord(character) - ord("A") + 1
    return position - 1
