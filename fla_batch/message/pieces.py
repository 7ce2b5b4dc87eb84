"""Texts made of whole columns: what is the same for a million blocks is decided once.

A Piece says how a text is put together from the zones of a block; `texts` makes that text for
every block of a table at a time, in one query. A value that its function would not change is
taken as it stands; of others each distinct one is written once, by the very function that writes
it elsewhere, so that there is one truth and it is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.models.column_values import Blocks, joined

if TYPE_CHECKING:
    import polars as pl


class ZonePiece(NamedTuple):
    """The text of a zone, or of all its values, between `start` and `end`; absent where the column
    has none.

    `special` is a pattern: what does not match it is text as it stands (dates as ISO has them),
    in quotation marks where values are `quoted` and no numbers; only the rest is written.
    """

    column: str
    write: Callable[[Any], str]
    start: str = ""
    end: str = ""
    special: str | None = None
    quoted: bool = False


class FixedPiece(NamedTuple):
    """A text that is always the same."""

    text: str


class GroupPiece(NamedTuple):
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


class EachPiece(NamedTuple):
    """`item` for each of the inner blocks of a field; absent when there are none."""

    name: str
    item: GroupPiece
    start: str = ""
    end: str = ""
    separator: str = ""


Piece = ZonePiece | FixedPiece | GroupPiece | EachPiece


class _Made(NamedTuple):
    """A text of each block, in parts from the columns of a level.

    `sure` when it is absent in none, and absent parts stand for nothing; else it is absent with any
    of its parts.
    """

    parts: tuple[str | pl.Expr, ...]
    sure: bool

    def text(self) -> pl.Expr:
        """All parts, one after the other."""
        import polars as pl

        parts: list[pl.Expr] = []
        for is_fixed, some in groupby(self.parts, key=lambda part: isinstance(part, str)):
            if is_fixed:
                parts.append(pl.lit("".join(map(str, some))))
            else:
                parts += (part for part in some if isinstance(part, pl.Expr))
        return parts[0] if len(parts) == 1 else pl.concat_str(parts, ignore_nulls=self.sure)


class _LevelColumns:
    """Blocks, and columns that were made of them."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self._made: list[pl.Series] = []

    def column(self, made: pl.Series) -> pl.Expr:
        """The name of a column more."""
        import polars as pl

        name = f"#made {len(self._made)}"
        self._made.append(made.alias(name))
        return pl.col(name)

    def frame(self) -> pl.DataFrame:
        """All columns."""
        return self.blocks.frame.with_columns(self._made)


def texts(piece: Piece, blocks: Blocks) -> pl.Series:
    """The text of `piece` for every one of `blocks`; null where it is absent."""
    import polars as pl

    level = _LevelColumns(blocks)
    found = _texts(piece, level)
    if isinstance(found, _Made):
        return level.frame().select(found.text().alias("text"))["text"]
    return pl.repeat(found, len(blocks.frame), dtype=pl.String, eager=True)


def _texts(piece: Piece, level: _LevelColumns) -> _Made | str | None:
    if isinstance(piece, FixedPiece):
        return piece.text
    if isinstance(piece, ZonePiece):
        return _zone(piece, level)
    if isinstance(piece, GroupPiece):
        return _group(piece, level)
    return _each(piece, level)


def _zone(piece: ZonePiece, level: _LevelColumns) -> _Made | None:
    import polars as pl

    if piece.column not in level.blocks.frame.columns:
        return None
    values = level.blocks.frame[piece.column]
    sure = not values.null_count()
    if piece.special is None:
        return _Made((piece.start, level.column(_written(piece, values)), piece.end), sure)
    mark = '"' if piece.quoted and not values.dtype.is_integer() else ""
    text = pl.col(piece.column).cast(pl.String)
    made = _Made((piece.start + mark, text, mark + piece.end), sure)
    if values.dtype == pl.String:
        special = values.str.contains(piece.special)
        if special.any():
            rest = values.to_frame().select(pl.when(special).then(piece.column)).to_series()
            rest_of = level.column(_written(piece, rest))
            written = _Made((piece.start, rest_of, piece.end), sure=False)
            return _Made((pl.coalesce(written.text(), made.text()),), sure)
    return made


def _written(piece: ZonePiece, values: pl.Series) -> pl.Series:
    import polars as pl

    distinct = values if values.dtype == pl.List else values.unique().drop_nulls()
    if 2 * len(distinct) > len(values):
        # Numbers of workers and forms hardly repeat: looking them up would only cost time.
        written = [None if v is None else piece.write(v) for v in values.to_list()]
        return pl.Series(written, dtype=pl.String)
    written_once = pl.Series(list(map(piece.write, distinct.to_list())), dtype=pl.String)
    return values.replace_strict(distinct, written_once, default=None, return_dtype=pl.String)


def _group(piece: GroupPiece, level: _LevelColumns) -> _Made | str | None:
    import polars as pl

    pieces = (*piece.attributes, FixedPiece(piece.bracket), *piece.pieces)
    made = [_texts(inner, level) for inner in (pieces if piece.bracket else piece.pieces)]
    found = [text for text in made if text is not None]
    columns = [text for text in found if isinstance(text, _Made)]
    if not columns:
        inside = piece.separator.join(map(str, found))
        there = piece.always or not any(map(_depends, pieces))
        return piece.start + inside + piece.end if there and (found or piece.always) else None
    sure = piece.always or any(text.sure for text in columns)
    texts_of = [_Made((text,), sure=True) if isinstance(text, str) else text for text in found]
    parts = [piece.start, *_joined(texts_of, piece.separator), piece.end]
    if sure:
        return _Made(tuple(parts), sure=True)
    some = pl.any_horizontal(text.text().is_not_null() for text in columns)
    return _Made((pl.when(some).then(_Made(tuple(parts), sure=True).text()),), sure=False)


def _joined(made: Sequence[_Made], separator: str) -> Iterator[str | pl.Expr]:
    """The parts of texts one after the other, the separator between those that are there."""
    import polars as pl

    anchor = next((i for i, text in enumerate(made) if text.sure), None)
    if separator and anchor is None:
        each = [text.text() for text in made]
        yield pl.concat_str(each, separator=separator, ignore_nulls=True)
        return
    for index, text in enumerate(made):
        before = separator if index > (anchor or 0) else ""
        after = separator if index < (anchor or 0) else ""
        parts = (before, *text.parts, after)
        if text.sure:
            yield from parts
        else:
            yield _Made(parts, sure=False).text()


def _depends(piece: Piece) -> bool:
    """True for a piece that has a zone in it."""
    if isinstance(piece, GroupPiece):
        return any(map(_depends, (*piece.attributes, *piece.pieces)))
    return not isinstance(piece, FixedPiece)


def _each(piece: EachPiece, level: _LevelColumns) -> _Made | None:
    import polars as pl

    inner = level.blocks.inner.get(piece.name)
    if inner is None:
        return None
    items = texts(piece.item, inner.blocks)
    count = len(level.blocks.frame)
    everyone = pl.int_range(count, eager=True)
    owners = inner.owners.cast(pl.Int64)
    if owners.equals(everyone):
        return _Made((piece.start, level.column(items), piece.end), sure=True)
    rows = joined(owners, items, piece.separator)
    sure = len(rows) == count
    if not sure:
        frame = pl.DataFrame({"owner": everyone})
        rows = frame.join(rows, on="owner", how="left", maintain_order="left")
    return _Made((piece.start, level.column(rows["text"]), piece.end), sure)
