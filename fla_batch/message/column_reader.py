"""Forms read by whole columns: forms with the same tags are read alike, only their texts differ.

A form's skeleton is its text with every value replaced by a mark. A message of a million forms
has few skeletons; each is read once, by a real XML parser and the binding, which tells which
value belongs to which zone. What does not fit is left to `FormReader`: forms that stand on
several lines, comments, references, attributes that the binding does not know, repeated zones,
several inner blocks, an element that may be one of two zones.

Only for messages that their XSD found valid: nothing is looked at here but the values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from fla_batch.message.binding_lines import EXTRA
from fla_batch.message.form_tree import Element, Text, ZoneText, elements
from fla_batch.message.message_shape import CONTEXT, MessageShape
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

_MARK = "."
_MOST_SKELETONS = 1_000


class ColumnReader:
    """Reads forms of the declaration message with a block that repeats, such as trainings."""

    def __init__(self, shape: MessageShape, repeated: str) -> None:
        """`repeated` is the field of that block. Raises ValueError when the form has no such."""
        form = shape.tree.form
        found = next((each for each in elements(form) if _repeats(each, repeated)), None)
        if found is None or found.attributes or found is form:
            raise ValueError(f"a form has no block {repeated} that can be cut out")
        self._start, self._end = f"{found.start}>", found.end
        self._form = _Skeletons(form, shape.context(form))
        self._block = _Skeletons(found, shape.context(found))

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
    """Reads texts of one kind of element by their skeletons.

    `context` is the start tag of an element with the namespaces that the texts stand in.
    """

    def __init__(self, node: Element, context: str) -> None:
        self._node = node
        self._context = context
        self._value, self._marked = _patterns(node)
        self._slots = lru_cache(_MOST_SKELETONS)(self._slots_of)

    def read(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The zones of each text in `frame`; rows that cannot be read are left out."""
        import polars as pl

        texts = frame[frame.columns[1]]
        skeletons = texts.str.replace_all(self._value, self._marked)
        values = texts.str.extract_all(self._value)
        found = [pl.DataFrame({FORM: frame[FORM].clear()})]
        for skeleton in skeletons.unique().drop_nulls():
            slots = self._slots(skeleton)
            if slots is not None:
                alike = skeletons == skeleton
                names = list(map(str, range(len(slots))))
                columns = values.filter(alike).list.to_struct(fields=names).struct.unnest()
                found.append(_typed(frame[FORM].filter(alike), columns, slots))
        return pl.concat(found, how="diagonal").sort(FORM, maintain_order=True)

    def _slots_of(self, skeleton: str) -> tuple[Text, ...] | None:
        """What each value belongs to, in their order; None when that cannot be told for sure."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            around = etree.fromstring(f"{self._context}{skeleton}</{CONTEXT}>", parser)
        except etree.XMLSyntaxError:
            return None
        if len(around) != 1 or around[0].tag != self._node.tag:
            return None
        slots: list[Text] = []
        return tuple(slots) if _take_slots(around[0], self._node, slots) else None


def _patterns(node: Element) -> tuple[str, str]:
    """What a value is, with a character around it, and what is put in its place."""
    names = {each.written for element in elements(node) for each in element.attributes}
    if not names:
        return ">[^<]+<", f">{_MARK}<"
    labels = "|".join(map(re.escape, sorted(names)))
    return rf'(>)[^<]+(<)|( (?:{labels})=")[^"<]*(")', f"${{1}}${{3}}{_MARK}${{2}}${{4}}"


def _take_slots(found: _Element, node: Element, slots: list[Text]) -> bool:
    """Adds what each value within `found` is; False for whatever is not plain."""
    if not _take_attributes(found, node, slots) or not _take_text(found, node, slots):
        return False
    known = {child.tag: child for child in node.children}
    labels = [str(child.tag) for child in found]
    if len(set(labels)) < len(labels):
        return False
    return all(_take_child(child, known.get(str(child.tag)), slots) for child in found)


def _take_child(child: _Element, node: Element | None, slots: list[Text]) -> bool:
    if node is None or child.tail or (node.repeat is not None and node.repeat.values):
        return False
    return _take_slots(child, node, slots)


def _take_attributes(found: _Element, node: Element, slots: list[Text]) -> bool:
    known = {attribute.tag: attribute for attribute in node.attributes}
    for name in found.attrib:
        attribute = known.get(str(name))
        if attribute is None or len(attribute.texts) != 1:
            return False
        slots.append(attribute.texts[0])
    return True


def _take_text(found: _Element, node: Element, slots: list[Text]) -> bool:
    if not node.texts:
        return not found.text
    slots.extend(node.texts[:1])
    return found.text == _MARK and not len(found) and len(node.texts) == 1


def _typed(forms: pl.Series, columns: pl.DataFrame, slots: Sequence[Text]) -> pl.DataFrame:
    """The texts as values; rows with one that cannot be read for sure are left out."""
    import polars as pl

    zones = [
        _values(texts, slot.format).alias(slot.json_name)
        for texts, slot in zip(columns, slots, strict=True)
        if isinstance(slot, ZoneText) and _is_asked(slot)
    ]
    return pl.DataFrame([forms, *zones]).drop_nulls()


def _is_asked(zone: ZoneText) -> bool:
    return zone.json_name not in _NOT_ASKED and not zone.field_name.startswith(EXTRA)


def _inside(text: str) -> str:
    """A value without what stands around it: brackets, or the name and quotes of an attribute."""
    return text[text.index('"') + 1 : -1] if text.startswith(" ") else text[1:-1]


def _values(texts: pl.Series, form: Format) -> pl.Series:
    """Each distinct text, which still has around it what a value ends at, is read once."""
    import polars as pl

    if form is FORMATS["text"] and not texts.str.starts_with(" ").any():
        plain = texts.str.contains("[&\\r]").not_()
        return texts.to_frame("text").select(
            pl.when(plain).then(pl.col("text").str.slice(1, pl.col("text").str.len_chars() - 2))
        )["text"]
    read: dict[str, object] = {}
    for text in texts.unique().drop_nulls():
        value = _inside(text)
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


def _repeats(element: Element, field_name: str) -> bool:
    repeat = element.repeat
    return repeat is not None and not repeat.values and repeat.field_name == field_name
