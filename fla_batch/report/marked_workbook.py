"""The user's workbook with what is wrong in it: cells coloured, comments, a sheet of findings.

A marked workbook that was mended is marked anew: its old marks go first, and cells look again as
they did before (decision 1503). So the format of each marked cell is parked in a hidden column of
the sheet of findings, under the number that stands in the comment.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from fla_batch.report.export import harmless
from fla_batch.report.finding_parts import severity
from fla_batch.report.own_workbook import OwnWorkbook, put_text
from fla_batch.report.page import words
from fla_batch.system.anomaly_groups import Cause, cause_of
from fla_batch.tables.workbook import FINDINGS_SHEET
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import Language

Place = tuple[int, int]
"""Row and column of a cell, from 1."""
MOST_MARKED = 20_000
"""Cells that are marked; programs become slow with more comments."""

_COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "information": "FFDDEBF7"}
_CHANGED = "FFC6EFCE"
_PARKED = 40
"""Column of the sheet of findings in which the formats of marked cells are kept."""
_MOST_LINKS = 10
_MOST_ROWS = 1_000
_OURS = re.compile(r"fla-batch #([0-9]+)\n")
_THEIRS = "\n\n---\n"
_HEADINGS = ("severity", "what", "code", "column", "count", "rows", "do", "cells")
_WIDTHS = (12, 70, 22, 22, 8, 24, 70)


class Marks:
    """Marks on a workbook, after those of an earlier time were taken away."""

    def __init__(self, own: OwnWorkbook, language: Language) -> None:
        self._own, self._language, self._word = own, language, words(language)
        _unmark(own.book)
        self._sheet = own.book.create_sheet(FINDINGS_SHEET, 0)
        self._marked = 0
        self.left_out = 0
        own.book.active = 0
        for sheet in own.book.worksheets:
            # Two chosen sheets would be written to at once.
            sheet.sheet_view.tabSelected = sheet is self._sheet

    def findings(self, anomalies: Iterable[Anomaly]) -> None:
        """Marks each at its cell, and lists all by their cause."""
        causes: dict[Cause, list[Anomaly]] = defaultdict(list)
        places: dict[Cause, set[Place]] = defaultdict(set)
        cells: dict[Place, list[Anomaly]] = defaultdict(list)
        for anomaly in anomalies:
            cause = cause_of(anomaly)
            causes[cause].append(anomaly)
            for place in self._own.places_of(anomaly):
                places[cause].add(place)
                cells[place].append(anomaly)
        for (row, column), found in sorted(cells.items()):
            said = "\n\n".join(dict.fromkeys(map(self._in_words, found)))
            worst = next((one for one in found if one.blocks), found[0])
            self._mark(self._own.cell(row, column), said, _COLOURS[severity(worst)])
        ordered = sorted(causes, key=lambda cause: not causes[cause][0].blocks)
        self._list([(causes[cause], sorted(places[cause])) for cause in ordered])

    def changes(self, changed: Mapping[Place, str]) -> None:
        """Marks cells that were changed, with what stood there."""
        for (row, column), old in changed.items():
            said = self._word["changed"].format(old=old)
            self._mark(self._own.cell(row, column), said, _CHANGED)

    def _in_words(self, anomaly: Anomaly) -> str:
        label, advice = (text.text(self._language) for text in (anomaly.label, anomaly.advice))
        return f"{label}\n-> {advice}" if advice else label

    def _mark(self, cell: Any, said: str, colour: str) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import PatternFill

        if self._marked == MOST_MARKED:
            self.left_out += 1
            return
        self._marked += 1
        parked = self._sheet.cell(self._marked, _PARKED, self._marked)
        parked._style = copy(cell._style)
        before = f"{_THEIRS}{cell.comment.text}" if cell.comment is not None else ""
        comment = Comment(f"fla-batch #{self._marked}\n{_plain(said)}{before}", "fla-batch")
        comment.width, comment.height = 360, 60 + 18 * (len(said) // 45 + said.count("\n"))
        cell.comment = comment
        cell.fill = PatternFill("solid", fgColor=colour)

    def _list(self, causes: Sequence[tuple[Sequence[Anomaly], Sequence[Place]]]) -> None:
        from openpyxl.styles import Alignment, Font

        sheet = self._sheet
        for column, name in enumerate(_HEADINGS, 1):
            sheet.cell(1, column, self._word[name]).font = Font(bold=True)
        for row, (found, places) in enumerate(causes, 2):
            for column, text in enumerate(self._line(found, places), 1):
                cell = sheet.cell(row, column)
                if isinstance(text, int):
                    cell.value = text
                else:
                    put_text(cell, harmless(text))
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            self._link(row, places)
        for column, width in enumerate(_WIDTHS, 1):
            sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
        sheet.column_dimensions[sheet.cell(1, _PARKED).column_letter].hidden = True
        sheet.freeze_panes = "A2"

    def _line(self, found: Sequence[Anomaly], places: Sequence[Place]) -> list[str | int]:
        first = found[0]
        rows = list(dict.fromkeys(row for row, _ in places))
        told = ", ".join(map(str, rows[:_MOST_ROWS])) + (", ..." if len(rows) > _MOST_ROWS else "")
        labels = dict.fromkeys(one.label.text(self._language) for one in found)
        advices = dict.fromkeys(one.advice.text(self._language) for one in found)
        return [
            self._word[severity(first)],
            "\n".join(list(labels)[:_MOST_LINKS]),
            first.error_id,
            first.source.column or "",
            len(found),
            told,
            "\n".join(list(advices)[:_MOST_LINKS]),
        ]

    def _link(self, row: int, places: Sequence[Place]) -> None:
        """Links to the first cells, each in a cell of its own behind the line."""
        from openpyxl.styles import Font
        from openpyxl.worksheet.hyperlink import Hyperlink

        title = self._own.sheet.title.replace("'", "''")
        for column, place in enumerate(places[:_MOST_LINKS], len(_HEADINGS)):
            target = self._own.cell(*place).coordinate
            cell = self._sheet.cell(row, column, target)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{title}'!{target}")
            cell.font = Font(color="FF0563C1", underline="single")


def _plain(text: str) -> str:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text))


def _unmark(book: Any) -> None:
    """Takes away what was marked before: comments, colours, the sheet of findings."""
    if FINDINGS_SHEET not in book.sheetnames:
        return
    old = book[FINDINGS_SHEET]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if getattr(cell, "comment", None) is not None:
                    _unmark_cell(cell, old)
    book.remove(old)


def _unmark_cell(cell: Any, old: Any) -> None:
    from openpyxl.comments import Comment

    # Programs put the author before the text when they save.
    ours = _OURS.search(cell.comment.text)
    if ours is None:
        return
    cell._style = copy(old.cell(int(ours[1]), _PARKED)._style)
    _, mark, theirs = cell.comment.text.partition(_THEIRS)
    cell.comment = Comment(theirs, cell.comment.author) if mark else None
