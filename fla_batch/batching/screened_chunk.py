"""What the rules have to say of a table chunk by whole columns, before anything is written.

Apart from the desk, because `check` writes nothing and needs nothing of what writes messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fla_batch.batching.column_origins import rows_texts
from fla_batch.intake.row_blocks import NUMBERS_GIVEN
from fla_batch.intake.table_declarations import TableChunk
from fla_batch.intake.zone_columns import ExtraZone
from fla_batch.models import DECLARATIONS, Entry
from fla_batch.models.column_values import Blocks
from fla_batch.rules import RuleContext, clear
from fla_batch.vocabulary.input_origin import InputOrigin, rows_of

if TYPE_CHECKING:
    import polars as pl

    from fla_batch.message.profile_limits import ProfileLimits

_MODELS_AT_ONCE = 1000
"""Of a chunk in which each declaration has a warning all at once would fill memory."""


@dataclass(frozen=True, slots=True)
class ScreenedChunk:
    """A table chunk after a look at its whole columns.

    `fine` tells for each declaration whether no rule has anything to say of it, and `columns`
    whether all of it, and of how it is sent, stands in `plain`. Those that are not fine have the
    rules that they are `cleared` of.
    """

    chunk: TableChunk
    plain: Blocks
    columns: pl.Series
    fine: pl.Series
    cleared: list[frozenset[str]]

    @classmethod
    def of(
        cls,
        chunk: TableChunk,
        context: RuleContext,
        *,
        by_columns: bool = True,
        limits: ProfileLimits | None = None,
    ) -> ScreenedChunk:
        """What the rules, and the `limits` of a profile, have to say of the columns of `chunk`; all
        are asked one by one where a profile cannot be written `by_columns`."""
        import polars as pl

        rows = chunk.blocks()
        clearance = clear(chunk.layout.kind, rows.blocks, context)
        columns = pl.repeat(by_columns, clearance.declarations, dtype=pl.Boolean, eager=True)
        if limits is not None and len(columns):
            columns = columns & limits.fit(chunk.layout.kind, rows.blocks.frame)
        places = rows.plain.arg_true()
        none = pl.repeat(value=False, n=len(rows.plain), eager=True)
        fine = none.clone().scatter(places, clearance.whole() & columns)
        cleared = {places[index]: names for index, names in clearance.cleared().items()}
        of_none = frozenset[str]()
        asked = [cleared.get(index, of_none) for index in (~fine).arg_true()]
        plain = rows.blocks.filter(columns)
        return cls(chunk, plain, none.scatter(places, columns), fine, asked)

    def of_columns(self, wanted: pl.Series) -> Blocks:
        """Those declarations, of which all stands in columns."""
        return self.plain.filter(wanted.filter(self.columns))

    @property
    def questions(self) -> int:
        """How many of them the rules have to look at one by one."""
        return len(self.cleared)

    def entries(self) -> Iterator[Entry]:
        """Those declarations."""
        layout = self.chunk.layout
        # A column that is missing is said of each block as it is built; so is what is in no model.
        told = self.columns & (not layout.absent and ExtraZone not in layout.by_model)
        by_columns = self._of_columns(~self.fine & told)
        by_rows = self.chunk.only(~self.fine & ~told).entries()
        for in_columns, cleared in zip(told.filter(~self.fine), self.cleared, strict=True):
            entry = next(by_columns if in_columns else by_rows)
            yield replace(entry, cleared=cleared)

    def _of_columns(self, wanted: pl.Series) -> Iterator[Entry]:
        model, sheet = DECLARATIONS[self.chunk.layout.kind], self.chunk.input_sheet
        places, none = wanted.arg_true(), wanted & ~wanted
        for start in range(0, len(places), _MODELS_AT_ONCE):
            some = none.clone().scatter(places[start : start + _MODELS_AT_ONCE], values=True)
            blocks = self.of_columns(some)
            rows = rows_texts(blocks)
            given = blocks.frame.get_column(NUMBERS_GIVEN, default=rows.is_null())
            for declaration, text, numbers_given in zip(
                blocks.models(model), rows, given, strict=True
            ):
                origin = InputOrigin(sheet, rows_of(text))
                yield Entry(declaration, origin, numbers_given=numbers_given)
