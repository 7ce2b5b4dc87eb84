"""Blocks as columns: many of one kind at once, for what is done to whole tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, is_list, leaves_of

if TYPE_CHECKING:
    import polars as pl

Model = TypeVar("Model", bound=Block)


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
        if wanted.all():
            return self
        inner = {name: each.filter(wanted) for name, each in self.inner.items()}
        return Blocks(self.frame.filter(wanted), inner)

    def models(self, model: type[Model]) -> list[Model]:
        """Each of them as a model."""
        return [model.model_validate(values) for values in self._fields(model)]

    def _fields(self, model: type[Block]) -> list[dict[str, object]]:
        """The values of each by the fields of its model; absent zones and blocks are left out."""
        found: list[dict[str, object]] = [{} for _ in range(len(self.frame))]
        for name, values in self._values(model):
            for fields, value in zip(found, values, strict=True):
                if value is not None:
                    fields[name] = value
        return found

    def _values(self, model: type[Block]) -> Iterator[tuple[str, Iterable[object]]]:
        """A field of the model, and what it holds in each of them."""
        for name, zone, column in leaves_of(model):
            if column in self.frame.columns:
                values = self.frame[column].to_list()
                yield name, values if zone.many == 1 else (each and tuple(each) for each in values)
        for name, inner in blocks_of(model).items():
            if not is_list(model, name):
                yield name, (fields or None for fields in self._fields(inner))
            elif name in self.inner:
                yield name, self.inner[name].by_owner(inner, len(self.frame))


class InnerBlocks(NamedTuple):
    """`owners` has for each of `blocks` the row of the block that it is in; it never decreases."""

    owners: pl.Series
    blocks: Blocks

    def filter(self, owners: pl.Series) -> InnerBlocks:
        """Those whose owner is wanted; what is left of the owners counts from 0 again."""
        import polars as pl

        kept = owners[self.owners]
        place = owners.cast(pl.Int64).cum_sum() - 1
        return InnerBlocks(place[self.owners.filter(kept)], self.blocks.filter(kept))

    def by_owner(self, model: type[Block], owners: int) -> list[tuple[object, ...]]:
        """For each of so many owners the fields of its blocks."""
        every = iter(self.blocks._fields(model))
        counts = Counter(self.owners)
        return [tuple(islice(every, counts[owner])) for owner in range(owners)]


def joined(owners: pl.Series, texts: pl.Series, separator: str) -> pl.DataFrame:
    """For each `owner` that has any, its texts as one `text`; `owners` never decreases."""
    import polars as pl

    rows = pl.DataFrame({"owner": owners.set_sorted(), "text": texts})
    # Four times as quick as joining within each group.
    lists = rows.group_by("owner", maintain_order=True).agg("text")
    return lists.with_columns(pl.col("text").list.join(separator))
