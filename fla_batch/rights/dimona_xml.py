"""Dimona periods from the portal's XML: declarations (`Dimona`) and their notifications.

A period begins with a DimonaIn. DimonaOut, DimonaUpdate and DimonaCancel name it by a number that
the portal gave it, and that stands only in the notification of its DimonaIn (as DimonaPeriodId, or
as the portal's reference of the handled form). A notification belongs to the form whose creation
(date and hour) or reference it repeats. What cannot be joined is a finding with its place, never
guessed; a form that was refused does not count (decision 1607).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from fla_batch.rights.right_findings import finding
from fla_batch.rights.xml_messages import line_of, message_root
from fla_batch.tables.table import ROW
from fla_batch.vocabulary.findings import Anomaly, Source
from fla_batch.vocabulary.identifiers import compact_inss

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOTS = ("Dimona", "NOTIFICATION")
_IN, _OUT, _UPDATE, _CANCEL = "DimonaIn", "DimonaOut", "DimonaUpdate", "DimonaCancel"
_KINDS = (_IN, _OUT, _UPDATE, _CANCEL)
_DATES = ("StartingDate", "EndingDate")
_COLUMNS = ("CompanyID", "NOSSRegistrationNbr", "INSS", *_DATES, "WorkerType")
_REFUSED = "0"
_OURS, _PORTALS = "1", "2"  # ReferenceOrigin


class FormName(NamedTuple):
    """What a form and its notification have in common."""

    created: tuple[str, str]
    references: frozenset[str]


@dataclass(slots=True)
class DimonaForm:
    """One form: its place, what it says, and the numbers of its period once they are known."""

    kind: str
    file: Path
    row: int
    name: FormName
    cells: dict[str, str | None]
    period_id: str | None
    refused: bool = False
    ids: set[str] = field(default_factory=set)


class DimonaNotice(NamedTuple):
    """One notification: of which form, about whom, the period's numbers and the outcome."""

    name: FormName
    inss: str | None
    ids: frozenset[str]
    refused: bool


class DimonaPeriods(NamedTuple):
    """Per file the periods as text, in the columns of the table format, and the findings."""

    frames: dict[Path, pl.DataFrame]
    anomalies: list[Anomaly]


def read_dimona_messages(paths: Sequence[Path]) -> DimonaPeriods:
    """The periods that all declarations and notifications of a run come to.

    Raises InputUnreadable.
    """
    forms: list[DimonaForm] = []
    notices: list[DimonaNotice] = []
    for path in paths:
        for element in _forms_of(path):
            form = _form(element, path)
            if form is not None:
                forms.append(form)
            elif element.find("{*}HandlingResult") is not None:
                notices.append(_notice(element))
    anomalies = list(_joined(forms, notices))
    anomalies += _applied([form for form in forms if not form.refused])
    return DimonaPeriods(_frames(paths, forms), anomalies)


def _forms_of(path: Path) -> Iterator[_Element]:
    """The forms of a declaration or of a file of notifications."""
    from fla_batch.system.xmlsafe import children

    with message_root(path, _ROOTS) as root:
        yield from children(path, "Form", root=root)


def _form(element: _Element, file: Path) -> DimonaForm | None:
    for kind in _KINDS:
        found = element.find(f"{{*}}{kind}")
        if found is None:
            continue
        cells = {name: _text(found, f"{{*}}{name}") for name in _DATES}
        cells |= {
            "INSS": _text(found, "{*}NaturalPerson/{*}INSS") or _text(found, "{*}INSS"),
            "WorkerType": _text(found, "{*}DimonaFeatures/{*}WorkerType"),
            "CompanyID": _text(found, "{*}EmployerId/{*}CompanyID"),
            "NOSSRegistrationNbr": _text(found, "{*}EmployerId/{*}NOSSRegistrationNbr"),
        }
        name = FormName(_created(element), frozenset(_references(element, "Reference", _OURS)))
        number = _number(_text(found, "{*}DimonaPeriodId"))
        return DimonaForm(kind, file, line_of(found), name, cells, number)
    return None


def _notice(element: _Element) -> DimonaNotice:
    handled = element.find("{*}HandledOriginalForm")
    head = element if handled is None else handled
    ids = [found.text for found in element.iterfind(".//{*}DimonaPeriodId")]
    ids += _references(element, "HandledReference", _PORTALS)
    numbers = frozenset(number for number in map(_number, ids) if number)
    inss = _text(element, "{*}NaturalPerson/{*}INSS") or _text(
        element, "{*}WorkerRecordIdentification/{*}INSS"
    )
    ours = [
        *_references(element, "Reference", _OURS),
        *_references(element, "HandledReference", _OURS),
    ]
    result = _text(element, "{*}HandlingResult/{*}ResultCode")
    return DimonaNotice(
        FormName(_created(head), frozenset(ours)), inss, numbers, refused=result == _REFUSED
    )


def _created(element: _Element) -> tuple[str, str]:
    """Date and hour without the thousandths, which are not always repeated."""
    hour = _text(element, "{*}FormCreationHour") or ""
    return _text(element, "{*}FormCreationDate") or "", hour.partition(".")[0]


def _references(element: _Element, label: str, origin: str) -> list[str]:
    return [
        number
        for found in element.iterfind(f"{{*}}{label}")
        if (number := _text(found, "{*}ReferenceNbr"))
        and (_text(found, "{*}ReferenceOrigin") or origin) == origin
    ]


def _number(text: str | None) -> str | None:
    """A period's number without leading zeros."""
    bare = (text or "").strip()
    return bare.lstrip("0") or None if bare.isascii() and bare.isdecimal() else None


def _joined(forms: list[DimonaForm], notices: list[DimonaNotice]) -> Iterator[Anomaly]:
    """Each form with what its notification says; a finding for every one that was refused."""
    by_created: dict[tuple[str, str], list[DimonaForm]] = defaultdict(list)
    by_reference: dict[str, list[DimonaForm]] = defaultdict(list)
    for form in forms:
        by_created[form.name.created].append(form)
        for reference in form.name.references:
            by_reference[reference].append(form)
    for notice in notices:
        named = [form for ref in notice.name.references for form in by_reference.get(ref, ())]
        named = named or by_created.get(notice.name.created, [])
        meant = [form for form in named if _of_same_worker(form, notice)]
        if len(meant) != 1:
            continue
        (form,) = meant
        form.ids |= notice.ids
        form.refused = notice.refused
        if form.refused:
            yield _finding("dimona-refused", form)


def _of_same_worker(form: DimonaForm, notice: DimonaNotice) -> bool:
    if notice.inss is None or form.cells["INSS"] is None:
        return True
    return compact_inss(notice.inss) == compact_inss(form.cells["INSS"])


def _applied(forms: list[DimonaForm]) -> Iterator[Anomaly]:
    """Out, Update and Cancel, in order of creation, put into the form that began the period."""
    began = {number: form for form in forms if form.kind == _IN for number in form.ids}
    for form in sorted(forms, key=lambda each: each.name.created):
        if form.kind == _IN:
            continue
        period = began.get(form.period_id or "")
        if period is None:
            yield _finding("dimona-unjoined", form)
        elif form.kind == _CANCEL:
            period.refused = True
        else:
            period.cells |= {name: form.cells[name] for name in _DATES if form.cells[name]}


def _finding(rule: str, form: DimonaForm) -> Anomaly:
    return finding(
        rule,
        "DimonaPeriodId",
        value=form.period_id,
        source=Source(form.file.name, form.row, form.kind),
        inss=form.cells["INSS"],
        company_id=form.cells["CompanyID"],
        parts={"form": form.kind, "date": form.cells["EndingDate"] or form.cells["StartingDate"]},
    )


def _frames(paths: Iterable[Path], forms: list[DimonaForm]) -> dict[Path, pl.DataFrame]:
    schema = {ROW: pl.UInt32, **dict.fromkeys(_COLUMNS, pl.String)}
    counted = [form for form in forms if form.kind == _IN and not form.refused]
    return {
        path: pl.DataFrame(
            [{ROW: form.row, **form.cells} for form in counted if form.file == path],
            schema=schema,
        )
        for path in paths
    }


def _text(element: _Element, path: str) -> str | None:
    return (element.findtext(path) or "").strip() or None
