"""Whom to rescue, by the user's files: employers, workers of employers, DmfA.

`--employers`: a company number a line, or a table with the column CompanyID. `--workers`: a table
with CompanyID and INSS (and CalendarYear, or Quarter as DmfA has it), a DmfA declaration in XML, or
a national number a line, which then belongs to every employer named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fla_batch.intake.named_rows import NamedRow, named_rows, plain
from fla_batch.system import xmlsafe
from fla_batch.system.files import disk_errors
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_company_id,
    is_valid_inss,
    mask_text,
)

_COLUMNS = {
    "CompanyID": ("kbo", "bce", "numéro d'entreprise", "ondernemingsnummer", "enterprise number"),
    "INSS": ("niss", "insz", "national number", "numéro national", "rijksregisternummer"),
    "CalendarYear": ("year", "année", "jaar"),
    "Quarter": ("trimestre", "kwartaal"),
}
_DMFA_ROOT = "DmfAOriginal"


class NamedWorker(NamedTuple):
    """A worker of an employer; the employer is empty where the file has none."""

    company_id: str
    inss: str
    calendar_year: int | None = None


def read_employers(path: Path) -> list[str]:
    """The company numbers in a file, each once. Raises InputUnreadable."""
    found = [
        _company(path, row, cells["CompanyID"])
        for row, cells in _rows(path, "CompanyID")
        if cells.get("CompanyID")
    ]
    if not found:
        raise InputUnreadable(f"{path.name} names no employer", file=path.name)
    return list(dict.fromkeys(found))


def read_workers(path: Path) -> list[NamedWorker]:
    """The workers in a file, each once. Raises InputUnreadable."""
    rows = _dmfa(path) if path.suffix.lower() == ".xml" else _rows(path, "INSS")
    found = [_worker(path, each) for each in rows if each.cells.get("INSS")]
    if not found:
        raise InputUnreadable(f"{path.name} names no worker", file=path.name)
    return list(dict.fromkeys(found))


def means_a_worker(heading: str) -> bool:
    """Whether a column with that heading holds national numbers."""
    return plain(heading) in map(plain, ("INSS", *_COLUMNS["INSS"]))


def _rows(path: Path, alone: str) -> Iterator[NamedRow]:
    """A table by its headings; a text file without any is a list of `alone`, a value a line."""
    lines = _plain_list(path)
    if lines is None:
        yield from named_rows(path, _COLUMNS)
        return
    for row, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield NamedRow(row, {alone: line.strip()})


def _plain_list(path: Path) -> list[str] | None:
    """The lines of a file whose first one holds a number; None for everything else."""
    if path.suffix.lower() not in (".txt", ".csv", ""):
        return None
    with disk_errors("read", path):
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    first = next((line for line in lines if line.strip() and line.lstrip()[0] != "#"), "")
    digits = sum(character.isdigit() for character in first)
    alone = not any(mark in first for mark in ";,\t")
    return lines if digits >= 9 and alone else None


def _dmfa(path: Path) -> Iterator[NamedRow]:
    """Employer, worker and quarter of a DmfA declaration in XML."""
    try:
        for form in xmlsafe.children(path, "Form", root=_DMFA_ROOT):
            for employer in form.iter("{*}EmployerDeclaration"):
                company = employer.findtext("{*}CompanyID") or ""
                quarter = employer.findtext("{*}Quarter") or ""
                for person in employer.iter("{*}NaturalPerson"):
                    cells = {
                        "CompanyID": company,
                        "INSS": person.findtext("{*}INSS") or "",
                        "Quarter": quarter,
                    }
                    line: object = person.sourceline
                    yield NamedRow(line if isinstance(line, int) else 0, cells)
    except xmlsafe.UnusableXml as error:
        raise InputUnreadable(f"{path.name}: {error}", file=path.name) from error


def _worker(path: Path, found: NamedRow) -> NamedWorker:
    inss = compact_inss(found.cells["INSS"])
    if not is_valid_inss(inss):
        raise _unusable(path, found.row, f"{inss[:20]!r} is no national number: check its digits")
    company = found.cells.get("CompanyID")
    year = found.cells.get("CalendarYear") or found.cells.get("Quarter") or ""
    known = int(year[:4]) if year[:4].isdigit() and len(year) >= 4 else None
    return NamedWorker(_company(path, found.row, company) if company else "", inss, known)


def _company(path: Path, row: int, text: str) -> str:
    number = compact_company_id(text)
    if not is_valid_company_id(number):
        raise _unusable(path, row, f"{text[:20]!r} is no company number: check its digits")
    return number


def _unusable(path: Path, row: int, why: str) -> InputUnreadable:
    return InputUnreadable(mask_text(f"{path.name}, row {row}: {why}"), file=path.name, row=row)
