"""The writer of a profile, compiled once from its tree: models to XML text.

Text and not a tree, a form a line (decision 0106): the bytes that leave are the bytes that were
written, and the same input gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from fla_batch.message.extra_zones import EmployerZones, constants_of
from fla_batch.message.form_tree import (
    Attribute,
    BlockPlace,
    Element,
    FixedText,
    Repeat,
    TemplateText,
    Text,
    ZoneText,
    has_zones,
    of_kind,
)
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.templates import MessageFacts, filled
from fla_batch.message.value_formats import FORMATS
from fla_batch.models.form import AnswerForm, Form
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import EXTRA_ZONE

_ABSENT: Mapping[str, Any] = {}

Row = list[Mapping[str, Any]]
"""The blocks of a form or an item, as `form_tree` numbers them; an absent one is empty."""

Emit = Callable[[Row, list[str]], bool]
"""Appends text; True when something of the declaration was in it."""

_escape = FORMATS["text"].write


class MessageWriter:
    """Writes messages of one shape: what is `around` the forms, and each form.

    `facts` are what a header may show.
    """

    def __init__(
        self,
        shape: MessageShape,
        *,
        facts: MessageFacts | None = None,
        extras: EmployerZones = _ABSENT,
    ) -> None:
        self._facts = facts or MessageFacts()
        self._shape = shape
        self._extras = extras
        self._constants = constants_of(shape)
        self._emits: dict[FormKind | None, Emit] = {}

    def around(self, forms: int) -> tuple[bytes, bytes]:
        """What stands before and after so many forms; all together is the whole message."""
        facts = replace(self._facts, forms=forms)
        head, foot = self._shape.around_of(facts)
        return head.encode(), foot.encode()

    def says(self, name: str) -> bool:
        """True when that fact of a message (`AROUND_NAMES`) is shown around its forms."""
        return self._shape.says_around(name)

    def form(self, form: Form | AnswerForm) -> bytes:
        """One form, from its opening tag to the line end after its closing tag."""
        out: list[str] = []
        kind = None if isinstance(form, AnswerForm) else form.body.kind
        emit = self._emits.get(kind)
        if emit is None:
            emit = self._emits[kind] = self._compiled(kind)
        top = {**self._constants, **form.body.__dict__, **form.header.__dict__}
        if self._extras and form.body.employer is not None:
            top.update(self._extras.get(form.body.employer.company_id or "", _ABSENT))
        if top.get("extra"):
            top.update({EXTRA_ZONE + name: text for name, text in top["extra"].items()})
        row: Row = [top]
        _open(row, self._shape.tree.blocks[1:])
        emit(row, out)
        out.append("\n")
        return "".join(out).encode()

    def message(self, forms: Iterable[Form | AnswerForm]) -> Iterator[bytes]:
        """The whole message in pieces."""
        every = list(forms)
        head, foot = self.around(len(every))
        yield head
        yield from map(self.form, every)
        yield foot

    def _compiled(self, kind: FormKind | None) -> Emit:
        form = of_kind(self._shape.tree.form, kind, answers=self._shape.answers)
        return _whole(form, always=True)


def writers_of(
    profile: Profile, *, facts: MessageFacts | None = None, extras: EmployerZones = _ABSENT
) -> dict[FormKind, MessageWriter]:
    """A writer for each kind of form; kinds of one message share one."""
    made = {id(each): MessageWriter(each, facts=facts, extras=extras) for each in profile.messages}
    return {kind: made[id(shape)] for kind, shape in profile.shapes.items()}


def _open(row: Row, places: Iterable[BlockPlace]) -> None:
    """Put the blocks that stand once in what the row begins with behind it."""
    for place in places:
        block = row[place.parent].get(place.field_name)
        row.append(_ABSENT if block is None else block.__dict__)


def _sequence(children: Iterable[Element]) -> list[Emit]:
    """What writes the children; one loop writes a run of plain zones."""
    emits: list[Emit] = []
    for block, group in groupby(children, key=_plain_block):
        if block is None:
            emits += [_element(child) for child in group]
        else:
            emits.append(_zones(block, list(group)))
    return emits


def _plain_block(element: Element) -> int | None:
    """The block of an element that is one zone, once at most, and nothing else."""
    if element.attributes or element.children or element.repeat or len(element.texts) != 1:
        return None
    text = element.texts[0]
    plain = isinstance(text, ZoneText) and not element.always
    return text.block if plain and isinstance(text, ZoneText) else None


def _zones(block: int, children: Iterable[Element]) -> Emit:
    zones = tuple(
        (text.field_name, f"{child.start}>", text.format.write, child.end)
        for child in children
        for text in child.texts
        if isinstance(text, ZoneText)
    )

    def emit(row: Row, out: list[str]) -> bool:
        get = row[block].get
        before = len(out)
        for name, start, write, end in zones:
            value = get(name)
            if value is not None:
                out.append(start + write(value) + end)
        return len(out) > before

    return emit


def _element(element: Element) -> Emit:
    if element.repeat is not None:
        return _repeated(element, element.repeat)
    return _whole(element, always=element.always)


def _whole(element: Element, *, always: bool) -> Emit:
    """An element, there when something in it is, or always; one of constants with its parent."""
    parts = [_attribute(each) for each in element.attributes]
    inner = [*(_text(text) for text in element.texts), *_sequence(element.children)]
    plain, bracket = not parts, f"{element.start}>"
    start, end = element.start, element.end
    fixed = not has_zones(element) and bool(element.texts or element.children or parts)

    def emit(row: Row, out: list[str]) -> bool:
        at = len(out)
        out.append(bracket if plain else start)
        found = False
        if not plain:
            for part in parts:
                found = part(row, out) or found
            out.append(">")
        for one in inner:
            found = one(row, out) or found
        if not (found or always or (fixed and len(out) > at + 1)):
            del out[at:]
            return False
        out.append(end)
        return found or always

    return emit


def _repeated(element: Element, repeat: Repeat) -> Emit:
    """An element once per item of a list; a plain value is the field "" of a block of its own."""
    block, name, first, places = repeat.block, repeat.field_name, repeat.first, repeat.blocks[1:]
    values = repeat.values
    whole = _whole(element, always=element.always)

    def emit(row: Row, out: list[str]) -> bool:
        found = False
        for item in row[block].get(name) or ():
            inner = row[:first]
            inner.append({"": item} if values else item.__dict__)
            _open(inner, places)
            found = whole(inner, out) or found
        return found

    return emit


def _attribute(attribute: Attribute) -> Emit:
    start = f' {attribute.written}="'
    texts = [_text(text, in_attribute=True) for text in attribute.texts]

    def emit(row: Row, out: list[str]) -> bool:
        at = len(out)
        out.append(start)
        found = False
        for one in texts:
            found = one(row, out) or found
        if len(out) == at + 1:
            out.pop()
            return False
        out.append('"')
        return found

    return emit


def _text(text: Text, *, in_attribute: bool = False) -> Emit:
    if isinstance(text, ZoneText):
        return _zone(text, in_attribute=in_attribute)
    shown = quoted if in_attribute else _itself
    if isinstance(text, TemplateText):
        return _template(text, shown)
    return _constant(text, shown)


def _zone(text: ZoneText, *, in_attribute: bool) -> Emit:
    block, name = text.block, text.field_name
    write = attribute_text(text) if in_attribute else text.format.write

    def emit(row: Row, out: list[str]) -> bool:
        value = row[block].get(name)
        if value is None:
            return False
        out.append(write(value))
        return True

    return emit


def _template(text: TemplateText, shown: Callable[[str], str]) -> Emit:
    template = text.template

    def emit(row: Row, out: list[str]) -> bool:
        reference = row[0].get("reference")
        number = reference.reference_nbr if reference is not None else None
        day, hour = row[0].get("form_creation_date"), row[0].get("form_creation_hour")
        made = filled(template, number, day, hour)
        out.append(shown(_escape(made)))
        return False

    return emit


def _constant(text: FixedText, shown: Callable[[str], str]) -> Emit:
    written = shown(_escape(text.text))
    block, name = text.block, text.field_name

    def emit(row: Row, out: list[str]) -> bool:
        if name is None or row[block].get(name) is not None:
            out.append(written)
        return False

    return emit


def attribute_text(text: ZoneText) -> Callable[[Any], str]:
    """How a zone is written between the quotes of an attribute."""
    write = text.format.write
    return lambda value: quoted(write(value))


def quoted(text: str) -> str:
    """Text that is escaped already, fit for an attribute: a parser would turn line ends to spaces.

    >>> quoted('a "b"')
    'a &quot;b&quot;'
    """
    if text.isprintable() and '"' not in text:
        return text
    return text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _itself(text: str) -> str:
    return text
