"""The files that an XSD reaches, read once: includes and imports followed, on this machine only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from lxml import etree

from fla_batch.vocabulary.errors import ProfileMistake

if TYPE_CHECKING:
    from lxml.etree import _Element, _LogEntry

XS_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
XS = f"{{{XS_NAMESPACE}}}"

_TABLES = ("element", "complexType", "simpleType", "group", "attributeGroup", "attribute")
_REFERENCES = ("include", "import", "redefine", "override")
ASSERTIONS = ("assert", "assertion")
UNSETTLED = (
    "key",
    "keyref",
    "unique",
    *ASSERTIONS,
    "alternative",
    "redefine",
    "override",
)
"""Constructs that generated samples cannot settle: they speak of several places at once."""


@dataclass(frozen=True, eq=False)
class SchemaDocument:
    """One file, as part of one namespace: a file without one takes that of its includer."""

    path: Path
    namespace: str
    root: _Element

    @property
    def element_form(self) -> str:
        """`qualified` or `unqualified`, for local elements that do not say."""
        return self.root.get("elementFormDefault", "unqualified")

    @property
    def attribute_form(self) -> str:
        """`qualified` or `unqualified`, for local attributes that do not say."""
        return self.root.get("attributeFormDefault", "unqualified")


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A node of an XSD with its document: names in it mean what they mean there."""

    node: _Element
    document: SchemaDocument

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.document.path.name}:{self.node.sourceline}"

    @property
    def is_abstract(self) -> bool:
        """True for a type that only those are of that derive from it."""
        return self.node.get("abstract") in ("true", "1")

    def resolved(self, name: str) -> tuple[str, str]:
        """(namespace, local name) of a QName in an attribute of the node."""
        prefix, _, local = name.rpartition(":")
        namespace = self.node.nsmap.get(prefix or None)
        if namespace is None:
            namespace = self.document.namespace if not prefix else ""
        return namespace, local


@dataclass(eq=False)
class SchemaFiles:
    """All files that `schemas` reach. Raises ProfileMistake with file, line and what to do."""

    schemas: Iterable[Path]
    documents: list[SchemaDocument] = field(default_factory=list)
    _seen: set[tuple[Path, str]] = field(default_factory=set)
    _tables: dict[str, dict[tuple[str, str], Component]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for schema in self.schemas:
            self._read(schema.resolve(), None, f"{schema.name}")
        for kind in _TABLES:
            self._tables[kind] = {}
        for document in self.documents:
            for node in document.root.iter(*(XS + kind for kind in _TABLES)):
                parent = node.getparent()
                if parent is document.root or (parent is not None and _is_reference(parent)):
                    kind = str(node.tag).removeprefix(XS)
                    key = (document.namespace, node.get("name", ""))
                    self._tables[kind].setdefault(key, Component(node, document))

    @property
    def paths(self) -> list[Path]:
        """Every file once, in the order in which they are reached."""
        return list(dict.fromkeys(document.path for document in self.documents))

    def table(self, kind: str) -> dict[tuple[str, str], Component]:
        """(namespace, name) -> global component of that kind, such as `element`."""
        return self._tables[kind]

    def find(self, kind: str, name: str, at: Component) -> Component | None:
        """The global component that `name` means at that place."""
        return self._tables[kind].get(at.resolved(name)) if name else None

    def type_named(self, name: str, at: Component) -> Component | str:
        """The type that `name` means at that place; the local name of a built-in one."""
        namespace, local = at.resolved(name)
        if namespace == XS_NAMESPACE:
            return local
        for kind in ("complexType", "simpleType"):
            found = self._tables[kind].get((namespace, local))
            if found is not None and found.node is not at.node:
                return found
        return "anyType"

    def substitutes(self, head: Component) -> list[Component]:
        """The global elements that may stand for `head`."""
        name = (head.document.namespace, head.node.get("name", ""))
        found: list[Component] = []
        for one in self._tables["element"].values():
            group = one.node.get("substitutionGroup")
            if group and one.resolved(group) == name:
                found += [one, *self.substitutes(one)]
        return found

    def attribute_namespaces(self, used: set[str]) -> set[str]:
        """Those of `used` in which attributes are qualified, and so need a prefix."""
        return {
            document.namespace
            for document in self.documents
            if document.namespace in used
            and (
                document.attribute_form == "qualified"
                or document.root.find(f".//{XS}attribute[@form='qualified']") is not None
                or document.root.find(f"{XS}attribute") is not None
            )
        }

    def referred(self, kind: str) -> set[tuple[str, str]]:
        """The names of global components that others refer to."""
        found: set[tuple[str, str]] = set()
        for document in self.documents:
            for node in document.root.iter(XS + kind):
                if node.get("ref"):
                    found.add(Component(node, document).resolved(node.get("ref", "")))
        return found

    @property
    def asserts(self) -> bool:
        """True when a file has assertions, as of XML Schema 1.1."""
        return any(name in ASSERTIONS for name, _ in self.unsettled())

    def unsettled(self) -> Iterator[tuple[str, Component]]:
        """The constructs that samples cannot settle, by the name that a binding accepts them by."""
        for document in self.documents:
            for node in document.root.iter(*(XS + name for name in UNSETTLED)):
                yield str(node.tag).removeprefix(XS), Component(node, document)

    def _read(self, path: Path, namespace: str | None, where: str) -> None:
        root = _parsed(path, where)
        own = root.get("targetNamespace") or namespace or ""
        if (path, own) in self._seen:
            return
        self._seen.add((path, own))
        document = SchemaDocument(path, own, root)
        self.documents.append(document)
        for node in root.iter(*(XS + name for name in _REFERENCES)):
            location = node.get("schemaLocation")
            if location is None:
                continue
            place = f"{path.name}:{node.sourceline}"
            includes = own if node.tag != f"{XS}import" else None
            self._read(_local(location, path, place), includes, place)


def _is_reference(node: _Element) -> bool:
    return str(node.tag).removeprefix(XS) in _REFERENCES


def _local(location: str, path: Path, place: str) -> Path:
    """The file that a schema location names. Raises ProfileMistake for one on the network."""
    if "://" in location and not location.startswith("file://"):
        raise ProfileMistake(
            f"{place} takes {location} from the network, which is never done",
            hint="Save that file beside the XSD and write its name as schemaLocation.",
        )
    return (path.parent / unquote(location.removeprefix("file://"))).resolve()


_WHOLE = "Ask for the file again, or mend that line: no engine takes the XSD as it is."


def not_an_xsd(path: Path, error: etree.LxmlError) -> ProfileMistake:
    """What to say of a file that libxml2 does not take: file, line and its own words."""
    if isinstance(error, etree.XMLSyntaxError):
        # Its log is of all that was parsed before, too.
        return ProfileMistake(f"{path.name}:{error.lineno} is not an XSD: {error.msg}", hint=_WHOLE)
    entries = cast("Iterable[_LogEntry]", error.error_log)
    first = next((entry for entry in entries if entry.line > 0), None)
    if first is None:
        return ProfileMistake(f"{path.name} is not an XSD: {error}", hint=_WHOLE)
    named = Path(unquote(first.filename or "")).name
    name = path.name if named.startswith("<") or not named else named
    words = " ".join(first.message.split()).replace(f"{{{XS_NAMESPACE}}}", "xs:")
    return ProfileMistake(f"{name}:{first.line} is not an XSD: {words}", hint=_WHOLE)


def _parsed(path: Path, where: str) -> _Element:
    parser = etree.XMLParser(
        no_network=True, resolve_entities=False, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.parse(str(path), parser).getroot()
    except OSError as error:
        raise ProfileMistake(
            f"{where} needs {path.name}, which is not there",
            hint="Put every file that the XSD includes or imports into the folder of the profile.",
        ) from error
    except etree.XMLSyntaxError as error:
        raise not_an_xsd(path, error) from error
    doctype = cast("Any", root.getroottree().docinfo.internalDTD)  # unknown to lxml's stubs
    if doctype is not None and next(doctype.iterentities(), None) is not None:
        raise ProfileMistake(
            f"{path.name}:1 declares entities, which are never resolved",
            hint="Write their texts where they are used, and remove the DOCTYPE.",
        )
    if root.tag != f"{XS}schema":
        raise ProfileMistake(
            f"{path.name}:{root.sourceline} is not an XSD: its root is {root.tag}", hint=_WHOLE
        )
    return root
