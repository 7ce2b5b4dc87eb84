"""Rows of a table of trainings, one per period, to one TrainingsDeclaration.

Rows with the same trainingSequenceNbr are periods of one training. Without a number, the same
trainingReferenceNbr makes one training, else the same denomination and dates (the training's,
or where it has none those of the period); such trainings get the smallest free numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fla_batch.intake.amounts import FRIENDLY, amounts
from fla_batch.intake.conversion import Mistakes
from fla_batch.intake.drafts import Draft, TableRow
from fla_batch.intake.headings import TableLayout
from fla_batch.intake.zone_columns import is_head
from fla_batch.models import (
    DetailsPerPeriod,
    Entry,
    Training,
    TrainingProviderReference,
    TrainingsDeclaration,
)
from fla_batch.tables.values import Mistake
from fla_batch.vocabulary.zone_path import Path

_SEQUENCE = "trainingSequenceNbr"
_ENVELOPE = (
    ("trainingFirstStartDate", "training_first_start_date", "trainingStartDate", min),
    ("trainingLastEndDate", "training_last_end_date", "trainingEndDate", max),
)


def trainings_entry(
    rows: Sequence[TableRow], file: str, layout: TableLayout, mistakes: Mistakes
) -> Entry:
    """The declaration that `rows` make; they share employer, worker and year."""
    draft = Draft(file, layout, mistakes)
    heads = draft.heads(rows)
    draft.note_extra(rows)
    groups = _trainings(_declaring(draft, rows), mistakes)
    numbers = _free_numbers(groups)
    trainings = []
    for index, group in enumerate(groups):
        trainings.append(_training(draft, group, ("trainings", index), numbers))
    entry = draft.entry(TrainingsDeclaration(**heads, trainings=tuple(trainings)))
    given = any(_SEQUENCE not in group[0].cells for group in groups)
    return replace(entry, numbers_given=given)


def _declaring(draft: Draft, rows: Sequence[TableRow]) -> list[TableRow]:
    """Rows that say something about a training; the others are reported.

    An empty photo deletes what was declared, so it is never made from cells left empty.
    """
    filled = []
    for row in rows:
        if not all(map(is_head, row.cells)) or row.number in draft.mistakes:
            filled.append(row)
        else:
            draft.say("nothing-in-row", "Training", ("trainings",), row.number, None)
    return filled


def _trainings(rows: Sequence[TableRow], mistakes: Mistakes) -> list[list[TableRow]]:
    """Rows of one training together, in order of first appearance."""
    groups: dict[object, list[TableRow]] = {}
    for row in rows:
        groups.setdefault(_identity(row, mistakes), []).append(row)
    return list(groups.values())


def _identity(row: TableRow, mistakes: Mistakes) -> object:
    """What rows of one training have in common; a row that has nothing of it stands alone."""
    cells = row.cells
    said = mistakes.get(row.number, ())
    if any(name == _SEQUENCE and isinstance(mistake, Mistake) for name, mistake in said):
        return "row", row.number
    if _SEQUENCE in cells:
        return "number", cells[_SEQUENCE]
    if "trainingReferenceNbr" in cells:
        return "reference", cells["trainingReferenceNbr"]
    if "trainingDenomination" not in cells:
        return "row", row.number
    start = cells.get("trainingFirstStartDate") or cells.get("trainingStartDate")
    end = cells.get("trainingLastEndDate") or cells.get("trainingEndDate")
    return "dates", cells["trainingDenomination"], start, end


def _free_numbers(groups: Sequence[Sequence[TableRow]]) -> Iterator[int]:
    """Sequence numbers that no row uses, from 1 up."""
    used = {row.cells.get(_SEQUENCE) for group in groups for row in group}
    number = 0
    while True:
        number += 1
        if number not in used:
            yield number


def _training(
    draft: Draft, rows: Sequence[TableRow], path: Path, numbers: Iterator[int]
) -> Training:
    draft.rows[path] = rows[0].number
    values = draft.agreed(rows, Training, path)
    if _SEQUENCE not in rows[0].cells and (*path, _SEQUENCE) not in draft.unreadable:
        values["training_sequence_nbr"] = next(numbers)
    values["details_per_period"] = tuple(
        _period(draft, row, (*path, "detailsPerPeriod", index)) for index, row in enumerate(rows)
    )
    _complete_envelope(draft, rows, path, values)
    _say_repeated(draft, rows, path)
    provider = draft.agreed(rows, TrainingProviderReference, (*path, "trainingProviderReference"))
    if provider:
        values["training_provider_reference"] = TrainingProviderReference(**provider)
    return Training(**values)


def _period(draft: Draft, row: TableRow, path: Path) -> DetailsPerPeriod:
    draft.rows[path] = row.number
    draft.note_absent(DetailsPerPeriod, path)
    values: dict[str, Any] = {}
    for column in draft.layout.by_model.get(DetailsPerPeriod, ()):
        if column.name not in _AMOUNTS:
            draft.note_row(row, [column.name], path)
            if column.name in row.cells:
                values[column.field] = row.cells[column.name]
    found = amounts(draft, row, "training", path)
    for name, field in _AMOUNTS.items():
        if name in found:
            values[field] = found[name]
    return DetailsPerPeriod(**values)


_AMOUNTS = {"training" + name.capitalize(): f"training_{name}" for name in FRIENDLY}


def _complete_envelope(
    draft: Draft, rows: Sequence[TableRow], path: Path, values: dict[str, Any]
) -> None:
    """First start and last end, where the table leaves them out, are those of the periods.

    A period whose date could not be read leaves the whole unknown, which is no second mistake.
    """
    for name, field, of_period, choose in _ENVELOPE:
        here = (*path, name)
        if field in values or here in draft.unreadable:
            continue
        dates: list[date] = [row.cells[of_period] for row in rows if of_period in row.cells]
        if len(dates) == len(rows):
            values[field] = choose(dates)
        else:
            draft.unreadable.add(here)


def _say_repeated(draft: Draft, rows: Sequence[TableRow], path: Path) -> None:
    """Warn of rows of one training that are wholly the same: mostly pasted twice."""
    if len(rows) == 1:
        return
    for index, row in enumerate(rows):
        first = next(other for other in rows if other.cells == row.cells)
        if first is not row:
            here = (*path, "detailsPerPeriod", index)
            parameters = {"first_row": first.number, "row": row.number}
            draft.say(
                "row-twice", "DetailsPerPeriod", here, row.number, None, parameters=parameters
            )
