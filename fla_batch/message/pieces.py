"""Texts made of whole columns: what is the same for a million blocks is decided once.

A Piece says how a text is put together from the zones of a block; `texts` makes that text for
every block of a table at a time. Each distinct value of a zone is written once, by the very
function that writes it elsewhere, so that there is one truth and it is quick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fla_batch.models.column_values import Blocks

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class ZonePiece:
    """The text of a zone, or of all its values; absent where the column has none."""

    column: str
    write: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class FixedPiece:
    """A text that is always the same."""

    text: str


@dataclass(frozen=True, slots=True)
class GroupPiece:
    """`pieces` one after the other between `start` and `end`; absent when all zones in it are.

    Fixed texts among zones do not make it there. `attributes` stand before the end of the start
    tag, `bracket` closes it.
    """

    pieces: tuple[Piece, ...]
    start: str
    end: str
    separator: str = ""
    always: bool = False
    attributes: tuple[Piece, ...] = ()
    bracket: str = ""


@dataclass(frozen=True, slots=True)
class EachPiece:
    """`item` for each of the inner blocks of a field; absent when there are none."""

    name: str
    item: GroupPiece
    start: str = ""
    end: str = ""
    separator: str = ""


Piece = ZonePiece | FixedPiece | GroupPiece | EachPiece


def texts(piece: Piece, blocks: Blocks) -> pl.Series:
    """The text of `piece` for every one of `blocks`; null where it is absent."""
    import polars as pl

    found = _texts(piece, blocks)
    if isinstance(found, pl.Series):
        return found
    return pl.repeat(found, len(blocks.frame), dtype=pl.String, eager=True)


def _texts(piece: Piece, blocks: Blocks) -> pl.Series | str | None:
    if isinstance(piece, FixedPiece):
        return piece.text
    if isinstance(piece, ZonePiece):
        return _zone(piece, blocks)
    if isinstance(piece, GroupPiece):
        return _group(piece, blocks)
    return _each(piece, blocks)


def _zone(piece: ZonePiece, blocks: Blocks) -> pl.Series | None:
    import polars as pl

    if piece.column not in blocks.frame.columns:
        return None
    values = blocks.frame[piece.column]
    distinct = values if values.dtype == pl.List else values.unique().drop_nulls()
    if 2 * len(distinct) > len(values):
        # Numbers of workers and forms hardly repeat: looking them up would only cost time.
        written = [None if v is None else piece.write(v) for v in values.to_list()]
        return pl.Series(written, dtype=pl.String)
    written_once = pl.Series(list(map(piece.write, distinct.to_list())), dtype=pl.String)
    return values.replace_strict(distinct, written_once, default=None, return_dtype=pl.String)


def _group(piece: GroupPiece, blocks: Blocks) -> pl.Series | str | None:
    import polars as pl

    pieces = (*piece.attributes, FixedPiece(piece.bracket), *piece.pieces)
    made = [(inner, _texts(inner, blocks)) for inner in (pieces if piece.bracket else piece.pieces)]
    found = [text for _, text in made if text is not None]
    columns = {str(i): text for i, text in enumerate(found) if isinstance(text, pl.Series)}
    if not columns:
        inside = piece.separator.join(map(str, found))
        there = piece.always or not any(map(_depends, pieces))
        return piece.start + inside + piece.end if there and (found or piece.always) else None
    parts = [pl.lit(t) if isinstance(t, str) else pl.col(str(i)) for i, t in enumerate(found)]
    if piece.separator:
        parts = [pl.concat_str(parts, separator=piece.separator, ignore_nulls=True)]
    whole = pl.concat_str(pl.lit(piece.start), *parts, pl.lit(piece.end), ignore_nulls=True)
    if not piece.always and all(text.null_count() for text in columns.values()):
        whole = pl.when(pl.any_horizontal(pl.all().is_not_null())).then(whole)
    return pl.DataFrame(columns).select(whole.alias("text"))["text"]


def _depends(piece: Piece) -> bool:
    """True for a piece that has a zone in it."""
    if isinstance(piece, GroupPiece):
        return any(map(_depends, (*piece.attributes, *piece.pieces)))
    return not isinstance(piece, FixedPiece)


def _each(piece: EachPiece, blocks: Blocks) -> pl.Series | None:
    import polars as pl

    inner = blocks.inner.get(piece.name)
    if inner is None:
        return None
    items = texts(piece.item, inner.blocks)
    count = len(blocks.frame)
    everyone = pl.int_range(count, eager=True)
    owners = inner.owners.cast(pl.Int64)
    rows = pl.DataFrame({"owner": owners, "text": items})
    if not owners.equals(everyone):
        joined = pl.col("text").str.join(piece.separator)
        rows = rows.group_by("owner", maintain_order=True).agg(joined)
    if len(rows) != count:
        frame = pl.DataFrame({"owner": everyone})
        rows = frame.join(rows, on="owner", how="left", maintain_order="left")
    around = pl.concat_str(pl.lit(piece.start), pl.col("text"), pl.lit(piece.end))
    return rows.select(around.alias("text"))["text"]
