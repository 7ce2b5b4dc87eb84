"""The schema that every engine is given for a message: one that imports envelope and payloads.

An envelope with `xs:any` says nothing of what stands there; without the XSD of the payload an
engine would find it unknown. The driver is generated, not a file of the profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote

from lxml import etree

from fla_batch.message.xml_escapes import quoteattr
from fla_batch.message.xsd_files import ASSERTIONS, XS_NAMESPACE, not_an_xsd
from fla_batch.vocabulary.errors import ProfileMistake

if TYPE_CHECKING:
    import xmlschema
    from lxml.etree import ParserTarget, _LogEntry

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


class _WithoutAssertions(etree.Resolver):
    """Gives libxml2, which knows XML Schema 1.0, each file without the assertions of 1.1."""

    def resolve(  # type: ignore[override]  # lxml's stubs lack the context
        self,
        system_url: str,
        public_id: str,  # noqa: ARG002
        context: object,
    ) -> object:
        """The text of a file that has assertions; None, to read it as it is, for any other."""
        path = Path(unquote((system_url or "").removeprefix("file://")))
        if not path.is_file():
            return None
        try:
            root = etree.parse(str(path), _parser()).getroot()
        except etree.XMLSyntaxError:
            return None
        found = list(root.iter(*(f"{{{XS_NAMESPACE}}}{name}" for name in ASSERTIONS)))
        for node in found:
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)
        text = etree.tostring(root, encoding="unicode")
        return self.resolve_string(text, context, base_url=system_url) if found else None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)


def lxml_schema(schema: Path, driver: str | None) -> etree.XMLSchema:
    """The schema as libxml2 knows it: without assertions, which `other_schema` judges.

    Raises ProfileMistake when it does not take it.
    """
    parser = _parser()
    parser.resolvers.add(_WithoutAssertions())
    try:
        if driver is None:
            return etree.XMLSchema(etree.parse(str(schema), parser))
        return etree.XMLSchema(etree.fromstring(driver.encode(), parser))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        raise not_an_xsd(schema, error) from error


def stream(schema: etree.XMLSchema, source: str | BinaryIO) -> list[_LogEntry]:
    """What libxml2 says in one pass that builds no tree; nothing of what is valid.

    Raises XMLSyntaxError when it is not well-formed, and OSError, also for bytes that are not of
    the encoding.
    """
    parser = etree.XMLParser(
        schema=schema,
        target=cast("ParserTarget", _Nothing()),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        etree.parse(source, parser)
    except etree.XMLSyntaxError:
        found = logged(parser.error_log)
        if not found:
            raise
        return found
    # With a target lxml does not raise for what breaks the schema: only the log tells.
    return logged(parser.error_log)


def logged(log: object) -> list[_LogEntry]:
    """The entries of a log of lxml."""
    return list(cast("Iterable[_LogEntry]", log))


class _Nothing:
    """A parser target that keeps nothing: libxml2 validates on the way, no tree is built."""

    def close(self) -> None:
        """Called at the end of the document."""


def other_schema(
    schema: Path, driver: str | None, *, asserts: bool
) -> xmlschema.XMLSchema | xmlschema.XMLSchema11:
    """The schema as the library xmlschema knows it; of version 1.1 when it `asserts`.

    Raises xmlschema.XMLSchemaException.
    """
    import xmlschema

    version = xmlschema.XMLSchema11 if asserts else xmlschema.XMLSchema
    return version(driver or str(schema), allow="local")
