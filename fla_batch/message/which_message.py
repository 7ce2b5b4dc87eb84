"""Which of a profile's messages is a file? Its root says so, the XSD that it names, its forms."""

from __future__ import annotations

import io
from pathlib import Path

from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.reader import FormReader
from fla_batch.message.xsd_content import XSI
from fla_batch.system import xmlsafe

_HEAD_BYTES = 1 << 24
_LOCATIONS = (f"{{{XSI}}}noNamespaceSchemaLocation", f"{{{XSI}}}schemaLocation")


def shape_of(path: Path, profile: Profile) -> MessageShape:
    """The shape whose root the message has; the first of declarations when none has.

    Kinds of declarations may share a root: then the XSD that the message names decides, and where
    they share that too, the first form (decision 1225).
    """
    try:
        root, attributes = xmlsafe.root_start(path)
    except (xmlsafe.UnusableXml, OSError):
        return profile.declaration
    every = [*profile.messages, *([profile.answer] if profile.answer else [])]
    alike = [shape for shape in every if shape.root == xmlsafe.local_name(root)]
    named = schema_named(attributes)
    same = [shape for shape in alike if shape.schema.name == named] or alike
    if len(same) > 1:
        return _by_first_form(path, profile, same)
    return same[0] if same else profile.declaration


def _by_first_form(path: Path, profile: Profile, shapes: list[MessageShape]) -> MessageShape:
    """The shape of the kind that the first form says it is; else the one that finds a form."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    finding: list[MessageShape] = []
    for shape in shapes:
        try:
            forms = xmlsafe.children(io.BytesIO(head), shape.form, root=shape.root)
            form, _ = FormReader(profile, shape).read(next(forms))
        except (xmlsafe.UnusableXml, StopIteration):
            continue  # the head may end anywhere
        finding.append(shape)
        kind = profile.kind_of(form.header.identification)
        if kind is not None and profile.shapes.get(kind) in shapes:
            return profile.shapes[kind]
    return (finding or shapes)[0]


def schema_named(attributes: dict[str, str]) -> str | None:
    """File name of the schema that the root's attributes say the message follows."""
    for attribute in _LOCATIONS:
        words = attributes.get(attribute, "").split()
        if words:
            return words[-1].rpartition("/")[2]
    return None
