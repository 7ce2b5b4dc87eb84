"""A table that was checked, cell by cell: for whoever shows it as a grid.

Held in memory whole, so for tables that a person looks at; the findings are those of `check`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.commands.check import CheckResult, check
from fla_batch.intake import ReadingChoice
from fla_batch.intake.headings import column_name
from fla_batch.report.cell_places import CellPlace, CellPlaces
from fla_batch.system.anomaly_groups import AnomalyGroup, AnomalyGroups, Cause, cause_of
from fla_batch.tables.odd_cells import content_of
from fla_batch.tables.opening import open_table
from fla_batch.tables.table import ROW, Knows, Table, TableBroken, TableChoice
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss
from fla_batch.vocabulary.progress import UNWATCHED, Watcher

if TYPE_CHECKING:
    import polars as pl

    from fla_batch.rules import RuleContext

MOST_IN_CELLS = 100_000
"""Findings that are put in cells; nobody mends more by hand."""


class GridRow(NamedTuple):
    """A row as the user's program numbers it, its texts, and what was found by column (from 1)."""

    number: int
    cells: Sequence[str]
    findings: Mapping[int, Sequence[Anomaly]]


class RowChoice(NamedTuple):
    """Which rows: those of a cause (its place among `causes`), employer, worker; all by default.

    `worker` and `employer` are beginnings of numbers, `found` leaves only rows with findings.
    """

    cause: int | None = None
    employer: str = ""
    worker: str = ""
    found: bool = False


EVERY_ROW = RowChoice()


@dataclass(slots=True)
class OpenedOnce:
    """Opens a table the first time, and gives the same one afterwards: a workbook takes seconds."""

    _kept: tuple[Path, TableChoice, Table | Anomaly] | None = None

    def __call__(self, path: Path, knows: Knows, choice: TableChoice) -> Table | Anomaly:
        """See `ReadingChoice.opens`."""
        if self._kept is None or self._kept[:2] != (path, choice):
            self._kept = path, choice, open_table(path, knows, choice)
        return self._kept[2]


@dataclass
class CheckedTable:
    """One table, its rows and its findings; `of_file` are those that are in no row.

    `columns` has the name of each of its columns, None for one that is not read. `left_out` counts
    findings beyond those that are put in cells.
    """

    table: Table
    columns: Sequence[str | None]
    result: CheckResult
    of_file: list[Anomaly] = field(default_factory=list)
    left_out: int = 0
    refusals: AnomalyGroups = field(default_factory=AnomalyGroups)
    _cells: dict[int, dict[int, list[Anomaly]]] = field(default_factory=dict)
    _rows_of: dict[Cause, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = CellPlaces(self.table)
        for number, anomaly in enumerate(self.result.anomalies.by_place(blocking_first=True)):
            if number == MOST_IN_CELLS:
                self.left_out = len(self.result.anomalies) - number
                break
            self.add(anomaly)

    def add(self, anomaly: Anomaly) -> None:
        """One more finding, such as one of the platform."""
        places = self._places.of(anomaly)
        if not places:
            self.of_file.append(anomaly)
        for row, column in places:
            self._cells.setdefault(row, {}).setdefault(column, []).append(anomaly)
            self._rows_of.setdefault(cause_of(anomaly), set()).add(row)

    def add_refusal(self, anomaly: Anomaly, mended: Collection[tuple[int, str]] = ()) -> None:
        """What the platform said of a declaration, at the row from which that came.

        It says nothing against building anew, so it is not among the findings of `result`.
        `mended` are the cells (row, heading) that say something else since it was sent: what was
        said of them no longer holds.
        """
        row = anomaly.source.row
        if row is None and anomaly.company_id and anomaly.inss and anomaly.calendar_year:
            row = self._first_row_of(anomaly.company_id, anomaly.inss, anomaly.calendar_year)
        here = anomaly.at(replace(anomaly.source, file=self.table.file, row=row))
        about = {heading for of_row, heading in mended if of_row == row}
        named = self._places.column_of(here.source.column) is not None
        if here.source.column in about or (about and not named):
            return
        self.refusals.add(here)
        self.add(here)

    @property
    def causes(self) -> list[AnomalyGroup]:
        """What the platform refused, then what was found here, by cause."""
        return [*self.refusals.in_order(), *self.result.anomalies.groups]

    @property
    def total(self) -> int:
        """How many rows hold something."""
        return len(self._frame)

    def rows_of(self, cause: int) -> int:
        """How many rows have a finding of that cause."""
        return len(self._rows_of.get(self.causes[cause].cause, ()))

    def employers(self) -> list[tuple[str, int]]:
        """Company numbers as they stand there, and in how many rows, the most frequent first."""
        position = self._position("companyId")
        if position is None:
            return []
        counts = self._frame[str(position)].drop_nulls().value_counts(sort=True)
        return [(text, count) for text, count in counts.iter_rows()]

    def rows(self, choice: RowChoice, start: int, count: int) -> tuple[list[GridRow], int]:
        """`count` of the chosen rows from the one at `start` (from 0), and how many are chosen."""
        chosen = self._chosen(choice)
        names = [str(position) for position in range(len(self.table.headings))]
        rows = [
            GridRow(number, [text or "" for text in cells], self._cells.get(number, {}))
            for number, *cells in chosen.slice(start, count).select(ROW, *names).iter_rows()
        ]
        return rows, len(chosen)

    def place(self, choice: RowChoice, row: int) -> int | None:
        """Where among the chosen rows that row is, from 0."""
        found = self._chosen(choice)[ROW].index_of(row)
        return int(found) if found is not None else None

    def row(self, number: int) -> GridRow | None:
        """The row of that number."""
        import polars as pl

        place = self._frame[ROW].index_of(pl.lit(number, dtype=pl.UInt32))
        if place is None:
            return None
        return self.rows(EVERY_ROW, place, 1)[0][0]

    def alike(self, place: CellPlace) -> list[int]:
        """The rows in which that column says the same; the row itself is one of them."""
        return self._places.alike(place.row, place.column, None)

    def _first_row_of(self, company_id: str, inss: str, year: int) -> int | None:
        """The first row of a declaration, as its key stands there."""
        import polars as pl

        positions = [self._position(name) for name in ("companyId", "inss", "calendarYear")]
        if None in positions:
            return None
        company, worker, of_year = (pl.col(str(position)) for position in positions)
        theirs = (
            worker.map_elements(compact_inss, pl.String).eq(inss)
            & company.map_elements(compact_company_id, pl.String).eq(company_id)
            & of_year.str.starts_with(str(year))
        )
        found = self._frame.filter(theirs)[ROW]
        return int(found[0]) if len(found) else None

    @cached_property
    def _frame(self) -> pl.DataFrame:
        import polars as pl

        frames: list[pl.DataFrame] = []
        # That it breaks is among the findings; what stands before is shown.
        with suppress(TableBroken):
            frames.extend(self.table.batches())
        if frames:
            # As people see them, who look for them.
            frame = pl.concat(frames, how="diagonal")
            texts = frame.select(pl.col(pl.String))
            odd = [each.name for each in texts if each.str.starts_with("\0").any()]
            return frame.with_columns(pl.col(odd).map_elements(content_of, pl.String))
        names = [str(position) for position in range(len(self.table.headings))]
        return pl.DataFrame(schema={ROW: pl.UInt32, **dict.fromkeys(names, pl.String)})

    def _position(self, name: str) -> int | None:
        return self.columns.index(name) if name in self.columns else None

    def _chosen(self, choice: RowChoice) -> pl.DataFrame:
        import polars as pl

        frame = self._frame
        if choice.cause is not None and choice.cause < len(self.causes):
            wanted = self._rows_of.get(self.causes[choice.cause].cause, set())
            frame = frame.filter(pl.col(ROW).is_in(sorted(wanted)))
        if choice.found:
            frame = frame.filter(pl.col(ROW).is_in(sorted(self._cells)))
        for name, text in (("companyId", choice.employer), ("inss", choice.worker)):
            position = self._position(name)
            if text and position is not None:
                digits = pl.col(str(position)).str.replace_all(r"[^0-9A-Za-z]", "")
                wanted_digits = "".join(filter(str.isalnum, text))
                frame = frame.filter(digits.str.contains(wanted_digits, literal=True))
        return frame


def checked_table(
    path: Path, context: RuleContext, how: ReadingChoice, counted: Watcher = UNWATCHED
) -> CheckedTable | CheckResult:
    """The table in `path` with its findings; only those, where there is no table to show.

    Raises UsageMistake for edits that fit nothing, DiskTrouble.
    """
    result = check([path], context, counted, how)
    table = how.opened(path)
    if isinstance(table, Anomaly):
        return result
    columns = [
        column_name(text, how.mapping, how.extras) if text.strip() else None
        for text in table.headings
    ]
    return CheckedTable(table, columns, result)
