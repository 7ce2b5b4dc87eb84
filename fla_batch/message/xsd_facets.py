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


_ANYTHING = ("anyType", "anySimpleType", "anyAtomicType")


@dataclass(frozen=True, slots=True)
class Facets:
    """`base` is the built-in type below; `patterns` has one tuple of alternatives per derivation.

    Bounds are texts as in the XSD; `low_open` and `high_open` when the bound itself is excluded.
    `mixed_kinds` is `list` or `union`, of the types in `parts`: lengths are then those of a list.
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
    parts: tuple[Facets, ...] = ()

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
        return Facets("string" if kind in _ANYTHING else kind)
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
    for name, attribute in (("list", "itemType"), ("union", "memberTypes")):
        made = node.find(XS + name)
        if made is not None:
            return _mixed(name, kind, made, made.get(attribute, ""), files)
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


def _mixed(name: str, kind: Component, made: _Element, named: str, files: SchemaFiles) -> Facets:
    """A list of one type, or a union of several; one of codes alone has them all.

    They are judged whole (decision 1226).
    """
    every = [facets_of(files.type_named(each, kind), files) for each in named.split()]
    inline = made.iterfind(f"{XS}simpleType")
    every += [_simple(Component(each, kind.document), files) for each in inline]
    parts = tuple(each or Facets() for each in every)
    codes = tuple(code for part in parts for code in part.codes)
    alone = name == "union" and all(part.codes for part in parts)
    base = next((part.base for part in parts if not part.codes), "string")
    return Facets(base, mixed_kinds=name, parts=parts, codes=codes if alone else ())


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
