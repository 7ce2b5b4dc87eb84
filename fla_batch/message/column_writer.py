"""Forms written by whole columns, from the same binding as `MessageWriter`.

For forms whose blocks come as columns (`pieces.Blocks`), such as the trainings of a large table:
the bytes are the same as those of the writer that takes them one by one, which a property test
holds. What cannot be written this way, a list of values within a block, is left to that one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from fla_batch.message.pieces import EachPiece, FixedPiece, GroupPiece, Piece, ZonePiece, texts
from fla_batch.message.profile import MessageShape
from fla_batch.message.shape import Branch, Constant, Leaf, Node
from fla_batch.models.block import Block
from fla_batch.models.column_values import Blocks
from fla_batch.models.zone import blocks_of, is_list, json_name, zones_of
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    import polars as pl


class ColumnWriter:
    """Writes forms of one kind. `shape` is that of the declaration message.

    Raises ValueError for a kind with a list of values in it; ask `can_write` first.
    """

    def __init__(self, shape: MessageShape, kind: FormKind, model: type[Block]) -> None:
        if not can_write(model):
            raise ValueError(f"a form {kind.value} cannot be written by columns")
        inside = tuple(_xml_pieces(shape.layout.nodes, kind))
        self._xml = GroupPiece(inside, f"<{shape.form}>", f"</{shape.form}>\n", always=True)
        self._json = GroupPiece(tuple(_json_pieces(model)), "{", "}", ",", always=True)

    def forms(self, blocks: Blocks) -> pl.Series:
        """The text of each form, with its line end: header and body zones stand in one row."""
        return texts(self._xml, blocks)

    def bodies(self, blocks: Blocks) -> pl.Series:
        """The body of each form as `Block.to_json_text` writes it."""
        return texts(self._json, blocks)


def can_write(model: type[Block]) -> bool:
    """True for a block in which only blocks are lists, at any depth."""
    return not any(is_list(model, name) for name in zones_of(model)) and all(
        can_write(block) for block in blocks_of(model).values()
    )


def _xml_pieces(nodes: Iterable[Node], kind: FormKind) -> Iterator[Piece]:
    for node in nodes:
        if node.answers or (node.only and kind not in node.only):
            continue
        start, end = f"<{node.element}>", f"</{node.element}>"
        if isinstance(node, Leaf):
            yield ZonePiece(node.json_name, _between(start, node.format.write, end))
        elif isinstance(node, Constant):
            yield FixedPiece(start + escape(node.text) + end)
        elif isinstance(node, Branch):
            inside = tuple(_xml_pieces(node.layout.nodes, kind))
            block = GroupPiece(inside, start, end, always=node.always)
            yield EachPiece(node.field_name, block) if node.many else block
        else:
            inside = tuple(_xml_pieces(node.children, kind))
            yield GroupPiece(inside, start, end, always=node.always)


def _json_pieces(model: type[Block]) -> Iterator[Piece]:
    zones, blocks = zones_of(model), blocks_of(model)
    for name in model.model_fields:
        label = f'"{json_name(model, name)}":'
        if name in zones:
            yield ZonePiece(json_name(model, name), _between(label, _json_value, ""))
        elif is_list(model, name):
            item = GroupPiece(tuple(_json_pieces(blocks[name])), "{", "}", ",", always=True)
            yield EachPiece(name, item, f"{label}[", "]", ",")
        else:
            inside = tuple(_json_pieces(blocks[name]))
            yield GroupPiece(inside, f"{label}{{", "}", ",")


def _between(start: str, write: Any, end: str) -> Any:
    return lambda value: f"{start}{write(value)}{end}"


def _json_value(value: object) -> str:
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return json.dumps(value, ensure_ascii=False)
