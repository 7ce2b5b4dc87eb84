"""What was read of a file, for the user to compare with what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fla_batch.intake.conversion import Mistakes
from fla_batch.intake.right_rows import PREFIXES
from fla_batch.models import Declaration, TrainingsDeclaration
from fla_batch.models.training_rights import RIGHT_FIELDS
from fla_batch.tables.table import Table
from fla_batch.tables.values import Mistake
from fla_batch.vocabulary.documents import ReadFileJson, members

if TYPE_CHECKING:
    import polars as pl

_HOURS = ("trainingHours", "hours", *(f"{prefix}Hours" for prefix in PREFIXES.values()))


@dataclass(slots=True)
class Receipt:
    """Counts of one file, complete once it was read to its end; hours are in hundredths.

    `header_row` is None where the format has no row of headings, `sheet` where it has no sheets,
    and `rows` for a file that has none. `unread_hours` counts rows whose hours could not be read:
    they are not in `hours_centi`.
    """

    file: str
    sheet: str | None = None
    header_row: int | None = None
    rows: int | None = None
    declarations: int = 0
    hours_centi: int = 0
    unread_hours: int = 0
    ignored_columns: Sequence[str] = ()
    hidden_rows: int = 0
    unread_sheets: Sequence[str] = ()
    _workers: _Distinct = field(default_factory=lambda: _Distinct())
    _employers: _Distinct = field(default_factory=lambda: _Distinct())

    @property
    def workers(self) -> int:
        """Different national numbers."""
        return self._workers.count()

    @property
    def employers(self) -> int:
        """Different company numbers."""
        return self._employers.count()

    def note_table(self, table: Table, ignored: Sequence[str]) -> None:
        """Where the table is, and what of its file is not read."""
        self.sheet, self.header_row = table.sheet, table.heading_row or None
        self.rows = 0
        self.ignored_columns = ignored
        self.hidden_rows = len(table.facts.hidden_rows)
        self.unread_sheets = table.facts.unread

    def note_rows(self, frame: pl.DataFrame, mistakes: Mistakes) -> None:
        """Converted rows, one per period or right, and what could not be read of them."""
        self.rows = (self.rows or 0) + len(frame)
        self.declarations += int(frame["#key"].is_first_distinct().sum())
        self._workers.hashes.append(frame["inss"].drop_nulls().unique().hash())
        self._employers.hashes.append(frame["companyId"].drop_nulls().unique().hash())
        amounts = [frame[name] for name in _HOURS if name in frame.columns]
        self.hours_centi += sum(int(amount.sum() or 0) for amount in amounts)
        self.unread_hours += sum(
            any(name in _HOURS and isinstance(mistake, Mistake) for name, mistake in said)
            for said in mistakes.values()
        )

    def note_declaration(self, declaration: Declaration) -> None:
        """One declaration of a file without rows."""
        self.declarations += 1
        self._workers.texts.update(filter(None, [declaration.employee.inss]))
        self._employers.texts.update(filter(None, [declaration.employer.company_id]))
        self.hours_centi += sum(_hours_of(declaration))

    def to_json(self) -> dict[str, Any]:
        """As `check --json` and `build --json` give it under `read`."""
        return members(ReadFileJson, self)


@dataclass(slots=True)
class _Distinct:
    """Different texts: those of tables by their hashes, eight bytes each."""

    texts: set[str] = field(default_factory=set)
    hashes: list[pl.Series] = field(default_factory=list)

    def count(self) -> int:
        """How many there are; a file holds either tables or none."""
        if not self.hashes:
            return len(self.texts)
        import polars as pl

        return len(self.texts) + pl.concat(self.hashes).n_unique()


def _hours_of(declaration: Declaration) -> Iterable[int]:
    if isinstance(declaration, TrainingsDeclaration):
        for training in declaration.trainings:
            for period in training.details_per_period:
                yield period.training_hours or 0
    else:
        for right in declaration.rights:
            yield getattr(right, f"{RIGHT_FIELDS[right.right_type]}_hours") or 0
