"""The binding as a tree: which element carries which field, in which order.

A Layout belongs to one block of the models and lists Leafs (zones), Branches (blocks), Wrappers
and Constants (elements without a counterpart in the models) in the order of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from fla_batch.message import value_formats as formats
from fla_batch.message.value_formats import Format
from fla_batch.models.block import Block
from fla_batch.models.zone import blocks_of, is_list, zones_of
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import FormKind

_NAME = re.compile(r"[A-Za-z_][\w.\-]*")


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that carries the value of one field; `many` when the field is a list."""

    element: str
    field_name: str
    json_name: str
    format: Format
    many: bool = False
    only: frozenset[FormKind] = frozenset()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """An element that carries a block, laid out by `layout`."""

    element: str
    field_name: str
    json_name: str
    layout: Layout
    many: bool = False
    only: frozenset[FormKind] = frozenset()
    always: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An element that only groups `children`; written when one of them is, or `always`."""

    element: str
    children: tuple[Node, ...]
    only: frozenset[FormKind] = frozenset()
    always: bool = False
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """An element whose text is always the same and has no counterpart in the models."""

    element: str
    text: str
    only: frozenset[FormKind] = frozenset()
    answers: bool = False


Node = Leaf | Branch | Wrapper | Constant


@dataclass(slots=True)
class Layout:
    """All nodes of one block, in order. `models` are the classes whose fields it carries."""

    name: str
    models: tuple[type[Block], ...]
    nodes: tuple[Node, ...] = ()
    fields: dict[str, type[Block]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the binding, checked."""

    path: tuple[str, ...]
    json_name: str | None
    constant: str | None
    block: str | None
    format: str | None
    codes: Mapping[str, str]
    only: frozenset[FormKind]
    always: bool
    answers: bool


_KNOWN = frozenset(
    {"element", "field", "constant", "block", "format", "codes", "only", "always", "answers"}
)


def build(
    blocks: Mapping[str, list[dict[str, Any]]], models: Mapping[str, tuple[type[Block], ...]]
) -> dict[str, Layout]:
    """Layouts by block name. Raises ProfileMistake for whatever does not fit the models."""
    layouts = {name: Layout(name, classes) for name, classes in models.items()}
    unknown = sorted(set(blocks) - set(layouts))
    if unknown:
        raise ProfileMistake(f"the binding lays out blocks that do not exist: {', '.join(unknown)}")
    for name, layout in layouts.items():
        if name not in blocks:
            raise ProfileMistake(f"the binding has no layout for block {name}")
        lines = [_line(name, raw) for raw in blocks[name]]
        layout.nodes = tuple(_nodes(lines, 0, layout, layouts))
        _refuse_twice(layout.nodes, name)
    return layouts


def _refuse_twice(nodes: tuple[Node, ...], block: str) -> None:
    """Elements that stand twice beside each other could not be told apart when reading."""
    seen: set[str] = set()
    for node in nodes:
        if node.element in seen:
            raise ProfileMistake(
                f"binding of {block}: {node.element} stands twice; lines below the same wrapper "
                "must follow one another"
            )
        seen.add(node.element)
        if isinstance(node, Wrapper):
            _refuse_twice(node.children, block)


def _line(block: str, raw: Mapping[str, Any]) -> _Line:
    odd = sorted(set(raw) - _KNOWN)
    problem = None
    if odd:
        problem = f"unknown: {', '.join(odd)}"
    elif "element" not in raw or ("field" in raw) == ("constant" in raw):
        problem = "an entry has an element, and either a field or a constant"
    elif not all(_NAME.fullmatch(step) for step in str(raw["element"]).split("/")):
        problem = "that is no name of an element"
    if problem:
        raise ProfileMistake(f"binding of {block}, {dict(raw)}: {problem}")
    try:
        only = frozenset(FormKind(kind) for kind in raw.get("only", ()))
    except ValueError as error:
        raise ProfileMistake(f"binding of {block}, {raw['element']}: {error}") from error
    return _Line(
        path=tuple(raw["element"].split("/")),
        json_name=raw.get("field"),
        constant=raw.get("constant"),
        block=raw.get("block"),
        format=raw.get("format"),
        codes=raw.get("codes", {}),
        only=only,
        always=bool(raw.get("always", False)),
        answers=bool(raw.get("answers", False)),
    )


def _nodes(
    lines: list[_Line], depth: int, layout: Layout, layouts: Mapping[str, Layout]
) -> Iterator[Node]:
    """Lines that follow one another and share a wrapper are grouped under it."""
    for step, group in groupby(lines, key=lambda line: _wrapper_at(line, depth)):
        if step is None:
            yield from (_end(line, layout, layouts) for line in group)
            continue
        inside = list(group)
        children = tuple(_nodes(inside, depth + 1, layout, layouts))
        yield Wrapper(
            step,
            children,
            only=_shared(line.only for line in inside),
            always=any(line.always for line in inside),
            answers=all(line.answers for line in inside),
        )


def _wrapper_at(line: _Line, depth: int) -> str | None:
    return line.path[depth] if depth < len(line.path) - 1 else None


def _shared(onlys: Iterable[frozenset[FormKind]]) -> frozenset[FormKind]:
    found = list(onlys)
    return frozenset().union(*found) if all(found) else frozenset()


def _end(line: _Line, layout: Layout, layouts: Mapping[str, Layout]) -> Node:
    if line.json_name is None:
        return Constant(line.path[-1], str(line.constant), line.only, line.answers)
    model, field_name = _field(line.json_name, layout)
    annotation = model.model_fields[field_name].annotation
    many = is_list(model, field_name)
    block = blocks_of(model).get(field_name)
    if block is not None or line.block is not None:
        wanted = block.__name__ if block is not None else "no block"
        if line.block != wanted:
            raise ProfileMistake(
                f"binding of {layout.name}, {line.path[-1]}: the field {line.json_name} holds "
                f"{wanted}, and the binding says {line.block or 'nothing of a block'}"
            )
        return Branch(
            line.path[-1],
            field_name,
            line.json_name,
            layouts[wanted],
            many,
            line.only,
            line.always,
            line.answers,
        )
    usual = formats.for_annotation(annotation)
    form = formats.named(line.format) if line.format else usual
    if form.value is not usual.value:
        raise ProfileMistake(
            f"binding of {layout.name}, {line.path[-1]}: the format {form.name} does not fit "
            f"{line.json_name}, which is usually written as {usual.name}"
        )
    if line.codes:
        form = formats.coded(form, line.codes)
    return Leaf(line.path[-1], field_name, line.json_name, form, many, line.only, line.answers)


def _field(json_name: str, layout: Layout) -> tuple[type[Block], str]:
    for model in layout.models:
        for name, info in model.model_fields.items():
            if json_name == (info.alias or name):
                layout.fields[name] = model
                return model, name
    raise ProfileMistake(f"binding of {layout.name}: the models have no field {json_name}")


def leaves(nodes: Iterable[Node]) -> Iterator[Leaf | Branch]:
    """The zones and blocks among `nodes`, inside wrappers too."""
    for node in nodes:
        if isinstance(node, Wrapper):
            yield from leaves(node.children)
        elif not isinstance(node, Constant):
            yield node


def places(nodes: Iterable[Node], layout: Layout) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path of labels below the block, and our own label, of each zone and block at any depth."""
    for node in nodes:
        inside: Iterator[tuple[tuple[str, ...], str]] = iter(())
        if isinstance(node, Wrapper):
            inside = places(node.children, layout)
        elif isinstance(node, Branch):
            yield (node.element,), node.layout.name
            inside = places(node.layout.nodes, node.layout)
        elif isinstance(node, Leaf):
            zone = zones_of(layout.fields[node.field_name]).get(node.field_name)
            yield (node.element,), zone.label if zone else node.element
        for path, label in inside:
            yield (node.element, *path), label
