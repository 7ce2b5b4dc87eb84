"""The user's own table as a workbook to write in: the XLSX itself, or one made of what was read.

openpyxl keeps the styles, formulas and other sheets of an XLSX. What it cannot keep is said.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fla_batch.intake.reading_choice import ReadingChoice
from fla_batch.report.cell_places import CellPlaces, as_read
from fla_batch.system.files import write_whole
from fla_batch.tables.cell_edits import CellEdit
from fla_batch.tables.library_errors import Failed, attempt
from fla_batch.tables.odd_cells import content_of
from fla_batch.tables.table import EXTRA, ROW, Table
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly

_PARTS = {
    "xl/charts/chart": "charts",
    "xl/media/": "pictures",
    "xl/vbaProject.bin": "macros",
    "xl/pivotTables/": "pivot tables",
    "xl/slicers/": "slicers",
    "xl/ctrlProps/": "form controls",
    "xl/embeddings/": "embedded objects",
    "xl/threadedComments/": "threads of comments",
    "xl/externalLinks/externalLink": "links to other workbooks",
}
"""How the names of parts of an XLSX begin, and what a person calls them."""


@dataclass(slots=True)
class OwnWorkbook:
    """An openpyxl workbook, the sheet of the table in it, and the table as it was read.

    `lost` says what of the user's file is not in it.
    """

    book: Any
    sheet: Any
    table: Table
    lost: list[str] = field(default_factory=list)
    _source: Path | None = None
    _places: CellPlaces = field(init=False)

    def __post_init__(self) -> None:
        self._places = CellPlaces(self.table)

    @property
    def shift(self) -> int:
        """Rows by which a table without a row of headings (Parquet) stands lower in the sheet."""
        return 0 if self.table.heading_row else 1

    def places_of(self, anomaly: Anomaly) -> list[tuple[int, int]]:
        """All cells to mend, as `CellPlaces.of` tells them: ask once for each finding."""
        return [(row + self.shift, column) for row, column in self._places.of(anomaly)]

    def holds(self, place: tuple[int, int], value: str, tag: str | None) -> bool:
        """True when the cell says `value`, as a zone with that label reads it."""
        read = as_read(tag)
        return self.text(place, read) == read(value)

    def text(self, place: tuple[int, int], read: Callable[[str], str] = str.strip) -> str:
        """What stands in a cell, as `read` has it; a formula is its own text."""
        value = self.cell(*place).value
        return "" if value is None else read(str(value))

    def cell(self, row: int, column: int) -> Any:
        """A cell; of merged ones the first, which is the one that is seen."""
        cell = self.sheet.cell(row, column)
        for merged in self.sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                return self.sheet.cell(merged.min_row, merged.min_col)
        return cell

    def put(self, edits: Iterable[CellEdit]) -> None:
        """Write what the user changed; `CellEdit` says where."""
        for edit in edits:
            column = self._places.column_of(edit.column)
            if column is not None:
                put_text(self.cell(edit.row + self.shift, column), edit.text)

    def save(self, target: Path) -> list[str]:
        """Write it, whole or not at all; what was lost. Raises DiskTrouble."""
        content = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.book.save(content)
        write_whole(target, content.getvalue())
        if self._source is None:
            return self.lost
        before = _part_counts(zipfile.ZipFile(self._source).namelist())
        after = _part_counts(zipfile.ZipFile(content).namelist())
        return [*self.lost, *(name for name, count in before.items() if after[name] < count)]


def require_writable(target: Path, inputs: Sequence[Path]) -> Path:
    """The one table that `target` is to be made of. Raises UsageMistake."""
    if target.suffix.lower() != ".xlsx":
        raise UsageMistake(f"{target.name}: the workbook that is given back is an .xlsx file")
    if len(inputs) != 1 or not inputs[0].is_file():
        raise UsageMistake(
            "one workbook or table can be given back, not several, a folder or standard input",
            hint="Name one file, and call the command once for each.",
        )
    if target.exists() and target.samefile(inputs[0]):
        raise UsageMistake(
            f"{target.name} is the file that is read; it stays as it is",
            hint="Name another file for the copy.",
        )
    return inputs[0]


def own_workbook(path: Path, how: ReadingChoice) -> OwnWorkbook:
    """The workbook of the table at `path`. Raises UsageMistake when there is no table in it."""
    table = how.opened(path)
    if isinstance(table, Anomaly):
        raise UsageMistake(
            f"{path.name} cannot be given back as a workbook: {table.label.en}",
            hint=table.advice.en,
        )
    if path.suffix.lower() in (".xlsx", ".xlsm") and table.sheet is not None:
        own = attempt(lambda: _loaded(path, table))
        if not isinstance(own, Failed):
            own.put(how.edits)
            return own
    return _made(table)


def _loaded(path: Path, table: Table) -> OwnWorkbook:
    from openpyxl import load_workbook

    _require_no_doctype(path)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        book = load_workbook(path, rich_text=True)
    lost = list(dict.fromkeys(str(one.message) for one in said))
    own = OwnWorkbook(book, book[table.sheet], table, lost, path)
    if any(cell.data_type == "f" for row in own.sheet.iter_rows() for cell in row):
        lost.append("the stored values of formulas (open and save the copy, then they are back)")
    return own


def _require_no_doctype(path: Path) -> None:
    """XML from outside has neither entities nor a DTD; openpyxl would not look."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                with archive.open(name) as part:
                    if b"<!DOCTYPE" in part.read(4096):
                        raise ValueError(f"{name} has a DOCTYPE")


def _made(table: Table) -> OwnWorkbook:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = _title(table.sheet or Path(table.file).stem)
    first = table.heading_row or 1
    _put(sheet, first, enumerate(table.headings, 1))
    own = OwnWorkbook(book, sheet, table)
    positions = [str(position) for position in range(len(table.headings))]
    for batch in table.batches():
        for number, extra, *cells in batch.select(ROW, EXTRA, *positions).iter_rows():
            _put(sheet, number + own.shift, enumerate([*cells, extra], 1))
    own.lost = [f"row {row}, above the headings" for row in table.above]
    own.lost += [f'sheet "{name}"' for name in table.facts.unread]
    if table.sheet is not None:
        own.lost.append("styles and formulas (only values were read)")
    return own


def _put(sheet: Any, row: int, cells: Iterable[tuple[int, str | None]]) -> None:
    for column, text in cells:
        if text is not None and text != "":
            put_text(sheet.cell(row, column), content_of(text))


def put_text(cell: Any, text: str) -> None:
    """A text that stays one: whatever it begins with, no program takes it for a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:_MOST_CHARACTERS]
    cell.data_type = "s"
    cell.number_format = "@"


_MOST_CHARACTERS = 32_767


def _title(name: str) -> str:
    """A name that a sheet may have."""
    return "".join("_" if each in "[]:*?/\\'" else each for each in name)[:31] or "table"


def _part_counts(names: Iterable[str]) -> Counter[str]:
    found = (word for name in names for start, word in _PARTS.items() if name.startswith(start))
    return Counter(found)
