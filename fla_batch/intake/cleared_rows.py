"""Rows of a declaration that a screen has cleared, to the declaration: no question is left.

One row is one training with one period, every value is there and fits; so the blocks are built
straight from the columns. The result is the same as `trainings_entry` makes of the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fla_batch.intake.drafts import TableOrigin
from fla_batch.intake.headings import Layout
from fla_batch.models import (
    DetailsPerPeriod,
    Employee,
    Employer,
    Entry,
    Training,
    TrainingsDeclaration,
)
from fla_batch.models.entry import Path
from fla_batch.vocabulary.findings import Source

Row = tuple[Any, ...]
_Places = tuple[tuple[str, int], ...]
_AMOUNTS = {
    "trainingHours": "training_hours",
    "hours": "training_hours",
    "trainingDays": "training_days",
    "days": "training_days",
}


@dataclass(frozen=True, slots=True)
class RowsOrigin:
    """Where the values of a declaration with a row per training stood."""

    file: str
    headings: Mapping[str, str]
    numbers: tuple[int, ...]

    def source_of(self, path: Path) -> Source:
        """As `TableOrigin.source_of`, whose table of rows is only made when it is asked for."""
        rows: dict[Path, int] = {(): self.numbers[0]}
        for index, number in enumerate(self.numbers):
            rows["trainings", index] = number
            rows["trainings", index, "detailsPerPeriod", 0] = number
        return TableOrigin(self.file, self.headings, rows).source_of(path)


class ClearedRows:
    """Builds the declarations of frames with one layout. `names` are the frame's columns."""

    def __init__(self, file: str, layout: Layout, names: Sequence[str], number: int) -> None:
        positions = {name: index for index, name in enumerate(names)}
        self._file, self._headings, self._number = file, layout.headings, number
        self._year = positions["calendarYear"]
        self._employer = _places(layout, Employer, positions)
        self._employee = _places(layout, Employee, positions)
        self._training = _places(layout, Training, positions)
        amounts = tuple((field, positions[n]) for n, field in _AMOUNTS.items() if n in positions)
        exact = tuple(p for p in _places(layout, DetailsPerPeriod, positions) if p not in amounts)
        self._period = exact + amounts
        self._start, self._end = positions["trainingStartDate"], positions["trainingEndDate"]
        self._employers: dict[Row, Employer] = {}

    def entry(self, rows: Sequence[Row]) -> Entry:
        """The declaration of `rows`, cleared."""
        first = rows[0]
        numbers = tuple(row[self._number] for row in rows)
        declaration = TrainingsDeclaration(
            employer=self._employer_of(first),
            employee=Employee(**_filled(first, self._employee)),
            calendar_year=first[self._year],
            trainings=tuple(self._training_of(row) for row in rows),
        )
        origin = RowsOrigin(self._file, self._headings, numbers)
        return Entry(declaration, origin, cleared=True)

    def _employer_of(self, row: Row) -> Employer:
        """Employers repeat from row to row: each is built once."""
        key = tuple(row[index] for _, index in self._employer)
        if key not in self._employers:
            self._employers[key] = Employer(**_filled(row, self._employer))
        return self._employers[key]

    def _training_of(self, row: Row) -> Training:
        values = {
            "training_first_start_date": row[self._start],
            "training_last_end_date": row[self._end],
        }
        values |= _filled(row, self._training)
        period = DetailsPerPeriod(**_filled(row, self._period))
        return Training(**values, details_per_period=(period,))


def _places(layout: Layout, model: type[Any], positions: Mapping[str, int]) -> _Places:
    return tuple(
        (column.field, positions[column.name]) for column in layout.by_model.get(model, ())
    )


def _filled(row: Row, places: _Places) -> dict[str, Any]:
    return {field: row[index] for field, index in places if row[index] is not None}
