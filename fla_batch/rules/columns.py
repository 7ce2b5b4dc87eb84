"""Many declarations of one kind as columns, as the column forms of the rules see them.

A level is a block that may stand several times, and the declaration itself: one frame each, a
row per block. An expression over a level may name its own zones and those of the blocks around
it, under their JSON names, and the columns that `count_of`, DECLARATION and OWNER name.
Decision 1101 says why there are such forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.models import DECLARATIONS, DeclarationKey
from fla_batch.models.block import Block
from fla_batch.models.column_values import Blocks
from fla_batch.models.zone import (
    Zone,
    ZoneType,
    blocks_of,
    is_list,
    json_name,
    leaves_of,
    repeats_of,
    zones_of,
)
from fla_batch.rules.base import ColumnForm, PlatformHistory, RuleContext
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    import polars as pl

DECLARATION = "#declaration"
"""Column with the index of the declaration that a block is in."""
OWNER = "#owner"
"""Column with the index of the block around a block, among all of its level."""


def count_of(field: str) -> str:
    """Name of the column with the number of blocks in the field `field` of a block."""
    return f"#{field}"


def once(*columns: pl.Expr | str) -> pl.Expr:
    """True where no other block of the level has the same values; may be false elsewhere too."""
    import polars as pl

    # Comparing hashes is four times as quick, and where two meet there is only a question more.
    return pl.struct(*columns).hash().is_unique()


class Holds(NamedTuple):
    """`holds` is true for every block of `level` in which a rule certainly finds nothing."""

    level: type[Block]
    holds: pl.Expr


class ZoneColumn(NamedTuple):
    """A zone of a level: its column, and the block within the level that holds it.

    `optional` is that block when it may be absent: it is there when one of its zones is.
    """

    level: type[Block]
    name: str
    zone: Zone
    block: type[Block]
    optional: bool

    def block_is_absent(self) -> pl.Expr:
        """True where none of the zones of the block has a value."""
        import polars as pl

        return pl.all_horizontal(pl.col(name).is_null() for _, _, name in leaves_of(self.block))


@cache
def zone_columns(kind: FormKind) -> tuple[ZoneColumn, ...]:
    """Every zone of a declaration of that kind, level by level."""
    return tuple(
        column for level in levels_of(kind) for column in _zones_in(level, level, optional=False)
    )


def _zones_in(level: type[Block], block: type[Block], *, optional: bool) -> Iterator[ZoneColumn]:
    for name, zone in zones_of(block).items():
        yield ZoneColumn(level, json_name(block, name), zone, block, optional)
    for name, inner in blocks_of(block).items():
        if not is_list(block, name):
            may_lack = optional or block.model_fields[name].default is None
            yield from _zones_in(level, inner, optional=may_lack)


@cache
def levels_of(kind: FormKind) -> Mapping[type[Block], type[Block] | None]:
    """Each level of a declaration of that kind, with the level around it."""
    found: dict[type[Block], type[Block] | None] = {DECLARATIONS[kind]: None}
    for level in (waiting := [DECLARATIONS[kind]]):
        for model, name in fields_of(level):
            inner = blocks_of(model)[name]
            found[inner] = level
            waiting.append(inner)  # type: ignore[arg-type]
    return found


def fields_of(level: type[Block]) -> Iterator[tuple[type[Block], str]]:
    """The fields of a level that hold several blocks, with the block that has the field."""
    for name in repeats_of(level):
        yield level, name
    for name, inner in blocks_of(level).items():
        if not is_list(level, name):
            yield from fields_of(inner)


class DeclarationColumns:
    """Declarations of one `kind`, to be looked at by rules in `context`."""

    def __init__(self, kind: FormKind, blocks: Blocks, context: RuleContext) -> None:
        import polars as pl

        self.kind = kind
        self.context = context
        top = DECLARATIONS[kind]
        index = pl.int_range(len(blocks.frame), eager=True)
        self._levels: dict[type[Block], _BlockLevel] = {}
        self._add(_BlockLevel(top, blocks.frame, index, index, None), blocks)

    def _add(self, level: _BlockLevel, blocks: Blocks) -> None:
        import polars as pl

        self._levels[level.model] = level
        for model, name in fields_of(level.model):
            inner = blocks.inner.get(name)
            frame = pl.DataFrame() if inner is None else inner.blocks.frame
            owners = pl.Series([], dtype=pl.Int64) if inner is None else inner.owners
            owners = owners.cast(pl.Int64)
            level.owned[count_of(name)] = owners
            below = _BlockLevel(
                blocks_of(model)[name], frame, owners, level.declarations[owners], level
            )
            self._add(below, Blocks(frame) if inner is None else inner.blocks)

    def __len__(self) -> int:
        return len(self._levels[DECLARATIONS[self.kind]].frame)

    @property
    def zones(self) -> tuple[ZoneColumn, ...]:
        """Every zone of a declaration of this kind, level by level."""
        return zone_columns(self.kind)

    def distinct(self, column: ZoneColumn) -> list[Any]:
        """The values of a zone, each once."""
        values = self._levels[column.level].column(column.name)
        values = values.explode() if column.zone.many > 1 else values
        return values.unique().drop_nulls().to_list()

    def keys(self) -> Iterator[DeclarationKey]:
        """The key of each declaration; parts that are missing are empty or 0."""
        top = self._levels[DECLARATIONS[self.kind]]
        columns = [top.column(name).to_list() for name in ("companyId", "inss", "calendarYear")]
        for company_id, inss, year in zip(*columns, strict=True):
            yield DeclarationKey(company_id or "", inss or "", year or 0, self.kind)

    def unknown_to(self, history: PlatformHistory | None) -> Iterator[Holds]:
        """Holds for declarations of whose key `history` certainly knows nothing."""
        import polars as pl

        if history is not None:
            held = pl.Series(map(history.may_hold, self.keys()), dtype=pl.Boolean)
            yield Holds(DECLARATIONS[self.kind], ~pl.lit(held))

    def questions(self, forms: Mapping[ColumnForm, Iterable[Holds]]) -> dict[ColumnForm, pl.Series]:
        """For each form the indexes of the declarations in which it does not hold, each once.

        A form that holds in all of them is left out. A declaration has no blocks of levels that
        its kind does not know, and nothing to ask.
        """
        import polars as pl

        by_level: dict[type[Block], dict[ColumnForm, list[pl.Expr]]] = {}
        for form, every in forms.items():
            for model, holds in every:
                by_level.setdefault(model, {}).setdefault(form, []).append(holds)
        found: dict[ColumnForm, list[pl.Series]] = {}
        for model, level in self._levels.items():
            for form, declarations in level.questions(by_level.get(model, {})):
                found.setdefault(form, []).append(declarations)
        return {form: pl.concat(each).unique() for form, each in found.items()}


@dataclass(slots=True)
class _BlockLevel:
    """All blocks of one level. `owned` has the owners of the blocks in each of its fields."""

    model: type[Block]
    frame: pl.DataFrame
    owners: pl.Series
    declarations: pl.Series
    above: _BlockLevel | None
    owned: dict[str, pl.Series] = field(default_factory=dict)

    def questions(
        self, forms: Mapping[ColumnForm, Iterable[pl.Expr]]
    ) -> Iterator[tuple[ColumnForm, pl.Series]]:
        """Forms that do not hold for every block, and the declarations of the others.

        All forms are one query. A null is not true.
        """
        import polars as pl

        if not len(self.declarations):
            return
        hold = [
            pl.all_horizontal(each).fill_null(value=False).alias(str(number))
            for number, each in enumerate(forms.values())
        ]
        names = {DECLARATION, *(name for each in hold for name in each.meta.root_names())}
        frame = pl.DataFrame([self.column(name).alias(name) for name in names])
        for form, holds in zip(forms, frame.select(hold), strict=True):
            if not holds.all():
                yield form, self.declarations.filter(~holds)

    def column(self, name: str) -> pl.Series:
        """A column by its name, from the blocks around when it is theirs. Raises KeyError."""
        import polars as pl

        if name in (DECLARATION, OWNER):
            return self.declarations if name == DECLARATION else self.owners
        if name in self.owned:
            runs = self.owned[name].rle().struct.unnest()
            counts = pl.repeat(0, len(self.frame), dtype=pl.Int64, eager=True)
            return counts.scatter(runs["value"], runs["len"].cast(pl.Int64))
        dtype = _dtypes(self.model).get(name)
        if dtype is not None:
            if name in self.frame.columns:
                return self.frame[name].cast(dtype)
            return pl.repeat(None, len(self.frame), dtype=dtype, eager=True)
        if self.above is None:
            raise KeyError(f"no column {name}")
        return self.above.column(name)[self.owners]


@cache
def _dtypes(level: type[Block]) -> Mapping[str, pl.DataType | type[pl.DataType]]:
    """Column -> type, for every zone of a level."""
    import polars as pl

    plain = {ZoneType.INTEGER: pl.Int64, ZoneType.DATE: pl.Date}
    found: dict[str, pl.DataType | type[pl.DataType]] = {}
    for column in _zones_in(level, level, optional=False):
        dtype = plain.get(column.zone.type, pl.String)
        found[column.name] = pl.List(dtype) if column.zone.many > 1 else dtype
    return found
