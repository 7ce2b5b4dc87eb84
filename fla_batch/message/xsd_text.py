"""Is a text one that a simple type takes? libxml2 says, asked about that type alone."""

from __future__ import annotations

from lxml import etree

from fla_batch.message.xml_escapes import quoteattr
from fla_batch.message.xsd_facets import Facets

_AT_ONCE = 50_000
_NUMBERS = (
    ("totalDigits", "total_digits"),
    ("fractionDigits", "fraction_digits"),
    ("minLength", "shortest"),
    ("maxLength", "longest"),
    ("whiteSpace", "white_space"),
)


class Judge:
    """Answers for one type. Facets that libxml2 cannot compile take nothing."""

    def __init__(self, facets: Facets) -> None:
        kind = _type_of(facets)
        text = (
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
            f'<xs:element name="v">{kind}</xs:element>'
        )
        self._lists = facets.mixed_kinds is None
        if self._lists:
            text += '<xs:element name="all"><xs:simpleType>'
            text += f"<xs:list>{kind}</xs:list></xs:simpleType></xs:element>"
        text += "</xs:schema>"
        try:
            self._schema: etree.XMLSchema | None = etree.XMLSchema(etree.fromstring(text))
        except etree.XMLSchemaParseError:
            self._schema = None

    def takes(self, text: str) -> bool:
        """True when the type takes that text."""
        return self._valid("v", text)

    def takes_each(self, texts: list[str]) -> bool:
        """True when it takes all of them; quick for a million, none of which may hold a space."""
        if not self._lists or any(" " in text for text in texts[:1]):
            return all(map(self.takes, texts))
        chunks = (texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE))
        return all(self._valid("all", " ".join(chunk)) for chunk in chunks)

    def _valid(self, name: str, text: str) -> bool:
        element = etree.Element(name)
        element.text = text
        return self._schema is not None and self._schema.validate(element)


def _type_of(facets: Facets) -> str:
    inside = "".join(f"<xs:enumeration value={quoteattr(code)}/>" for code in facets.codes)
    low = "minExclusive" if facets.low_open else "minInclusive"
    high = "maxExclusive" if facets.high_open else "maxInclusive"
    for name, value in ((low, facets.low), (high, facets.high)):
        inside += f"<xs:{name} value={quoteattr(value)}/>" if value is not None else ""
    for name, attribute in _NUMBERS:
        value = getattr(facets, attribute)
        inside += f'<xs:{name} value="{value}"/>' if value is not None else ""
    made = f'<xs:restriction base="xs:{facets.base}">{inside}</xs:restriction>'
    if facets.mixed_kinds:
        parts = "".join(map(_type_of, facets.parts))
        made = f"<xs:{facets.mixed_kinds}>{parts}</xs:{facets.mixed_kinds}>"
        if inside:
            made = f"<xs:restriction><xs:simpleType>{made}</xs:simpleType>{inside}</xs:restriction>"
    for alternatives in facets.patterns:
        patterns = "".join(f"<xs:pattern value={quoteattr(each)}/>" for each in alternatives)
        made = f"<xs:restriction><xs:simpleType>{made}</xs:simpleType>{patterns}</xs:restriction>"
    return f"<xs:simpleType>{made}</xs:simpleType>"
