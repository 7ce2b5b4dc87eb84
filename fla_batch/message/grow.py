"""The lines of a binding grown into a tree along the XSD.

What the XSD says is not written by hand: the namespace of each element, its form, its order
among its neighbours, and which element of a path is repeated for the items of a list. A path
that the XSD lacks still grows, so that `schema check` can name all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fla_batch.message import value_formats as formats
from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import (
    Attribute,
    BlockPlace,
    Element,
    FixedText,
    FormTree,
    Repeat,
    TemplateText,
    Text,
    ToldApart,
    WriteCondition,
    ZoneText,
)
from fla_batch.message.format_options import duration, number, pattern
from fla_batch.message.namespaces import Namespaces
from fla_batch.message.templates import NAMES, unknown_names
from fla_batch.message.value_formats import Format
from fla_batch.message.xsd_outline import Declared, flat
from fla_batch.models.block import Block
from fla_batch.models.declaration import EXTRA_ZONE
from fla_batch.models.zone import Presence, Zone, blocks_of, is_list, repeats_of, zones_of
from fla_batch.vocabulary.errors import ProfileMistake

VALUE = ""
"""The only field of the block that stands for one value of a list of values."""

Layouts = Mapping[str, list[BindingLine]]


@dataclass(eq=False)
class _BlockRow:
    """The blocks of a form, or of an item of a list; `above` is what the item is in."""

    above: _BlockRow | None
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


@dataclass(frozen=True, slots=True)
class _Source:
    """A text of the tree before the indexes of blocks are known."""

    line: BindingLine
    mark: WriteCondition
    row: _BlockRow
    block: int = 0
    field_name: str | None = None
    json_name: str | None = None
    format: Format | None = None
    zone: Zone | None = None


@dataclass(eq=False)
class _Node:
    """An element that grows."""

    name: str
    declared: tuple[Declared, ...]
    namespace: str
    line: BindingLine | None = None
    children: dict[str, _Node] = field(default_factory=dict)
    attributes: dict[str, list[_Source]] = field(default_factory=dict)
    texts: list[_Source] = field(default_factory=list)
    marks: list[WriteCondition] = field(default_factory=list)
    repeat: tuple[_BlockRow, int, str, str, _BlockRow, bool, int | None] | None = None
    opens: list[tuple[_BlockRow, int]] = field(default_factory=list)
    label: str | None = None

    def child(self, name: str, line: BindingLine | None) -> _Node:
        """The element of that label in this one, opened where it is not there yet."""
        if name not in self.children:
            found = tuple(one for each in self.declared[:1] for one in each.named(name))
            namespace = found[0].namespace if found else self.namespace
            self.children[name] = _Node(name, found, namespace, line)
        return self.children[name]

    @property
    def may_repeat(self) -> bool:
        """True when the XSD lets it stand several times beside itself."""
        return any(one.most is None or one.most > 1 for one in self.declared)


def root_of(name: str, declared: tuple[Declared, ...], namespace: str) -> _Node:
    """A tree that begins with that element."""
    return _Node(name, declared, namespace)


class Grower:
    """Grows the lines of layouts from a node. Raises ProfileMistake, which names the line."""

    def __init__(self, layouts: Layouts, known: Mapping[str, tuple[type[Block], ...]]) -> None:
        self._layouts = layouts
        self._known = known
        self.used: set[str] = set()

    def form(self, node: _Node, layout: str, models: tuple[type[Block], ...]) -> _BlockRow:
        """Grow a form in `node`; the row of its blocks."""
        row = _BlockRow(None, [models])
        self._layout(layout, row, 0, node, WriteCondition())
        return row

    def fixed(self, node: _Node, lines: list[BindingLine]) -> None:
        """Grow lines that carry no zone, as in the header of a message."""
        row = _BlockRow(None, [()])
        for line in lines:
            if line.field_name is not None:
                raise line.mistake("around the forms there are constants and templates only")
            self._text(line, row, 0, self._end(node, line, WriteCondition()), WriteCondition())

    def _layout(
        self, name: str, row: _BlockRow, block: int, node: _Node, around: WriteCondition
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
        self, line: BindingLine, row: _BlockRow, block: int, node: _Node, mark: WriteCondition
    ) -> None:
        if line.field_name is None or line.field_name.startswith(EXTRA_ZONE):
            self._text(line, row, block, self._end(node, line, mark), mark)
            return
        model, field_name = _field(line, row.models[block])
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
        row: _BlockRow,
        block: int,
        node: _Node,
        mark: WriteCondition,
        about: tuple[type[Block], str, type[Block] | None],
    ) -> None:
        model, field_name, inner = about
        chain = list(self._chain(node, line, mark))
        repeated = _repeated(chain, line)
        if repeated.repeat is not None:
            raise line.mistake(f"{repeated.name} is repeated for another list already")
        items = _BlockRow(row, [(inner,) if inner else ()])
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

    def _chain(self, node: _Node, line: BindingLine, mark: WriteCondition) -> Iterator[_Node]:
        """The elements of the line's path, opened and marked."""
        for step in line.path:
            node = node.child(step, line)
            node.marks.append(mark)
            yield node

    def _end(self, node: _Node, line: BindingLine, mark: WriteCondition) -> _Node:
        return [node, *self._chain(node, line, mark)][-1]

    def _text(
        self,
        line: BindingLine,
        row: _BlockRow,
        block: int,
        node: _Node,
        mark: WriteCondition,
        field_name: str | None = None,
        listed: tuple[type[Block], str] | None = None,
    ) -> None:
        """One more text of an element or attribute."""
        source = _source(line, mark, row, block, field_name, listed)
        places = node.texts
        if line.attribute is not None:
            places = node.attributes.setdefault(line.attribute, [])
        for other in places:
            if not _exclude(source, other):
                label = line.label.rpartition("/")[2]
                raise line.mistake(
                    f"{label} stands twice; the first is {other.line.where}",
                    hint="One element carries one zone; remove one of the two lines.",
                )
        places.append(source)


def _repeated(chain: list[_Node], line: BindingLine) -> _Node:
    """The element that stands once per item: the innermost that the XSD lets repeat."""
    if not chain:
        raise line.mistake("a list needs an element of its own, not an attribute")
    if line.each is not None:
        if line.each != line.path[: len(line.each)]:
            raise line.mistake(f"each = {'/'.join(line.each)!r} is no beginning of its path")
        return chain[len(line.each) - 1]
    return next((node for node in reversed(chain) if node.may_repeat), chain[-1])


def _exclude(source: _Source, other: _Source) -> bool:
    """True when never both have a text: for other kinds of form, or one of two zones."""
    if source.mark.only and other.mark.only and not source.mark.only & other.mark.only:
        return True
    names = {source.field_name, other.field_name}
    return len(names) == 2 and all(_is_one_of_two(each) for each in (source, other))


def _is_one_of_two(source: _Source) -> bool:
    if source.field_name is None:
        return False
    models = source.row.models[source.block]
    zones = [zones_of(model).get(source.field_name) for model in models]
    return any(zone is not None and zone.presence is Presence.ONE_OF for zone in zones)


def _source(
    line: BindingLine,
    mark: WriteCondition,
    row: _BlockRow,
    block: int,
    field_name: str | None,
    listed: tuple[type[Block], str] | None,
) -> _Source:
    if line.template is not None:
        odd = unknown_names(line.template)
        if odd:
            raise line.mistake(f"a template knows {', '.join(NAMES)}, not {', '.join(odd)}")
        return _Source(line, mark, row, block)
    if line.constant is not None and line.field_name is None:
        if line.when is None:
            return _Source(line, mark, row, block)
        _, when = _field(line, row.models[block], line.when)
        return _Source(line, mark, row, block, when, line.when)
    if field_name is None:  # a zone that the models do not have
        name = str(line.field_name)
        top = row
        while top.above is not None:
            top = top.above
        return _Source(line, mark, top, 0, name, name, _format(line, formats.FORMATS["text"]))
    model, name = listed or _field(line, row.models[block])
    form = _format(line, formats.for_annotation(model.model_fields[name].annotation))
    zone = zones_of(model).get(name)
    return _Source(line, mark, row, block, field_name, line.field_name, form, zone)


def _format(line: BindingLine, usual: Format) -> Format:
    """The format that the line asks for. Raises ProfileMistake when it cannot carry the field."""
    try:
        kind, _, unit = (line.format or "").partition(":")
        if line.pattern is not None:
            form = pattern(line.pattern)
        elif line.options or kind == "number":
            form = number(line.options)
        elif kind == "duration":
            form = duration(unit)
        else:
            form = formats.named(line.format) if line.format else usual
    except ProfileMistake as error:
        raise line.mistake(str(error)) from error
    if form.value is not usual.value:
        raise line.mistake(
            f"the format {form.name} does not fit {line.field_name}, which is usually written as "
            f"{usual.name}"
        )
    return formats.coded(form, line.codes) if line.codes else form


def _field(
    line: BindingLine, models: tuple[type[Block], ...], name: str | None = None
) -> tuple[type[Block], str]:
    wanted = name or line.field_name
    for model in models:
        for field_name, info in model.model_fields.items():
            if wanted == (info.alias or field_name):
                return model, field_name
    raise line.mistake(f"the models have no field {wanted}")


def finished(node: _Node, row: _BlockRow, names: Namespaces, around: str | None) -> FormTree:
    """The tree of a form; `around` is the default namespace of what it stands in."""
    return FormTree(_element(node, names, around), row.finished())


def element_of(node: _Node, names: Namespaces, around: str | None) -> Element:
    """The tree of what stands around the forms."""
    return _element(node, names, around)


def namespaces_in(node: _Node) -> set[str]:
    """The namespaces of the element and of all in it."""
    found = {node.namespace}
    for child in node.children.values():
        found |= namespaces_in(child)
    return found


def _element(node: _Node, names: Namespaces, around: str | None) -> Element:
    start, end, inside = names.tags(node.name, node.namespace, around)
    children = tuple(_element(child, names, inside) for child in _ordered(node))
    repeat = None
    if node.repeat is not None:
        row, block, field_name, json_name, items, values, most = node.repeat
        repeat = Repeat(
            row.first + block, field_name, json_name, items.first, items.finished(), values, most
        )
    return Element(
        name=node.name,
        namespace=node.namespace,
        tag=_tag(node.name, node.namespace),
        start=start,
        end=end,
        attributes=tuple(_attribute(node, name, names) for name in node.attributes),
        texts=tuple(_text_of(source, _told(source, node.texts, node)) for source in node.texts),
        children=tuple(_telling(child, children) for child in children),
        marks=tuple(dict.fromkeys(node.marks)),
        repeat=repeat,
        opens=tuple(row.first + index for row, index in node.opens),
        block_label=node.label,
        line=node.line,
        declared=node.declared,
    )


def _attribute(node: _Node, name: str, names: Namespaces) -> Attribute:
    declared = [each.attributes[name] for each in node.declared[:1] if name in each.attributes]
    namespace = declared[0].namespace if declared else ""
    texts = tuple(_text_of(source, None) for source in node.attributes[name])
    written = names.attribute(name, namespace)
    return Attribute(name, _tag(name, namespace), written, texts, tuple(declared))


def _ordered(node: _Node) -> list[_Node]:
    """The children in the order of the XSD; what it does not know stays behind its neighbour."""
    offered: dict[tuple[str, str], int] = {}
    if node.declared:
        for place, item in enumerate(flat(node.declared[0].content)):
            if isinstance(item, Declared):
                offered.setdefault((item.namespace, item.name), place)
    last, placed = -1, []
    for child in node.children.values():
        last = offered.get((child.namespace, child.name), last)
        placed.append((last, child))
    return [child for _, child in sorted(placed, key=lambda pair: pair[0])]


def _tag(name: str, namespace: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _text_of(source: _Source, told: ToldApart | None) -> Text:
    line, mark = source.line, source.mark
    if line.template is not None:
        return TemplateText(line.template, mark, line)
    block = source.row.first + source.block
    if source.format is None:
        return FixedText(str(line.constant), mark, line, block, source.field_name, source.json_name)
    name, json_name = str(source.field_name), str(source.json_name)
    return ZoneText(block, name, json_name, source.format, source.zone, mark, line, told)


def _told(source: _Source, all_of_them: list[_Source], node: _Node) -> ToldApart | None:
    """The attribute of the element that tells which of several zones its text is."""
    if source.format is None or len(all_of_them) < 2:
        return None
    for name, texts in node.attributes.items():
        for text in texts:
            if text.format is None and text.field_name == source.field_name:
                return ToldApart(name, None, str(text.line.constant))
    return None


def _telling(child: Element, children: tuple[Element, ...]) -> Element:
    """The element with its zones told apart by constants beside it."""
    if len(child.texts) < 2:
        return child
    texts: list[Text] = []
    for text in child.texts:
        if isinstance(text, ZoneText) and text.told is None:
            texts.append(replace(text, told=_told_beside(text, children)))
        else:
            texts.append(text)
    return replace(child, texts=tuple(texts))


def _told_beside(text: ZoneText, children: tuple[Element, ...]) -> ToldApart | None:
    for other in children:
        for fixed in other.texts:
            if isinstance(fixed, FixedText) and fixed.field_name == text.field_name:
                return ToldApart(None, other.tag, fixed.text)
    return None
