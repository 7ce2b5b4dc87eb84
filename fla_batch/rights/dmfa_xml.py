"""DmfA occupation lines from the portal's XML (`DmfAOriginal`, `DmfAUpdate`), as a stream.

Elements: Form (FormCreationDate, FormCreationHour) / EmployerDeclaration (Quarter,
NOSSRegistrationNbr, CompanyID) / NaturalPerson (INSS) / WorkerRecord (EmployerClass, WorkerCode) /
Occupation, with Service / ServiceNbrHours in hundredths. A student has StudentContribution
(StudentHoursNbr in whole hours) and no Occupation. In an update the same blocks end in `Update`,
and a worker record comes as it was (LastSituationWR) and as it is from now on
(WorkerRecordUpdateAction): the old lines are taken back, the new ones, if any, stand instead.

The lines come as text in the columns of the table format and in those of `FORM_COLUMNS`, `row`
being the line in the file, and are freed as soon as their worker is read. Nothing outside the
file is fetched, and a file with a DOCTYPE is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from fla_batch.rights.law import Law
from fla_batch.rights.xml_messages import line_of, message_root
from fla_batch.tables.table import ROW

if TYPE_CHECKING:
    from lxml.etree import _Element

_EMPLOYER = ("Quarter", "NOSSRegistrationNbr", "CompanyID")
_RECORD = ("EmployerClass", "WorkerCode")
_OCCUPATION = (
    "OccupationStartingDate",
    "OccupationEndingDate",
    "JointCommissionNbr",
    "ContractType",
    "RefMeanWorkingHours",
    "MeanWorkingHours",
)
_COLUMNS = (*_EMPLOYER, "INSS", *_RECORD, *_OCCUPATION, "ServiceNbrHours", "OccupationNbr")
FORM_COLUMNS = {"form": 0, "created": 0, "is_update": False, "removes": False}
"""Number of the form in its file (0 in tables), creation in milliseconds, and what it does."""
_DECLARATIONS = ("EmployerDeclaration", "EmployerDeclarationUpdate")
_PERSONS = ("NaturalPerson", "NaturalPersonUpdate")
_CHUNK_LINES = 100_000
_ROOTS = ("DmfAOriginal", "DmfAUpdate")
Cells = dict[str, str | int | bool | None]


def read_dmfa_xml(path: Path, law: Law) -> Iterator[pl.DataFrame]:
    """Chunks of lines as text; at least one. Raises InputUnreadable."""
    with message_root(path, _ROOTS) as root, path.open("rb") as file:
        yield from _chunks(_lines(file, law, is_update=root == _ROOTS[1]))


def _chunks(lines: Iterator[Cells]) -> Iterator[pl.DataFrame]:
    schema = {ROW: pl.UInt32, **dict.fromkeys(_COLUMNS, pl.String)}
    schema |= {"form": pl.Int64, "created": pl.Int64, "is_update": pl.Boolean}
    schema |= {"removes": pl.Boolean}
    held: list[Cells] = []
    for cells in lines:
        held.append(cells)
        if len(held) == _CHUNK_LINES:
            yield pl.DataFrame(held, schema=schema)
            held = []
    yield pl.DataFrame(held, schema=schema)


def _lines(file: BinaryIO, law: Law, *, is_update: bool) -> Iterator[Cells]:
    from lxml import etree

    form = _FormHead(is_update)
    events = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    for event, element in events:
        name = etree.QName(element).localname
        if event == "start":
            form.begins(name)
        elif name in _PERSONS:
            yield from _person_lines(element, form.cells(), law)
            _free(element)
        else:
            form.notes(name, element)


class _FormHead:
    """What stands above the workers of a form: its number, creation and employer."""

    def __init__(self, is_update: bool) -> None:
        self._is_update = is_update
        self._number = 0
        self._date = self._hour = ""
        self._employer: Cells = {}

    def begins(self, name: str) -> None:
        """A start tag: of a form, or of an employer's declaration."""
        if name == "Form":
            self._number += 1
            self._date = self._hour = ""
        if name in _DECLARATIONS:
            self._employer = {}

    def notes(self, name: str, element: _Element) -> None:
        """An element that has ended."""
        parent = _parent(element)
        if name in _EMPLOYER and parent in _DECLARATIONS:
            self._employer[name] = _text(element)
        elif parent == "Form" and name == "FormCreationDate":
            self._date = _text(element) or ""
        elif parent == "Form" and name == "FormCreationHour":
            self._hour = _text(element) or ""

    def cells(self) -> Cells:
        """The cells that all lines of the form share."""
        form = {"form": self._number, "created": _instant_ms(self._date, self._hour)}
        return {**self._employer, **form, "is_update": self._is_update, "removes": False}


def _instant_ms(day: str, hour: str) -> int:
    """Milliseconds of a creation, 0 when it is not readable: only their order matters.

    >>> _instant_ms("2024-05-02", "10:00:00.500") - _instant_ms("2024-05-02", "")
    36000500
    """
    try:
        found = datetime.fromisoformat(f"{day}T{hour or '00:00:00'}").replace(tzinfo=UTC)
    except ValueError:
        return 0
    return round(found.timestamp() * 1000)


def _person_lines(person: _Element, form: Cells, law: Law) -> Iterator[Cells]:
    worker = {**form, "INSS": person.findtext("{*}INSS")}
    for record in person.iterfind("{*}WorkerRecord"):
        yield from _record_lines(record, {**worker, **_cells(record, _RECORD)}, law)
    for update in person.iterfind("{*}WorkerRecordUpdate"):
        action = update.find("{*}WorkerRecordUpdateAction")
        before = update.find("{*}LastSituationWR")
        for old in (before, action):
            if old is not None:
                yield {ROW: line_of(old), **worker, **_cells(old, _RECORD), "removes": True}
        if action is not None:
            yield from _record_lines(action, {**worker, **_cells(action, _RECORD)}, law)


def _record_lines(record: _Element, cells: Cells, law: Law) -> Iterator[Cells]:
    for label in ("Occupation", "OccupationUpdate"):
        for occupation in record.iterfind(f"{{*}}{label}"):
            yield {
                ROW: line_of(occupation),
                **cells,
                **_cells(occupation, _OCCUPATION),
                "ServiceNbrHours": _hours_worked(occupation, law),
            }
    for student in record.iterfind("{*}StudentContribution"):
        hours = (student.findtext("{*}StudentHoursNbr") or "").strip()
        centi = str(int(hours) * 100) if _is_number(hours) else hours
        yield {ROW: line_of(student), **cells, "ServiceNbrHours": centi or None}


def _cells(element: _Element, names: tuple[str, ...]) -> Cells:
    return {name: (element.findtext(f"{{*}}{name}") or "").strip() or None for name in names}


def _hours_worked(occupation: _Element, law: Law) -> str | None:
    """Sum of the hours of services that count as work, None when no service states hours.

    What is no number stands as it is, so that it is found.
    """
    total: int | None = None
    for service in occupation.iterfind("{*}Service"):
        code = (service.findtext("{*}ServiceCode") or "").strip()
        hours = (service.findtext("{*}ServiceNbrHours") or "").strip()
        if not hours or not _is_number(code) or int(code) not in law.service_codes:
            continue
        if not _is_number(hours):
            return hours
        total = (total or 0) + int(hours)
    return None if total is None else str(total)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _parent(element: _Element) -> str | None:
    from lxml import etree

    parent = element.getparent()
    return None if parent is None else etree.QName(parent).localname


def _text(element: _Element) -> str | None:
    return (element.text or "").strip() or None


def _free(element: _Element) -> None:
    """Forget a worker that was read, and the ones before, so that memory stays flat."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
