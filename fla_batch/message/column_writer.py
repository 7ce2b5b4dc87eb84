"""Forms written by whole columns, from the same tree as `MessageWriter`.

For forms whose blocks come as columns (`pieces.Blocks`), such as the trainings of a large table:
the bytes are the same as those of the writer that takes them one by one, which a property test
holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from fla_batch.message.form_tree import (
    Attribute,
    Element,
    FixedText,
    TemplateText,
    Text,
    ZoneText,
    elements,
    has_zones,
    of_kind,
)
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.pieces import EachPiece, FixedPiece, GroupPiece, Piece, ZonePiece, texts
from fla_batch.message.templates import filled, names_in
from fla_batch.message.value_formats import FORMATS
from fla_batch.message.writer import attribute_text, quoted
from fla_batch.models.block import Block
from fla_batch.models.column_values import Blocks
from fla_batch.models.zone import blocks_of, is_list, json_name, zones_of
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

if TYPE_CHECKING:
    import polars as pl

_escape = FORMATS["text"].write
_json_text = json.JSONEncoder(ensure_ascii=False).encode
_JSON_SPECIAL = r'["\\\x00-\x1f]'


class ColumnWriter:
    """Writes forms of one kind. `shape` is that of the declaration message, `extras` are the names
    of the zones that only the XSD knows, in order.

    Raises ValueError for a kind that cannot be written so; ask `fits_columns` first.
    """

    def __init__(
        self,
        shape: MessageShape,
        kind: FormKind,
        model: type[Block],
        extras: Sequence[str] = (),
    ) -> None:
        if not fits_columns(shape, kind):
            raise ValueError(f"a form {kind.value} cannot be written by columns")
        form = of_kind(shape.tree.form, kind, answers=False)
        self._xml = _group(form, always=True, after="\n")
        self._json = GroupPiece(tuple(_json_pieces(model, extras)), "{", "}", ",", always=True)

    def forms(self, blocks: Blocks) -> pl.Series:
        """The text of each form, with its line end: header and body zones stand in one row."""
        return texts(self._xml, blocks)

    def bodies(self, blocks: Blocks) -> pl.Series:
        """The body of each form as `Block.to_json_text` writes it."""
        return texts(self._json, blocks)


def fits_columns(shape: MessageShape, kind: FormKind) -> bool:
    """True when each element of the form takes its zones from the row of columns that it is in."""
    form = of_kind(shape.tree.form, kind, answers=False)
    return _in_own_row(form, 0) and all(
        len(names_in(text.template)) < 2
        for element in elements(form)
        for text in _all_texts(element)
        if isinstance(text, TemplateText)
    )


def _in_own_row(element: Element, first: int) -> bool:
    if element.repeat is not None:
        if element.repeat.block < first:
            return False
        if element.repeat.values:
            return _is_zone(element) and len(element.texts) == 1
        first = element.repeat.first
    own = all(
        text.block >= first
        for text in _all_texts(element)
        if isinstance(text, ZoneText) or (isinstance(text, FixedText) and text.field_name)
    )
    templates = any(isinstance(text, TemplateText) for text in _all_texts(element))
    if not own or (templates and first > 0):
        return False
    return all(_in_own_row(child, first) for child in element.children)


def _all_texts(element: Element) -> Iterator[Text]:
    yield from element.texts
    for attribute in element.attributes:
        yield from attribute.texts


def _pieces(children: Iterable[Element]) -> Iterator[Piece]:
    for child in children:
        if child.repeat is not None and child.repeat.values:
            yield _listed(child, child.repeat.json_name)
        elif child.repeat is not None:
            yield EachPiece(child.repeat.field_name, _group(child, always=child.always))
        elif _is_zone(child):
            for text in child.texts:
                yield _text(text, f"{child.start}>", child.end)
        elif not has_zones(child):
            yield FixedPiece("") if _is_empty(child) else _group(child, always=False)
        else:
            yield _group(child, always=child.always)


def _listed(element: Element, column: str) -> Piece:
    """The element once for each value of a zone that may repeat."""
    write = next(element.zones).format.write
    start, end = f"{element.start}>", element.end
    return ZonePiece(column, lambda values: "".join(start + write(v) + end for v in values))


def _is_empty(element: Element) -> bool:
    return not (element.texts or element.children or element.attributes or element.always)


def _is_zone(element: Element) -> bool:
    """True for an element that is there with its zone, and has nothing else."""
    simple = not (element.attributes or element.children or element.always)
    return simple and all(isinstance(text, ZoneText) for text in element.texts)


def _group(element: Element, *, always: bool, after: str = "") -> GroupPiece:
    inside = (*(_text(text, "", "") for text in element.texts), *_pieces(element.children))
    end = element.end + after
    if not element.attributes:
        return GroupPiece(inside, f"{element.start}>", end, always=always)
    attributes = tuple(map(_attribute, element.attributes))
    return GroupPiece(inside, element.start, end, always=always, attributes=attributes, bracket=">")


def _attribute(attribute: Attribute) -> Piece:
    start = f' {attribute.written}="'
    made = [_text(text, start, '"', in_attribute=True) for text in attribute.texts]
    return made[0] if len(made) == 1 else GroupPiece(tuple(made), "", "")


def _text(text: Text, start: str, end: str, *, in_attribute: bool = False) -> Piece:
    shown: Callable[[str], str] = quoted if in_attribute else str
    if isinstance(text, ZoneText):
        if in_attribute:
            return ZonePiece(text.json_name, attribute_text(text), start, end)
        write, special = text.format.write, text.format.special
        return ZonePiece(text.json_name, write, start, end, special)
    if isinstance(text, TemplateText):
        return _template(text.template, lambda made: start + shown(_escape(made)) + end)
    fixed = start + shown(_escape(text.text)) + end
    if text.json_name is None:
        return FixedPiece(fixed)
    return ZonePiece(text.json_name, lambda _: fixed)


def _template(template: str, shown: Callable[[str], str]) -> Piece:
    names = names_in(template)
    if not names:
        return FixedPiece(shown(template))
    if names == {"creation_date"}:
        return ZonePiece("formCreationDate", lambda day: shown(filled(template, None, day)))
    if names == {"creation_hour"}:
        return ZonePiece("formCreationHour", lambda hour: shown(filled(template, None, None, hour)))
    return ZonePiece("referenceNbr", lambda number: shown(filled(template, number, None)))


def _json_pieces(model: type[Block], extras: Sequence[str] = ()) -> Iterator[Piece]:
    zones, blocks = zones_of(model), blocks_of(model)
    for name in model.model_fields:
        label = f'"{json_name(model, name)}":'
        if name in zones:
            yield _json_zone(json_name(model, name), label, as_list=is_list(model, name))
        elif name == "extra":
            texts_of = [_json_zone(EXTRA_ZONE + each, f"{json.dumps(each)}:") for each in extras]
            yield GroupPiece(tuple(texts_of), f"{label}{{", "}", ",")
        elif is_list(model, name):
            item = GroupPiece(tuple(_json_pieces(blocks[name])), "{", "}", ",", always=True)
            yield EachPiece(name, item, f"{label}[", "]", ",")
        else:
            inside = tuple(_json_pieces(blocks[name]))
            yield GroupPiece(inside, f"{label}{{", "}", ",")


def _json_zone(column: str, label: str, *, as_list: bool = False) -> Piece:
    if as_list:
        return ZonePiece(column, lambda values: f"[{','.join(map(_json_value, values))}]", label)
    return ZonePiece(column, _json_value, label, special=_JSON_SPECIAL, quoted=True)


def _json_value(value: object) -> str:
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return _json_text(value)
