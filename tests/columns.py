"""Declarations as columns of blocks, for what looks at many of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from fla_batch.models.block import Block
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.models.zone import Zone, ZoneType, blocks_of, is_list, json_name, zones_of

_TYPES: dict[ZoneType, Any] = {ZoneType.INTEGER: pl.Int64, ZoneType.DATE: pl.Date}


def as_columns(model: type[Block], blocks: Sequence[Any]) -> Blocks:
    """Those blocks, each a row; the columns of absent zones are null."""
    frame = pl.DataFrame(
        [
            pl.Series(name, values, dtype=_dtype(zone))
            for name, zone, values in _zones(model, blocks)
        ]
    )
    return Blocks(frame, dict(_inner(model, blocks)))


def _dtype(zone: Zone) -> Any:
    dtype = _TYPES.get(zone.type, pl.String)
    return pl.List(dtype) if zone.many > 1 else dtype


def _zones(model: type[Block], blocks: Sequence[Any]) -> Iterator[tuple[str, Zone, list[Any]]]:
    for name, zone in zones_of(model).items():
        values = [None if block is None else getattr(block, name) for block in blocks]
        if zone.many > 1:
            values = [list(value) if value else None for value in values]
        yield json_name(model, name), zone, values
    for name, inner in blocks_of(model).items():
        if not is_list(model, name):
            yield from _zones(inner, [block and getattr(block, name) for block in blocks])


def _inner(model: type[Block], blocks: Sequence[Any]) -> Iterator[tuple[str, InnerBlocks]]:
    for name, inner in blocks_of(model).items():
        each = [None if block is None else getattr(block, name) for block in blocks]
        if not is_list(model, name):
            yield from _inner(inner, each)
            continue
        owners = [index for index, many in enumerate(each) for _ in many or ()]
        flat = [block for many in each for block in many or ()]
        yield name, InnerBlocks(pl.Series(owners, dtype=pl.Int64), as_columns(inner, flat))
