"""Does an XSD judge each part of a form by itself? Then libxml2 judges each different part once.

A form is valid when every element in it has children that its type allows, in their order, and
every text is valid for the type at its place: unless the XSD has constructs that look at several
places, or let the message choose a type. So texts can be judged apart from the forms, by a schema
that is made of the same XSD. Source: XML Schema 1.0, part 1, 3.3.4 and 3.8.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from fla_batch.message.form_table import FormPlace
from fla_batch.message.xsd_content import Declared
from fla_batch.message.xsd_files import UNSETTLED, XS, Component, SchemaDocument, SchemaFiles

_CONSTRUCTS = {XS + name for name in (*UNSETTLED, "notation")}
_ATTRIBUTES = ("nillable", "fixed", "default", "substitutionGroup", "abstract")
_TYPES = {
    "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NOTATION", "QName",
    "anyType", "anySimpleType", "anyAtomicType",
}  # fmt: skip
"""What a text of these means depends on other places."""


def judges_by_parts(files: SchemaFiles) -> bool:
    """True when what is valid at a place never depends on another place."""
    return not any(
        _looks_further(node)
        for document in files.documents
        for node in document.root.iter(etree.Element)
    )


def _looks_further(node: etree._Element) -> bool:
    named = (node.get(name, "") for name in ("type", "base", "itemType", "memberTypes"))
    return (
        node.tag in _CONSTRUCTS
        or any(name in node.attrib for name in _ATTRIBUTES)
        or node.get("mixed") == "true"
        or any(word.rpartition(":")[2] in _TYPES for words in named for word in words.split())
    )


def text_type(place: FormPlace) -> Declared | None:
    """What declares the texts at a place; None when it is not one simple type."""
    declared = {each.component.node: each for one in place.elements for each in one.declared}
    if len(declared) != 1:
        return None
    (found,) = declared.values()
    plain = isinstance(found.kind, str) or found.kind.node.tag == f"{XS}simpleType"
    return found if plain else None


def children_are_told_apart(place: FormPlace) -> bool:
    """False where an element may be one of its type, or any other of the same name."""
    return not any(
        each.wildcards and each.children for one in place.elements for each in one.declared
    )


@dataclass(frozen=True)
class TextSchema:
    """Judges texts of places whose elements one document of the XSD declares."""

    schema: etree.XMLSchema
    namespace: str

    def message(self, texts: Mapping[int, str]) -> bytes:
        """What it judges: for each place its texts, joined by `between` of the place."""
        inside = "".join(
            f"<_{place}s><_{place}>{joined}</_{place}></_{place}s>"
            for place, joined in texts.items()
        )
        return f'<_ xmlns="{self.namespace}">{inside}</_>'.encode()


def between(place: int) -> str:
    """What stands between two texts of a place."""
    return f"</_{place}><_{place}>"


def text_schema(document: SchemaDocument, places: Mapping[int, Component]) -> TextSchema | None:
    """The document with an element more for each of `places`; None when libxml2 refuses it."""
    root = deepcopy(document.root)
    for node in root.iter(*(XS + name for name in ("include", "import"))):
        if "schemaLocation" in node.attrib:
            location = document.path.parent / node.get("schemaLocation", "")
            node.set("schemaLocation", location.resolve().as_uri())
    texts = etree.SubElement(root, f"{XS}element", name="_")
    content = _inside(texts, "choice")
    content.set("maxOccurs", "unbounded")
    for number, component in places.items():
        if component.node.nsmap != document.root.nsmap:
            return None
        every = etree.SubElement(content, f"{XS}element", name=f"_{number}s", form="qualified")
        each = deepcopy(component.node)
        for name in ("ref", "minOccurs", "id"):
            each.attrib.pop(name, "")
        each.attrib.update({"name": f"_{number}", "maxOccurs": "unbounded", "form": "qualified"})
        _inside(every, "sequence").append(each)
    try:
        return TextSchema(etree.XMLSchema(root), root.get("targetNamespace", ""))
    except etree.XMLSchemaParseError:
        return None


def _inside(element: etree._Element, model: str) -> etree._Element:
    return etree.SubElement(etree.SubElement(element, f"{XS}complexType"), XS + model)
