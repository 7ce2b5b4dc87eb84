"""DmfA occupation lines from the official declaration XML (`DmfAOriginal`), as a stream.

Elements: Form / EmployerDeclaration (Quarter, NOSSRegistrationNbr, CompanyID) / NaturalPerson
(INSS) / WorkerRecord (EmployerClass, WorkerCode) / Occupation, with Service / ServiceNbrHours in
hundredths. A student has StudentContribution (StudentHoursNbr in whole hours) and no
Occupation. The lines come as text in the columns of the table format, `row` being the line in
the file, and are freed as soon as their worker is read.

Nothing outside the file is fetched, and a file with a DOCTYPE is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fla_batch.rights.law import Law
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.errors import InputUnreadable

if TYPE_CHECKING:
    import polars as pl
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
_COLUMNS = (*_EMPLOYER, "INSS", *_RECORD, *_OCCUPATION, "ServiceNbrHours")
_CHUNK_LINES = 100_000
_ROOT = "DmfAOriginal"
Cells = dict[str, str | int | None]


def read_dmfa_xml(path: Path, law: Law) -> Iterator[pl.DataFrame]:
    """Chunks of lines as text; at least one. Raises InputUnreadable."""
    from lxml import etree

    from fla_batch.system.xmlsafe import UnusableXml, root_label

    try:
        with path.open("rb") as file:
            root = root_label(path)
            if root != _ROOT:
                raise InputUnreadable(
                    f"{path.name} is a {root} message, not a {_ROOT}.", file=path.name, row=1
                )
            yield from _chunks(_lines(file, law))
    except OSError as mistake:
        reason = mistake.strerror or type(mistake).__name__
        raise InputUnreadable(f"{path.name} cannot be read: {reason}", file=path.name) from mistake
    except UnusableXml as mistake:
        raise InputUnreadable(f"{path.name}: {mistake}", file=path.name, row=1) from mistake
    except etree.XMLSyntaxError as mistake:
        raise InputUnreadable(
            f"{path.name} is not well-formed XML: {mistake.msg}", file=path.name, row=mistake.lineno
        ) from mistake


def _chunks(lines: Iterator[Cells]) -> Iterator[pl.DataFrame]:
    import polars as pl

    schema = {ROW: pl.UInt32, **dict.fromkeys(_COLUMNS, pl.String)}
    held: list[Cells] = []
    for cells in lines:
        held.append(cells)
        if len(held) == _CHUNK_LINES:
            yield pl.DataFrame(held, schema=schema)
            held = []
    yield pl.DataFrame(held, schema=schema)


def _lines(file: BinaryIO, law: Law) -> Iterator[Cells]:
    from lxml import etree

    employer: Cells = {}
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
            employer = {} if name == "EmployerDeclaration" else employer
        elif name in _EMPLOYER and _parent(element) == "EmployerDeclaration":
            employer[name] = _text(element)
        elif name == "NaturalPerson":
            yield from _person_lines(element, employer, law)
            _free(element)


def _person_lines(person: _Element, employer: Cells, law: Law) -> Iterator[Cells]:
    worker = {**employer, "INSS": person.findtext("{*}INSS")}
    for record in person.iterfind("{*}WorkerRecord"):
        cells: Cells = {**worker, **_cells(record, _RECORD)}
        for occupation in record.iterfind("{*}Occupation"):
            yield {
                ROW: _row(occupation),
                **cells,
                **_cells(occupation, _OCCUPATION),
                "ServiceNbrHours": _hours_worked(occupation, law),
            }
        for student in record.iterfind("{*}StudentContribution"):
            hours = (student.findtext("{*}StudentHoursNbr") or "").strip()
            centi = str(int(hours) * 100) if hours.isdecimal() else hours
            yield {ROW: _row(student), **cells, "ServiceNbrHours": centi or None}


def _cells(element: _Element, names: tuple[str, ...]) -> Cells:
    return {name: (element.findtext(f"{{*}}{name}") or "").strip() or None for name in names}


def _hours_worked(occupation: _Element, law: Law) -> str | None:
    """Sum of the hours of services that count as work, None when no service states hours."""
    hours = [
        int(service.findtext("{*}ServiceNbrHours") or 0)
        for service in occupation.iterfind("{*}Service")
        if (service.findtext("{*}ServiceCode") or "0").strip().isdecimal()
        and int(service.findtext("{*}ServiceCode") or 0) in law.service_codes
        and (service.findtext("{*}ServiceNbrHours") or "").strip().isdecimal()
    ]
    return str(sum(hours)) if hours else None


def _row(element: _Element) -> int:
    number: object = element.sourceline
    return number if isinstance(number, int) else 0


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
