"""NOTI: what became of each form? Read one form at a time, tolerant of what is new.

The verdict on a form is ResultCode alone: 1 accepted (its anomalies are warnings), 0 refused,
anything else is not accepted. The root's schema name changes every quarter and is not looked
at. Source: the portal's NOTIFICATION message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from fla_batch.answers.alike_forms import Alike, AlikeForms, Stencil
from fla_batch.answers.blocks import (
    FileReference,
    NoForm,
    PortalHeader,
    PortalReference,
    Zones,
    first_text,
    read_file_reference,
    read_header,
    read_reference,
    result_code,
    text_of,
)
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss
from fla_batch.vocabulary.terms import ResultCode

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = "NOTIFICATION"
IDENTIFICATION = "NOTI001"


class AnomalyLocation(NamedTuple):
    """Where in our file the anomaly is: line and column as numbers, `location` as `1,1,7,2`."""

    line_nbr: str | None = None
    column_nbr: str | None = None
    location: str | None = None


class AnomalyReport(NamedTuple):
    """One anomaly as the platform reports it, its texts without control characters.

    `path` holds the identifying zones, label and value, in the order of the message.
    """

    error_id: str | None
    tag_name: str | None = None
    value: str | None = None
    anomaly_class: str | None = None
    anomaly_label: str | None = None
    has_system_correction: bool = False
    location: AnomalyLocation | None = None
    path: tuple[tuple[str, str], ...] = ()

    def in_path(self, zone: str) -> str | None:
        """The value of a zone of the path; None when it is not there."""
        return dict(self.path).get(zone)


class _FromMessage:
    """What a message says of a form; what is seldom needed is read when it is asked for.

    `file_name` is the name of our file, `ticket` the portal's number of the form.
    """

    __slots__ = ("_written", "_zones", "file_name", "ticket")
    _written: bytes
    _zones: Zones
    file_name: str | None
    ticket: str | None

    if not TYPE_CHECKING:  # the fields are declared below, and there are no others

        def __getattr__(self, name: str) -> Any:
            # Python comes here for what has no value yet.
            if name == "_zones":
                value = Zones(xmlsafe.parse(self._written.strip()))
            elif name in _DERIVED:
                value = _DERIVED[name](self)
            elif name in _SELDOM_NEEDED:
                value = _SELDOM_NEEDED[name](self._zones)
            else:
                raise AttributeError(f"a form of a notification has no {name!r}")
            object.__setattr__(self, name, value)
            return value


@dataclass(frozen=True, slots=True)
class NotificationForm(_FromMessage):
    """The portal's verdict on one form. Parts that are not there are None or empty.

    `handled_reference` holds the portal's ticket of the form; `application_data` the XML text
    of what the platform added, as it came: escape it before showing it anywhere.
    """

    header: PortalHeader
    result_code: str
    file_reference: FileReference | None = None
    sender_id: str | None = None
    handled_original_form: PortalHeader | None = None
    references: tuple[PortalReference, ...] = ()
    noss_registration_nbr: str | None = None
    company_id: str | None = None
    inss: str | None = None
    concerned_quarter: str | None = None
    handled_reference: PortalReference | None = None
    diagnoses: tuple[str, ...] = ()
    anomaly_reports: tuple[AnomalyReport, ...] = ()
    application_data: str | None = None

    @property
    def accepted(self) -> bool:
        """True for ResultCode 1 and for nothing else."""
        return self.result_code == ResultCode.ACCEPTED

    @property
    def refused(self) -> bool:
        """True for ResultCode 0. Other codes are pending or unrecognised, never accepted."""
        return self.result_code == ResultCode.REFUSED

    @property
    def file_tickets(self) -> tuple[str, ...]:
        """Numbers of the portal's that may be the ticket of the file, without repetition.

        A notification without FileReference has been seen to name it as a Reference of origin 2.
        """
        numbers = [self.file_reference.reference_nbr] if self.file_reference else []
        numbers += [one.reference_nbr for one in self.references if one.reference_origin == "2"]
        return tuple(dict.fromkeys(filter(None, numbers)))

    @property
    def our_reference_nbrs(self) -> tuple[str, ...]:
        """The numbers that we gave the form, without repetition."""
        numbers = [one.reference_nbr for one in self.references if one.reference_origin == "1"]
        return tuple(dict.fromkeys(filter(None, numbers)))


def read_forms(source: Path | BinaryIO) -> Iterator[NotificationForm]:
    """Every form of a NOTIFICATION, in constant memory; commit only when the iterator has ended.

    Raises NotWellFormed (a truncated file: at its end), UnsafeXml, UnexpectedRoot, NoForm;
    OSError.
    """
    for form in recognise_forms(source):
        if isinstance(form, Alike):
            yield from map(partial(like_form, form), range(len(form.written)))
        else:
            yield form


def recognise_forms(source: Path | BinaryIO) -> Iterator[NotificationForm | Alike]:
    """As `read_forms`; in a file, forms that are written as one before are only said to be so."""
    forms = _recognised(source) if isinstance(source, Path) else _parsed(source)
    found = False
    for form in forms:
        found = True
        yield form
    if not found:
        raise NoForm("the notification holds no form")


def _parsed(source: Path | BinaryIO) -> Iterator[NotificationForm]:
    return map(_read_form, xmlsafe.children(source, "Form", root=ROOT))


def _recognised(path: Path) -> Iterator[NotificationForm | Alike]:
    if path.stat().st_size > xmlsafe.MAX_BYTES:  # which the parser can only tell of what it sees
        yield from _parsed(path)
        return
    try:
        with path.open("rb") as file:
            alike = AlikeForms(file)
            for element in xmlsafe.children(cast("BinaryIO", alike), "Form", root=ROOT):
                yield from alike.taken()
                form = _read_form(element)
                stencil = alike.parsed(element, form)
                if stencil is not None and _is_proven(stencil):
                    alike.know(stencil)
                yield form
            yield from alike.taken()
    except xmlsafe.UnusableXml:
        # Where in the file something is wrong, only a parser knows that saw all of it.
        for _ in _parsed(path):
            pass
        raise


def _is_proven(stencil: Stencil) -> bool:
    """True when the form is read the same alone, and its example as a recognised form is."""
    example = like_form(stencil.example, 0)
    try:
        alone = _read_form(xmlsafe.parse(stencil.written.strip()))
        parsed = _read_form(xmlsafe.parse(example._written.strip()))
    except xmlsafe.UnusableXml:  # what it needs of the root, such as a prefix, is missing
        return False
    return (
        alone == stencil.like
        and parsed.file_tickets == alone.file_tickets
        and all(getattr(parsed, name) == getattr(example, name) for name in _AT_ONCE)
    )


def like_form(alike: Alike, place: int) -> NotificationForm:
    """One of the forms that were recognised, as if it had been parsed."""
    like, reference_nbrs, tickets, written = alike
    form = NotificationForm.__new__(NotificationForm)
    put = partial(object.__setattr__, form)
    for name in _AT_ONCE:
        put(name, getattr(like, name))
    put("_written", written[place])
    put("references", (like.references[0]._replace(reference_nbr=reference_nbrs[place]),))
    put("ticket", tickets[place])
    return form


def _read_form(element: _Element) -> NotificationForm:
    """The verdict and what it is about, at once; the other fields wait for being asked for."""
    zones = Zones(element)
    handling = zones.block("HandlingResult")
    form = NotificationForm.__new__(NotificationForm)
    put = partial(object.__setattr__, form)
    put("_zones", zones)
    put("result_code", result_code(handling))
    put("file_name", first_text(zones.all("FileReference"), "FileName"))
    put("references", tuple(map(read_reference, zones.all("Reference"))))
    put("ticket", first_text(zones.all("HandledReference")[:1], "ReferenceNbr"))
    put("diagnoses", handling.texts("Diagnosis"))
    put("anomaly_reports", tuple(map(_read_report, handling.all("AnomalyReport"))))
    put("application_data", _read_application_data(zones.all("ApplicationData")))
    return form


_AT_ONCE = (
    "result_code",
    "file_name",
    "references",
    "ticket",
    "diagnoses",
    "anomaly_reports",
    "application_data",
)
"""What `_read_form` reads of a form, and `like_form` takes over from another."""


def _read_handled_original_form(zones: Zones) -> PortalHeader | None:
    handled = zones.all("HandledOriginalForm")
    return read_header(Zones(handled[0])) if handled else None


def _read_subject(zones: Zones, block: str, name: str) -> str | None:
    return zones.block(block).text(name) or zones.block("WorkerRecordIdentification").text(name)


def _read_application_data(blocks: list[_Element]) -> str | None:
    if not blocks:
        return None
    texts = [xmlsafe.to_text(child) for block in blocks for child in block]
    return "".join(texts) or next(filter(None, map(text_of, blocks)), None)


def _read_handled_reference(zones: Zones) -> PortalReference | None:
    tickets = zones.all("HandledReference")
    return read_reference(tickets[0]) if tickets else None


_DERIVED: dict[str, Callable[[NotificationForm], Any]] = {
    "file_name": lambda form: form.file_reference.file_name if form.file_reference else None,
    "ticket": lambda form: form.handled_reference.reference_nbr if form.handled_reference else None,
}
"""What follows from other fields, for a form that does not come from a message."""

_SELDOM_NEEDED: dict[str, Callable[[Zones], Any]] = {
    "header": read_header,
    "file_reference": read_file_reference,
    "handled_reference": _read_handled_reference,
    "sender_id": lambda form: form.block("HandledOriginalFile").text("SenderId"),
    "handled_original_form": _read_handled_original_form,
    "noss_registration_nbr": lambda form: form.block("EmployerId").text("NOSSRegistrationNbr"),
    "company_id": lambda form: company_number(_read_subject(form, "EmployerId", "CompanyID")),
    "inss": lambda form: national_number(_read_subject(form, "NaturalPerson", "INSS")),
    "concerned_quarter": lambda form: form.block("ConcernedQuarter").text("Quarter"),
}
"""How these fields are read from the zones of a form; `_read_form` reads the others."""


def _read_report(element: _Element) -> AnomalyReport:
    zones = Zones(element)
    locations = zones.all("AnomalyLocation")
    return AnomalyReport(
        error_id=zones.text("ErrorID"),
        tag_name=zones.text("TagName"),
        value=zones.text("Value"),
        anomaly_class=zones.text("AnomalyClass"),
        anomaly_label=zones.text("AnomalyLabel"),
        has_system_correction=bool(zones.all("SystemCorrection")),
        location=_read_location(Zones(locations[0])) if locations else None,
        path=tuple(zones.block("Path").pairs()),
    )


def _read_location(zones: Zones) -> AnomalyLocation:
    return AnomalyLocation(
        zones.integer("LineNbr"), zones.integer("ColumnNbr"), zones.text("Location")
    )


def company_number(text: str | None) -> str | None:
    """A company number of the portal with its leading zero; 0 stands for none.

    >>> company_number("400767772"), company_number("0")
    ('0400767772', None)
    """
    return compact_company_id(text) if text and text.strip("0") else None


def national_number(text: str | None) -> str | None:
    """An INSS of the portal, 11 digits; 0 stands for none."""
    return compact_inss(text) if text and text.strip("0") else None
