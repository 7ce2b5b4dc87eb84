"""What an XSD offers, place by place: elements, attributes, groups and facets, with file and line.

The binding asks here for namespaces, forms (qualified or not) and the order of elements; `schema
check` and `schema draft` for everything else. It judges no message: that is for the engines.
Source: XML Schema 1.0, part 1 (structures) and part 2 (datatypes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.message.xsd_facets import Facets, facets_of
from fla_batch.message.xsd_files import XS, Component, SchemaFiles

if TYPE_CHECKING:
    from lxml.etree import _Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = "xsi:type"
"""The attribute that says which type an element of an abstract type is of, as bindings name it."""
_MODELS = ("sequence", "choice", "all")

Name = tuple[str, str]
"""(namespace, local name) of an element."""


@dataclass(frozen=True, slots=True, eq=False)
class Wildcard:
    """A place for any element of `namespaces` (as in the XSD); `skipped` ones are not judged."""

    namespaces: str
    target: str
    skipped: bool
    least: int
    most: int | None

    def takes(self, namespace: str) -> bool:
        """True when an element of that namespace may stand here."""
        for word in self.namespaces.split():
            if word == "##any" or (word == "##other" and namespace not in ("", self.target)):
                return True
            if namespace == {"##targetNamespace": self.target, "##local": ""}.get(word, word):
                return True
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """`sequence`, `choice` or `all` of `items`; `most` is None for any number of times."""

    model: str
    items: tuple[Particle, ...]
    least: int
    most: int | None


@dataclass(frozen=True, eq=False)
class Declared:
    """One element or attribute at one place. `namespace` is empty for an unqualified one."""

    name: str
    namespace: str
    least: int
    most: int | None
    component: Component
    outline: Outline
    is_attribute: bool = False

    @property
    def full_name(self) -> Name:
        """(namespace, local name)."""
        return self.namespace, self.name

    @property
    def where(self) -> str:
        """`file:line` of the declaration."""
        return self.component.where

    @property
    def fixed(self) -> str | None:
        """The only text that it may have, when the XSD says so."""
        return self.component.node.get("fixed")

    @cached_property
    def kind(self) -> Component | str:
        """Its type: a component, or the local name of a built-in type."""
        return self.outline.type_of(self.component)

    @cached_property
    def content(self) -> Group | None:
        """What may stand in it; None for text only."""
        return None if isinstance(self.kind, str) else self.outline.content_of(self.kind)

    @cached_property
    def attributes(self) -> dict[str, Declared]:
        """Local name -> attribute."""
        return {} if isinstance(self.kind, str) else self.outline.attributes_of(self.kind)

    @cached_property
    def facets(self) -> Facets | None:
        """What its text may be; None when it holds elements only."""
        return facets_of(self.kind, self.outline.files)

    @cached_property
    def children(self) -> tuple[Declared, ...]:
        """The elements that may stand directly in it, in the XSD's order, wildcards left out.

        One that stands in several places, as in two branches of a choice, is one (decision 1229).
        """
        found: dict[object, Declared] = {}
        for item in flat(self.content):
            if isinstance(item, Declared):
                kind = item.kind if isinstance(item.kind, str) else item.kind.node
                found.setdefault((item.full_name, kind), item)
        return tuple(found.values())

    @cached_property
    def wildcards(self) -> tuple[Wildcard, ...]:
        """The places for any element directly in it."""
        return tuple(item for item in flat(self.content) if isinstance(item, Wildcard))

    def named(self, name: str) -> list[Declared]:
        """The elements of that local name that may stand directly in it.

        Below a wildcard these are the global elements of the namespaces that it takes.
        """
        found = [child for child in self.children if child.name == name]
        return found or self._below_wildcards(name)

    def _below_wildcards(self, name: str) -> list[Declared]:
        """What a wildcard takes: a payload, so that another namespace goes before its own."""
        found = [
            (one, wildcard)
            for one in self.outline.global_elements(name)
            for wildcard in self.wildcards
            if wildcard.takes(one.namespace)
        ]
        foreign = [one for one, wildcard in found if one.namespace != wildcard.target]
        return list(dict.fromkeys(foreign or [one for one, _ in found]))


@dataclass(frozen=True, eq=False)
class TypeChoice(Declared):
    """The `xsi:type` of elements of an abstract type (decision 1231); `types` by local names."""

    types: Mapping[str, Component] = field(default_factory=dict)

    @cached_property
    def facets(self) -> Facets:
        """A name of one of the types."""
        return Facets("NCName", codes=tuple(self.types))


Particle = Declared | Group | Wildcard


def flat(content: Particle | None) -> Iterator[Declared | Wildcard]:
    """Everything in a content but its groups, in order; what is no group is itself."""
    if isinstance(content, Group):
        for item in content.items:
            yield from flat(item)
    elif content is not None:
        yield content


def most_times(content: Group | None, item: Declared) -> int | None:
    """How often `item` may stand in a content, groups that repeat included; None without bound.

    In a sequence of several that repeats an item comes back only with its neighbours: not counted.
    Of several places the one that takes least counts.
    """
    found: list[int | None] = []
    for each in content.items if content else ():
        if not _holds(each, item):
            continue
        inner = most_times(each, item) if isinstance(each, Group) else each.most
        times = content.most if content else 1
        if content and content.model != "choice" and len(content.items) > 1:
            times = 1
        found.append(None if inner is None or times is None else inner * times)
    return min((each for each in found if each is not None), default=None if found else item.most)


def always_there(content: Group | None, item: Declared) -> bool:
    """True when a content cannot do without `item`: in every branch, and no optional group."""
    if content is None or not content.least:
        return False
    there = (
        always_there(each, item)
        if isinstance(each, Group)
        else bool(each.least) and _holds(each, item)
        for each in content.items
    )
    return any(there) if content.model != "choice" else bool(content.items) and all(there)


def together_with(content: Group | None, item: Declared) -> tuple[Declared, ...]:
    """What must stand beside `item` whenever it, or one of them, is there: an optional group."""
    holding = [each for each in content.items if _holds(each, item)] if content else []
    inner = [together_with(each, item) for each in holding if isinstance(each, Group)]
    if content is None or len(holding) != 1:
        return ()  # one of several branches
    if inner or content.model == "choice" or not item.least:
        return inner[0] if inner else ()
    parts = (each for each in content.items if isinstance(each, Declared) and each.least)
    return tuple(each for each in parts if each is not holding[0])


def in_turn(content: Group | None) -> set[tuple[Name, Name]]:
    """Pairs of elements of a content of which one stands before the other in a sequence."""
    found: set[tuple[Name, Name]] = set()
    before: set[Name] = set()
    for item in content.items if content else ():
        names = {each.full_name for each in flat(item) if isinstance(each, Declared)}
        found |= in_turn(item) if isinstance(item, Group) else set()
        if content and content.model == "sequence":
            found |= {(one, name) for one in before for name in names if one != name}
            before |= names
    return found


def _holds(particle: Particle, item: Declared) -> bool:
    """True when the particle is that element, or a group with it."""
    return any(
        isinstance(each, Declared) and each.full_name == item.full_name for each in flat(particle)
    )


class Outline:
    """The XSDs of one message. Raises ProfileMistake for a file that cannot be used."""

    def __init__(self, schemas: Iterable[Path]) -> None:
        self.files = SchemaFiles(schemas)
        self._payloads: dict[int, tuple[Declared, ...]] = {}
        self._attributes: dict[int, dict[str, Declared]] = {}

    def global_elements(self, name: str) -> list[Declared]:
        """The global elements of that local name, of whatever namespace."""
        return [
            self._declared(component, 1, 1)
            for (namespace, label), component in self.files.table("element").items()
            if label == name
        ]

    def roots(self) -> list[Declared]:
        """Every global element."""
        return [self._declared(each, 1, 1) for each in self.files.table("element").values()]

    def payload_roots(self, around: Declared) -> tuple[Declared, ...]:
        """What a wildcard of `around` takes of other namespaces, the one with most in it first."""
        known = self._payloads.get(id(around.component.node))
        if known is None:
            taken = [
                root
                for root in self.roots()
                for wildcard in around.wildcards
                if wildcard.takes(root.namespace) and root.namespace != wildcard.target
            ]
            referred = self.files.referred("element")
            outer = [each for each in taken if (each.namespace, each.name) not in referred]
            known = tuple(sorted(outer or taken, key=_size, reverse=True))
            self._payloads[id(around.component.node)] = known
        return known

    def type_of(self, component: Component) -> Component | str:
        """The type of an element or attribute; `anyType` without one."""
        node, files = component.node, self.files
        for kind in ("complexType", "simpleType"):
            inline = node.find(XS + kind)
            if inline is not None:
                return Component(inline, component.document)
        if "type" in node.attrib:
            return files.type_named(node.get("type", ""), component)
        head = node.get("substitutionGroup")
        if head is not None:
            found = files.find("element", head, component)
            if found is not None:
                return self.type_of(found)
        return "anyType"

    def content_of(self, kind: Component) -> Group | None:
        """The content of a complex type, what it extends included; of one that is abstract, that
        of one of the types that derive from it."""
        derived = self._derived(kind).values()
        if not derived:
            return self._content_of(kind)
        every = (self._content_of(each) or Group("sequence", (), 1, 1) for each in derived)
        return Group("choice", tuple(every), 1, 1)

    def _derived(self, kind: Component) -> dict[str, Component]:
        """The types that an element of an abstract type can be of, by their local names."""
        every = self.files.table("complexType") if kind.is_abstract else {}
        return {
            name: each
            for (_, name), each in every.items()
            if not each.is_abstract and self._derives(each, kind)
        }

    def _derives(self, kind: Component, base: Component) -> bool:
        derivation = kind.node.find(f"{XS}complexContent/*")
        named = "" if derivation is None else derivation.get("base", "")
        above = self.files.type_named(named, kind)
        return not isinstance(above, str) and (
            above.node is base.node or self._derives(above, base)
        )

    def _content_of(self, kind: Component) -> Group | None:
        node = kind.node
        derivation = node.find(f"{XS}complexContent/*")
        if derivation is None:
            return self._group_in(node, kind)
        own = self._group_in(derivation, kind)
        if derivation.tag != f"{XS}extension":
            return own
        base = self.files.type_named(derivation.get("base", ""), kind)
        inherited = None if isinstance(base, str) else self._content_of(base)
        both = tuple(group for group in (inherited, own) if group is not None)
        return Group("sequence", both, 1, 1) if both else None

    def attributes_of(self, kind: Component) -> dict[str, Declared]:
        """The attributes of a complex type, what it derives from included."""
        known = self._attributes.get(id(kind.node))
        if known is None:
            derived = self._derived(kind)
            known = dict(self._attributes_in(kind.node, kind))
            for each in derived.values():
                known = {**self.attributes_of(each), **known}
            if derived:
                known[XSI_TYPE] = TypeChoice(
                    XSI_TYPE, XSI, 1, 1, kind, self, is_attribute=True, types=derived
                )
            self._attributes[id(kind.node)] = known
        return known

    def _attributes_in(self, node: _Element, kind: Component) -> Iterator[tuple[str, Declared]]:
        for child in node:
            if child.tag in (f"{XS}complexContent", f"{XS}simpleContent"):
                yield from self._attributes_in(child, kind)
            elif child.tag in (f"{XS}extension", f"{XS}restriction"):
                base = self.files.type_named(child.get("base", ""), kind)
                if not isinstance(base, str):
                    yield from self._attributes_in(base.node, base)
                yield from self._attributes_in(child, kind)
            elif child.tag == f"{XS}attributeGroup":
                group = self.files.find("attributeGroup", child.get("ref", ""), kind)
                if group is not None:
                    yield from self._attributes_in(group.node, group)
            elif child.tag == f"{XS}attribute" and child.get("use") != "prohibited":
                yield self._attribute(Component(child, kind.document))

    def _attribute(self, component: Component) -> tuple[str, Declared]:
        node, document = component.node, component.document
        least = int(node.get("use") == "required")
        found = self.files.find("attribute", node.get("ref", ""), component)
        if found is not None:
            namespace, component = found.document.namespace, found
        else:
            qualified = node.get("form", document.attribute_form) == "qualified"
            namespace = document.namespace if qualified else ""
        name = component.node.get("name", node.get("ref", "").rpartition(":")[2])
        return name, Declared(name, namespace, least, 1, component, self, is_attribute=True)

    def _group_in(self, node: _Element, kind: Component) -> Group | None:
        for child in node:
            found = self._group(Component(child, kind.document))
            if found is not None:
                return found
        return None

    def _group(self, component: Component) -> Group | None:
        """The group that a node is, or refers to; None for any other node."""
        node = component.node
        least, most = _occurs(node)
        if node.tag == f"{XS}group":
            named = self.files.find("group", node.get("ref", ""), component)
            inner = self._group_in(named.node, named) if named is not None else None
            return Group("sequence", (inner,) if inner else (), least, most)
        model = str(node.tag).removeprefix(XS)
        if model not in _MODELS:
            return None
        items = (self._particles(Component(child, component.document)) for child in node)
        return Group(model, tuple(one for some in items for one in some), least, most)

    def _particles(self, component: Component) -> Iterator[Particle]:
        node = component.node
        least, most = _occurs(node)
        if most == 0:
            return  # what the portal's XSDs no longer allow stays in them like that
        if node.tag == f"{XS}element":
            found = self.files.find("element", node.get("ref", ""), component)
            if found is None:
                yield self._declared(component, least, most)
                return
            members = self.files.substitutes(found)
            each = [self._declared(one, least, most) for one in (found, *members)]
            yield from each[:1] if len(each) == 1 else [Group("choice", tuple(each), 1, 1)]
        elif node.tag == f"{XS}any":
            skipped = node.get("processContents") == "skip"
            allowed = node.get("namespace", "##any")
            yield Wildcard(allowed, component.document.namespace, skipped, least, most)
        else:
            group = self._group(component)
            if group is not None:
                yield group

    def _declared(self, component: Component, least: int, most: int | None) -> Declared:
        node, document = component.node, component.document
        is_global = node.getparent() is document.root
        qualified = node.get("form", document.element_form) == "qualified"
        namespace = document.namespace if is_global or qualified else ""
        return Declared(node.get("name", "?"), namespace, least, most, component, self)


def _size(declared: Declared, depth: int = 8) -> int:
    """How many elements stand in one, nearly: what nests deeper is not counted."""
    return 1 + sum(_size(child, depth - 1) for child in declared.children if depth)


def _occurs(node: _Element) -> tuple[int, int | None]:
    most = node.get("maxOccurs", "1")
    return int(node.get("minOccurs", "1")), None if most == "unbounded" else int(most)
