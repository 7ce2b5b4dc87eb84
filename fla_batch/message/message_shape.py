"""The outside of a message: root, header, wrapper, form element, XSDs, and the tree of a form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import Element, FixedText, FormTree, TemplateText, Text
from fla_batch.message.grow import Grower
from fla_batch.message.growing_tree import GrowingElement, namespaces_in, other_types_in
from fla_batch.message.namespaces import Namespaces
from fla_batch.message.templates import MessageFacts, filled_around, names_in
from fla_batch.message.tree_finish import element_of, finished
from fla_batch.message.xml_escapes import in_attribute, quoteattr
from fla_batch.message.xsd_content import XSI
from fla_batch.message.xsd_driver import driver_of
from fla_batch.message.xsd_outline import Outline
from fla_batch.models.block import Block

CONTEXT = "context"
"""Label of an element that only declares namespaces for a part of a message."""

Around = tuple[str | TemplateText, ...]
"""What stands around the forms, in pieces."""


@dataclass(frozen=True, slots=True)
class MessageShape:
    """One kind of message. `form` is the path of labels from the root to the form element.

    `head` and `foot` are the text around the forms. `root_attributes` are those of the root that
    the binding writes.
    """

    root: str
    form: str
    schema: Path
    payloads: tuple[Path, ...]
    application: str
    namespace: str
    answers: bool
    head: Around
    foot: Around
    root_attributes: frozenset[str]
    tree: FormTree = field(compare=False)
    around: Element = field(compare=False)
    outline: Outline = field(compare=False)
    names: Namespaces

    @property
    def most_forms(self) -> int | None:
        """How many forms the XSD lets a message hold (decision 1221); None without bound."""
        return self.tree.form.most

    @property
    def schemas(self) -> tuple[Path, ...]:
        """The XSD of the root, and those of the payloads."""
        return (self.schema, *self.payloads)

    @property
    def driver(self) -> str | None:
        """Text of a schema that imports all of them; None when one file is enough."""
        return driver_of(self.schemas) if self.payloads else None

    def context(self, element: Element) -> str:
        """A start tag with the namespaces in which the text of `element` stands."""
        default = "" if self.names.are_prefixed else element.namespace
        own = f" xmlns={quoteattr(default)}" if default else ""
        return f"<{CONTEXT}{self.names.declarations}{own}>"

    def around_of(self, facts: MessageFacts | None = None) -> tuple[str, str]:
        """The text before the first form of such a message, and after the last."""
        facts = facts or MessageFacts()
        return _joined(self.head, facts), _joined(self.foot, facts)

    def says_around(self, name: str) -> bool:
        """True when the text around the forms shows that fact (`templates.AROUND_NAMES`)."""
        pieces = (piece for piece in self.head + self.foot if not isinstance(piece, str))
        return any(name in names_in(piece.template) for piece in pieces)


class ShapePlan(NamedTuple):
    """What a binding says of a message, before it is compiled along the XSD."""

    root: str
    form: str
    schema: Path
    payloads: tuple[Path, ...]
    application: str
    layout: str
    models: tuple[type[Block], ...]
    attributes: Mapping[str, str]
    header: list[BindingLine]
    answers: bool


def compiled(plan: ShapePlan, grower: Grower) -> MessageShape:
    """The shape of that plan. Raises ProfileMistake for XSDs and lines that cannot be used."""
    outline = Outline((plan.schema, *plan.payloads))
    declared = tuple(outline.global_elements(plan.root))
    own = tuple(one for one in declared if one.component.document.path == plan.schema.resolve())
    declared = own or declared
    namespace = declared[0].namespace if declared else outline.files.documents[0].namespace
    root = GrowingElement(plan.root, declared, namespace)
    grower.fixed(root, plan.header)
    form = root
    for step in plan.form.split("/"):
        form = form.child(step, None)
    row = grower.form(form, plan.layout, plan.models)
    used = namespaces_in(root)
    prefixed = outline.files.attribute_namespaces(used) | other_types_in(root)
    names = Namespaces.of(namespace, used, prefixed)
    inside = None if names.are_prefixed else namespace
    around = element_of(root, names, None)
    tree = finished(form, row, names, _default_around(around, plan.form, inside))
    head, foot = _around_forms(plan, names, around)
    return MessageShape(
        root=plan.root,
        form=plan.form,
        schema=plan.schema,
        payloads=plan.payloads,
        application=plan.application,
        namespace=namespace,
        answers=plan.answers,
        head=head,
        foot=foot,
        root_attributes=frozenset(plan.attributes),
        tree=tree,
        around=around,
        outline=outline,
        names=names,
    )


def _default_around(around: Element, path: str, inside: str | None) -> str | None:
    """The default namespace of the element that the forms stand in."""
    if inside is None:
        return None
    element = around
    for step in path.split("/")[:-1]:
        element = next(child for child in element.children if child.name == step)
    return element.namespace


def _around_forms(plan: ShapePlan, names: Namespaces, around: Element) -> tuple[Around, Around]:
    """What stands before and after the forms: declaration, root, header, wrappers."""
    namespace = around.namespace
    location = (
        f"xsi:schemaLocation={quoteattr(f'{namespace} {plan.schema.name}')}"
        if namespace
        else f"xsi:noNamespaceSchemaLocation={quoteattr(plan.schema.name)}"
    )
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in plan.attributes.items())
    start = f'{around.start}{names.declarations} xmlns:xsi="{XSI}" {location}{attributes}'
    before, after = _split(around, plan.form.split("/"))
    prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'
    head = (prolog + start, *_attributes(around), ">\n", *before)
    return head, (*after, f"{around.end}\n")


def _split(element: Element, path: list[str]) -> tuple[Around, Around]:
    """What stands inside `element` before the forms and after them, a line an element."""
    before: Around = ()
    after: Around = ()
    seen = False
    for child in element.children:
        if child.name == path[0] and not seen:
            seen = True
            if len(path) > 1:
                inner, behind = _split(child, path[1:])
                before += (child.start, *_attributes(child), ">\n", *inner)
                after = (*behind, f"{child.end}\n")
        elif seen:
            after += (*_fixed(child), "\n")
        else:
            before += (*_fixed(child), "\n")
    return before, after


def _fixed(element: Element) -> Iterator[str | TemplateText]:
    """An element of constants and templates."""
    yield from (element.start, *_attributes(element), ">")
    for child in element.children:
        yield from _fixed(child)
    yield from _shown(element.texts)
    yield element.end


def _attributes(element: Element) -> Iterator[str | TemplateText]:
    for each in element.attributes:
        yield from (f' {each.written}="', *_shown(each.texts), '"')


def _shown(texts: Iterable[Text]) -> Iterator[str | TemplateText]:
    for text in texts:
        if isinstance(text, TemplateText):
            yield text
        elif isinstance(text, FixedText):
            yield in_attribute(text.text)


def _joined(pieces: Around, facts: MessageFacts) -> str:
    return "".join(
        piece if isinstance(piece, str) else in_attribute(text_around(piece, facts))
        for piece in pieces
    )


def text_around(text: TemplateText, facts: MessageFacts) -> str:
    """What a template becomes around the forms of a message, in the XSD's codes."""
    made = filled_around(text.template, facts)
    return text.line.codes.get(made, made)
