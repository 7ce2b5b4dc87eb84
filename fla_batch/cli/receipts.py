"""What was read of a file, in one line that a person can compare with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.cli.show import plural

if TYPE_CHECKING:
    from fla_batch.intake import Receipt


def receipt_in_words(receipt: Receipt) -> str:
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
    """
    place = receipt.file
    if receipt.sheet is not None:
        place += f', sheet "{receipt.sheet}"'
    if (receipt.header_row or 1) > 1:
        place += f", headings in row {receipt.header_row}"
    counts = [
        plural(receipt.declarations, "declaration")
        if receipt.rows is None
        else plural(receipt.rows, "row"),
        plural(receipt.workers, "worker"),
        plural(receipt.employers, "employer"),
    ]
    if receipt.hours_centi:
        counts.append(f"{_decimal(receipt.hours_centi)} h")
    left = [plural(receipt.hidden_rows, "hidden row")] if receipt.hidden_rows else []
    left += [f'sheet "{name}" not read' for name in receipt.unread_sheets]
    left += [f'column "{name}" not read' for name in receipt.ignored_columns]
    said = f"read {place}: {', '.join(counts)}"
    return f"{said}; {', '.join(left)}" if left else said


def _decimal(centi: int) -> str:
    """
    >>> _decimal(123456750), _decimal(760), _decimal(3800)
    ('1234567.5', '7.6', '38')
    """
    whole, rest = divmod(centi, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")
