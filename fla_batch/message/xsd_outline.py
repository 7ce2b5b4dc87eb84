"""What an XSD offers, place by place: elements, attributes, groups and facets, with file and line.

The binding asks here for namespaces, forms (qualified or not) and the order of elements; `schema
check` and `schema draft` for everything else. It judges no message: that is for the engines.
Source: XML Schema 1.0, part 1 (structures) and part 2 (datatypes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.message.xsd_content import (
    XSI,
    XSI_TYPE,
    Declared,
    Group,
    Particle,
    TypeChoice,
    Wildcard,
)
from fla_batch.message.xsd_files import XS, Component, SchemaFiles

if TYPE_CHECKING:
    from lxml.etree import _Element

_MODELS = ("sequence", "choice", "all")


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
