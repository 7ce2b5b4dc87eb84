"""XSDs of other shapes, made of the shipped one: each is what one of the portal's messages has.

The names are those of the cases in which they were first met.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.message.profiles import SHIPPED

XSD, ANSWER = "FLA_20251.xsd", "FLAAnswer_20251.xsd"
Edit = Callable[[str], str]

_ENVELOPE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:env"
  elementFormDefault="qualified"><xs:element name="Envelope"><xs:complexType><xs:sequence>
  <xs:element name="Form" maxOccurs="unbounded"><xs:complexType><xs:sequence>
  <xs:element name="Identification" type="xs:string"/>
  <xs:element name="FormCreationDate" type="xs:date"/>
  <xs:element name="FormCreationHour" type="xs:time"/>
  <xs:element name="AttestationStatus" type="xs:integer"/>
  <xs:element name="TypeForm" type="xs:string"/>
  <xs:element name="Reference" maxOccurs="50"><xs:complexType><xs:sequence>
  <xs:element name="ReferenceType" type="xs:integer"/>
  <xs:element name="ReferenceOrigin" type="xs:integer"/>
  <xs:element name="ReferenceNbr" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Data" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
  <xs:element name="MimeType" type="xs:string"/><xs:element name="DocumentXML"><xs:complexType>
  <xs:sequence><xs:any namespace="##any"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element></xs:schema>"""


def _replaced(pattern: str, new: str) -> Edit:
    def edit(text: str) -> str:
        found, count = re.subn(pattern, lambda _: new, text, count=1, flags=re.DOTALL)
        assert count, pattern
        return found

    return edit


def _both(*edits: Edit) -> Edit:
    def edit(text: str) -> str:
        for each in edits:
            text = each(text)
        return text

    return edit


_FORM = r'<xs:complexType name="FormType">.*?</xs:complexType>'
_EMPLOYER = r'<xs:complexType name="EmployerType">.*?</xs:complexType>'
_CODES = "".join(
    f'<xs:enumeration value="{code}"/>'
    for code in ("PASSED", "FAILED", "INTERRUPTED", "FOLLOWED", "NOT_FINISHED")
)
_HEADER = "".join(
    f'<xs:element ref="{name}"/>'
    for name in (
        "Identification", "FormCreationDate", "FormCreationHour", "AttestationStatus", "TypeForm",
    )
)  # fmt: skip
_IN_NAMESPACE = _replaced(
    r"<xs:schema [^>]*>",
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:fla" '
    'xmlns="urn:fla">',
)

SHAPES: dict[str, Edit] = {
    "C1-unqualified-locals-in-namespace": _both(
        _IN_NAMESPACE,
        _replaced(
            '<xs:element ref="Employer"/>', '<xs:element name="Employer" type="EmployerType"/>'
        ),
        _replaced(
            '<xs:element ref="Employee" minOccurs="0"/>',
            '<xs:element name="Employee" type="EmployeeType" minOccurs="0"/>',
        ),
    ),
    "B7-attribute-for-element": _replaced(
        _EMPLOYER,
        '<xs:complexType name="EmployerType"><xs:attribute name="CompanyID" type="xs:string" '
        'use="required"/><xs:attribute name="FlaImportanceCode" type="xs:integer"/>'
        "</xs:complexType>",
    ),
    "B5-text-codes-unmapped": _replaced(
        r'<xs:element name="TrainingResult">.*?</xs:element>',
        '<xs:element name="TrainingResult"><xs:simpleType><xs:restriction base="xs:string">'
        f"{_CODES}</xs:restriction></xs:simpleType></xs:element>",
    ),
    "E2-XSD-lacks-an-optional-zone": _replaced(
        '<xs:element ref="RefHoursInWorkingDay" minOccurs="0"/>', ""
    ),
    "F1-worker-nested-in-employer-branch": _both(
        _replaced(
            _FORM,
            f'<xs:complexType name="FormType"><xs:sequence>{_HEADER}<xs:element ref="Reference" '
            'minOccurs="0"/><xs:element ref="Employer"/></xs:sequence></xs:complexType>',
        ),
        _replaced(
            _EMPLOYER,
            '<xs:complexType name="EmployerType"><xs:sequence><xs:element ref="CompanyID"/>'
            '<xs:element ref="FlaImportanceCode" minOccurs="0"/><xs:element name="NaturalPerson">'
            '<xs:complexType><xs:sequence><xs:element ref="INSS"/>'
            '<xs:element ref="CalendarYear" minOccurs="0"/>'
            '<xs:element ref="Trainings" minOccurs="0"/></xs:sequence></xs:complexType>'
            "</xs:element></xs:sequence></xs:complexType>",
        ),
    ),
}
ENVELOPE = "D-GenericXmlDocument-envelope"


def written(name: str, folder: Path) -> list[Path]:
    """The XSDs of that shape in `folder`, the message first; the answer's lies beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SHIPPED / ANSWER, folder / ANSWER)
    text = (SHIPPED / XSD).read_text(encoding="utf-8")
    if name != ENVELOPE:
        (folder / XSD).write_text(SHAPES[name](text), encoding="utf-8")
        return [folder / XSD]
    (folder / XSD).write_text(_ENVELOPE, encoding="utf-8")
    header = _HEADER.replace("><", r">\s*<")
    payload = _both(_IN_NAMESPACE, _replaced(header, ""))(text)
    payload = payload.replace(
        'xmlns="urn:fla">', 'xmlns="urn:fla" elementFormDefault="qualified">', 1
    )
    (folder / "payload.xsd").write_text(payload, encoding="utf-8")
    return [folder / XSD, folder / "payload.xsd"]
