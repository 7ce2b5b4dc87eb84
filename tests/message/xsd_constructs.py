"""Constructs that an XSD may be made of, each an edit of the shipped one; they can be combined.

A construct names its group: two of one group would edit the same place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.message.profiles import SHIPPED

XSD = "FLA_20251.xsd"
TEXT = (SHIPPED / XSD).read_text(encoding="utf-8")
_SCHEMA = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
Files = dict[str, str]


class DoesNotFit(Exception):
    """Another construct has changed the place that this one edits."""


@dataclass(frozen=True)
class Construct:
    """`edit` changes the files of an XSD, the message first; payloads stand behind it."""

    name: str
    group: str
    edit: Callable[[Files], Files] = field(repr=False)


def made_of(constructs: list[Construct]) -> Files:
    """The XSDs with all of them. Raises DoesNotFit."""
    files = {XSD: TEXT}
    for construct in constructs:
        files = construct.edit(files)
    return files


def _on_main(edit: Callable[[str], str]) -> Callable[[Files], Files]:
    def on_files(files: Files) -> Files:
        main = next(iter(files))
        holding = [name for name in files if "TrainingsType" in files[name]]
        name = holding[0] if holding else main
        try:
            return {**files, name: edit(files[name])}
        except DoesNotFit:
            if name == main:
                raise
            return {**files, main: edit(files[main])}

    return on_files


def _replaced(old: str, new: str, *, regular: bool = False) -> Callable[[str], str]:
    pattern = old if regular else re.sub(r"(?:\\?\s)+", r"\\s*", re.escape(old))

    def edit(text: str) -> str:
        found, count = re.subn(pattern, lambda _: new, text, count=1, flags=re.DOTALL)
        if not count:
            raise DoesNotFit(old)
        return found

    return edit


def _each(*edits: Callable[[str], str]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def _simple(base: str, *facets: tuple[str, object]) -> str:
    inside = "".join(f'<xs:{name} value="{value}"/>' for name, value in facets)
    return (
        f'<xs:simpleType><xs:restriction base="xs:{base}">{inside}</xs:restriction></xs:simpleType>'
    )


def _typed(zone: str, inner: str, attributes: str = "") -> Callable[[str], str]:
    """The zone with another type, and with `attributes` of its own declaration."""
    start = f'<xs:element name="{zone}">'
    made = f'<xs:element name="{zone}"{" " + attributes if attributes else ""}>{inner}</xs:element>'
    return _replaced(rf"{re.escape(start)}.*?</xs:element>", made, regular=True)


def _complex(name: str, inside: str) -> Callable[[str], str]:
    return _replaced(
        rf'<xs:complexType name="{name}">.*?</xs:complexType>',
        f'<xs:complexType name="{name}">{inside}</xs:complexType>',
        regular=True,
    )


def _elements(*names: str) -> str:
    """References; a name ending in ? is optional."""
    return "".join(
        f'<xs:element ref="{name.rstrip("?")}"{_OPTIONAL if name.endswith("?") else ""}/>'
        for name in names
    )


_OPTIONAL = ' minOccurs="0"'
_MANY = ' minOccurs="0" maxOccurs="unbounded"'


def _group(model: str, inside: str, occurs: str = "") -> str:
    return f"<xs:{model}{occurs}>{inside}</xs:{model}>"


def _nested(names: list[str], inside: str, attributes: str = "") -> str:
    for name in reversed(names):
        inside = (
            f'<xs:element name="{name}"><xs:complexType><xs:sequence>{inside}</xs:sequence>'
            f"{attributes}</xs:complexType></xs:element>"
        )
        attributes = ""
    return inside


_HEAD = ("Identification", "FormCreationDate", "FormCreationHour", "AttestationStatus", "TypeForm")
_CONTENT = "<xs:choice>" + _elements("TrainingRights", "Trainings") + "</xs:choice>"
_WORKER = _elements("INSS", "Language?", "RefHoursInWorkingDay?", "CalendarYear")
_FORM_REST = '<xs:element ref="Employer"/>.*?(?=</xs:sequence>\\s*</xs:complexType>)'
_PAIR = (
    '<xs:element ref="CertificateValidityStartDate" minOccurs="0"/> '
    '<xs:element ref="CertificateValidityEndDate" minOccurs="0"/>'
)
_TWO_TEXTS = (
    '<xs:element ref="TrainingReferenceNbr" minOccurs="0"/> '
    '<xs:element ref="TrainingOrganiserName" minOccurs="0"/>'
)
_EITHER = (
    '<xs:choice> <xs:element ref="TrainingDays"/> <xs:element ref="TrainingHours"/> </xs:choice>'
)
_ONE_TRAINING = '<xs:element ref="Training" minOccurs="0" maxOccurs="999"/>'
_FORMS = '<xs:element ref="Form" maxOccurs="unbounded"/>'
_OPTIONAL_CHOICE = (
    '<xs:choice minOccurs="0"> <xs:element ref="TrainingRights"/> <xs:element ref="Trainings"/> '
    "</xs:choice>"
)


def _namespace(how: str) -> Callable[[str], str]:
    return _replaced(
        r"<xs:schema [^>]*>",
        f'{_SCHEMA} targetNamespace="urn:fla" xmlns="urn:fla"{how}>',
        regular=True,
    )


def _locals(text: str) -> str:
    """Blocks and zones of workers and employers as local elements of named types."""
    for block in ("Employer", "Employee"):
        text = re.sub(rf'ref="{block}"', f'name="{block}" type="{block}Type"', text, count=1)
    return text


def _small_letters(text: str) -> str:
    """Labels as XML dialects in small letters have them: inss, companyId, trainingStartDate."""
    return re.sub(
        r'(name|ref)="([A-Z]+)(\w*)(?<!Type)"',
        lambda found: f'{found[1]}="{_small(found[2], found[3])}{found[3]}"',
        text,
    )


def _small(head: str, rest: str) -> str:
    return head.lower() if len(head) == 1 or not rest else head[:-1].lower() + head[-1]


def _chameleon(files: Files) -> Files:
    main = next(iter(files))
    text = files[main]
    at = text.index("<!-- contents of the blocks -->")
    include = '<xs:include schemaLocation="types/contents.xsd"/><xs:element name="FLA">'
    opened = f'{_SCHEMA} elementFormDefault="qualified">'
    return {
        main: text[:at].replace('<xs:element name="FLA">', include, 1) + "</xs:schema>",
        "types/contents.xsd": opened + text[at:],
        **{name: each for name, each in files.items() if name != main},
    }


def _enveloped(wildcard: str, own: str = "urn:env") -> Callable[[Files], Files]:
    header = "".join(
        f'<xs:element name="{name}" type="xs:{kind}"/>'
        for name, kind in zip(_HEAD, ("string", "date", "time", "integer", "string"), strict=True)
    )
    reference = _nested(
        ["Reference"],
        '<xs:element name="ReferenceType" type="xs:integer"/><xs:element name="ReferenceOrigin" '
        'type="xs:integer"/><xs:element name="ReferenceNbr" type="xs:string"/>',
    ).replace('name="Reference"', 'name="Reference" maxOccurs="50"', 1)
    envelope = (
        f'{_SCHEMA} targetNamespace="{own}" elementFormDefault="qualified"><xs:element '
        'name="Envelope"><xs:complexType><xs:sequence><xs:element name="Form" '
        f'maxOccurs="unbounded"><xs:complexType><xs:sequence>{header}{reference}'
        + _nested(["Data", "DocumentXML"], f"<xs:any {wildcard}/>")
        + "</xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>"
        "</xs:element></xs:schema>"
    )

    def edit(files: Files) -> Files:
        if len(files) > 1 or "targetNamespace" in files[XSD]:
            raise DoesNotFit("one envelope")
        payload = _namespace(' elementFormDefault="qualified"')(files[XSD])
        payload = _replaced(re.sub("><", "> <", _elements(*_HEAD)), "")(payload)
        payload = _replaced('<xs:element ref="Reference" minOccurs="0"/>', "")(payload)
        return {"Envelope.xsd": envelope, "payload.xsd": payload}

    return edit


def _below_employer(*steps: str, attributes: str = "") -> Callable[[str], str]:
    inside = _nested(list(steps), _WORKER + _CONTENT, attributes)
    return _each(
        _replaced(_FORM_REST, '<xs:element ref="Employer"/>', regular=True),
        _complex(
            "EmployerType",
            f"<xs:sequence>{_elements('CompanyID', 'FlaImportanceCode?')}{inside}</xs:sequence>",
        ),
    )


def _attribute_of(zone: str, kind: str, use: str = "required", more: str = "") -> str:
    return f'<xs:attribute name="{zone}" type="xs:{kind}" use="{use}"{more}/>'


_SEQUENCE_ATTRIBUTE = _each(
    _replaced('<xs:element ref="TrainingSequenceNbr"/>', ""),
    _replaced(
        r'(?<=<xs:element ref="TrainingProviderReference" minOccurs="0"/>)\s*</xs:sequence>',
        f"</xs:sequence>{_attribute_of('TrainingSequenceNbr', 'positiveInteger')}",
        regular=True,
    ),
)
_UNIT = (
    '<xs:element name="TrainingHours"><xs:complexType><xs:simpleContent><xs:extension '
    'base="xs:decimal"><xs:attribute name="unit" use="required" {more}/>'
    "</xs:extension></xs:simpleContent></xs:complexType></xs:element>"
)
_NO_ROOT_END = r"(</xs:sequence>)(\s*</xs:complexType>\s*</xs:element>\s*<xs:element name=\"Form\")"


def _root_attribute(attribute: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        found, count = re.subn(
            _NO_ROOT_END, lambda each: f"{each[1]}{attribute}{each[2]}", text, count=1
        )
        if not count:
            raise DoesNotFit(attribute)
        return found

    return edit


def _key(kind: str, selector: str, *fields: str) -> Callable[[str], str]:
    inside = "".join(f'<xs:field xpath="{each}"/>' for each in fields)
    made = f'<xs:{kind} name="k"><xs:selector xpath="{selector}"/>{inside}</xs:{kind}>'
    return _replaced(
        r'</xs:complexType>\s*</xs:element>\s*<xs:element name="Form"',
        f'</xs:complexType>{made}</xs:element><xs:element name="Form"',
        regular=True,
    )


_UNION = (
    '<xs:simpleType><xs:union><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration '
    'value="NONE"/></xs:restriction></xs:simpleType><xs:simpleType><xs:restriction '
    'base="xs:string"><xs:maxLength value="{most}"/></xs:restriction></xs:simpleType></xs:union>'
    "</xs:simpleType>"
)
_CODE_UNION = (
    '<xs:simpleType><xs:union memberTypes="xs:boolean"><xs:simpleType><xs:restriction '
    'base="xs:integer"><xs:maxInclusive value="{most}"/></xs:restriction></xs:simpleType>'
    "</xs:union></xs:simpleType>"
)
_LIST = (
    '<xs:simpleType><xs:restriction><xs:simpleType><xs:list itemType="xs:string"/></xs:simpleType>'
    '<xs:maxLength value="3"/></xs:restriction></xs:simpleType>'
)
_RESULTS = ("PASSED", "FAILED", "INTERRUPTED", "FOLLOWED", "NOT_FINISHED")


def _codes(*codes: object) -> str:
    return _simple("string", *(("enumeration", code) for code in codes))


def _twice_restricted(base: str, *patterns: str) -> str:
    made = f'<xs:restriction base="xs:{base}"/>'
    for pattern in patterns:
        inner = f'<xs:simpleType>{made}</xs:simpleType><xs:pattern value="{pattern}"/>'
        made = f"<xs:restriction>{inner}</xs:restriction>"
    return f"<xs:simpleType>{made}</xs:simpleType>"


_TYPES: Mapping[str, Mapping[str, str]] = {
    "TrainingHours": {
        "decimal-2": _simple("decimal", ("fractionDigits", 2), ("minInclusive", 0)),
        "decimal-1": _simple("decimal", ("fractionDigits", 1), ("minInclusive", 0)),
        "decimal-digits": _simple("decimal", ("totalDigits", 6), ("fractionDigits", 2)),
        "decimal-too-few-digits": _simple("decimal", ("totalDigits", 5), ("fractionDigits", 2)),
        "duration": _simple("duration"),
        "duration-max": _simple("duration", ("maxInclusive", "PT200H")),
        "lower-bound": _simple("integer", ("minInclusive", 0), ("maxInclusive", 1000000)),
        "open-bound": _simple("integer", ("minExclusive", 0), ("maxInclusive", 1560000)),
        "not-zero": _simple("positiveInteger"),
        "short": _simple("short"),
        "int": _simple("int"),
        "float": _simple("float"),
        "six-digits": _simple("integer", ("totalDigits", 6)),
        "seven-digits-padded": _simple("string", ("pattern", r"\d{7}")),
        "comma": _simple("string", ("pattern", r"\d{1,5},\d{2}")),
        "quarters": _simple("integer", ("pattern", r"\d*(00|25|50|75)|0")),
    },
    "CompanyID": {
        "nine-digits": _simple("string", ("pattern", "[0-9]{9}")),
        "ten-digits": _simple("string", ("pattern", "[0-9]{10}")),
        "begins-with-0-or-1": _simple("string", ("pattern", "[01][0-9]{9}")),
        "begins-with-0": _simple("string", ("pattern", "0[0-9]{9}")),
        "integer": _simple("integer", ("maxInclusive", 9999999999)),
        "integer-without-zero": _simple("integer", ("pattern", "[1-9][0-9]{8,9}")),
        "dotted": _simple("string", ("pattern", r"\d{4}\.\d{3}\.\d{3}")),
        "length": _simple("string", ("length", 10)),
    },
    "INSS": {
        "two-patterns": _twice_restricted("string", r"\d{11}", "[0-9]+"),
        "groups": _simple("string", ("pattern", "[0-9]{6}[0-9]{3}[0-9]{2}")),
        "no-bis-months": _simple("string", ("pattern", r"\d{2}(0[0-9]|1[0-2])\d{7}")),
        "dotted": _simple("string", ("pattern", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}")),
        "long": _simple("unsignedLong"),
        "token": _simple("token", ("length", 11)),
    },
    "JointCommissionNbr": {
        "seven-digits": _simple("string", ("pattern", "[0-9]{7}")),
        "three-digits": _simple("string", ("pattern", "[0-9]{3}")),
        "alternatives": _simple(
            "string",
            ("pattern", r"\d{3}"),
            ("pattern", r"\d{3}\.\d{2}"),
            ("pattern", r"\d{3}\.\d{2}\.\d{2}"),
        ),
        "one-pattern-with-bars": _simple("string", ("pattern", r"\d{3}|\d{3}\.\d{2}(\.\d{2})?")),
        "integer": _simple("integer"),
        "length": _simple("string", ("maxLength", 9)),
        "list": _LIST,
    },
    "TrainingDenomination": {
        "shorter": _simple("string", ("minLength", 3), ("maxLength", 80)),
        "longer-least": _simple("string", ("minLength", 4), ("maxLength", 500)),
        "token": _simple("token", ("minLength", 3), ("maxLength", 500)),
        "normalized": _simple("normalizedString", ("maxLength", 500)),
        "collapse": _simple("string", ("whiteSpace", "collapse"), ("maxLength", 500)),
        "replace": _simple("string", ("whiteSpace", "replace"), ("maxLength", 500)),
        "ascii": _simple("string", ("pattern", "[ -~]{3,500}")),
        "not-empty": _simple("string", ("pattern", r"[\s\S]+")),
        "dot": _simple("string", ("pattern", ".+")),
        "some-character": _simple("string", ("pattern", r"[\s\S]*\S[\s\S]*")),
        "letters": _simple("string", ("pattern", r"[\p{L}\p{N} .,-]+")),
        "not-a": _simple("string", ("pattern", "[^a].*")),
        "union": _UNION.format(most=500),
        "union-short": _UNION.format(most=20),
        "uri": _simple("anyURI"),
        "name": _simple("NMTOKEN"),
        "any-simple": _simple("string"),
    },
    "TrainingResult": {
        "words": _codes(*_RESULTS),
        "words-fewer": _codes(*_RESULTS[:4]),
        "words-more": _codes(*_RESULTS, "UNKNOWN"),
        "letters": _codes("P", "F", "I", "S", "N"),
        "short-words": _codes("PASS", "FAIL", "INTERRUPTED", "FOLLOWED", "NOT_FINISHED"),
        "two-digits": _codes("01", "02", "03", "04", "05"),
        "other-numbers": _codes("10", "20", "30", "40", "50"),
        "fewer": _simple("integer", ("minInclusive", 1), ("maxInclusive", 4)),
        "more": _simple("integer", ("minInclusive", 0), ("maxInclusive", 9)),
        "union": _CODE_UNION.format(most=5),
        "union-fewer": _CODE_UNION.format(most=3),
        "byte": _simple("byte"),
        "pattern": _simple("string", ("pattern", "[1-5]")),
        "pattern-fewer": _simple("string", ("pattern", "[1-4]")),
    },
    "TrainingLeadingToCertificate": {
        "boolean": _simple("boolean"),
        "yes-no": _codes("Y", "N"),
        "ja-neen": _codes("JA", "NEEN"),
        "zero-one": _codes("0", "1"),
    },
    "TrainingStartDate": {
        "day-first": _simple("string", ("pattern", r"\d{2}/\d{2}/\d{4}")),
        "compact": _simple("string", ("pattern", r"\d{8}")),
        "instant": _simple("dateTime"),
        "from-2024": _simple("date", ("minInclusive", "2024-01-01")),
        "any-century": _simple(
            "date", ("minInclusive", "1900-01-01"), ("maxInclusive", "2199-12-31")
        ),
        "month-pattern": _simple("date", ("pattern", r"(19|20)\d{2}-(0[1-9]|1[0-2])-\d{2}")),
        "zone-wanted": _simple("date", ("pattern", r".*Z")),
        "this-century": _simple("date", ("pattern", r"20.*")),
    },
    "CalendarYear": {
        "gYear": _simple("gYear"),
        "from-2024": _simple("gYear", ("minInclusive", "2024")),
        "four": _simple("string", ("length", 4)),
        "this-century": _simple("integer", ("pattern", "20[0-9]{2}")),
    },
    "ReferenceNbr": {
        "uuid": _simple(
            "string", ("pattern", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
        ),
        "36": _simple("string", ("length", 36)),
        "64": _simple("string", ("maxLength", 64)),
        "exactly-64": _simple("string", ("length", 64)),
        "at-most-10": _simple("string", ("maxLength", 10)),
        "at-most-16": _simple("string", ("maxLength", 16)),
        "digits": _simple("string", ("pattern", r"\d{1,20}")),
        "exactly-13-digits": _simple("string", ("pattern", r"\d{13}")),
        "number": _simple("nonNegativeInteger", ("totalDigits", 18)),
        "ID": _simple("ID"),
        "small-letters": _simple("string", ("pattern", "[a-z0-9]{1,20}")),
        "prefix": _simple("string", ("pattern", "FLA-[0-9A-Z]{16}")),
        "name": _simple("NCName", ("maxLength", 20)),
        "at-most-3": _simple("string", ("maxLength", 3)),
    },
    "FormCreationHour": {
        "seconds": _simple("string", ("pattern", r"\d{2}:\d{2}:\d{2}")),
        "time": _simple("time"),
    },
    "ActivityCode": {
        "five-digits": _simple("string", ("pattern", r"\d{5}")),
        "not-zero": _simple("positiveInteger", ("maxInclusive", 99999)),
    },
    "Identification": {
        "other": _codes("FLA-R", "FLA-T"),
        "any": _simple("string", ("maxLength", 7)),
        "two": _codes("FLA001", "FLA002"),
    },
    "TypeForm": {"more": _codes("SU", "FA", "LA"), "other": _codes("OR")},
    "AttestationStatus": {
        "more": _simple("integer", ("maxInclusive", 8)),
        "two-digits": _codes("00"),
    },
    "ReferenceOrigin": {"sender-8": _codes("8"), "word": _codes("SENDER", "PORTAL")},
    "Language": {
        "letters": _codes("NL", "FR", "DE", "EN"),
        "three": _simple("integer", ("maxInclusive", 3)),
    },
}


def _of_types() -> list[Construct]:
    return [
        Construct(f"{zone}:{name}", zone, _on_main(_typed(zone, inner)))
        for zone, types in _TYPES.items()
        for name, inner in types.items()
    ]


def _construct(name: str, group: str, *edits: Callable[[str], str]) -> Construct:
    return Construct(name, group, _on_main(_each(*edits)))


def _both_optional(kind: str, inner: str) -> Callable[[str], str]:
    return _replaced(_TWO_TEXTS, f'<xs:{kind} minOccurs="0">{inner}</xs:{kind}>')


_OF_RIGHTS = _elements("LegalFlaRight?") + "".join(
    f'<xs:element ref="Complementary{who}Right" minOccurs="0" maxOccurs="10"/>'
    for who in ("Sector", "Employer")
)
_WHOLE = _elements("Employer", "Employee", "CalendarYear")


def _form_of(name: str, content: str) -> str:
    return _nested([name], _elements(*_HEAD, "Reference?") + _WHOLE + content)


def _two_payloads(files: Files) -> Files:
    """An envelope, and a payload with a root for each kind."""
    files = _enveloped('namespace="##any"')(files)
    roots = "".join(
        _nested([f"{name}Declaration"], _WHOLE + _elements(name))
        for name in ("TrainingRights", "Trainings")
    )
    payload = re.sub(
        r'<xs:element name="FLA">', f'{roots}<xs:element name="FLA">', files["payload.xsd"]
    )
    return {**files, "payload.xsd": _without_forms(payload)}


def _without_forms(text: str) -> str:
    for pattern in (
        r'<xs:element name="FLA">.*?</xs:complexType>\s*</xs:element>',
        r'<xs:element name="Form" .*?</xs:element>',
        r'<xs:complexType name="FormType">.*?</xs:complexType>',
    ):
        text = _replaced(pattern, "", regular=True)(text)
    return text


KINDS_APART = [
    _construct(
        "kinds-in-branches",
        "form",
        _replaced(
            _FORM_REST,
            _group(
                "choice",
                _nested(["RightsDeclaration"], _WHOLE + _OF_RIGHTS)
                + _nested(["TrainingsDeclaration"], _WHOLE + _elements("Trainings")),
            ),
            regular=True,
        ),
    ),
    _construct(
        "kinds-in-forms",
        "forms",
        _replaced(
            _FORMS,
            _group(
                "choice",
                _form_of("RightsForm", _elements("TrainingRights"))
                + _form_of("TrainingsForm", _elements("Trainings")),
                ' maxOccurs="unbounded"',
            ),
        ),
    ),
    _construct(
        "kinds-substituted",
        "forms",
        _replaced(_FORMS, '<xs:element ref="Declaration" maxOccurs="unbounded"/>'),
        _replaced(
            '<xs:element name="Form" type="FormType">',
            '<xs:element name="Declaration" abstract="true"/>'
            + "".join(
                _form_of(f"{name}Form", _elements(name)).replace(
                    'Form">', 'Form" substitutionGroup="Declaration">', 1
                )
                for name in ("TrainingRights", "Trainings")
            )
            + '<xs:element name="Form" type="FormType">',
        ),
    ),
    Construct("kinds-in-payloads", "namespace", _two_payloads),
]
"""What is for one kind has a worker of its own: each kind is a message, in one XSD."""

_ASSERTED = '<xs:assert test="{test}"/>'
STRUCTURES = [
    *KINDS_APART,
    _construct("namespace-qualified", "namespace", _namespace(' elementFormDefault="qualified"')),
    _construct("namespace-unqualified", "namespace", _namespace(""), _locals),
    _construct(
        "namespace-attributes-qualified",
        "namespace",
        _namespace(' elementFormDefault="qualified" attributeFormDefault="qualified"'),
    ),
    Construct("include-chameleon", "namespace", _chameleon),
    Construct("envelope-lax", "namespace", _enveloped('namespace="##any" processContents="lax"')),
    Construct("envelope-strict", "namespace", _enveloped('namespace="##other"')),
    Construct("envelope-named", "namespace", _enveloped('namespace="urn:fla"')),
    Construct("envelope-skip", "namespace", _enveloped('processContents="skip"')),
    Construct("envelope-own-only", "namespace", _enveloped('namespace="##targetNamespace"')),
    _construct("small-letters", "labels", _small_letters),
    _construct("below-employer", "form", _below_employer("NaturalPerson")),
    _construct("below-employer-3", "form", _below_employer("Debtor", "Beneficiary", "Relation")),
    _construct(
        "below-employer-attribute",
        "form",
        _below_employer("Worker", attributes=_attribute_of("Version", "string", more=' fixed="1"')),
    ),
    _construct(
        "content-element",
        "form",
        _replaced(_OPTIONAL_CHOICE, _nested(["Content"], _CONTENT)),
    ),
    _construct("content-mandatory", "form", _replaced(_OPTIONAL_CHOICE, _CONTENT)),
    _construct(
        "content-both-optional",
        "form",
        _replaced(_OPTIONAL_CHOICE, _elements("TrainingRights?", "Trainings?")),
    ),
    _construct(
        "content-trainings-only", "form", _replaced(_OPTIONAL_CHOICE, _elements("Trainings?"))
    ),
    _construct(
        "content-order",
        "form",
        _replaced(
            _FORM_REST,
            f"{_elements('CalendarYear')}{_CONTENT}{_elements('Employee', 'Employer')}",
            regular=True,
        ),
    ),
    _construct(
        "several-workers",
        "form",
        _replaced(
            _FORM_REST,
            _elements("Employer")
            + _nested(["Worker"], _elements("Employee", "CalendarYear") + _CONTENT).replace(
                'name="Worker"', 'name="Worker" maxOccurs="unbounded"', 1
            ),
            regular=True,
        ),
    ),
    _construct(
        "substitution",
        "form",
        _replaced(
            '<xs:element name="Trainings" type="TrainingsType">',
            '<xs:element name="Content" abstract="true"/><xs:element name="Trainings" '
            'type="TrainingsType" substitutionGroup="Content">',
        ),
        _replaced(
            '<xs:element name="TrainingRights" type="TrainingRightsType">',
            '<xs:element name="TrainingRights" type="TrainingRightsType" '
            'substitutionGroup="Content">',
        ),
        _replaced(_OPTIONAL_CHOICE, _elements("Content?")),
    ),
    _construct(
        "abstract-type",
        "form",
        _replaced(
            _FORM_REST, '<xs:element name="Declaration" type="DeclarationType"/>', regular=True
        ),
        _replaced(
            '<xs:complexType name="TrainingsType">',
            '<xs:complexType name="DeclarationType" abstract="true">'
            + _group("sequence", _WHOLE)
            + "</xs:complexType>"
            + "".join(
                f'<xs:complexType name="{name}DeclarationType"><xs:complexContent><xs:extension '
                f'base="DeclarationType">{_group("sequence", _elements(name))}</xs:extension>'
                "</xs:complexContent></xs:complexType>"
                for name in ("TrainingRights", "Trainings")
            )
            + '<xs:complexType name="TrainingsType">',
        ),
    ),
    _construct(
        "extension",
        "form",
        _replaced(
            r'<xs:complexType name="FormType">\s*<xs:sequence>.*?(?=<xs:element ref="Employer"/>)',
            f'<xs:complexType name="BaseForm"><xs:sequence>{_elements(*_HEAD, "Reference?")}'
            '</xs:sequence></xs:complexType><xs:complexType name="FormType"><xs:complexContent>'
            '<xs:extension base="BaseForm"><xs:sequence>',
            regular=True,
        ),
        _replaced(
            r"</xs:sequence>\s*</xs:complexType>\s*"
            r'<xs:complexType name="ComplementaryEmployerRightType">',
            "</xs:sequence></xs:extension></xs:complexContent></xs:complexType>"
            '<xs:complexType name="ComplementaryEmployerRightType">',
            regular=True,
        ),
    ),
    _construct(
        "employer-attributes",
        "employer",
        _complex(
            "EmployerType",
            _attribute_of("CompanyID", "string")
            + _attribute_of("FlaImportanceCode", "integer", "optional"),
        ),
    ),
    _construct(
        "employer-fixed-attribute",
        "employer",
        _complex(
            "EmployerType",
            f"<xs:sequence>{_elements('CompanyID', 'FlaImportanceCode?')}</xs:sequence>"
            + _attribute_of("kind", "string", more=' fixed="E"'),
        ),
    ),
    _construct(
        "employer-default-attribute",
        "employer",
        _complex(
            "EmployerType",
            f"<xs:sequence>{_elements('CompanyID', 'FlaImportanceCode?')}</xs:sequence>"
            '<xs:attribute name="kind" type="xs:string" default="E"/>',
        ),
    ),
    _construct(
        "employer-extra",
        "employer",
        _complex(
            "EmployerType",
            "<xs:sequence>"
            + _elements("CompanyID", "FlaImportanceCode?")
            + '<xs:element name="NOSSRegistrationNbr">'
            + _simple("string", ("pattern", r"\d{9,10}"))
            + "</xs:element></xs:sequence>",
        ),
    ),
    _construct(
        "employer-extra-optional",
        "employer",
        _complex(
            "EmployerType",
            "<xs:sequence>"
            + _elements("CompanyID", "FlaImportanceCode?")
            + '<xs:element name="NOSSRegistrationNbr" type="xs:integer" minOccurs="0"/>'
            "</xs:sequence>",
        ),
    ),
    _construct(
        "employer-extra-two-codes",
        "employer",
        _complex(
            "EmployerType",
            "<xs:sequence>"
            + _elements("CompanyID", "FlaImportanceCode?")
            + '<xs:element name="Regime">'
            + _codes("A", "B")
            + "</xs:element></xs:sequence>",
        ),
    ),
    _construct(
        "employer-extra-one-code",
        "employer",
        _complex(
            "EmployerType",
            "<xs:sequence>"
            + _elements("CompanyID", "FlaImportanceCode?")
            + '<xs:element name="Regime">'
            + _codes("A")
            + "</xs:element></xs:sequence>",
        ),
    ),
    _construct(
        "employer-size-mandatory",
        "employer",
        _complex(
            "EmployerType",
            f"<xs:sequence>{_elements('CompanyID', 'FlaImportanceCode')}</xs:sequence>",
        ),
    ),
    _construct(
        "employer-size-missing",
        "employer",
        _complex("EmployerType", f"<xs:sequence>{_elements('CompanyID')}</xs:sequence>"),
    ),
    _construct(
        "employer-number-missing",
        "employer",
        _complex("EmployerType", f"<xs:sequence>{_elements('FlaImportanceCode?')}</xs:sequence>"),
    ),
    _construct(
        "employee-all",
        "employee",
        _complex(
            "EmployeeType",
            f"<xs:all>{_elements('Language?', 'INSS', 'RefHoursInWorkingDay?')}</xs:all>",
        ),
    ),
    _construct(
        "employee-group",
        "employee",
        _complex("EmployeeType", '<xs:group ref="EmployeeGroup"/>'),
        _replaced(
            "</xs:schema>",
            '<xs:group name="EmployeeGroup">'
            + _group("sequence", _elements("INSS", "Language?", "RefHoursInWorkingDay?"))
            + "</xs:group></xs:schema>",
        ),
    ),
    _construct(
        "employee-attribute",
        "employee",
        _complex(
            "EmployeeType",
            f"<xs:sequence>{_elements('Language?', 'RefHoursInWorkingDay?')}</xs:sequence>"
            + _attribute_of("INSS", "string"),
        ),
    ),
    _construct(
        "employee-attribute-group",
        "employee",
        _complex(
            "EmployeeType",
            f"<xs:sequence>{_elements('Language?', 'RefHoursInWorkingDay?')}</xs:sequence>"
            '<xs:attributeGroup ref="Keys"/>',
        ),
        _replaced(
            "</xs:schema>",
            '<xs:attributeGroup name="Keys">'
            + _attribute_of("INSS", "string")
            + "</xs:attributeGroup></xs:schema>",
        ),
    ),
    _construct(
        "employee-any-order",
        "employee",
        _complex(
            "EmployeeType",
            _group("choice", _elements("INSS", "Language", "RefHoursInWorkingDay"), _MANY),
        ),
    ),
    _construct(
        "employee-optional-tail",
        "employee",
        _complex(
            "EmployeeType",
            _group(
                "sequence",
                _elements("INSS")
                + _group("sequence", _elements("Language", "RefHoursInWorkingDay?"), _OPTIONAL),
            ),
        ),
    ),
    _construct(
        "employee-language-nillable",
        "Language",
        _typed("Language", _simple("integer"), 'nillable="true"'),
        _replaced('<xs:element ref="Language" minOccurs="0"/>', _elements("Language")),
    ),
    _construct(
        "language-default", "Language", _typed("Language", _simple("integer"), 'default="1"')
    ),
    _construct(
        "language-missing", "Language", _replaced('<xs:element ref="Language" minOccurs="0"/>', "")
    ),
    _construct("scope-fixed", "Scope", _typed("Scope", _simple("integer"), 'fixed="1"')),
    _construct(
        "scope-optional", "Scope", _replaced('<xs:element ref="Scope"/>', _elements("Scope?"))
    ),
    _construct("scope-missing", "Scope", _replaced('<xs:element ref="Scope"/>', "")),
    _construct(
        "scope-twice",
        "Scope",
        _replaced(
            '<xs:element ref="Scope"/>', '<xs:element ref="Scope" minOccurs="2" maxOccurs="2"/>'
        ),
    ),
    _construct("scope-default", "Scope", _typed("Scope", _simple("integer"), 'default="1"')),
    _construct(
        "texts-choice",
        "texts",
        _both_optional("choice", _elements("TrainingReferenceNbr", "TrainingOrganiserName")),
    ),
    _construct(
        "texts-choice-mandatory",
        "texts",
        _replaced(
            _TWO_TEXTS,
            f"<xs:choice>{_elements('TrainingReferenceNbr', 'TrainingOrganiserName')}</xs:choice>",
        ),
    ),
    _construct(
        "texts-together",
        "texts",
        _both_optional("sequence", _elements("TrainingReferenceNbr", "TrainingOrganiserName")),
    ),
    _construct(
        "texts-second-needs-first",
        "texts",
        _both_optional("sequence", _elements("TrainingReferenceNbr", "TrainingOrganiserName?")),
    ),
    _construct(
        "texts-any-number",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _group("choice", _elements("TrainingReferenceNbr", "TrainingOrganiserName"), _MANY),
        ),
    ),
    _construct(
        "texts-one-no-longer-allowed",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _elements("TrainingReferenceNbr?").replace("/>", ' maxOccurs="0"/>')
            + _elements("TrainingOrganiserName?"),
        ),
    ),
    _construct(
        "texts-one-missing", "texts", _replaced(_TWO_TEXTS, _elements("TrainingReferenceNbr?"))
    ),
    _construct(
        "texts-in-an-element",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _nested(
                ["Organiser"], _elements("TrainingReferenceNbr?", "TrainingOrganiserName?")
            ).replace('name="Organiser"', 'name="Organiser" minOccurs="0"', 1),
        ),
    ),
    _construct(
        "texts-in-a-needed-element",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _nested(["Organiser"], _elements("TrainingReferenceNbr?", "TrainingOrganiserName?")),
        ),
    ),
    _construct(
        "texts-in-an-element-one-needed",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _nested(
                ["Organiser"], _elements("TrainingReferenceNbr", "TrainingOrganiserName?")
            ).replace('name="Organiser"', 'name="Organiser" minOccurs="0"', 1),
        ),
    ),
    _construct(
        "texts-repeat",
        "texts",
        _replaced(
            _TWO_TEXTS,
            _elements("TrainingReferenceNbr?", "TrainingOrganiserName?").replace(
                'minOccurs="0"/>', 'minOccurs="0" maxOccurs="5"/>', 1
            ),
        ),
    ),
    _construct(
        "dates-together",
        "dates",
        _replaced(
            _PAIR,
            _group(
                "sequence",
                _elements("CertificateValidityStartDate", "CertificateValidityEndDate"),
                _OPTIONAL,
            ),
        ),
    ),
    _construct(
        "dates-end-mandatory",
        "dates",
        _replaced(_PAIR, _elements("CertificateValidityStartDate?", "CertificateValidityEndDate")),
    ),
    _construct(
        "amounts-other-order",
        "amounts",
        _replaced(_EITHER, f"<xs:choice>{_elements('TrainingHours', 'TrainingDays')}</xs:choice>"),
    ),
    _construct(
        "amounts-both-optional",
        "amounts",
        _replaced(_EITHER, _elements("TrainingDays?", "TrainingHours?")),
    ),
    _construct(
        "amounts-hours-mandatory",
        "amounts",
        _replaced(_EITHER, _elements("TrainingDays?", "TrainingHours")),
    ),
    _construct(
        "amounts-both-mandatory",
        "amounts",
        _replaced(_EITHER, _elements("TrainingDays", "TrainingHours")),
    ),
    _construct(
        "amounts-in-branches-with-dates",
        "amounts",
        _replaced(
            _EITHER + _elements("TrainingStartDate", "TrainingEndDate").replace("<", " <"),
            _group(
                "choice",
                _group(
                    "sequence", _elements("TrainingDays", "TrainingStartDate", "TrainingEndDate")
                )
                + _group(
                    "sequence", _elements("TrainingStartDate", "TrainingEndDate", "TrainingHours")
                ),
            ),
        ),
    ),
    _construct("amounts-hours-only", "amounts", _replaced(_EITHER, _elements("TrainingHours"))),
    _construct(
        "amounts-choice-optional",
        "amounts",
        _replaced(
            _EITHER,
            f'<xs:choice minOccurs="0">{_elements("TrainingDays", "TrainingHours")}</xs:choice>',
        ),
    ),
    _construct(
        "amounts-unit-beside",
        "amounts",
        _replaced(
            _EITHER,
            '<xs:element name="DurationUnit">'
            + _codes("D", "H")
            + '</xs:element><xs:element name="DurationValue" type="xs:decimal"/>',
        ),
    ),
    _construct(
        "amounts-unit-attribute",
        "amounts",
        _replaced(
            _EITHER,
            '<xs:element name="Duration"><xs:complexType><xs:simpleContent><xs:extension '
            'base="xs:decimal"><xs:attribute name="unit" use="required">'
            + _codes("days", "hours")
            + "</xs:attribute></xs:extension></xs:simpleContent></xs:complexType></xs:element>",
        ),
    ),
    _construct(
        "legal-unit-attribute-fixed",
        "rights",
        _replaced(
            r'<xs:element name="LegalFlaRightHours">.*?</xs:element>',
            _UNIT.format(more='fixed="H" type="xs:string"').replace("Training", "LegalFlaRight"),
            regular=True,
        ),
    ),
    _construct(
        "hours-unit-attribute",
        "TrainingHours",
        _replaced(
            r'<xs:element name="TrainingHours">.*?</xs:element>',
            _UNIT.format(more='fixed="H" type="xs:string"'),
            regular=True,
        ),
    ),
    _construct(
        "hours-unit-attribute-free",
        "TrainingHours",
        _replaced(
            r'<xs:element name="TrainingHours">.*?</xs:element>',
            _UNIT.format(more='type="xs:string"'),
            regular=True,
        ),
    ),
    _construct(
        "training-wrapped",
        "training",
        _replaced(
            _ONE_TRAINING,
            _nested(["Item"], _elements("Training")).replace(
                'name="Item"', 'name="Item" minOccurs="0" maxOccurs="999"', 1
            ),
        ),
    ),
    _construct(
        "training-wrapped-in-list",
        "training",
        _replaced(
            _ONE_TRAINING,
            _nested(["Items", "Item"], _elements("Training")).replace(
                'name="Item"', 'name="Item" minOccurs="0" maxOccurs="999"', 1
            ),
        ),
    ),
    _construct(
        "training-list",
        "training",
        _replaced(
            _ONE_TRAINING,
            _nested(["List"], _ONE_TRAINING.replace('minOccurs="0" ', "")).replace(
                'name="List"', 'name="List" minOccurs="0"', 1
            ),
        ),
    ),
    _construct(
        "training-list-needed",
        "training",
        _replaced(_ONE_TRAINING, _nested(["List"], _ONE_TRAINING)),
    ),
    _construct("training-once", "training", _replaced(_ONE_TRAINING, _elements("Training?"))),
    _construct(
        "training-5", "training", _replaced(_ONE_TRAINING, _ONE_TRAINING.replace("999", "5"))
    ),
    _construct(
        "training-998", "training", _replaced(_ONE_TRAINING, _ONE_TRAINING.replace("999", "998"))
    ),
    _construct(
        "training-unbounded",
        "training",
        _replaced(_ONE_TRAINING, _ONE_TRAINING.replace("999", "unbounded")),
    ),
    _construct(
        "training-at-least-1",
        "training",
        _replaced(_ONE_TRAINING, _ONE_TRAINING.replace('minOccurs="0"', 'minOccurs="1"')),
    ),
    _construct(
        "training-at-least-2",
        "training",
        _replaced(_ONE_TRAINING, _ONE_TRAINING.replace('minOccurs="0"', 'minOccurs="2"')),
    ),
    _construct(
        "training-repeated-sequence",
        "training",
        _replaced(
            _ONE_TRAINING,
            _group("sequence", _elements("Training"), _MANY),
        ),
    ),
    _construct(
        "training-repeated-sequence-3",
        "training",
        _replaced(
            _ONE_TRAINING,
            f'<xs:sequence minOccurs="0" maxOccurs="3">{_elements("Training")}</xs:sequence>',
        ),
    ),
    _construct("training-key", "training-attribute", _SEQUENCE_ATTRIBUTE),
    _construct(
        "period-3",
        "period",
        _replaced(
            '<xs:element ref="DetailsPerPeriod" maxOccurs="999"/>',
            '<xs:element ref="DetailsPerPeriod" maxOccurs="3"/>',
        ),
    ),
    _construct(
        "period-unbounded",
        "period",
        _replaced(
            '<xs:element ref="DetailsPerPeriod" maxOccurs="999"/>',
            '<xs:element ref="DetailsPerPeriod" maxOccurs="unbounded"/>',
        ),
    ),
    _construct(
        "period-at-least-2",
        "period",
        _replaced(
            '<xs:element ref="DetailsPerPeriod" maxOccurs="999"/>',
            '<xs:element ref="DetailsPerPeriod" minOccurs="2" maxOccurs="999"/>',
        ),
    ),
    _construct(
        "period-wrapped",
        "period",
        _replaced(
            '<xs:element ref="DetailsPerPeriod" maxOccurs="999"/>',
            _nested(["Periods"], '<xs:element ref="DetailsPerPeriod" maxOccurs="999"/>'),
        ),
    ),
    _construct(
        "status-mandatory",
        "status",
        _replaced('<xs:element ref="TrainingStatus" minOccurs="0"/>', _elements("TrainingStatus")),
    ),
    _construct(
        "committee-2",
        "committees",
        _replaced(
            '<xs:element ref="JointCommissionNbr" maxOccurs="10"/>',
            '<xs:element ref="JointCommissionNbr" maxOccurs="2"/>',
        ),
    ),
    _construct(
        "committee-1",
        "committees",
        _replaced(
            '<xs:element ref="JointCommissionNbr" maxOccurs="10"/>', _elements("JointCommissionNbr")
        ),
    ),
    _construct(
        "committee-wrapped",
        "committees",
        _replaced(
            '<xs:element ref="JointCommissionNbr" maxOccurs="10"/>',
            _nested(["Committees"], '<xs:element ref="JointCommissionNbr" maxOccurs="10"/>'),
        ),
    ),
    _construct(
        "committee-optional",
        "committees",
        _replaced(
            '<xs:element ref="JointCommissionNbr" maxOccurs="10"/>',
            '<xs:element ref="JointCommissionNbr" minOccurs="0" maxOccurs="10"/>',
        ),
    ),
    _construct(
        "provider-missing",
        "provider",
        _replaced('<xs:element ref="TrainingProviderReference" minOccurs="0"/>', ""),
    ),
    _construct(
        "provider-mandatory",
        "provider",
        _replaced(
            '<xs:element ref="TrainingProviderReference" minOccurs="0"/>',
            _elements("TrainingProviderReference"),
        ),
    ),
    _construct(
        "legal-mandatory",
        "rights",
        _replaced('<xs:element ref="LegalFlaRight" minOccurs="0"/>', _elements("LegalFlaRight")),
    ),
    _construct(
        "sector-missing",
        "rights",
        _replaced('<xs:element ref="ComplementarySectorRight" minOccurs="0" maxOccurs="10"/>', ""),
    ),
    _construct(
        "sector-3",
        "rights",
        _replaced(
            '<xs:element ref="ComplementarySectorRight" minOccurs="0" maxOccurs="10"/>',
            '<xs:element ref="ComplementarySectorRight" minOccurs="0" maxOccurs="3"/>',
        ),
    ),
    _construct(
        "reference-missing",
        "reference",
        _replaced('<xs:element ref="Reference" minOccurs="0"/>', ""),
    ),
    _construct(
        "reference-mandatory",
        "reference",
        _replaced('<xs:element ref="Reference" minOccurs="0"/>', _elements("Reference")),
    ),
    _construct(
        "reference-50",
        "reference",
        _replaced(
            '<xs:element ref="Reference" minOccurs="0"/>',
            '<xs:element ref="Reference" maxOccurs="50"/>',
        ),
    ),
    _construct(
        "reference-attribute",
        "reference",
        _complex(
            "ReferenceType",
            _attribute_of("ReferenceType", "integer")
            + _attribute_of("ReferenceOrigin", "integer")
            + _attribute_of("ReferenceNbr", "string"),
        ),
    ),
    _construct(
        "reference-number-only",
        "reference",
        _replaced('<xs:element ref="Reference" minOccurs="0"/>', _elements("ReferenceNbr")),
    ),
    _construct("forms-wrapped", "forms", _replaced(_FORMS, _nested(["Forms"], _FORMS))),
    _construct(
        "forms-wrapped-count",
        "forms",
        _replaced(_FORMS, _nested(["Forms"], _FORMS, _attribute_of("count", "integer"))),
    ),
    _construct("forms-100", "forms", _replaced(_FORMS, '<xs:element ref="Form" maxOccurs="100"/>')),
    _construct(
        "forms-header",
        "forms",
        _replaced(
            _FORMS,
            _nested(
                ["Header"],
                '<xs:element name="SenderNumber" type="xs:string"/>'
                + _elements("FormCreationDate"),
            )
            + _FORMS,
        ),
    ),
    _construct(
        "forms-header-fixed",
        "forms",
        _replaced(
            _FORMS,
            _nested(["Header"], '<xs:element name="Kind" type="xs:string" fixed="FLA"/>') + _FORMS,
        ),
    ),
    _construct(
        "forms-header-optional",
        "forms",
        _replaced(_FORMS, '<xs:element name="Header" type="xs:string" minOccurs="0"/>' + _FORMS),
    ),
    _construct(
        "forms-header-code",
        "forms",
        _replaced(_FORMS, '<xs:element name="Header">' + _codes("FLA") + "</xs:element>" + _FORMS),
    ),
    _construct(
        "forms-trailer",
        "forms",
        _replaced(_FORMS, _FORMS + '<xs:element name="End"><xs:complexType/></xs:element>'),
    ),
    _construct(
        "forms-trailer-optional",
        "forms",
        _replaced(
            _FORMS, _FORMS + '<xs:element name="End" minOccurs="0"><xs:complexType/></xs:element>'
        ),
    ),
    _construct(
        "root-attribute-fixed",
        "root",
        _root_attribute(_attribute_of("version", "string", more=' fixed="20251"')),
    ),
    _construct("root-attribute", "root", _root_attribute(_attribute_of("version", "string"))),
    _construct(
        "root-attribute-code",
        "root",
        _root_attribute(
            '<xs:attribute name="version" use="required">' + _codes("1") + "</xs:attribute>"
        ),
    ),
    _construct(
        "root-attribute-optional",
        "root",
        _root_attribute(_attribute_of("version", "string", "optional")),
    ),
    _construct("key-forms", "keys", _key("key", "Form", "Employee/INSS")),
    _construct(
        "unique-stamps", "keys", _key("unique", "Form", "FormCreationDate", "FormCreationHour")
    ),
    _construct(
        "assert-holds",
        "assert",
        _replaced(
            r'(?<=<xs:element ref="RefHoursInWorkingDay" minOccurs="0"/>)\s*</xs:sequence>',
            "</xs:sequence>" + _ASSERTED.format(test="INSS"),
            regular=True,
        ),
    ),
    _construct(
        "assert-breaks",
        "assert",
        _replaced(
            r'(?<=<xs:element ref="RefHoursInWorkingDay" minOccurs="0"/>)\s*</xs:sequence>',
            "</xs:sequence>" + _ASSERTED.format(test="Language"),
            regular=True,
        ),
    ),
]
CONSTRUCTS = [*STRUCTURES, *_of_types()]
