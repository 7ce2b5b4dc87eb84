"""The schema that every engine is given for a message: one that imports envelope and payloads.

An envelope with `xs:any` says nothing of what stands there; without the XSD of the payload an
engine would find it unknown. The driver is generated, not a file of the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from lxml import etree

from fla_batch.vocabulary.errors import ProfileMistake

if TYPE_CHECKING:
    import xmlschema

_TARGET = "urn:fla-batch:driver"


def driver_of(schemas: Sequence[Path]) -> str:
    """The text of a schema that imports each of `schemas`, by its place on this machine.

    Raises ProfileMistake when two of them speak for one namespace.
    """
    lines = [f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{_TARGET}">']
    seen: dict[str, Path] = {}
    for schema in schemas:
        namespace = etree.parse(str(schema)).getroot().get("targetNamespace", "")
        if namespace in seen:
            raise ProfileMistake(
                f"{schema.name} and {seen[namespace].name} both declare the namespace "
                f"{namespace or '(none)'}: a payload is allowed twice",
                hint="Name one of them, or let one include the other.",
            )
        seen[namespace] = schema
        named = f" namespace={quoteattr(namespace)}" if namespace else ""
        location = quoteattr(schema.resolve().as_uri())
        lines.append(f"  <xs:import{named} schemaLocation={location}/>")
    return "\n".join([*lines, "</xs:schema>\n"])


def lxml_schema(schema: Path, driver: str | None) -> etree.XMLSchema:
    """The schema as libxml2 knows it. Raises ProfileMistake when it does not take it."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    try:
        if driver is None:
            return etree.XMLSchema(etree.parse(str(schema), parser))
        return etree.XMLSchema(etree.fromstring(driver.encode(), parser))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise ProfileMistake(f"{schema.name} is not an XSD: {error}") from error


def other_schema(schema: Path, driver: str | None) -> xmlschema.XMLSchema:
    """The schema as the library xmlschema knows it. Raises xmlschema.XMLSchemaException."""
    import xmlschema

    return xmlschema.XMLSchema(driver or str(schema), allow="local")
