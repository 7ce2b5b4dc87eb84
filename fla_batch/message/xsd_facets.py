"""What an XSD lets the text of an element or attribute be: the facets of its simple type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fla_batch.message.xsd_files import XS, Component, SchemaFiles

if TYPE_CHECKING:
    from lxml.etree import _Element

_INTEGERS = {
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
    "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort",
    "unsignedByte",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facets:
    """`base` is the built-in type below; `patterns` has one tuple of alternatives per derivation.

    Bounds are texts as in the XSD; `low_open` and `high_open` when the bound itself is excluded.
    `mixed_kinds` names a list or union, whose facets are not read.
    """

    base: str = "string"
    codes: tuple[str, ...] = ()
    patterns: tuple[tuple[str, ...], ...] = ()
    low: str | None = None
    high: str | None = None
    low_open: bool = False
    high_open: bool = False
    shortest: int | None = None
    longest: int | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    white_space: str | None = None
    mixed_kinds: str | None = None

    @property
    def is_integer(self) -> bool:
        """True for the integer types."""
        return self.base in _INTEGERS

    @property
    def is_decimal(self) -> bool:
        """True for numbers with or without a fraction."""
        return self.base in ("decimal", "float", "double")


def facets_of(kind: Component | str, files: SchemaFiles) -> Facets | None:
    """The facets of a type; None for a complex type without text."""
    if isinstance(kind, str):
        return None if kind == "anyType" else Facets(kind)
    node = kind.node
    if node.tag == f"{XS}complexType":
        derivation = node.find(f"{XS}simpleContent/*")
        if derivation is None:
            return Facets() if node.get("mixed") in ("true", "1") else None
        base = files.type_named(derivation.get("base", ""), kind)
        inherited = facets_of(base, files) or Facets()
        return _narrowed(inherited, derivation)
    return _simple(kind, files)


def _simple(kind: Component, files: SchemaFiles) -> Facets:
    node = kind.node
    for name in ("list", "union"):
        if node.find(XS + name) is not None:
            return Facets(mixed_kinds=name)
    restriction = node.find(f"{XS}restriction")
    if restriction is None:
        return Facets()
    inline = restriction.find(f"{XS}simpleType")
    if inline is not None:
        inherited = _simple(Component(inline, kind.document), files)
    else:
        base = files.type_named(restriction.get("base", ""), kind)
        inherited = facets_of(base, files) or Facets()
    return _narrowed(inherited, restriction)


def _narrowed(facets: Facets, node: _Element) -> Facets:
    """The facets that a derivation leaves of those that it derives from."""

    def value(*names: str) -> tuple[str, str] | None:
        for name in names:
            found = node.find(XS + name)
            if found is not None:
                return name, found.get("value", "")
        return None

    def number(*names: str) -> int | None:
        found = value(*names)
        return int(found[1]) if found else None

    low, high = value("minInclusive", "minExclusive"), value("maxInclusive", "maxExclusive")
    codes = tuple(found.get("value", "") for found in node.iterfind(f"{XS}enumeration"))
    patterns = tuple(found.get("value", "") for found in node.iterfind(f"{XS}pattern"))
    if low:
        facets = replace(facets, low=low[1], low_open=low[0] == "minExclusive")
    if high:
        facets = replace(facets, high=high[1], high_open=high[0] == "maxExclusive")
    shortest, longest = number("length", "minLength"), number("length", "maxLength")
    total, fraction = number("totalDigits"), number("fractionDigits")
    space = value("whiteSpace")
    return replace(
        facets,
        codes=codes or facets.codes,
        patterns=(*facets.patterns, patterns) if patterns else facets.patterns,
        shortest=facets.shortest if shortest is None else shortest,
        longest=facets.longest if longest is None else longest,
        total_digits=facets.total_digits if total is None else total,
        fraction_digits=facets.fraction_digits if fraction is None else fraction,
        white_space=space[1] if space else facets.white_space,
    )
