"""The writer of a profile, compiled once from its binding: models to XML text.

Text and not a tree: the bytes that leave are the bytes that were written, one form at a time,
and the same input gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fla_batch.message.profile import MessageShape
from fla_batch.message.shape import Branch, Constant, Layout, Leaf, Node, Wrapper
from fla_batch.models.form import AnswerForm, Form
from fla_batch.vocabulary.terms import FormKind

XSI = "http://www.w3.org/2001/XMLSchema-instance"
Getter = Callable[[str], Any]
Emit = Callable[[Getter, "FormKind | None", list[str]], None]


class MessageWriter:
    """Writes messages of one shape. `head` + each form + `foot` is the whole message."""

    def __init__(self, shape: MessageShape) -> None:
        namespace = f" xmlns={quoteattr(shape.namespace)}" if shape.namespace else ""
        location = (
            f"xsi:schemaLocation={quoteattr(f'{shape.namespace} {shape.schema.name}')}"
            if shape.namespace
            else f"xsi:noNamespaceSchemaLocation={quoteattr(shape.schema.name)}"
        )
        self.head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<{shape.root}{namespace} xmlns:xsi="{XSI}" {location}>\n'
        ).encode()
        self.foot = f"</{shape.root}>\n".encode()
        self._open, self._close = f"<{shape.form}>", f"</{shape.form}>\n"
        self._emit = _Compiler(answers=shape.answers).layout(shape.layout)

    def form(self, form: Form | AnswerForm) -> bytes:
        """One form, from its opening tag to the line end after its closing tag."""
        out = [self._open]
        kind = None if isinstance(form, AnswerForm) else form.body.kind
        self._emit(_getter_of_form(form), kind, out)
        out.append(self._close)
        return "".join(out).encode()

    def message(self, forms: Iterable[Form | AnswerForm]) -> Iterator[bytes]:
        """The whole message in pieces."""
        yield self.head
        for form in forms:
            yield self.form(form)
        yield self.foot


def _getter_of_form(form: Form | AnswerForm) -> Getter:
    header, body = form.header, form.body
    header_fields = type(header).model_fields

    def get(name: str) -> Any:
        return getattr(header if name in header_fields else body, name, None)

    return get


class _Compiler:
    """Turns nodes into functions that append text to a list."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self._layouts: dict[str, Emit] = {}

    def layout(self, layout: Layout) -> Emit:
        if layout.name not in self._layouts:
            self._layouts[layout.name] = self._sequence(layout.nodes)
        return self._layouts[layout.name]

    def _sequence(self, nodes: Iterable[Node]) -> Emit:
        written = [node for node in nodes if self._answers or not node.answers]
        emits: list[Emit] = []
        for plain, group in groupby(written, key=_is_plain):
            # Most of a message is zones that follow one another: one loop writes a run of them.
            if plain:
                emits.append(_zones([node for node in group if isinstance(node, Leaf)]))
            else:
                emits += [self._node(node) for node in group]
        if len(emits) == 1:
            return emits[0]

        def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:
            for one in emits:
                one(get, kind, out)

        return emit

    def _node(self, node: Node) -> Emit:
        if isinstance(node, Leaf):
            emit = _leaf(node)
        elif isinstance(node, Branch):
            emit = self._branch(node)
        elif isinstance(node, Constant):
            emit = _constant(node)
        else:
            emit = self._wrapper(node)
        return _only(node.only, emit) if node.only else emit

    def _branch(self, node: Branch) -> Emit:
        inner = self.layout(node.layout)
        start, end = f"<{node.element}>", f"</{node.element}>"
        name, many, always = node.field_name, node.many, node.always

        def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:
            value = get(name)
            if value is None:
                return
            for block in value if many else (value,):
                out.append(start)
                before = len(out)
                inner(block.__dict__.get, kind, out)
                if len(out) == before and not always:
                    out.pop()
                    continue
                out.append(end)

        return emit

    def _wrapper(self, node: Wrapper) -> Emit:
        inner = self._sequence(node.children)
        start, end = f"<{node.element}>", f"</{node.element}>"
        always = node.always

        def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:
            out.append(start)
            before = len(out)
            inner(get, kind, out)
            if len(out) == before and not always:
                out.pop()
                return
            out.append(end)

        return emit


def _is_plain(node: Node) -> bool:
    """A zone that stands once at most, in every kind of form."""
    return isinstance(node, Leaf) and not node.many and not node.only


def _zones(nodes: Iterable[Leaf]) -> Emit:
    """Zones that follow one another, each written when it has a value."""
    zones = tuple(
        (node.field_name, f"<{node.element}>", node.format.write, f"</{node.element}>")
        for node in nodes
    )

    def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:  # noqa: ARG001
        for name, start, write, end in zones:
            value = get(name)
            if value is not None:
                out.append(start + write(value) + end)

    return emit


def _leaf(node: Leaf) -> Emit:
    start, end = f"<{node.element}>", f"</{node.element}>"
    write, name, many = node.format.write, node.field_name, node.many

    def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:  # noqa: ARG001
        value = get(name)
        if value is None:
            return
        if many:
            out.extend(f"{start}{write(item)}{end}" for item in value)
        else:
            out.append(f"{start}{write(value)}{end}")

    return emit


def _constant(node: Constant) -> Emit:
    text = f"<{node.element}>{escape(node.text)}</{node.element}>"

    def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:  # noqa: ARG001
        out.append(text)

    return emit


def _only(kinds: frozenset[FormKind], inner: Emit) -> Emit:
    def emit(get: Getter, kind: FormKind | None, out: list[str]) -> None:
        if kind is None or kind in kinds:
            inner(get, kind, out)

    return emit
