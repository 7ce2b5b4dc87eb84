"""What may stand where in a message: elements, attributes, groups and wildcards, and how often.

`Outline` makes them of the XSDs. Source: XML Schema 1.0, part 1, 3.8 (model groups) and 3.9
(particles).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from fla_batch.message.xsd_facets import Facets, facets_of
from fla_batch.message.xsd_files import Component, SchemaFiles

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = "xsi:type"
"""The attribute that says which type an element of an abstract type is of, as bindings name it."""

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


class TypesOfAnXsd(Protocol):
    """What a declared element asks for its type: `xsd_outline.Outline`."""

    files: SchemaFiles

    def type_of(self, component: Component) -> Component | str: ...

    def content_of(self, kind: Component) -> Group | None: ...

    def attributes_of(self, kind: Component) -> dict[str, Declared]: ...

    def global_elements(self, name: str) -> list[Declared]: ...

    def payload_roots(self, around: Declared) -> tuple[Declared, ...]: ...


@dataclass(frozen=True, eq=False)
class Declared:
    """One element or attribute at one place. `namespace` is empty for an unqualified one."""

    name: str
    namespace: str
    least: int
    most: int | None
    component: Component
    outline: TypesOfAnXsd
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
