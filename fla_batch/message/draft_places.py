"""The places of an XSD where a block or zone may stand, from one element down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fla_batch.message.draft_matching import words
from fla_batch.message.xsd_content import Declared, TypeChoice, flat, most_times
from fla_batch.message.xsd_outline import Outline
from fla_batch.vocabulary.terms import FormKind

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Place:
    """An element or attribute, and the labels from where one started. `why` it was chosen.

    `in_list` when it, or something around it, may stand several times; `is_payload` for what a
    wildcard takes. `shut` are the ids of elements and wildcards that are of no concern.
    """

    path: tuple[str, ...]
    declared: Declared
    why: str = ""
    in_list: bool = False
    above: str = ""
    is_payload: bool = False
    shut: frozenset[int] = frozenset()

    @property
    def shown(self) -> str:
        """The path from the form, for a report."""
        name = self.path[-1] if self.path else self.declared.name
        return f"{self.above}/{name}" if self.above else name

    @property
    def itself(self) -> Place:
        """The same place as the one to start from."""
        return replace(self, path=(), why="")

    @property
    def is_by_label(self) -> bool:
        """True when its name says that it is the one."""
        return self.why.endswith("its label")

    def because(self, why: str) -> Place:
        """The same place, with why it was chosen."""
        return replace(self, why=why)

    def score(self, labels: set[str]) -> int:
        """How many of those labels stand directly in it, in whatever spelling."""
        own = {child.name for child in self.declared.children} | set(self.declared.attributes)
        return len(set(map(words, own)) & set(map(words, labels)))

    def holds(self, labels: set[str]) -> bool:
        """True when one of those labels stands in it, at any depth."""
        wanted = set(map(words, labels))
        return any(words(each.declared.name) in wanted for each in reachable(self.itself))

    def repeats_below(self, start: Place) -> bool:
        """True when it may stand several times within `start`."""
        return (self.in_list and not start.in_list) or self.declared.most != 1


@dataclass(frozen=True, slots=True)
class Inside:
    """A block's element, with the elements of other blocks in it and the ids of lists."""

    place: Place
    away: dict[int, Place]
    lists: set[int]


def reachable(place: Place) -> Iterator[Place]:
    """Every element and attribute within `place`, outermost first."""
    yield from _walk(place, frozenset(), _DEEPEST)


def containers(place: Place) -> list[Place]:
    """The elements within `place` that hold others or attributes, outermost first."""
    every = (each for each in reachable(place) if not each.declared.is_attribute)
    holding = (each for each in every if each.declared.children or each.declared.attributes)
    return sorted(holding, key=lambda each: len(each.path))


def below(place: Place, stops: set[int]) -> Iterator[Place]:
    """As `reachable`, without what stands within the elements of those ids."""
    yield from _walk(place, frozenset(stops), _DEEPEST)


def _walk(place: Place, stops: frozenset[int], depth: int) -> Iterator[Place]:
    if not depth:
        return
    declared = place.declared
    shown = place.shown
    for attribute in declared.attributes.values():
        path = (*place.path, f"@{attribute.name}")
        yield Place(path, attribute, in_list=place.in_list, above=shown, shut=place.shut)
    for child in _children(place):
        many = place.in_list or most_times(declared.content, child) != 1
        path = (*place.path, child.name)
        foreign = child not in declared.children
        inner = Place(path, child, "", many, shown, is_payload=foreign, shut=place.shut)
        yield inner
        if id(child) not in stops:
            yield from _walk(inner, stops, depth - 1)


def _children(place: Place) -> Iterator[Declared]:
    """The elements in one; below a wildcard the root of another namespace with most in it."""
    declared, shut = place.declared, place.shut
    yield from (child for child in declared.children if id(child) not in shut)
    if any(id(each) not in shut for each in declared.wildcards):
        payloads = declared.outline.payload_roots(declared)
        yield from [each for each in payloads if id(each) not in shut][:1]


def of_others(form: Place, own: set[str], others: set[str]) -> dict[int, Place]:
    """The elements of a form that hold zones of others and none of one's own, by their ids."""
    found: dict[int, Place] = {}
    while True:
        rest = replace(form, shut=form.shut | found.keys())
        more = [each for each in containers(rest) if each.holds(others) and not each.holds(own)]
        payloads = [each for each in more if each.is_payload]
        found |= {id(each.declared): each for each in payloads or more}
        if not payloads:
            return found  # else the next payload takes its place, and what is around it holds that


def kinds_of_types(
    choice: TypeChoice, alone: Mapping[FormKind, set[str]]
) -> Iterator[tuple[FormKind, str]]:
    """Each kind of declaration, and the first type that holds what it alone has."""
    outline = choice.outline
    for kind, own in alone.items():
        for code, each in choice.types.items():
            inside = (*flat(outline.content_of(each)), *outline.attributes_of(each).values())
            parts = [Place((), part) for part in inside if isinstance(part, Declared)]
            names = {words(part.declared.name) for part in parts}
            if names & set(map(words, own)) or any(part.holds(own) for part in parts):
                yield kind, code
                break


def beside_the_payload(form: Place) -> frozenset[int]:
    """Ids of wildcards that take a payload too: the one for it is needed, and outermost."""
    takers = [
        (not wildcard.least, len(each.path), wildcard)
        for each in (form.itself, *reachable(form.itself))
        for wildcard in each.declared.wildcards
        if each.declared.outline.payload_roots(each.declared)
    ]
    first = min(takers, key=lambda each: each[:2], default=None)
    return frozenset(id(each[2]) for each in takers if first and each[2] is not first[2])


def first_form(outline: Outline, schema: Path, labels: set[str]) -> tuple[Declared, Place] | None:
    """The root of the message and its form: the outermost repeated element with most zones."""
    own = [each for each in outline.roots() if each.component.document.path == schema.resolve()]
    best: tuple[int, Declared, Place] | None = None
    wanted = set(map(words, labels))
    for root in own or outline.roots():
        start = Place((), root)
        for each in containers(start):
            if not each.in_list or len(each.path) > 3:
                continue
            inner = reachable(Place((), each.declared))
            score = len({words(one.declared.name) for one in inner} & wanted)
            if score and (best is None or score > best[0]):
                best = (score, root, each)
    return (best[1], best[2]) if best else None
