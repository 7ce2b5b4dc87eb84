"""The reader of a profile, compiled once from its tree: XML elements to models.

Tolerant: the order of elements does not matter, unknown elements are listed and passed over,
a value that cannot be read is reported and left None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fla_batch.message.form_tree import BlockPlace, Element, Repeat, ToldApart, ZoneText
from fla_batch.message.grow import VALUE
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.form import Answer, AnswerForm, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE, Path

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(slots=True)
class Reading:
    """What was noticed while reading one form, besides its content.

    `lines` are the lines of the file by JSON path; `unreadable` the texts that do not fit their
    zone; `unknown` the paths of elements that the binding does not know; `extras` the zones that
    the models do not have, by `extra.NAME`.
    """

    lines: dict[Path, int] = field(default_factory=dict)
    unreadable: dict[Path, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)

    def move_to(self, line: int) -> None:
        """The form stands on `line` of its file, whatever the lines of what was parsed."""
        first = self.lines[()]
        self.lines = {path: line + here - first for path, here in self.lines.items()}


class FormReader:
    """Reads the forms of one message shape. The profile tells which kind each form is."""

    def __init__(self, profile: Profile, shape: MessageShape) -> None:
        self._profile = profile
        self._shape = shape
        self._elements = _by_tag(shape.tree.form)
        kinds = [kind for kind, each in profile.shapes.items() if each is shape]
        self._only_kind = kinds[0] if len(kinds) == 1 and len(profile.shapes) > 1 else None

    def read(self, element: _Element) -> tuple[Form | AnswerForm, Reading]:
        """One form element as a model. Never raises for its content."""
        reading = Reading()
        row = _Row(reading, self._elements)
        row.begin(self._shape.tree.blocks, ())
        row.take(element, self._shape.tree.form)
        reading.lines[()] = _line(element)
        values = row.built(0)
        header = FormHeader(**_known(values, FormHeader))
        if reading.extras:
            zones = reading.extras.items()
            values["extra"] = {name.removeprefix(EXTRA_ZONE): text for name, text in zones}
        if self._shape.answers:
            return AnswerForm(header=header, body=Answer(**_known(values, Answer))), reading
        return Form(header=header, body=self._body(header, values)), reading

    def _body(
        self, header: FormHeader, values: dict[str, Any]
    ) -> TrainingRightsDeclaration | TrainingsDeclaration | Question:
        kind = self._profile.kind_of(header.identification) or self._only_kind
        if kind is None:
            # An unknown identification: what the form holds still says what it is.
            holds_trainings = "trainings" in values
            kind = FormKind.TRAININGS if holds_trainings else FormKind.TRAINING_RIGHTS
        if kind is FormKind.TRAININGS:
            return TrainingsDeclaration(**_known(values, TrainingsDeclaration))
        if kind is FormKind.TRAINING_RIGHTS:
            return TrainingRightsDeclaration(**_known(values, TrainingRightsDeclaration))
        return Question(question=kind, **_known(values, Question))


_Tags = dict[int, dict[str, Element]]


def _by_tag(element: Element) -> _Tags:
    """The children of every element, by their tags."""
    found: _Tags = {id(element): {child.tag: child for child in element.children}}
    for child in element.children:
        found |= _by_tag(child)
    return found


class _Row:
    """The values of a form while it is read: one dictionary per block, as `form_tree` numbers."""

    def __init__(self, reading: Reading, elements: _Tags) -> None:
        self._reading = reading
        self._elements = elements
        self._values: list[dict[str, Any]] = []
        self._places: list[BlockPlace] = []
        self._paths: list[Path] = []
        self._there: list[bool] = []

    def begin(self, places: tuple[BlockPlace, ...], path: Path) -> None:
        """Room for the blocks of a form or an item."""
        for place in places:
            self._values.append({})
            self._places.append(place)
            above = self._paths[place.parent] if place.parent >= 0 else path
            self._paths.append((*above, place.json_name) if place.parent >= 0 else path)
            self._there.append(False)

    def built(self, first: int) -> dict[str, Any]:
        """The values of the block at `first` with those of the blocks in it; the row ends there."""
        while len(self._values) > first + 1:
            values, place, _ = self._values.pop(), self._places.pop(), self._paths.pop()
            there = self._there.pop()
            if (there or values) and place.model is not None:
                self._values[place.parent][place.field_name] = place.model(**values)
        self._places.pop()
        self._paths.pop()
        self._there.pop()
        return self._values.pop()

    def take(self, found: _Element, node: Element) -> None:
        """All that an element holds."""
        for index in node.opens:
            self._there[index] = True
            self._reading.lines[self._paths[index]] = _line(found)
        if node.attributes or found.attrib:
            self._attributes(found, node)
        if node.texts:
            self._text(found, node)
        self._children(found, node)

    def _children(self, found: _Element, node: Element) -> None:
        known = self._elements[id(node)]
        for child in found:
            if not isinstance(child.tag, str):
                continue  # a comment or processing instruction
            inner = known.get(child.tag)
            if inner is None:
                self._reading.unknown.append(f"{found.tag}/{child.tag}")
            elif inner.repeat is not None:
                self._item(child, inner, inner.repeat)
            else:
                self.take(child, inner)
        if not node.marks or node.opens or node.repeat is not None:
            return
        for inner in node.children:
            # A wrapper that is there but empty still says that its list was declared.
            if inner.repeat is not None and not inner.repeat.values:
                self._values[inner.repeat.block].setdefault(inner.repeat.field_name, ())

    def _item(self, found: _Element, node: Element, repeat: Repeat) -> None:
        values = self._values[repeat.block]
        before = values.get(repeat.field_name, ())
        path = (*self._paths[repeat.block], repeat.json_name)
        self._reading.lines[(*path, len(before))] = _line(found)
        self.begin(repeat.blocks, path if repeat.values else (*path, len(before)))
        self.take(found, node)
        inside = self.built(repeat.first)
        model = repeat.blocks[0].model
        if model is not None:
            values[repeat.field_name] = (*before, model(**inside))
        elif VALUE in inside:
            values[repeat.field_name] = (*before, inside[VALUE])
        else:
            del self._reading.lines[(*path, len(before))]

    def _attributes(self, found: _Element, node: Element) -> None:
        known = {attribute.tag: attribute for attribute in node.attributes}
        for name, text in found.attrib.items():
            label = str(name)
            attribute = known.get(label)
            if attribute is None:
                if not label.startswith(_XSI):
                    self._reading.unknown.append(f"{found.tag}/@{label}")
                continue
            zones = [each for each in attribute.texts if isinstance(each, ZoneText)]
            if zones:
                self._zone(found, zones[0], str(text))

    def _text(self, found: _Element, node: Element) -> None:
        zones = [each for each in node.texts if isinstance(each, ZoneText)]
        if not zones:
            return
        told = [zone for zone in zones if zone.told is None or _says(found, zone.told)]
        self._zone(found, (told or zones)[0], found.text or "")

    def _zone(self, found: _Element, zone: ZoneText, text: str) -> None:
        path = self._paths[zone.block]
        here = (*path, zone.json_name) if zone.field_name != VALUE else path
        lines = self._reading.lines
        try:
            value = zone.format.read(text)
        except (ValueError, OverflowError):
            lines[here] = _line(found)
            self._reading.unreadable[here] = text
            return
        if zone.field_name.startswith(EXTRA_ZONE):
            self._reading.extras[zone.field_name] = text
            return
        if zone.field_name != VALUE:
            lines[here] = _line(found)
        self._values[zone.block][zone.field_name] = value


_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def _says(found: _Element, told: ToldApart) -> bool:
    """True when the neighbour of an element says what `told` does."""
    if told.attribute is not None:
        return found.get(told.attribute) == told.text
    parent = found.getparent()
    return parent is not None and parent.findtext(str(told.sibling)) == told.text


def _line(element: _Element) -> int:
    """The line of an element that was parsed from text; 0 for one built in memory."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def _known(values: dict[str, Any], model: type[Block]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in model.model_fields}
