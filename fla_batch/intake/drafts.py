"""One declaration while its rows are put together: its values, their places, what is wrong.

Whichever row or column a value came from, its path in the declaration leads back there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from fla_batch.intake.conversion import Mistakes
from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import Column, ExtraZone, column_named
from fla_batch.models import Declaration, Employee, Employer, Entry
from fla_batch.tables.reader_findings import COLUMN, NO_KEY, DeclarationKeyParts, remark
from fla_batch.tables.table import EXTRA
from fla_batch.tables.values import Mistake, Tolerated, shown
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.input_origin import InputOrigin
from fla_batch.vocabulary.zone_path import Path

Cells = Mapping[str, Any]


class TableRow(NamedTuple):
    """A row's number and its typed cells, empty ones left out."""

    number: int
    cells: Cells


@dataclass(slots=True)
class Draft:
    """One declaration in the making."""

    file: str
    layout: TableLayout
    mistakes: Mistakes
    key: DeclarationKeyParts = NO_KEY
    rows: dict[Path, int] = field(default_factory=dict)
    anomalies: list[Anomaly] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)

    def heads(self, rows: Sequence[TableRow]) -> dict[str, Any]:
        """Employer, employee and year, on which all `rows` must agree."""
        first = rows[0].cells
        self.key = (
            first.get("companyId", ""),
            first.get("inss", ""),
            first.get("calendarYear", 0),
        )
        self.rows[()] = rows[0].number
        employer = self.agreed(rows, Employer, ("employer",))
        employee = self.agreed(rows, Employee, ("employee",))
        self._note(rows, "calendarYear", ("calendarYear",))
        return {
            "employer": Employer(**employer),
            "employee": Employee(**employee),
            "calendar_year": first.get("calendarYear"),
            "extra": self._extra(rows),
        }

    def _extra(self, rows: Sequence[TableRow]) -> dict[str, str]:
        """The zones that only the XSD knows, on which all `rows` must agree."""
        values = {}
        for column in self.layout.by_model.get(ExtraZone, ()):
            here = ("extra", column.field)
            self._note(rows, column.name, here)
            value = self._agreed_value(rows, column, here)
            if value is not None:
                values[column.field] = value
        return values

    def agreed(self, rows: Sequence[TableRow], model: type[Any], path: Path) -> dict[str, Any]:
        """The values of `model`'s columns over `rows`: the first that is filled in counts."""
        values: dict[str, Any] = {}
        self.note_absent(model, path)
        for column in self.layout.by_model.get(model, ()):
            here = (*path, column.name)
            self._note(rows, column.name, here)
            value = self._agreed_value(rows, column, here)
            if value is not None:
                values[column.field] = value
        return values

    def _agreed_value(self, rows: Sequence[TableRow], column: Column, path: Path) -> Any:
        name = column.name
        if len(rows) == 1:
            return rows[0].cells.get(name)
        filled = [row for row in rows if name in row.cells]
        if not filled:
            return None
        first = filled[0]
        if first is not rows[0]:
            self.rows[path] = first.number
        for row in filled[1:]:
            if row.cells[name] != first.cells[name]:
                self._contradiction(column, path, first, row)
        return first.cells[name]

    def _contradiction(self, column: Column, path: Path, first: TableRow, row: TableRow) -> None:
        name = column.name
        self.say(
            "contradiction",
            column.zone.label,
            path,
            row.number,
            name,
            value=written(row.cells[name]),
            parameters={
                "first": written(first.cells[name]),
                "first_row": first.number,
                "row": row.number,
            },
        )

    def _note(self, rows: Iterable[TableRow], name: str, path: Path) -> None:
        """Say which cells of a column could not be read."""
        if self.mistakes:
            for row in rows:
                for wrong, mistake in self.mistakes.get(row.number, ()):
                    if wrong == name:
                        self.misread(mistake, name, path, row.number)

    def note_absent(self, model: type[Any], path: Path) -> None:
        """Nothing is known of the zones of a block whose columns are missing."""
        self.unreadable.update((*path, name) for name in self.layout.absent.get(model, ()))

    def note_row(self, row: TableRow, names: Iterable[str], path: Path) -> None:
        """Say which cells among `names` of one row could not be read; `path` is their block."""
        if row.number in self.mistakes:
            for name in names:
                self._note([row], name, (*path, name))

    def note_extra(self, rows: Iterable[TableRow]) -> None:
        """Say which rows have more cells than there are headings."""
        for row in rows:
            for name, mistake in self.mistakes.get(row.number, ()):
                if name == EXTRA and isinstance(mistake, Mistake):
                    self.say(mistake.rule, COLUMN, (), row.number, None, value=mistake.shown)

    def misread(self, mistake: Mistake | Tolerated, name: str, path: Path, row: int) -> None:
        """Say what is wrong with a cell; its value is unknown, unless it was read all the same."""
        zone = column_named(self.layout.kind, name).zone.label
        if isinstance(mistake, Mistake):
            self.unreadable.add(path)
        self.say(
            mistake.rule,
            zone,
            path,
            row,
            name,
            value=mistake.shown,
            parameters=mistake.parameters,
            text=mistake.text if isinstance(mistake, Mistake) else None,
        )

    def is_misread(self, row: int, name: str) -> bool:
        """True when that cell could not be read."""
        return any(
            wrong == name and isinstance(mistake, Mistake)
            for wrong, mistake in self.mistakes.get(row, ())
        )

    def say(
        self,
        rule: str,
        zone: str,
        path: Path,
        row: int,
        column: str | None,
        *,
        value: str | None = None,
        parameters: Mapping[str, object] | None = None,
        text: str | None = None,
    ) -> None:
        """Add an anomaly at a row and a column (its known name)."""
        heading = self.layout.headings.get(column, column).strip() if column else None
        self.anomalies.append(
            remark(
                rule,
                zone,
                Source(self.file, row, heading, self.layout.sheet),
                path=path,
                parameters=parameters,
                value=value,
                text=text,
                key=self.key,
            )
        )

    def entry(self, declaration: Declaration) -> Entry:
        origin = InputOrigin(self.layout.input_sheet(self.file), self.rows)
        return Entry(declaration, origin, tuple(self.anomalies), frozenset(self.unreadable))


def written(value: object) -> str:
    """A typed value as an anomaly shows it."""
    return value.isoformat() if isinstance(value, date) else shown(value)
