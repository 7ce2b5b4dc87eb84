"""`schema check`: does a profile's binding fit its XSD, and both the models?

Looks into the XSD with xmlschema, element by element along the binding; then writes samples
that reach every bound, validates them and reads them back.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fla_batch.message import samples
from fla_batch.message.profile import MessageShape, Profile
from fla_batch.message.reader import FormReader
from fla_batch.message.shape import Branch, Layout, Leaf, Node, Wrapper, leaves
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.models.form import Form, FormHeader
from fla_batch.models.zone import Presence, Zone, blocks_of, json_name, repeats_of, zones_of
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import Verdict

# xmlschema's own types say less than its documentation: its components are Any here.
XsdElement = Any
XsdGroup = Any

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not fit. `breaks` is False for what only makes the XSD differ in
    strictness: declarations can still be written, and the XSD check guards each of them."""

    kind: str
    path: str
    text: str
    breaks: bool = True


def differences(profile: Profile) -> list[Difference]:
    """All that does not fit between models, binding and XSDs; empty when the profile is clean.

    Raises ProfileMistake when an XSD cannot be compiled at all.
    """
    found = list(_unbound(profile))
    for shape in (profile.declaration, profile.answer):
        # Compiled first, so that a broken XSD is one clear error and not a list of guesses.
        SchemaValidator(profile, shape)
        found += _along_binding(shape)
    stricter = {item.path for item in found if item.kind == "stricter"}
    found += _samples(profile, stricter)
    return found


def _unbound(profile: Profile) -> Iterator[Difference]:
    """Zones and blocks of the models that the binding never writes."""
    for layout in profile.layouts.values():
        bound = {node.json_name for node in leaves(layout.nodes)}
        for model in layout.models:
            for name in (*zones_of(model), *blocks_of(model)):
                if json_name(model, name) not in bound:
                    text = f"the binding of {layout.name} does not write {json_name(model, name)}"
                    yield Difference("unbound", f"{layout.name}/{json_name(model, name)}", text)


def _along_binding(shape: MessageShape) -> Iterator[Difference]:
    import xmlschema

    try:
        schema = xmlschema.XMLSchema(str(shape.schema), allow="local")
    except xmlschema.XMLSchemaParseError as error:
        raise ProfileMistake(
            f"xmlschema does not take {shape.schema.name}: {error.message}"
        ) from error
    root = schema.elements.get(shape.root)
    if root is None:
        yield Difference("unknown", f"/{shape.root}", f"the XSD has no root element {shape.root}")
        return
    if schema.target_namespace != shape.namespace:
        text = f"the XSD's namespace is {schema.target_namespace!r}, not {shape.namespace!r}"
        yield Difference("namespace", f"/{shape.root}", text)
    form = _children(root).get(shape.form)
    if form is None:
        text = f"below {shape.root} the XSD has no element {shape.form}"
        yield Difference("unknown", f"/{shape.root}/{shape.form}", text)
        return
    yield from _Walk(shape).level(
        form, shape.layout.nodes, f"/{shape.root}/{shape.form}", shape.layout
    )


class _Walk:
    def __init__(self, shape: MessageShape) -> None:
        self._answers = shape.answers

    def level(
        self, parent: XsdElement, nodes: tuple[Node, ...], path: str, layout: Layout
    ) -> Iterator[Difference]:
        written = [node for node in nodes if self._answers or not node.answers]
        known = _children(parent)
        yield from _mandatory(parent, {node.element for node in written}, path)
        yield from _order(parent, written, path)
        for node in written:
            here = f"{path}/{node.element}"
            if node.element not in known:
                yield Difference("unknown", here, f"the XSD does not know {node.element} here")
                continue
            yield from self._node(known[node.element], node, here, layout)

    def _node(
        self, element: XsdElement, node: Node, here: str, layout: Layout
    ) -> Iterator[Difference]:
        if isinstance(node, Wrapper):
            yield from self.level(element, node.children, here, layout)
        elif isinstance(node, Branch):
            model = layout.fields[node.field_name]
            repeats = repeats_of(model).get(node.field_name)
            most = repeats.most if repeats else None
            yield from _repeats(element, node.element, most, here)
            yield from self.level(element, node.layout.nodes, here, node.layout)
        elif isinstance(node, Leaf):
            zone = zones_of(layout.fields[node.field_name]).get(node.field_name)
            if zone is not None:
                yield from _facets(element, node, zone, here, answers=self._answers)


def _children(element: XsdElement) -> dict[str, XsdElement]:
    """Local name -> element, for all that may stand directly below."""
    content = getattr(element.type, "content", None)
    if content is None or not hasattr(content, "iter_elements"):
        return {}
    return {
        child.local_name: child for child in content.iter_elements() if hasattr(child, "local_name")
    }


def _positions(group: XsdGroup, start: int = 0) -> tuple[dict[str, int], set[str], int]:
    """Place of each element in the order of the content, and which ones it cannot be without.

    Alternatives of a choice share one place.
    """
    places: dict[str, int] = {}
    mandatory: set[str] = set()
    place = start
    for particle in group:
        if hasattr(particle, "model"):
            inner, needed, after = _positions(particle, place)
            if particle.model == "choice":
                inner, needed, after = dict.fromkeys(inner, place), set(), place + 1
            places |= inner
            mandatory |= needed if particle.min_occurs else set()
            place = after
        else:
            places[particle.local_name] = place
            if particle.min_occurs:
                mandatory.add(particle.local_name)
            place += 1
    return places, mandatory, place


def _content(element: XsdElement) -> XsdGroup | None:
    content = getattr(element.type, "content", None)
    return content if hasattr(content, "model") else None


def _mandatory(parent: XsdElement, written: set[str], path: str) -> Iterator[Difference]:
    group = _content(parent)
    if group is None or group.model == "choice":
        return
    for label in sorted(_positions(group)[1] - written):
        text = f"the XSD makes {label} mandatory, and the binding never writes it"
        yield Difference("never-written", f"{path}/{label}", text)


def _order(parent: XsdElement, nodes: list[Node], path: str) -> Iterator[Difference]:
    group = _content(parent)
    if group is None or group.model != "sequence":
        return
    places = _positions(group)[0]
    before, last = None, -1
    for node in nodes:
        place = places.get(node.element, last)
        if place < last:
            text = f"the binding writes {node.element} after {before}, the XSD wants it before"
            yield Difference("order", f"{path}/{node.element}", text)
        else:
            before, last = node.element, place


def _repeats(element: XsdElement, label: str, most: int | None, here: str) -> Iterator[Difference]:
    """`most` in the models against the XSD's, where None stands for any number of times."""
    theirs = element.max_occurs
    if most is None or theirs == most:
        return
    stricter = theirs is not None and theirs < most
    often = "any number of times" if theirs is None else f"at most {theirs} times"
    text = f"{label} stands at most {most} times in the models, {often} in the XSD"
    yield Difference("stricter" if stricter else "looser", here, text, breaks=False)


def _facets(
    element: XsdElement, leaf: Leaf, zone: Zone, here: str, *, answers: bool
) -> Iterator[Difference]:
    yield from _repeats(element, leaf.element, zone.many if leaf.many else None, here)
    if element.min_occurs and zone.presence is Presence.OPTIONAL and not answers:
        text = f"{leaf.element} is mandatory in the XSD and optional in the models"
        yield Difference("stricter", here, text, breaks=False)
    kind = element.type
    low = None if zone.low is None else zone.low / leaf.format.scale
    high = None if zone.high is None else zone.high / leaf.format.scale
    for facet, ours, theirs, sign in (
        ("lowest value", low, kind.min_value, 1),
        ("highest value", high, kind.max_value, -1),
        ("shortest length", zone.shortest, kind.min_length, 1),
        ("longest length", zone.longest, kind.max_length, -1),
    ):
        if ours is None or theirs == ours:
            continue
        if theirs is None:
            # A pattern or a list of codes may say the same; the samples tell.
            if not (zone.codes or zone.pattern or kind.patterns):
                text = f"{facet} of {leaf.element}: {ours:g} in the models, none in the XSD"
                yield Difference("looser", here, text, breaks=False)
            continue
        stricter = (float(theirs) - ours) * sign > 0
        text = f"{facet} of {leaf.element}: {ours:g} in the models, {theirs} in the XSD"
        yield Difference("stricter" if stricter else "looser", here, text, breaks=False)
    yield from _codes(element, leaf, zone, here)


def _codes(element: XsdElement, leaf: Leaf, zone: Zone, here: str) -> Iterator[Difference]:
    listed = element.type.enumeration
    if not listed or not zone.codes:
        return
    theirs = {str(code) for code in listed}
    ours = {leaf.format.write(code) for code in zone.codes}
    for missing in sorted(ours - theirs):
        text = f"code {missing} of {leaf.element} is not in the XSD"
        yield Difference("stricter", here, text, breaks=False)
    for extra in sorted(theirs - ours):
        text = f"code {extra} of {leaf.element} is not in the models"
        yield Difference("looser", here, text, breaks=False)


def _samples(profile: Profile, stricter: set[str]) -> Iterator[Difference]:
    """Writes, validates and reads back; what a stricter facet explains is not said again."""
    writer = MessageWriter(profile.declaration)
    reader = FormReader(profile, profile.declaration)
    created = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
    bodies = [*samples.declarations(), *samples.questions()]
    forms = [
        Form(
            header=FormHeader.original(profile.identifications[body.kind], created, f"S{number}"),
            body=body,
        )
        for number, body in enumerate(bodies, start=1)
        if body.kind in profile.identifications
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.xml"
        path.write_bytes(b"".join(writer.message(forms)))
        check = SchemaValidator(profile, profile.declaration).check(path)
        if check.verdict is Verdict.NOT_CHECKED:
            yield Difference("not-checked", "/", check.why or "the samples could not be checked")
        for error in check.errors:
            if not _explained(_INDEX.sub("", error.path), stricter):
                yield Difference("sample-invalid", error.path, error.explanation or error.reason)
        yield from _read_back(path, forms, reader, profile.declaration)


def _explained(path: str, stricter: set[str]) -> bool:
    return any(place == path or place.rpartition("/")[0] == path for place in stricter)


def _read_back(
    path: Path, forms: list[Form], reader: FormReader, shape: MessageShape
) -> Iterator[Difference]:
    elements = xmlsafe.children(path, shape.form, root=shape.root)
    for form, element in zip(forms, elements, strict=True):
        if reader.read(element)[0] != form:
            number = form.header.reference.reference_nbr if form.header.reference else ""
            text = f"sample {number} ({form.body.kind.value}) reads back different"
            yield Difference("not-the-same", f"/{shape.root}/{shape.form}", text)
