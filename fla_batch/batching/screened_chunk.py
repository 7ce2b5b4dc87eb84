"""What the rules have to say of a table chunk by whole columns, before anything is written.

Apart from the desk, because `check` writes nothing and needs nothing of what writes messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fla_batch.intake.table_declarations import TableChunk
from fla_batch.models import Entry
from fla_batch.models.column_values import Blocks
from fla_batch.rules import RuleContext, clear

if TYPE_CHECKING:
    import polars as pl

    from fla_batch.message.profile_limits import ProfileLimits


@dataclass(frozen=True, slots=True)
class ScreenedChunk:
    """A table chunk after a look at its whole columns.

    `fine` tells for each declaration whether no rule has anything to say of it: `blocks` are
    those. The others are in `chunk`, each with the rules that it is `cleared` of.
    """

    fine: pl.Series
    blocks: Blocks
    chunk: TableChunk
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
        whole = clearance.whole() & by_columns
        if limits is not None and len(whole):
            whole = whole & limits.fit(chunk.layout.kind, rows.blocks.frame)
        places = rows.plain.arg_true()
        fine = pl.repeat(value=False, n=len(rows.plain), eager=True).scatter(places, whole)
        cleared = {places[index]: names for index, names in clearance.cleared().items()}
        left = (~fine).arg_true().to_list()
        of_none = frozenset[str]()
        return cls(
            fine,
            rows.blocks.filter(whole),
            chunk.only(~fine),
            [cleared.get(index, of_none) for index in left],
        )

    @property
    def questions(self) -> int:
        """How many of them the rules have to look at one by one."""
        return len(self.cleared)

    def entries(self) -> Iterator[Entry]:
        """Those declarations."""
        for entry, cleared in zip(self.chunk.entries(), self.cleared, strict=True):
            yield replace(entry, cleared=cleared)
