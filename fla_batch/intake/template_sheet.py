"""The Excel template, over xlsxwriter.

Columns of numbers that begin with zeros have the format Text, so that Excel keeps the zeros;
drop-down lists take their choices from a second sheet, since a list within a cell's rule may
hold neither commas nor 255 characters.
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from fla_batch.intake.template import choices, example, heading, note, template_columns
from fla_batch.models.zone import Presence, ZoneType
from fla_batch.tables.reader_findings import says
from fla_batch.vocabulary.terms import FormKind, Language

_LAST_ROW = 100_000
_LISTS = "lists"
_WIDTH = 18


def workbook(kind: FormKind, language: Language) -> bytes:
    """The bytes of an .xlsx file: a sheet to fill in, and a hidden one with the lists."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet(kind.value)
    lists = book.add_worksheet(_LISTS)
    lists.hide()
    formats = _formats(book)
    for position, column in enumerate(template_columns(kind)):
        style = formats["mandatory" if column.zone.presence is Presence.MANDATORY else "head"]
        sheet.set_column(position, position, _WIDTH, formats[column.zone.type])
        sheet.write_string(0, position, heading(column, language), style)
        sheet.write_comment(0, position, note(column, language))
        if column.zone.codes:
            _add_list(sheet, lists, position, choices(column, language))
    _write_example(sheet, kind, language, formats)
    sheet.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


def _formats(book: Any) -> dict[ZoneType | str, Any]:
    text = book.add_format({"num_format": "@"})
    return {
        "head": book.add_format({"bold": True}),
        "mandatory": book.add_format({"bold": True, "bg_color": "#DDEBF7"}),
        "example": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
        "example date": book.add_format(
            {"italic": True, "font_color": "#7F7F7F", "num_format": "yyyy-mm-dd"}
        ),
        ZoneType.TEXT: text,
        ZoneType.INSS: text,
        ZoneType.COMPANY_ID: text,
        ZoneType.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
        ZoneType.INTEGER: book.add_format({}),
    }


def _add_list(sheet: Any, lists: Any, position: int, texts: list[str]) -> None:
    from xlsxwriter.utility import xl_col_to_name

    lists.write_column(0, position, texts)
    column = xl_col_to_name(position)
    rule = {
        "validate": "list",
        "source": f"={_LISTS}!${column}$1:${column}${len(texts)}",
        "error_type": "warning",  # the code alone is right as well
    }
    sheet.data_validation(1, position, _LAST_ROW, position, rule)


def _write_example(
    sheet: Any, kind: FormKind, language: Language, formats: dict[ZoneType | str, Any]
) -> None:
    for position, cell in enumerate(example(kind, language)):
        if isinstance(cell, date):
            sheet.write_datetime(1, position, cell, formats["example date"])
        elif isinstance(cell, int):
            sheet.write_number(1, position, cell, formats["example"])
        elif cell is not None:
            sheet.write_string(1, position, cell, formats["example"])
    sheet.write_comment(1, 0, says("template-example", {}).text(language))
