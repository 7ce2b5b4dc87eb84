"""Which of a profile's messages is a file? Its root says so, and the XSD that it names."""

from __future__ import annotations

from pathlib import Path

from fla_batch.message.message_shape import XSI, MessageShape
from fla_batch.message.profile import Profile
from fla_batch.system import xmlsafe

_LOCATIONS = (f"{{{XSI}}}noNamespaceSchemaLocation", f"{{{XSI}}}schemaLocation")


def shape_of(path: Path, profile: Profile) -> MessageShape:
    """The shape whose root the message has; the first of declarations when none has.

    Kinds of declarations may share a root: then the XSD that the message names decides.
    """
    try:
        root, attributes = xmlsafe.root_start(path)
    except (xmlsafe.UnusableXml, OSError):
        return profile.declaration
    every = [*profile.messages, *([profile.answer] if profile.answer else [])]
    alike = [shape for shape in every if shape.root == xmlsafe.local_name(root)]
    named = schema_named(attributes)
    return next(
        (shape for shape in alike if shape.schema.name == named),
        alike[0] if alike else profile.declaration,
    )


def schema_named(attributes: dict[str, str]) -> str | None:
    """File name of the schema that the root's attributes say the message follows."""
    for attribute in _LOCATIONS:
        words = attributes.get(attribute, "").split()
        if words:
            return words[-1].rpartition("/")[2]
    return None
