"""Forms read by whole columns: forms with the same tags are read alike, only their texts differ.

A form's skeleton is its text with every value replaced by a mark. A message of a million forms
has few skeletons; each is read once, by a real XML parser and the binding, which tells which
value belongs to which zone. What does not fit is left to `FormReader`: forms that stand on
several lines, attributes, comments, references, repeated zones, several inner blocks.

Only for messages that their XSD found valid: nothing is looked at here but the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from fla_batch.message.profile import MessageShape
from fla_batch.message.shape import Branch, Constant, Leaf, Node, Wrapper
from fla_batch.message.value_formats import FORMATS, Format
from fla_batch.models.form import FormHeader, Reference
from fla_batch.models.zone import json_name

if TYPE_CHECKING:
    import polars as pl
    from lxml.etree import _Element

FORM = "#form"
"""Column with the index of the form, from 0, that a row belongs to."""

_NOT_ASKED = frozenset(
    json_name(model, name) for model in (FormHeader, Reference) for name in model.model_fields
) - {"identification"}
"""Zones of the header differ from form to form, and no rule looks at them."""

_VALUE = ">[^<]+<"
_MARK = "."
_MOST_SKELETONS = 1_000


class ColumnReader:
    """Reads forms of the declaration message with a block that repeats, such as trainings."""

    def __init__(self, shape: MessageShape, repeated: str) -> None:
        """`repeated` is the field of that block. Raises ValueError when the form has no such."""
        branches = (branch for branch in _branches(shape.layout.nodes) if branch.many)
        found = next((branch for branch in branches if branch.field_name == repeated), None)
        if found is None:
            raise ValueError(f"a form has no block {repeated}")
        self._start, self._end = f"<{found.element}>", f"</{found.element}>"
        self._form = _Skeletons(shape.form, shape.layout.nodes)
        self._block = _Skeletons(found.element, found.layout.nodes)

    def rows(self, forms: Sequence[bytes]) -> pl.DataFrame:
        """A row for each repeated block of those `forms` in which everything could be read.

        Columns are zones under their JSON names, those of the form too, and FORM. Of the header
        there is only `identification`. Each of `forms` is a line of the message.
        """
        import polars as pl

        lines = _decoded(forms)
        halves = lines.str.splitn(self._start, 2).struct
        behind = halves.field("field_1").str.split(self._end)
        index = pl.int_range(len(lines), eager=True)
        inner = pl.col("text").list.head(pl.col("text").list.len() - 1)
        blocks = pl.DataFrame({FORM: index, "text": behind}).with_columns(inner).explode("text")
        # The first one lost its start tag to the cut.
        begun = pl.when(pl.col(FORM).is_first_distinct()).then(pl.lit(self._start))
        blocks = blocks.select(
            FORM, pl.concat_str(begun, "text", pl.lit(self._end), ignore_nulls=True)
        )
        around = pl.concat_str(halves.field("field_0"), behind.list.last())
        shells = pl.select(index.alias(FORM), around.alias("text"))
        return _joined(blocks, self._block.read(blocks), self._form.read(shells))


def _decoded(forms: Sequence[bytes]) -> pl.Series:
    """The forms as text; null for one that is no UTF-8."""
    import polars as pl

    try:
        return pl.Series(forms, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:  # somewhere; polars does not say where
        return pl.Series(map(_text, forms), dtype=pl.String)


def _text(form: bytes) -> str | None:
    try:
        return form.decode()
    except UnicodeDecodeError:
        return None


def _joined(blocks: pl.DataFrame, rows: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """The rows of forms that were read whole, with their heads."""
    import polars as pl

    there = blocks.group_by(FORM).len("there")
    whole = rows.group_by(FORM).len("read").join(there, on=FORM)
    whole = whole.filter(pl.col("there") == pl.col("read")).select(FORM)
    return (
        rows.join(whole, on=FORM, how="semi").join(heads, on=FORM).sort(FORM, maintain_order=True)
    )


class _Skeletons:
    """Reads texts of one kind of element by their skeletons."""

    def __init__(self, element: str, nodes: Sequence[Node]) -> None:
        self._element = element
        self._nodes = tuple(nodes)
        self._slots = lru_cache(_MOST_SKELETONS)(self._slots_of)

    def read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The zones of each text in `frame`; rows that cannot be read are left out."""
        import polars as pl

        texts = frame[frame.columns[1]]
        skeletons = texts.str.replace_all(_VALUE, f">{_MARK}<")
        values = texts.str.extract_all(_VALUE)
        found = [pl.DataFrame({FORM: frame[FORM].clear()})]
        for skeleton in skeletons.unique().drop_nulls():
            slots = self._slots(skeleton)
            if slots is not None:
                alike = skeletons == skeleton
                names = list(map(str, range(len(slots))))
                columns = values.filter(alike).list.to_struct(fields=names).struct.unnest()
                found.append(_typed(frame[FORM].filter(alike), columns, slots))
        return pl.concat(found, how="diagonal").sort(FORM, maintain_order=True)

    def _slots_of(self, skeleton: str) -> tuple[_Slot, ...] | None:
        """What each value belongs to, in their order; None when that cannot be told for sure."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            element = etree.fromstring(skeleton, parser)
        except etree.XMLSyntaxError:
            return None
        if element.tag != self._element:
            return None
        slots: list[_Slot] = []
        return tuple(slots) if _take_slots(element, self._nodes, slots) else None


_Slot = Leaf | Constant


def _take_slots(element: _Element, nodes: Sequence[Node], slots: list[_Slot]) -> bool:
    """Adds the node of each value within `element`; False for whatever is not plain."""
    known = {node.element: node for node in nodes}
    labels = [str(child.tag) for child in element]
    if element.attrib or element.text or len(set(labels)) < len(labels):
        return False
    return all(_take_slot(child, known.get(str(child.tag)), slots) for child in element)


def _take_slot(child: _Element, node: Node | None, slots: list[_Slot]) -> bool:
    if node is None or child.tail:
        return False
    if isinstance(node, Wrapper | Branch):
        inner = node.children if isinstance(node, Wrapper) else node.layout.nodes
        return _take_slots(child, inner, slots)
    slots.append(node)
    many = isinstance(node, Leaf) and node.many
    return child.text == _MARK and not len(child) and not child.attrib and not many


def _typed(forms: pl.Series, columns: pl.DataFrame, slots: Sequence[_Slot]) -> pl.DataFrame:
    """The texts as values; rows with one that cannot be read for sure are left out."""
    import polars as pl

    zones = [
        _values(texts, slot.format).alias(slot.json_name)
        for texts, slot in zip(columns, slots, strict=True)
        if isinstance(slot, Leaf) and slot.json_name not in _NOT_ASKED
    ]
    return pl.DataFrame([forms, *zones]).drop_nulls()


def _values(texts: pl.Series, form: Format) -> pl.Series:
    """Each distinct text, which still has the brackets around it, is read once."""
    import polars as pl

    if form is FORMATS["text"]:
        plain = texts.str.contains("[&\\r]").not_()
        return texts.to_frame("text").select(
            pl.when(plain).then(pl.col("text").str.slice(1, pl.col("text").str.len_chars() - 2))
        )["text"]
    read: dict[str, object] = {}
    for text in texts.unique().drop_nulls():
        value = text[1:-1]
        # A reference stands for another character, and a line end may be one of several.
        if "&" not in value and "\r" not in value:
            try:
                read[text] = form.read(value)
            except (ValueError, OverflowError):
                continue
    dtype = {int: pl.Int64, date: pl.Date, time: pl.Time, str: pl.String}.get(form.value, pl.Object)
    return texts.replace_strict(
        list(read), pl.Series(list(read.values()), dtype=dtype), default=None, return_dtype=dtype
    )


def _branches(nodes: Sequence[Node]) -> Iterator[Branch]:
    for node in nodes:
        if isinstance(node, Branch):
            yield node
        elif isinstance(node, Wrapper):
            yield from _branches(node.children)
