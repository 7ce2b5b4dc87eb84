"""A file of workers to ask about: a table, plain lines, or a list that the platform gave.

A table (CSV, Excel, ODS, Parquet) has a heading that means the national number, and is read as
that of `rescue --workers` is. Without such a heading a line holds a national number and, when
there is one, a year, separated by `;`, `,` or a tab; a first line without any digit is a heading.
JSON is an answer with `employees` (REST manual 3.3.6.2), or a document of `fla-batch ask` that
holds such answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fla_batch.intake.named_rows import filled_lines
from fla_batch.intake.rescue_lists import means_a_worker, read_workers
from fla_batch.models.declaration import FIRST_YEAR, LAST_YEAR
from fla_batch.vocabulary.errors import InputUnreadable
from fla_batch.vocabulary.identifiers import compact_inss, is_valid_inss, mask_text

_SEPARATOR = re.compile(r"[;,\t]")


class Person(NamedTuple):
    """A worker to ask about; the year is None where the list has none."""

    inss: str
    calendar_year: int | None = None


def read_people(path: Path) -> list[Person]:
    """The workers in a file, each once, in their order. Raises InputUnreadable."""
    text = _text(path)
    if text is None or _has_headings(text):
        found: Iterator[Person] = (
            Person(each.inss, each.calendar_year) for each in read_workers(path)
        )
    else:
        found = _listed(path, text) if text.lstrip()[:1] in ("{", "[") else _lines(path, text)
    people = list(dict.fromkeys(found))
    if not people:
        raise InputUnreadable(f"{path.name} names no worker", file=path.name)
    return people


def _text(path: Path) -> str | None:
    """What the file says; None when it is no text in UTF-8, as a workbook is not."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise InputUnreadable(f"{path.name} cannot be read: {error}", file=path.name) from error


def _has_headings(text: str) -> bool:
    first = next((line for _, line in filled_lines(text)), "")
    return any(means_a_worker(field.strip().strip('"')) for field in _SEPARATOR.split(first))


def _lines(path: Path, text: str) -> Iterator[Person]:
    for number, (row, line) in enumerate(filled_lines(text)):
        inss, year = _fields(line)
        is_heading = number == 0 and not any(character.isdigit() for character in line)
        if not is_heading:
            yield _person(path, row, inss, year or None)


def _fields(line: str) -> tuple[str, str]:
    inss, year = ([field.strip().strip('"') for field in _SEPARATOR.split(line)] + [""])[:2]
    return inss, year


def _listed(path: Path, text: str) -> Iterator[Person]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputUnreadable(f"{path.name} is no JSON: {error}", file=path.name) from error
    for number, each in enumerate(_employees(document), start=1):
        if not isinstance(each, dict):
            raise _unusable(path, number, "an employee is an object with inss and year")
        yield _person(path, number, str(each.get("inss", "")), each.get("year"))


def _employees(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        document = [*document.get("answers", ()), document]
    for answer in document if isinstance(document, list) else ():
        if isinstance(answer, dict) and isinstance(answer.get("employees"), list):
            yield from answer["employees"]


def _person(path: Path, row: int, inss: str, year: object) -> Person:
    number = compact_inss(inss)
    if not is_valid_inss(number):
        raise _unusable(path, row, f"{inss[:20]!r} is no national number: check its digits")
    if year is None:
        return Person(number)
    text = str(year)
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise _unusable(path, row, f"{text[:10]!r} is no year")
    return Person(number, int(text))


def _unusable(path: Path, row: int, why: str) -> InputUnreadable:
    return InputUnreadable(mask_text(f"{path.name}, row {row}: {why}"), file=path.name, row=row)
