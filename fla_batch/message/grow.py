"""The lines of a binding grown into a tree along the XSD.

What the XSD says is not written by hand: the namespace of each element, its form, its order
among its neighbours, and which element of a path is repeated for the items of a list. A path
that the XSD lacks still grows, so that `schema check` can name all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import WriteCondition
from fla_batch.message.growing_tree import BlockRow, GrowingElement
from fla_batch.message.text_sources import exclude, field_named, text_source
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, is_list, repeats_of, zones_of
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

VALUE = ""
"""The only field of the block that stands for one value of a list of values."""

Layouts = Mapping[str, list[BindingLine]]


class Grower:
    """Grows the lines of layouts from a node. Raises ProfileMistake, which names the line."""

    def __init__(self, layouts: Layouts, known: Mapping[str, tuple[type[Block], ...]]) -> None:
        self._layouts = layouts
        self._known = known
        self.used: set[str] = set()

    def form(self, node: GrowingElement, layout: str, models: tuple[type[Block], ...]) -> BlockRow:
        """Grow a form in `node`; the row of its blocks."""
        row = BlockRow(None, [models])
        self._layout(layout, row, 0, node, WriteCondition())
        return row

    def fixed(self, node: GrowingElement, lines: list[BindingLine]) -> None:
        """Grow lines that carry no zone, as in the header of a message."""
        row = BlockRow(None, [()])
        for line in lines:
            if line.field_name is not None:
                raise line.mistake("around the forms there are constants and templates only")
            self._text(line, row, 0, self._end(node, line, WriteCondition()), WriteCondition())

    def _layout(
        self, name: str, row: BlockRow, block: int, node: GrowingElement, around: WriteCondition
    ) -> None:
        if name not in self._layouts:
            raise ProfileMistake(f"the binding has no layout for block {name}")
        self.used.add(name)
        for line in self._layouts[name]:
            mark = WriteCondition(
                line.only & around.only if line.only and around.only else line.only or around.only,
                line.answers or around.answers,
                line.always,
            )
            self._line(line, row, block, node, mark)

    def _line(
        self,
        line: BindingLine,
        row: BlockRow,
        block: int,
        node: GrowingElement,
        mark: WriteCondition,
    ) -> None:
        if line.field_name is None or line.field_name.startswith(EXTRA_ZONE):
            self._text(line, row, block, self._end(node, line, mark), mark)
            return
        model, field_name = field_named(line, row.models[block])
        inner = blocks_of(model).get(field_name)
        if inner is not None or line.block is not None:
            self._require_block(line, inner)
        if is_list(model, field_name):
            self._list(line, row, block, node, mark, (model, field_name, inner))
            return
        end = self._end(node, line, mark)
        if inner is None:
            self._text(line, row, block, end, mark, field_name)
            return
        index = row.block(block, field_name, line.field_name, inner)
        end.opens.append((row, index))
        end.label = end.label or inner.__name__
        self._layout(str(line.block), row, index, end, mark)

    def _list(
        self,
        line: BindingLine,
        row: BlockRow,
        block: int,
        node: GrowingElement,
        mark: WriteCondition,
        about: tuple[type[Block], str, type[Block] | None],
    ) -> None:
        model, field_name, inner = about
        chain = list(self._chain(node, line, mark))
        repeated = _repeated(chain, line)
        if repeated.repeat is not None:
            raise line.mistake(f"{repeated.name} is repeated for another list already")
        items = BlockRow(row, [(inner,) if inner else ()])
        zone, repeats = zones_of(model).get(field_name), repeats_of(model).get(field_name)
        most = zone.many if zone else repeats.most if repeats else None
        name = str(line.field_name)
        repeated.repeat = (row, block, field_name, name, items, inner is None, most)
        if inner is None:
            self._text(line, items, 0, chain[-1], mark, VALUE, (model, field_name))
            return
        repeated.label = repeated.label or inner.__name__
        self._layout(str(line.block), items, 0, chain[-1], mark)

    def _require_block(self, line: BindingLine, inner: type[Block] | None) -> None:
        wanted = inner.__name__ if inner is not None else "no block"
        named = line.block or "nothing of a block"
        if line.block == wanted and wanted not in self._layouts:
            raise line.mistake(f"the binding has no layout for block {wanted}")
        foreign = line.block in self._known and line.block != wanted
        if inner is None or line.block not in self._layouts or foreign:
            raise line.mistake(
                f"the field {line.field_name} holds {wanted}, and the binding says {named}"
            )

    def _chain(
        self, node: GrowingElement, line: BindingLine, mark: WriteCondition
    ) -> Iterator[GrowingElement]:
        """The elements of the line's path, opened and marked."""
        for step in line.path:
            node = node.child(step, line)
            node.marks.append(mark)
            yield node

    def _end(self, node: GrowingElement, line: BindingLine, mark: WriteCondition) -> GrowingElement:
        return [node, *self._chain(node, line, mark)][-1]

    def _text(
        self,
        line: BindingLine,
        row: BlockRow,
        block: int,
        node: GrowingElement,
        mark: WriteCondition,
        field_name: str | None = None,
        listed: tuple[type[Block], str] | None = None,
    ) -> None:
        """One more text of an element or attribute."""
        source = text_source(line, mark, row, block, field_name, listed)
        places = node.texts
        if line.attribute is not None:
            places = node.attributes.setdefault(line.attribute, [])
        for other in places:
            if not exclude(source, other):
                label = line.label.rpartition("/")[2]
                raise line.mistake(
                    f"{label} stands twice; the first is {other.line.where}",
                    hint="One element carries one zone; remove one of the two lines.",
                )
        places.append(source)


def _repeated(chain: list[GrowingElement], line: BindingLine) -> GrowingElement:
    """The element that stands once per item: the innermost that the XSD lets repeat."""
    if not chain:
        raise line.mistake("a list needs an element of its own, not an attribute")
    if line.each is not None:
        if line.each != line.path[: len(line.each)]:
            raise line.mistake(f"each = {'/'.join(line.each)!r} is no beginning of its path")
        return chain[len(line.each) - 1]
    return next((node for node in reversed(chain) if node.may_repeat), chain[-1])
