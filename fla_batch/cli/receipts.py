"""What was read of a file, in one line that a person can compare with the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.cli.answer_tables import hours
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import Words, semicolon

if TYPE_CHECKING:
    from fla_batch.intake import Receipt


def receipt_in_words(receipt: Receipt, language: Language = Language.EN) -> str:
    """
    >>> from fla_batch.intake.receipt import Receipt
    >>> read = Receipt("t.xlsx", "2024", header_row=3, rows=2, declarations=1, hours_centi=91250)
    >>> read.hidden_rows, read.unread_sheets, read.ignored_columns = 2, ["Lisez-moi"], ["Nom"]
    >>> receipt_in_words(read).partition(": ")[0]
    'read t.xlsx, sheet "2024", headings in row 3'
    >>> receipt_in_words(read).partition(": ")[2].partition("; ")[0]
    '2 rows, 0 workers, 0 employers, 912.5 h'
    >>> receipt_in_words(read).partition("; ")[2]
    '2 hidden rows, sheet "Lisez-moi" not read, column "Nom" not read'
    >>> receipt_in_words(read, Language.NL).partition("; ")[0]
    'gelezen t.xlsx, blad “2024”, koppen op rij 3: 2 rijen, 0 werknemers, 0 werkgevers, 912,5 u'
    """
    words = Words("fla_batch.cli", language)
    place = receipt.file
    if receipt.sheet is not None:
        place += ", " + words.line("read_sheet", name=receipt.sheet)
    if (receipt.header_row or 1) > 1:
        place += ", " + words.line("headings_in", row=receipt.header_row)
    said = words.line("read_file", place=place, counts=", ".join(_counts(receipt, words)))
    left = list(_left(receipt, words))
    return f"{said}{semicolon(language)}{', '.join(left)}" if left else said


def _counts(receipt: Receipt, words: Words) -> Iterator[str]:
    if receipt.rows is None:
        yield words.count("declaration", receipt.declarations)
    else:
        yield words.count("row", receipt.rows)
    yield words.count("worker", receipt.workers)
    yield words.count("employer", receipt.employers)
    if receipt.hours_centi:
        yield hours(receipt.hours_centi, words)


def _left(receipt: Receipt, words: Words) -> Iterator[str]:
    """What of the file is not in the counts, and what is although nobody sees it."""
    if receipt.unread_hours:
        yield words.count("unread_hours", receipt.unread_hours)
    if receipt.hidden_rows:
        yield words.count("hidden_row", receipt.hidden_rows)
    for name in receipt.unread_sheets:
        yield words.line("sheet_unread", name=name)
    for name in receipt.ignored_columns:
        yield words.line("column_unread", name=name)
