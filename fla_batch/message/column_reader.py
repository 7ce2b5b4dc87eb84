"""Forms of declarations read by whole columns, whatever zones each of them has.

All texts of a message are cut out at once (`form_table`); the binding's tree tells which zone each
place is, and counting the start tags of blocks that repeat tells which of them a text is in. Each
distinct text is read once. What does not fit is left to `FormReader`: what the table calls odd,
places that are not bound to one zone, zones that repeat, and empty or unreadable values.

Only for messages that their XSD found valid: nothing is looked at here but the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from fla_batch.message.form_table import FormPlace, FormTable, Places, written
from fla_batch.message.form_tree import Element, ZoneText
from fla_batch.message.value_formats import FORMATS, Format
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.models.form import FormHeader, Reference
from fla_batch.models.zone import json_name
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

if TYPE_CHECKING:
    import polars as pl

_IDENTIFICATION = json_name(FormHeader, "identification")
_NOT_ASKED = frozenset(
    json_name(model, name) for model in (FormHeader, Reference) for name in model.model_fields
) - {_IDENTIFICATION}
"""Zones of the header differ from form to form, and no rule looks at them."""

_MOST_REMEMBERED = 10_000
"""Texts of a zone, of which more are different only where all are."""


class Declarations(NamedTuple):
    """Declarations of one kind; `forms` has the line of each, from 0."""

    kind: FormKind
    forms: pl.Series
    blocks: Blocks


class _Column(NamedTuple):
    """The zone whose texts stand at `place`; `many` when it may stand several times.

    `read` gives the value that a text with its references means, None for one that is not of the
    format or empty. It remembers: files have the same texts over and over.
    """

    place: int
    json_name: str
    format: Format
    many: bool
    read: Callable[[str], object]

    def values(self, texts: pl.Series, distinct: pl.Series) -> pl.Series:
        """The value of each of `texts`, of which each `distinct` one is read once."""
        import polars as pl

        if self.format is FORMATS["text"] and not distinct.str.contains("&", literal=True).any():
            return texts
        kinds = {int: pl.Int64, date: pl.Date, time: pl.Time, str: pl.String}
        dtype = kinds.get(self.format.value, pl.Object)
        values = pl.Series([self.read(text) for text in distinct], dtype=dtype)
        return values[texts.cast(pl.Enum(distinct)).to_physical()]


@dataclass(slots=True)
class _Level:
    """The form, or a block that repeats: `field_name` of the level around holds it."""

    place: int
    field_name: str
    columns: list[_Column] = field(default_factory=list)
    inner: list[_Level] = field(default_factory=list)


class ColumnReader:
    """Reads forms that stand on a line each."""

    def __init__(self, places: Places, identifications: Mapping[FormKind, str]) -> None:
        self._identifications = identifications
        self._plain: set[int] = set()
        self._top = _Level(places.form.number, "")
        self._plan_inside(places.form.elements[0], places.form, self._top, set())

    def _plan_inside(
        self, element: Element, place: FormPlace, level: _Level, taken: set[int]
    ) -> None:
        for child in element.children:
            self._plan(child, place.inner[written(child)], level, taken)

    def _plan(self, element: Element, place: FormPlace, level: _Level, taken: set[int]) -> None:
        """Adds the columns and levels of an element; a place that is taken has no one meaning."""
        number, repeat = place.number, element.repeat
        if repeat is not None and not repeat.values:
            below = _Level(number, repeat.field_name)
            level.inner.append(below)
            level = below
        if len(element.texts) == 1 and number not in taken:
            text, many = element.texts[0], repeat is not None and repeat.values
            self._plain.add(number)
            if isinstance(text, ZoneText) and _is_asked(text):
                name = repeat.json_name if repeat is not None and many else text.json_name
                read = lru_cache(_MOST_REMEMBERED)(partial(_value, text.format))
                level.columns.append(_Column(number, name, text.format, many, read))
        elif element.texts:
            self._plain.discard(number)
        if element.texts:
            taken.add(number)
        self._plan_inside(element, place, level, taken)

    def read(self, table: FormTable) -> Iterator[Declarations]:
        """The declarations of a table of which everything could be read, kind by kind."""
        reading = _Reading(table, self._plain)
        blocks = reading.blocks(self._top)
        good = ~table.lines.is_in(reading.left.implode())
        if _IDENTIFICATION not in blocks.frame.columns:
            return
        for kind, identification in self._identifications.items():
            wanted = good & (blocks.frame[_IDENTIFICATION] == identification)
            wanted = wanted.fill_null(value=False)
            if wanted.any():
                yield Declarations(kind, table.lines.filter(wanted), blocks.filter(wanted))


class _Reading:
    """The values of one table. `left` are the forms in which something could not be read."""

    def __init__(self, table: FormTable, plain: set[int]) -> None:
        self._table = table
        strange = (texts for place, texts in table.by_place.items() if place not in plain)
        self._left = [table.steps.clear(), *(texts["row"] for texts in strange)]

    @property
    def left(self) -> pl.Series:
        import polars as pl

        rows = pl.concat(self._left)
        return self._table.forms[rows].unique() if len(rows) else self._table.lines.clear()

    def blocks(self, level: _Level) -> Blocks:
        """The blocks of a level, with those inside."""
        import polars as pl

        instances = self._table.instances(level.place)
        count = int(instances[-1]) + 1 if len(instances) else 0
        columns = {
            column.json_name: found
            for column in level.columns
            if (found := self._column(column, instances, count)) is not None
        }
        index = pl.int_range(count, eager=True).alias("#block")
        inner = {
            below.field_name: InnerBlocks(instances.filter(entered), self.blocks(below))
            for below in level.inner
            if (entered := self._table.entered(below.place)).any()
        }
        return Blocks(pl.DataFrame({"#block": index} | columns), inner)

    def _column(self, column: _Column, instances: pl.Series, count: int) -> pl.Series | None:
        """The values of a zone, one for each block of its level; None when it is nowhere."""
        import polars as pl

        texts = self._table.by_place.get(column.place)
        if texts is None:
            return None
        blocks = instances[texts["row"]]
        values = column.values(texts["text"], self._table.distinct[column.place])
        if values.null_count():
            self._left.append(texts["row"].filter(values.is_null()))
        if column.many:
            found = pl.DataFrame({"block": blocks, "value": values})
            found = found.group_by("block", maintain_order=True).agg("value")
            blocks, values = found["block"], found["value"]
        if (blocks[1:] == blocks[:-1]).any():  # a zone that the binding has once
            again = (blocks == blocks.shift(1)).fill_null(value=False)
            self._left.append(texts["row"].filter(again))
            blocks, values = blocks.filter(~again), values.filter(~again)
        if len(blocks) == count:
            return values
        rows = pl.int_range(len(blocks), eager=True)
        return values[blocks.clear(count).scatter(blocks, rows)]


def _is_asked(zone: ZoneText) -> bool:
    return zone.json_name not in _NOT_ASKED and not zone.field_name.startswith(EXTRA_ZONE)


def _value(form: Format, text: str) -> object:
    try:
        return form.read(_resolved(text) if "&" in text else text)
    except (ValueError, OverflowError, etree.XMLSyntaxError):
        return None


def _resolved(text: str) -> str:
    """The text for which references stand. Raises XMLSyntaxError for one that XML lacks."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    element = etree.fromstring(f"<text>{text}</text>", parser)
    if len(element):  # a reference to an entity that only a DTD could tell
        raise ValueError
    return element.text or ""
