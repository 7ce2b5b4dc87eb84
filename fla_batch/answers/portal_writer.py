"""Writes ACRF and NOTIFICATION messages as the portal would, for the sandbox and the tests.

What is written validates against the portal's own schemas, and reads back equal. The values
are the same classes that reading gives; only what the schemas of the portal bound shorter than
our own anomalies (label, error id, location) is fitted, by `report_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import TYPE_CHECKING, BinaryIO

from lxml import etree

from fla_batch.answers import acknowledgement, notification
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyLocation, AnomalyReport, NotificationForm
from fla_batch.system import xmlsafe
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import Language

if TYPE_CHECKING:
    from lxml.etree import _Element

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA_VERSION = "20251"
_LONGEST_LABEL = 500
_LONGEST_ERROR_ID = 9
_HIGHEST_COMPANY_ID = 1_999_999_943
_NO_NSSO_NUMBER = "0"


def write_acknowledgements(stream: BinaryIO, forms: Iterable[Acknowledgement]) -> int:
    """Write an ACRF message with `forms`; returns how many there were.

    Raises ValueError when there is none, and for a text that XML cannot hold.
    """
    return _write_message(stream, acknowledgement.ROOT, map(_acknowledgement, forms))


def write_notification(stream: BinaryIO, forms: Iterable[NotificationForm]) -> int:
    """Write a NOTIFICATION with `forms`, one at a time; returns how many there were.

    Raises ValueError when there is none, for a text that XML cannot hold, and for application
    data that is not exactly one element.
    """
    return _write_message(stream, notification.ROOT, map(_notification, forms))


def report_of(anomaly: Anomaly, language: Language) -> AnomalyReport:
    """The report that the portal would make of one of our own anomalies.

    The error id becomes the platform's number of the zone with the same meaning, the label is
    cut at 500 characters; the path holds what identifies employer, worker and year.
    """
    location = AnomalyLocation(location=anomaly.path[:200]) if anomaly.path else None
    return AnomalyReport(
        error_id=platform_error_id(anomaly.error_id),
        tag_name=_none_if_empty(anomaly.tag),
        value=_none_if_empty(anomaly.value),
        anomaly_class=str(anomaly.anomaly_class),
        anomaly_label=_none_if_empty(anomaly.label.text(language)[:_LONGEST_LABEL]),
        location=location,
        path=identifying_path(anomaly.company_id, anomaly.inss, anomaly.calendar_year),
    )


def platform_error_id(error_id: str) -> str:
    """An error id of ours in at most nine characters; one of the platform's as it is.

    >>> platform_error_id("TrainingHours-008"), platform_error_id("00014-017")
    ('FLA39-008', '00014-017')
    """
    zone, _, code = error_id.rpartition("-")
    if catalogue.zone_of_number(zone) is None:
        zone = catalogue.zone_number(zone)
    return f"{zone}-{code}"[:_LONGEST_ERROR_ID]


def identifying_path(
    company_id: str | None, inss: str | None, calendar_year: int | None
) -> tuple[tuple[str, str], ...]:
    """The zones of Path, in its order; what the portal's schema cannot hold is left out.

    >>> identifying_path("0880820673", "not a number", 2024)
    (('CompanyID', '0880820673'), ('CalendarYear', '2024'))
    """
    zones = []
    if company_id and _is_number(company_id, 10) and int(company_id) <= _HIGHEST_COMPANY_ID:
        zones.append(("CompanyID", company_id))
    if inss and _is_number(inss, 11):
        zones.append(("INSS", inss))
    if calendar_year is not None and 1900 <= calendar_year <= 9999:
        zones.append(("CalendarYear", str(calendar_year)))
    return tuple(zones)


def _is_number(text: str, digits: int) -> bool:
    return len(text) == digits and text.isascii() and text.isdigit()


def _none_if_empty(text: str | None) -> str | None:
    return xmlsafe.plain_text(text).strip() or None if text else None


def _write_message(stream: BinaryIO, root: str, forms: Iterable[_Element]) -> int:
    written = 0
    place = {f"{{{_XSI}}}noNamespaceSchemaLocation": f"{root}_{_SCHEMA_VERSION}.xsd"}
    with etree.xmlfile(stream, encoding="UTF-8") as message:
        message.write_declaration()
        with message.element(root, place, nsmap={"xsi": _XSI}):
            for form in forms:
                message.write("\n")
                message.write(form)
                written += 1
            message.write("\n")
    if not written:
        raise ValueError(f"a {root} message needs at least one form")
    return written


def _acknowledgement(form: Acknowledgement) -> _Element:
    element = etree.Element("Form")
    _add_zones(element, form.header)
    _add_block(element, "FileReference", form.file_reference)
    result = etree.SubElement(element, "ReceptionResult")
    _add(result, "ResultCode", form.result_code)
    for error_id in form.error_ids:
        _add(result, "ErrorID", error_id)
    return element


def _notification(form: NotificationForm) -> _Element:
    element = etree.Element("Form")
    _add_zones(element, form.header)
    _add_block(element, "FileReference", form.file_reference)
    if form.sender_id is not None:
        _add(etree.SubElement(element, "HandledOriginalFile"), "SenderId", form.sender_id)
    _add_block(element, "HandledOriginalForm", form.handled_original_form)
    for reference in form.references:
        _add_block(element, "Reference", reference)
    _add_subject(element, form)
    _add_block(element, "HandledReference", form.handled_reference)
    _add_result(element, form)
    if form.application_data is not None:
        data = etree.SubElement(element, "ApplicationData")
        data.append(_single_element(form.application_data))
    return element


def _add_subject(element: _Element, form: NotificationForm) -> None:
    if form.company_id is not None:
        employer = etree.SubElement(element, "EmployerId")
        # The portal's schema wants an NSSO number before the company number; 0 means none.
        _add(employer, "NOSSRegistrationNbr", form.noss_registration_nbr or _NO_NSSO_NUMBER)
        _add(employer, "CompanyID", form.company_id)
    if form.inss is not None:
        _add(etree.SubElement(element, "NaturalPerson"), "INSS", form.inss)
    if form.concerned_quarter is not None:
        quarter = etree.SubElement(element, "ConcernedQuarter")
        _add(quarter, "Quarter", form.concerned_quarter)


def _add_result(element: _Element, form: NotificationForm) -> None:
    result = etree.SubElement(element, "HandlingResult")
    _add(result, "ResultCode", form.result_code)
    for diagnosis in form.diagnoses:
        _add(result, "Diagnosis", diagnosis)
    for report in form.anomaly_reports:
        _add_report(etree.SubElement(result, "AnomalyReport"), report)


def _add_report(element: _Element, report: AnomalyReport) -> None:
    _add(element, "ErrorID", report.error_id)
    _add(element, "TagName", report.tag_name)
    _add(element, "Value", report.value)
    _add(element, "AnomalyClass", report.anomaly_class)
    _add(element, "AnomalyLabel", report.anomaly_label)
    if report.location is not None:
        _add_zones(etree.SubElement(element, "AnomalyLocation"), report.location)
    if report.path:
        path = etree.SubElement(element, "Path")
        for zone, value in report.path:
            _add(path, zone, value)


def _add_block(
    element: _Element, name: str, zones: PortalHeader | FileReference | PortalReference | None
) -> None:
    if zones is not None:
        _add_zones(etree.SubElement(element, name), zones)


def _add_zones(
    element: _Element, zones: PortalHeader | FileReference | PortalReference | AnomalyLocation
) -> None:
    """Each field that has a value, under its own name as the portal writes it."""
    for name in zones.__match_args__:
        value = getattr(zones, name)
        if isinstance(value, time):
            value = value.isoformat("milliseconds")
        label = "".join(part.capitalize() for part in name.split("_"))
        _add(element, label, None if value is None else str(value))


def _add(element: _Element, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(element, name).text = text


def _single_element(application_data: str) -> _Element:
    try:
        return xmlsafe.parse(application_data.encode())
    except xmlsafe.UnusableXml as error:
        raise ValueError("application data must be exactly one element") from error
