"""The reader of a profile, compiled once from its binding: XML elements to models.

Tolerant: the order of elements does not matter, unknown elements are listed and passed over,
a value that cannot be read is reported and left None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fla_batch.message.profile import MessageShape, Profile
from fla_batch.message.shape import Branch, Layout, Leaf, Node, Wrapper
from fla_batch.models import TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.block import Block
from fla_batch.models.entry import Path
from fla_batch.models.form import Answer, AnswerForm, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(slots=True)
class Reading:
    """What was noticed while reading one form, besides its content.

    `lines` are the lines of the file by JSON path; `unreadable` the texts that do not fit their
    zone; `unknown` the paths of elements that the binding does not know.
    """

    lines: dict[Path, int] = field(default_factory=dict)
    unreadable: dict[Path, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def move_to(self, line: int) -> None:
        """The form stands on `line` of its file, whatever the lines of what was parsed."""
        first = self.lines[()]
        self.lines = {path: line + here - first for path, here in self.lines.items()}


class FormReader:
    """Reads the forms of one message shape. The profile tells which kind each form is."""

    def __init__(self, profile: Profile, shape: MessageShape) -> None:
        self._profile = profile
        self._shape = shape
        self._prefix = f"{{{shape.namespace}}}" if shape.namespace else ""
        self._trees: dict[str, dict[str, Node]] = {}

    @property
    def form_tag(self) -> str:
        """The form element's name as lxml spells it."""
        return self._prefix + self._shape.form

    def read(self, element: _Element) -> tuple[Form | AnswerForm, Reading]:
        """One form element as a model. Never raises for its content."""
        reading = Reading()
        values = self._block(element, self._shape.layout, (), reading)
        reading.lines[()] = _line(element)
        header = FormHeader(**_known(values, FormHeader))
        if self._shape.answers:
            return AnswerForm(header=header, body=Answer(**_known(values, Answer))), reading
        return Form(header=header, body=self._body(header, values)), reading

    def _body(
        self, header: FormHeader, values: dict[str, Any]
    ) -> TrainingRightsDeclaration | TrainingsDeclaration | Question:
        kind = self._profile.kind_of(header.identification)
        if kind is None:
            # An unknown identification: what the form holds still says what it is.
            holds_trainings = "trainings" in values
            kind = FormKind.TRAININGS if holds_trainings else FormKind.TRAINING_RIGHTS
        if kind is FormKind.TRAININGS:
            return TrainingsDeclaration(**_known(values, TrainingsDeclaration))
        if kind is FormKind.TRAINING_RIGHTS:
            return TrainingRightsDeclaration(**_known(values, TrainingRightsDeclaration))
        return Question(question=kind, **_known(values, Question))

    def _block(
        self, element: _Element, layout: Layout, path: Path, reading: Reading
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        self._children(element, self._tree(layout.name, layout.nodes), path, reading, values)
        return values

    def _tree(self, key: str, nodes: Iterable[Node]) -> dict[str, Node]:
        if key not in self._trees:
            self._trees[key] = {self._prefix + node.element: node for node in nodes}
        return self._trees[key]

    def _children(
        self,
        element: _Element,
        tree: dict[str, Node],
        path: Path,
        reading: Reading,
        values: dict[str, Any],
    ) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue  # a comment or processing instruction
            node = tree.get(child.tag)
            if node is None:
                reading.unknown.append(f"{element.tag}/{child.tag}")
            elif isinstance(node, Wrapper):
                inner = self._tree(f"{id(node)}", node.children)
                self._children(child, inner, path, reading, values)
                self._note_empty(node, values)
            elif isinstance(node, Branch):
                self._take_branch(child, node, path, reading, values)
            elif isinstance(node, Leaf):
                _take_leaf(child, node, path, reading, values)

    @staticmethod
    def _note_empty(node: Wrapper, values: dict[str, Any]) -> None:
        """A wrapper that is there but empty still says that its list was declared."""
        for inner in node.children:
            if isinstance(inner, Branch) and inner.many:
                values.setdefault(inner.field_name, ())

    def _take_branch(
        self,
        child: _Element,
        node: Branch,
        path: Path,
        reading: Reading,
        values: dict[str, Any],
    ) -> None:
        here: Path = (*path, node.json_name)
        if node.many:
            here = (*here, len(values.get(node.field_name, ())))
        reading.lines[here] = _line(child)
        model = node.layout.models[0]
        block = model(**self._block(child, node.layout, here, reading))
        if node.many:
            values[node.field_name] = (*values.get(node.field_name, ()), block)
        else:
            values[node.field_name] = block


def _take_leaf(
    child: _Element, node: Leaf, path: Path, reading: Reading, values: dict[str, Any]
) -> None:
    here: Path = (*path, node.json_name)
    text = child.text or ""
    try:
        value = node.format.read(text)
    except (ValueError, OverflowError):
        reading.lines[here] = _line(child)
        reading.unreadable[here] = text
        return
    if node.many:
        reading.lines[(*here, len(values.get(node.field_name, ())))] = _line(child)
        values[node.field_name] = (*values.get(node.field_name, ()), value)
    else:
        reading.lines[here] = _line(child)
        values[node.field_name] = value


def _line(element: _Element) -> int:
    """The line of an element that was parsed from text; 0 for one built in memory."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def _known(values: dict[str, Any], model: type[Block]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in model.model_fields}
