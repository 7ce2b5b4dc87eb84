"""The outside of a message: root, header, wrapper, form element, XSDs, and the tree of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.form_tree import Element, FixedText, FormTree, TemplateText, Text
from fla_batch.message.grow import Grower
from fla_batch.message.growing_tree import GrowingElement, namespaces_in
from fla_batch.message.namespaces import Namespaces
from fla_batch.message.templates import filled
from fla_batch.message.tree_finish import element_of, finished
from fla_batch.message.xml_escapes import in_attribute, quoteattr
from fla_batch.message.xsd_driver import driver_of
from fla_batch.message.xsd_outline import Outline
from fla_batch.models.block import Block

CONTEXT = "context"
"""Label of an element that only declares namespaces for a part of a message."""

XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class MessageShape:
    """One kind of message. `form` is the path of labels from the root to the form element.

    `head` and `foot` are templates of the text around the forms; `form_start`
    is how a form's line begins in what we write ourselves. `root_attributes` are those of the
    root that the binding writes.
    """

    root: str
    form: str
    schema: Path
    payloads: tuple[Path, ...]
    application: str
    namespace: str
    answers: bool
    head: str
    foot: str
    root_attributes: frozenset[str]
    tree: FormTree = field(compare=False)
    around: Element = field(compare=False)
    outline: Outline = field(compare=False)
    names: Namespaces

    @property
    def form_start(self) -> str:
        """The start tag of a form as it is written, without the closing bracket."""
        return self.tree.form.start

    @property
    def form_label(self) -> str:
        """Label of the form element."""
        return self.form.rpartition("/")[2]

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

    def head_on(self, day: date | None) -> str:
        """The text before the first form of a message created on that Belgian date."""
        return filled(self.head, None, day)

    def foot_on(self, day: date | None) -> str:
        """The text after the last form."""
        return filled(self.foot, None, day)


@dataclass(frozen=True, slots=True)
class ShapePlan:
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
    names = Namespaces.of(namespace, used, outline.files.attribute_namespaces(used))
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


def _around_forms(plan: ShapePlan, names: Namespaces, around: Element) -> tuple[str, str]:
    """What stands before and after the forms: declaration, root, header, wrappers."""
    namespace = around.namespace
    location = (
        f"xsi:schemaLocation={quoteattr(f'{namespace} {plan.schema.name}')}"
        if namespace
        else f"xsi:noNamespaceSchemaLocation={quoteattr(plan.schema.name)}"
    )
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in plan.attributes.items())
    start = f'{around.start}{names.declarations} xmlns:xsi="{XSI}" {location}{attributes}>\n'
    before, after = _split(around, plan.form.split("/"))
    prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return prolog + start + before, f"{after}{around.end}\n"


def _split(element: Element, path: list[str]) -> tuple[str, str]:
    """The text inside `element` before the forms and after them, a line an element."""
    before, after, seen = "", "", False
    for child in element.children:
        if child.name == path[0] and not seen:
            seen = True
            if len(path) > 1:
                inner, behind = _split(child, path[1:])
                before += f"{child.start}{_attributes(child)}>\n{inner}"
                after = f"{behind}{child.end}\n"
        elif seen:
            after += _fixed(child) + "\n"
        else:
            before += _fixed(child) + "\n"
    return before, after


def _fixed(element: Element) -> str:
    """An element of constants and templates."""
    inside = "".join(map(_fixed, element.children)) + "".join(map(_shown, element.texts))
    return f"{element.start}{_attributes(element)}>{inside}{element.end}"


def _attributes(element: Element) -> str:
    pairs = ((each.written, "".join(map(_shown, each.texts))) for each in element.attributes)
    return "".join(f' {name}="{text}"' for name, text in pairs)


def _shown(text: Text) -> str:
    if isinstance(text, FixedText):
        return in_attribute(text.text)
    return text.template if isinstance(text, TemplateText) else ""
