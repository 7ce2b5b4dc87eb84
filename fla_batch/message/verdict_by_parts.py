"""The XSD's verdict on a table of forms: libxml2 judges every different part once.

What forms are made of repeats: which children follow each other in an element, and which texts
stand at a place. One form for each order of children that was not seen before is judged as it
stands, and every different text by its type. Only a yes is given here; whatever is doubtful is
for the judge of the whole message. Decision 1701.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lxml import etree

from fla_batch.message.form_lines import FormBlock, FormLines, NotByLines
from fla_batch.message.form_table import FormTable, Step
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.part_schema import (
    TextSchema,
    between,
    children_are_told_apart,
    judges_by_parts,
    text_schema,
    text_type,
)
from fla_batch.message.xsd_driver import stream
from fla_batch.message.xsd_files import Component, SchemaDocument
from fla_batch.system import xmlsafe
from fla_batch.system.workforce import OwnWorkforce

if TYPE_CHECKING:
    import polars as pl

_MOST_ODD = 1000
"""Forms of a block that are no part of the table: more of them are no quicker one by one."""
_FIRST_SIGN = 0x30


class VerdictByParts:
    """Says of block after block whether libxml2 would find nothing in it."""

    def __init__(
        self, lines: FormLines, schema: etree.XMLSchema, texts: list[tuple[TextSchema, set[int]]]
    ) -> None:
        self.form_lines = lines
        self._schema = schema
        self._texts = texts
        self._judged = {place for _, places in texts for place in places}
        # By the head that they were judged with: it may be wrong where no form is.
        self._known: dict[bytes, set[str]] = {}
        self._named: dict[bytes, bool] = {}
        self._threads = OwnWorkforce()

    @classmethod
    def of(cls, shape: MessageShape, schema: etree.XMLSchema) -> Self | None:
        """None where the XSD lets one place depend on another, or on how many forms there are."""
        lines = FormLines(shape)
        places = lines.places
        forms = places.form.elements[0].declared
        if (
            not judges_by_parts(shape.outline.files)
            or not all(map(children_are_told_apart, places.all))
            or not forms
            or any(each.most is not None for each in forms)
        ):
            return None
        by_document: dict[SchemaDocument, dict[int, Component]] = {}
        for place in places.all:
            found = text_type(place)
            if found is not None:
                component = found.component
                by_document.setdefault(component.document, {})[place.number] = component
        texts = [(text_schema(each, inside), set(inside)) for each, inside in by_document.items()]
        made = [(schema, inside) for schema, inside in texts if schema is not None]
        return cls(lines, schema, made)

    def finds_valid(self, path: Path) -> bool:
        """True when the message at `path` certainly is. Raises OSError.

        Its blocks are looked at side by side; all callers share the threads, and the memory.
        """
        blocks = self.form_lines.blocks(path)
        begun = (self._threads.submit(self.finds_block_valid, block) for block in blocks)
        verdicts: Iterator[bool] = self._threads.in_order(begun)
        try:
            return all(verdicts)
        except NotByLines:
            return False

    def finds_block_valid(self, block: FormBlock) -> bool:
        """True when every form of the block certainly is."""
        table = block.table
        if len(table.odd) > _MOST_ODD or not self._judged.issuperset(table.by_place):
            return False
        try:
            return (
                self._is_named_as_ours(block.head)
                and self._texts_are_valid(table.distinct)
                and self._orders_are_valid(block)
                and all(self._is_valid_alone(block, index) for index in table.odd)
            )
        except (NotByLines, xmlsafe.UnusableXml, etree.LxmlError):
            return False

    def _is_named_as_ours(self, head: bytes) -> bool:
        """True when tags of this message are of the namespaces that they are of in ours."""
        if head not in self._named:
            ours = self._names_in(self.form_lines.shape.around_of()[0].encode())
            met = self._names_in(head)
            self._named[head] = all(met.get(prefix) == uri for prefix, uri in ours.items())
        return self._named[head]

    def _names_in(self, head: bytes) -> dict[str | None, str]:
        """Prefix -> namespace where the forms stand; nothing when that place is not there."""
        around: etree._Element | None = xmlsafe.parse(self.form_lines.message(head, []))
        for step in self.form_lines.shape.form.split("/")[:-1]:
            around = None if around is None else around.find(f"{{*}}{step}")
        return {} if around is None else {None: "", **around.nsmap}

    def _texts_are_valid(self, distinct: dict[int, pl.Series]) -> bool:
        import polars as pl

        for schema, places in self._texts:
            joined = [
                pl.lit(texts).str.join(between(place)).alias(str(place))
                for place, texts in distinct.items()
                if place in places
            ]
            texts = {int(each.name): each[0] for each in pl.select(joined)}
            if texts and stream(schema.schema, BytesIO(schema.message(texts))):
                return False
        return True

    def _is_valid_alone(self, block: FormBlock, index: int) -> bool:
        form = self.form_lines.alone(block.head, block.lines[index])
        return self._schema.validate(form.getroottree())

    def _orders_are_valid(self, block: FormBlock) -> bool:
        """Judges a form for each order of children that was not seen before."""
        new = dict(self._new_orders(block))
        if new:
            chosen = [block.lines[number] for number in sorted(set(new.values()))]
            message = self.form_lines.message(block.head, chosen)
            if stream(self._schema, BytesIO(message)):
                return False
        self._known.setdefault(block.head, set()).update(new)
        return True

    def _new_orders(self, block: FormBlock) -> Iterator[tuple[str, int]]:
        """Each order of children that was not judged yet, and a form that has it."""
        first: dict[str, int] = {}
        for number, signs in enumerate(self._signs(block.table)):
            first.setdefault(signs, number)
        known = self._known.get(block.head, set())
        left, numbers = "\n".join(first), block.table.lines[list(first.values())]
        while "(" in left:
            *pieces, last = left.split(")")
            cut = {piece: piece.rpartition("(") for piece in set(pieces)}
            for order in {order for _, begun, order in cut.values() if begun} - known:
                place = left.index(f"({order})")
                yield order, numbers[left.count("\n", 0, place)]
            # What is around an innermost order stays; what only closes one does with its bracket.
            around = {
                piece: before if begun else f"{piece})" for piece, (before, begun, _) in cut.items()
            }
            left = "".join(map(around.__getitem__, pieces)) + last

    def _signs(self, table: FormTable) -> list[str]:
        """A form a text: a sign for each element, and those in it between brackets."""
        import polars as pl

        per_step = pl.Series([self._sign(step) for step in table.places.steps], dtype=pl.String)
        joined: str = per_step[table.steps].str.join().item()
        return joined.split("\n")[:-1]

    def _sign(self, step: Step) -> str:
        every = self.form_lines.places.all
        left = ")" * sum(bool(every[place].inner) for place in step.left)
        entered = (
            chr(_FIRST_SIGN + place) + "(" * bool(every[place].inner) for place in step.entered
        )
        return left + ("".join(entered) or "\n")
