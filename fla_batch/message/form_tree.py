"""A binding compiled: the elements of one form as a tree, from which everything else is made.

The writer by models, the writer by columns, the reader, the table of `validate` and `schema
check` all walk this one tree. What a form, or an item of a list in it, holds is a row of blocks:
the thing itself and each block that stands once in it. Items of lists add theirs behind those
of what they are in, so that any element can carry any zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from fla_batch.message.binding_lines import BindingLine
from fla_batch.message.value_formats import Format
from fla_batch.message.xsd_content import Declared
from fla_batch.models.block import Block
from fla_batch.models.zone import Zone
from fla_batch.vocabulary.terms import FormKind


class BlockPlace(NamedTuple):
    """A block in the row: the field of the block `parent` (an index of the row) that holds it."""

    parent: int
    field_name: str
    json_name: str
    model: type[Block] | None


class WriteCondition(NamedTuple):
    """When something is written: the kinds of form (all when empty), and whether even if empty."""

    only: frozenset[FormKind] = frozenset()
    answers: bool = False
    always: bool = False

    def holds(self, kind: FormKind | None, *, answers: bool) -> bool:
        """True for a form of that kind; every kind when it is None."""
        if self.answers and not answers:
            return False
        return kind is None or not self.only or kind in self.only


class ToldApart(NamedTuple):
    """Which of several zones a text stands for: the constant of a neighbour says so.

    `attribute` is of the element itself; `sibling` a tag beside it.
    """

    attribute: str | None
    sibling: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ZoneText:
    """The text of a zone: `field_name` of `block`, an index of the row."""

    block: int
    field_name: str
    json_name: str
    format: Format
    zone: Zone | None
    mark: WriteCondition
    line: BindingLine
    told: ToldApart | None = None


@dataclass(frozen=True, slots=True)
class FixedText:
    """The same text always, or only when the zone `field_name` of `block` has a value."""

    text: str
    mark: WriteCondition
    line: BindingLine
    block: int = 0
    field_name: str | None = None
    json_name: str | None = None


class TemplateText(NamedTuple):
    """A text made of the form's number, reference and date; see `templates`."""

    template: str
    mark: WriteCondition
    line: BindingLine


Text = ZoneText | FixedText | TemplateText


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an element; `written` is its name with a prefix where it needs one."""

    name: str
    tag: str
    written: str
    texts: tuple[Text, ...]
    declared: tuple[Declared, ...] = field(default=(), compare=False)


class Repeat(NamedTuple):
    """The element stands once per item of the list `field_name` of `block`.

    An item's own blocks begin at `first` of the row; `values` for a list of plain values, each
    of which is the field "" of its own block.
    """

    block: int
    field_name: str
    json_name: str
    first: int
    blocks: tuple[BlockPlace, ...]
    values: bool
    most: int | None


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `start` lacks only attributes and the closing bracket: `<Form xmlns="..."`.

    `opens` are the blocks whose presence it shows, even when it is empty. `most` is how often the
    XSD lets it stand beside itself, None without bound.
    """

    name: str
    namespace: str
    tag: str
    start: str
    end: str
    attributes: tuple[Attribute, ...] = ()
    texts: tuple[Text, ...] = ()
    children: tuple[Element, ...] = ()
    marks: tuple[WriteCondition, ...] = ()
    repeat: Repeat | None = None
    opens: tuple[int, ...] = ()
    block_label: str | None = None
    line: BindingLine | None = field(default=None, compare=False)
    declared: tuple[Declared, ...] = field(default=(), compare=False)
    most: int | None = 1

    @property
    def always(self) -> bool:
        """True when it is written even if nothing in it is."""
        return any(mark.always for mark in self.marks)

    @property
    def zones(self) -> Iterator[ZoneText]:
        """The zones that it carries itself, in attributes and as text."""
        attributes = (text for attribute in self.attributes for text in attribute.texts)
        for text in (*attributes, *self.texts):
            if isinstance(text, ZoneText):
                yield text


class FormTree(NamedTuple):
    """The form element, and the blocks of the row that a form begins with."""

    form: Element
    blocks: tuple[BlockPlace, ...]


def of_kind(element: Element, kind: FormKind | None, *, answers: bool) -> Element:
    """The element with only what a form of that kind has; all kinds when it is None.

    Forms themselves and what stands around them have no marks, and stay.
    """
    attributes = tuple(
        replace(attribute, texts=texts)
        for attribute in element.attributes
        if (texts := _kept(attribute.texts, kind, answers=answers))
    )
    children = tuple(
        of_kind(child, kind, answers=answers)
        for child in element.children
        if not child.marks or any(mark.holds(kind, answers=answers) for mark in child.marks)
    )
    return replace(
        element,
        attributes=attributes,
        texts=_kept(element.texts, kind, answers=answers),
        children=children,
        marks=tuple(mark for mark in element.marks if mark.holds(kind, answers=answers)),
    )


def _kept(texts: Iterable[Text], kind: FormKind | None, *, answers: bool) -> tuple[Text, ...]:
    return tuple(text for text in texts if text.mark.holds(kind, answers=answers))


def elements(element: Element) -> Iterator[Element]:
    """The element and every one in it, in order."""
    yield element
    for child in element.children:
        yield from elements(child)


def carriers(element: Element) -> Iterator[Element | Attribute]:
    """The element itself and its attributes: what texts stand in."""
    yield element
    yield from element.attributes


def has_zones(element: Element) -> bool:
    """True when anything in the element depends on the declaration."""
    return any(
        next(each.zones, None) is not None or each.repeat is not None for each in elements(element)
    )


def places(element: Element) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path of labels below the element, and our own label, of each zone and block in it."""
    for attribute in element.attributes:
        for text in attribute.texts:
            if isinstance(text, ZoneText):
                yield (f"@{attribute.name}",), text.zone.label if text.zone else attribute.name
    for child in element.children:
        zone = next((text.zone for text in child.texts if isinstance(text, ZoneText)), None)
        if zone is not None or child.texts or child.block_label:
            yield (child.name,), zone.label if zone else child.block_label or child.name
        for path, label in places(child):
            yield (child.name, *path), label


def bound_zones(tree: FormTree, kind: FormKind | None) -> dict[tuple[str, ...], list[ZoneText]]:
    """JSON path of each zone that forms of that kind carry -> the texts that carry it.

    Lists have no index in the path: ("trainings", "detailsPerPeriod", "trainingHours").
    """
    found: dict[tuple[str, ...], list[ZoneText]] = {}
    form = of_kind(tree.form, kind, answers=kind is None)
    _bound(form, block_paths(tree.blocks, [], ()), found)
    return found


_Index = TypeVar("_Index", bound=int)


def block_paths(
    blocks: Iterable[BlockPlace],
    above: Sequence[tuple[str | _Index, ...]],
    first: tuple[str | _Index, ...],
) -> list[tuple[str | _Index, ...]]:
    """JSON paths of blocks behind those `above`, with or without indexes of lists.

    The outermost one stands at `first`.
    """
    paths = list(above)
    for block in blocks:
        paths.append((*paths[block.parent], block.json_name) if block.parent >= 0 else first)
    return paths


def _bound(
    element: Element, paths: list[tuple[str, ...]], found: dict[tuple[str, ...], list[ZoneText]]
) -> None:
    if element.repeat is not None:
        repeat = element.repeat
        here = (*paths[repeat.block], repeat.json_name)
        paths = block_paths(repeat.blocks, paths[: repeat.first], here)
    for text in element.zones:
        path = paths[text.block]
        found.setdefault(path if text.field_name == "" else (*path, text.json_name), []).append(
            text
        )
    for child in element.children:
        _bound(child, paths, found)
