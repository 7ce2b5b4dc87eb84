"""Whom to rescue, by the user's files: employers, workers of employers, DmfA.

`--employers`: a company number a line, or a table with the column CompanyID. `--workers`: a table
with CompanyID and INSS (and CalendarYear, or Quarter as DmfA has it), a DmfA declaration in XML, or
a national number a line, which then belongs to every employer named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fla_batch.intake.named_rows import NamedRow, filled_lines, headings_of, named_rows
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR
from fla_batch.system import xmlsafe
from fla_batch.system.files import disk_errors
from fla_batch.tables.codes import bare_words
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    compact_inss,
    is_valid_company_id,
    is_valid_inss,
    mask_text,
)
from fla_batch.vocabulary.sentences import translated
from fla_batch.vocabulary.terms import Language

_DMFA_ROOT = "DmfAOriginal"
_YEAR = re.compile(r"(\d{4})(?:\.0+|[-/ ]?[QTK]?[1-4])?$", re.IGNORECASE)
"""A calendar year, or a quarter as 20241, 2024Q1, 2024-T1 or 2024/1."""
_MOST_FAULTS = 20


class NamedWorker(NamedTuple):
    """A worker of an employer; the employer is empty where the file has none."""

    company_id: str
    inss: str
    calendar_year: int | None = None


def read_employers(path: Path) -> list[str]:
    """The company numbers in a file, each once. Raises InputUnreadable, with all rows at fault."""
    rows = [each for each in _rows(path, "CompanyID") if each.cells.get("CompanyID")]
    if not rows:
        raise InputUnreadable(f"{path.name} names no employer", file=path.name)
    found = [(each.row, _company(each.cells["CompanyID"])) for each in rows]
    _require_sound(path, found)
    return list(dict.fromkeys(number for _, number in found if isinstance(number, str)))


def read_workers(path: Path) -> list[NamedWorker]:
    """The workers in a file, each once. Raises InputUnreadable, with all rows at fault.

    Persons of a DmfA in XML without a national number are passed over: nothing can be asked of
    them.
    """
    rows = _dmfa(path) if path.suffix.lower() == ".xml" else _rows(path, "INSS")
    found = [(each.row, _worker(each)) for each in rows if any(each.cells.values())]
    named = [each for _, each in found if isinstance(each, NamedWorker)]
    if any(each.company_id for each in named):
        found = [(row, _with_employer(each)) for row, each in found]
    if not found:
        raise InputUnreadable(f"{path.name} names no worker", file=path.name)
    _require_sound(path, found)
    return list(dict.fromkeys(named))


def means_a_worker(heading: str) -> bool:
    """Whether a column with that heading holds national numbers."""
    return bare_words(heading) in map(bare_words, ("INSS", *headings_of("whom")["INSS"]))


def _rows(path: Path, alone: str) -> Iterator[NamedRow]:
    """A table by its headings; a text file without any is a list of `alone`, a value a line."""
    text = _plain_list(path)
    if text is None:
        yield from named_rows(path, headings_of("whom"))
        return
    for row, line in filled_lines(text):
        yield NamedRow(row, {alone: line.strip()})


def _plain_list(path: Path) -> str | None:
    """The text of a file whose first one holds a number; None for everything else."""
    if path.suffix.lower() not in (".txt", ".csv", ""):
        return None
    with disk_errors("read", path):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    _, first = next(filled_lines(text), (0, ""))
    digits = sum(character.isdigit() for character in first)
    alone = not any(mark in first for mark in ";,\t")
    return text if digits >= 9 and alone else None


def _dmfa(path: Path) -> Iterator[NamedRow]:
    """Employer, worker and quarter of a DmfA declaration in XML."""
    try:
        for form in xmlsafe.children(path, "Form", root=_DMFA_ROOT):
            for employer in form.iter("{*}EmployerDeclaration"):
                company = employer.findtext("{*}CompanyID") or ""
                quarter = employer.findtext("{*}Quarter") or ""
                for person in employer.iter("{*}NaturalPerson"):
                    inss = person.findtext("{*}INSS") or ""
                    cells = {"CompanyID": company, "INSS": inss, "Quarter": quarter}
                    line: object = person.sourceline
                    if inss:
                        yield NamedRow(line if isinstance(line, int) else 0, cells)
    except xmlsafe.UnusableXml as error:
        raise InputUnreadable(f"{path.name}: {error}", file=path.name) from error


class _Fault(NamedTuple):
    """Why a row cannot be used."""

    why: str


def _worker(found: NamedRow) -> NamedWorker | _Fault:
    text, company = found.cells.get("INSS") or "", found.cells.get("CompanyID") or ""
    inss = compact_inss(text)
    if not text:
        return _Fault("it names no worker")
    if not is_valid_inss(inss):
        return _Fault(f"{inss[:20]!r} is no national number: check its digits")
    number = _company(company) if company else ""
    if isinstance(number, _Fault):
        return number
    when = found.cells.get("CalendarYear") or found.cells.get("Quarter") or ""
    year = _YEAR.match(when.strip())
    if when.strip() and (year is None or not FIRST_YEAR <= int(year[1]) <= LAST_YEAR):
        return _Fault(f"{when[:20]!r} is no calendar year and no quarter like 2024Q1")
    return NamedWorker(number, inss, int(year[1]) if year else None)


def _with_employer(found: NamedWorker | _Fault) -> NamedWorker | _Fault:
    if isinstance(found, NamedWorker) and not found.company_id:
        return _Fault("it names no employer, as other rows do")
    return found


def _company(text: str) -> str | _Fault:
    number = compact_company_id(text)
    if not is_valid_company_id(number):
        return _Fault(f"{text[:20]!r} is no company number: check its digits")
    return number


def _require_sound(path: Path, found: Sequence[tuple[int, object]]) -> None:
    """Raises InputUnreadable that names every row at fault, or the first of very many."""
    faults = [(row, each.why) for row, each in found if isinstance(each, _Fault)]
    if not faults:
        return

    def sentence(name: str, language: Language) -> str:
        said = [translated(f"row {row}: {why}", language) for row, why in faults[:_MOST_FAULTS]]
        if len(faults) > _MOST_FAULTS:
            said.append(translated(f"and {len(faults) - _MOST_FAULTS} more rows", language))
        return mask_text(f"{name}, {'; '.join(said)}")

    first = faults[0][0]
    raise InputUnreadable(Labels(path.name).changed(sentence), file=path.name, row=first)
