"""What a tree is while it grows: elements that are opened, their texts, and rows of blocks.

Indexes of blocks are known only when all rows are grown; then `tree_finish` makes the tree of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import BlockPlace, WriteCondition
from fla_batch.message.value_formats import Format
from fla_batch.message.xsd_content import XSI_TYPE, Declared, TypeChoice, most_times
from fla_batch.models.block import Block
from fla_batch.models.zone import Zone


@dataclass(eq=False)
class BlockRow:
    """The blocks of a form, or of an item of a list; `above` is what the item is in."""

    above: BlockRow | None
    models: list[tuple[type[Block], ...]]
    places: list[tuple[int, str, str]] = field(default_factory=lambda: [(-1, "", "")])

    @property
    def first(self) -> int:
        """Index of its first block, when all rows are grown."""
        return self.above.first + len(self.above.places) if self.above else 0

    def block(self, parent: int, field_name: str, json_name: str, model: type[Block]) -> int:
        """Index, within this row, of the block in that field."""
        place = (parent, field_name, json_name)
        if place not in self.places:
            self.places.append(place)
            self.models.append((model,))
        return self.places.index(place)

    def finished(self) -> tuple[BlockPlace, ...]:
        return tuple(
            BlockPlace(self.first + parent if parent >= 0 else -1, name, json, _model(models))
            for (parent, name, json), models in zip(self.places, self.models, strict=True)
        )


def _model(models: tuple[type[Block], ...]) -> type[Block] | None:
    return models[0] if models else None


class TextSource(NamedTuple):
    """A text of the tree before the indexes of blocks are known."""

    line: BindingLine
    mark: WriteCondition
    row: BlockRow
    block: int = 0
    field_name: str | None = None
    json_name: str | None = None
    format: Format | None = None
    zone: Zone | None = None


@dataclass(eq=False)
class GrowingElement:
    """An element that grows."""

    name: str
    declared: tuple[Declared, ...]
    namespace: str
    line: BindingLine | None = None
    most: int | None = 1
    children: dict[str, GrowingElement] = field(default_factory=dict)
    attributes: dict[str, list[TextSource]] = field(default_factory=dict)
    texts: list[TextSource] = field(default_factory=list)
    marks: list[WriteCondition] = field(default_factory=list)
    repeat: tuple[BlockRow, int, str, str, BlockRow, bool, int | None] | None = None
    opens: list[tuple[BlockRow, int]] = field(default_factory=list)
    label: str | None = None

    def child(self, name: str, line: BindingLine | None) -> GrowingElement:
        """The element of that label in this one, opened where it is not there yet."""
        if name not in self.children:
            found = tuple(one for each in self.declared[:1] for one in each.named(name))
            namespace = found[0].namespace if found else self.namespace
            most: int | None = 1
            if found:
                most = most_times(self.declared[0].content, found[0])
            self.children[name] = GrowingElement(name, found, namespace, line, most)
        return self.children[name]

    def type_namespace(self, source: TextSource) -> str:
        """The namespace of the type that its `xsi:type` names; its own for one unknown."""
        chosen = [each.attributes.get(XSI_TYPE) for each in self.declared[:1]]
        types = [each.types for each in chosen if isinstance(each, TypeChoice)]
        named = types[0].get(str(source.line.constant)) if types else None
        return self.namespace if named is None else named.document.namespace

    @property
    def may_repeat(self) -> bool:
        """True when the XSD lets it stand several times beside itself."""
        return self.most != 1


def namespaces_in(node: GrowingElement) -> set[str]:
    """The namespaces of the element and of all in it."""
    found = {node.namespace}
    for child in node.children.values():
        found |= namespaces_in(child)
    return found


def other_types_in(node: GrowingElement) -> set[str]:
    """The namespaces of types that elements of another one say that they are of."""
    found = {node.type_namespace(each) for each in node.attributes.get(XSI_TYPE, [])}
    found -= {node.namespace, ""}
    for child in node.children.values():
        found |= other_types_in(child)
    return found
