"""Blocks as columns: many of one kind at once, for what is done to whole tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of one kind: a row each, a column per zone under its JSON name; null is absent.

    Blocks that stand once within another one share its row. `inner` has those that may stand
    several times, by the name of the field that holds them.
    """

    frame: pl.DataFrame
    inner: Mapping[str, InnerBlocks] = field(default_factory=dict)

    def filter(self, wanted: pl.Series) -> Blocks:
        """Those for which `wanted` is true, with all that is in them."""
        inner = {name: each.filter(wanted) for name, each in self.inner.items()}
        return Blocks(self.frame.filter(wanted), inner)


@dataclass(frozen=True, slots=True)
class InnerBlocks:
    """`owners` has for each of `blocks` the row of the block that it is in; it never decreases."""

    owners: pl.Series
    blocks: Blocks

    def filter(self, owners: pl.Series) -> InnerBlocks:
        """Those whose owner is wanted; what is left of the owners counts from 0 again."""
        import polars as pl

        kept = owners.gather(self.owners)
        place = owners.cast(pl.Int64).cum_sum() - 1
        return InnerBlocks(place.gather(self.owners.filter(kept)), self.blocks.filter(kept))
