"""A grown tree finished: indexes of blocks, tags as they are written, the order of the XSD."""

from __future__ import annotations

from dataclasses import replace

from fla_batch.message.form_tree import (
    Attribute,
    Element,
    FixedText,
    FormTree,
    Repeat,
    TemplateText,
    Text,
    ToldApart,
    ZoneText,
)
from fla_batch.message.growing_tree import BlockRow, GrowingElement, TextSource
from fla_batch.message.namespaces import Namespaces
from fla_batch.message.xsd_content import XSI_TYPE, Declared, Name, flat, in_turn


def finished(
    node: GrowingElement, row: BlockRow, names: Namespaces, around: str | None
) -> FormTree:
    """The tree of a form; `around` is the default namespace of what it stands in."""
    return FormTree(element_of(node, names, around), row.finished())


def element_of(node: GrowingElement, names: Namespaces, around: str | None) -> Element:
    """An element and all in it: what stands around the forms, or a form."""
    start, end, inside = names.tags(node.name, node.namespace, around)
    children = tuple(element_of(child, names, inside) for child in _ordered(node))
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
        most=node.most,
    )


def _attribute(node: GrowingElement, name: str, names: Namespaces) -> Attribute:
    declared = [each.attributes[name] for each in node.declared[:1] if name in each.attributes]
    namespace = declared[0].namespace if declared else ""
    texts: list[Text] = []
    for source in node.attributes[name]:
        text = _text_of(source, None)
        if name == XSI_TYPE and isinstance(text, FixedText):
            text = replace(text, text=names.attribute(text.text, node.type_namespace(source)))
        texts.append(text)
    written = names.attribute(name, namespace)
    tag = _tag(name.removeprefix("xsi:"), namespace)
    return Attribute(name, tag, written, tuple(texts), tuple(declared))


def _ordered(node: GrowingElement) -> list[GrowingElement]:
    """The children in the order of the XSD; what it does not know stays behind its neighbour."""
    content = node.declared[0].content if node.declared else None
    every = [item.full_name for item in flat(content) if isinstance(item, Declared)]
    offered = {name: place for place, name in reversed(list(enumerate(every)))}
    last, placed = -1, []
    for child in node.children.values():
        last = offered.get((child.namespace, child.name), last)
        placed.append((last, child))
    found = [child for _, child in sorted(placed, key=lambda pair: pair[0])]
    return found if len(offered) == len(every) else _in_turn(found, in_turn(content))


def _in_turn(children: list[GrowingElement], pairs: set[tuple[Name, Name]]) -> list[GrowingElement]:
    """The children in an order that each branch of a choice keeps, where several have the same."""
    left, found = list(children), []
    while left:
        free = (
            child
            for child in left
            if not any(
                ((other.namespace, other.name), (child.namespace, child.name)) in pairs
                for other in left
            )
        )
        found.append(next(free, left[0]))
        left.remove(found[-1])
    return found


def _tag(name: str, namespace: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _text_of(source: TextSource, told: ToldApart | None) -> Text:
    line, mark = source.line, source.mark
    if line.template is not None:
        return TemplateText(line.template, mark, line)
    block = source.row.first + source.block
    if source.format is None:
        return FixedText(str(line.constant), mark, line, block, source.field_name, source.json_name)
    name, json_name = str(source.field_name), str(source.json_name)
    return ZoneText(block, name, json_name, source.format, source.zone, mark, line, told)


def _told(
    source: TextSource, all_of_them: list[TextSource], node: GrowingElement
) -> ToldApart | None:
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
