"""What the user says of how files are to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fla_batch.intake.headings import knows
from fla_batch.intake.input_files import Fetch
from fla_batch.tables.cell_edits import CellEdit, edited
from fla_batch.tables.column_mapping import NO_MAPPING, ColumnMapping
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import Knows, Table, TableChoice
from fla_batch.vocabulary.findings import Anomaly

Opens = Callable[[Path, Knows, TableChoice], Table | Anomaly]
"""Opens the table in a file; `open_table`, or what has it open already."""


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """The sheet and row of headings, and the mapping of columns; what is not said is found.

    `extras` are the names of the zones that only the XSD of the profile knows. `input_format` is
    that of standard input and of files whose ending says nothing: csv or json. `edits` are cells
    that are read otherwise than they stand in the one file that there is. `fetch` gets what is
    named by an address.
    """

    table: TableChoice = field(default_factory=TableChoice)
    mapping: ColumnMapping = NO_MAPPING
    input_format: str | None = None
    extras: tuple[str, ...] = ()
    edits: Sequence[CellEdit] = ()
    opens: Opens = open_table
    fetch: Fetch | None = None

    def opened(self, path: Path) -> Table | Anomaly:
        """The table in a file as it is to be read, or why there is none.

        Raises UsageMistake for an edit of a cell that is not there.
        """
        table = self.opens(path, knows(self.mapping), self.table)
        return table if isinstance(table, Anomaly) else edited(table, self.edits)


AS_FOUND = ReadingChoice()
