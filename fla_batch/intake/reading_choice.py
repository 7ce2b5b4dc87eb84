"""What the user says of how files are to be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from fla_batch.intake.column_mapping import NO_MAPPING, ColumnMapping
from fla_batch.tables.table import TableChoice


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """The sheet and row of headings, and the mapping of columns; what is not said is found.

    `extras` are the names of the zones that only the XSD of the profile knows. `input_format` is
    that of standard input and of files whose ending says nothing: csv or json.
    """

    table: TableChoice = field(default_factory=TableChoice)
    mapping: ColumnMapping = NO_MAPPING
    input_format: str | None = None
    extras: tuple[str, ...] = ()


AS_FOUND = ReadingChoice()
