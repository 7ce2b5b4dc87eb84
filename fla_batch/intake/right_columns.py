"""Rows of a table of rights to columns of blocks; `row_blocks` says of which declarations.

The same as what `right_rows` makes of the rows one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fla_batch.intake.amounts import FRIENDLY
from fla_batch.intake.right_rows import ANY_RIGHT, PREFIXES
from fla_batch.intake.zone_columns import HEADS, columns_of
from fla_batch.models.column_values import Blocks, InnerBlocks, joined
from fla_batch.models.training_rights import RIGHT_FIELDS, RIGHT_MODELS
from fla_batch.models.zone import leaves_of
from fla_batch.tables.table import ROW, SEPARATOR
from fla_batch.vocabulary.terms import FormKind, RightType

if TYPE_CHECKING:
    import polars as pl

DECLARATION = "#declaration"
"""Column with the index of the declaration that a row is part of."""
ROWS = "#rows"
"""Column of declarations: where they and their rights stood, as `rows_text` says it."""
_KIND = "#kind"
_OWN = {
    kind: {name: zone for _, zone, name in leaves_of(model)} for kind, model in RIGHT_MODELS.items()
}
_LISTS = (RightType.SECTOR, RightType.EMPLOYER)


def with_kinds(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the kind of right that each one says, or whose exact columns alone it fills."""
    import polars as pl

    filled = {
        kind: pl.any_horizontal(
            pl.col(name).is_not_null() for name in rows.columns if name.startswith(prefix)
        )
        for kind, prefix in PREFIXES.items()
    }
    alone = pl.sum_horizontal(filled.values()) == 1
    by_columns = [pl.when(alone & said).then(pl.lit(kind.value)) for kind, said in filled.items()]
    return rows.with_columns(pl.coalesce("rightType", *by_columns).alias(_KIND))


def rights_are_plain() -> Iterator[pl.Expr]:
    """Each row is one right, in one notation, with cells in its own columns; one legal right."""
    import polars as pl

    kind = pl.col(_KIND)
    yield kind.is_in([each.value for each in RIGHT_MODELS])
    for prefix in PREFIXES.values():
        for friendly in FRIENDLY:
            one, other = pl.col(prefix + friendly.capitalize()), pl.col(friendly)
            yield one.is_null() | other.is_null() | (one == other)
    for name in columns_of(FormKind.TRAINING_RIGHTS).keys() - HEADS - ANY_RIGHT:
        owners = [each.value for each, own in _OWN.items() if name in own]
        yield pl.col(name).is_null() | kind.is_in(owners)
    legal = kind == RightType.LEGAL.value
    yield legal.sum().over(DECLARATION) < 2
    # A block that stands once is there with one of its zones.
    yield ~legal | pl.any_horizontal(
        pl.col(name).is_not_null() for name in (*_OWN[RightType.LEGAL], *FRIENDLY)
    )


def right_blocks(rows: pl.DataFrame, heads: pl.DataFrame) -> Blocks:
    """The declarations of such rows, `heads` being what is said once in each."""
    import polars as pl

    owners = rows[DECLARATION].rle_id().cast(pl.Int64)
    rows = rows.with_columns(owners.alias(DECLARATION))
    frame = heads.with_columns(_rows_texts(rows), pl.int_range(pl.len()).alias(DECLARATION))
    legal = _of_kind(rows, RightType.LEGAL)
    if len(legal):
        frame = frame.join(legal, on=DECLARATION, how="left", maintain_order="left")
    inner = {}
    for kind in _LISTS:
        rights = _of_kind(rows, kind)
        inner[RIGHT_FIELDS[kind]] = InnerBlocks(rights[DECLARATION], Blocks(rights))
    return Blocks(frame, inner)


def _of_kind(rows: pl.DataFrame, kind: RightType) -> pl.DataFrame:
    """The rights of a kind, by the names of its zones, each with its declaration."""
    import polars as pl

    columns: dict[str, pl.Expr] = {DECLARATION: pl.col(DECLARATION)}
    for name, zone in _OWN[kind].items():
        columns[name] = pl.col(name).str.split(SEPARATOR) if zone.many > 1 else pl.col(name)
    for friendly in FRIENDLY:
        exact = PREFIXES[kind] + friendly.capitalize()
        columns[exact] = pl.coalesce(exact, friendly)
    found = rows.filter(pl.col(_KIND) == kind.value).select(**columns)
    # Zones that nobody has need no column.
    return found.select(column for column in found if _is_used(column))


def _is_used(column: pl.Series) -> bool:
    return column.name == DECLARATION or column.null_count() < len(column)


def _rows_texts(rows: pl.DataFrame) -> pl.Series:
    import polars as pl

    kind, row = pl.col(_KIND), pl.col(ROW).cast(pl.String)
    index = pl.int_range(pl.len()).over(DECLARATION, _KIND).cast(pl.String)
    paths = {each.value: f"trainingRights/{prefix}" for each, prefix in PREFIXES.items()}
    path = kind.replace_strict(paths, return_dtype=pl.String)
    path = pl.when(kind == RightType.LEGAL.value).then(path).otherwise(path + "/" + index)
    # The first row is that of the declaration as well.
    first = pl.col(DECLARATION).is_first_distinct()
    text = pl.when(first).then(row).otherwise(path + "=" + row)
    texts = rows.select(DECLARATION, text.alias(ROWS))
    return joined(texts[DECLARATION], texts[ROWS], " ")["text"].alias(ROWS)
