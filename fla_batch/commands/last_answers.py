"""What the ledger holds already as the last answer to a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.ledger.records import ConsultationRow
from fla_batch.models.question import FILTERS, Question
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records

_FILTERS = sorted({name for names in FILTERS.values() for name in names} - {"calendarYear"})


def known(workspace: Records, asked: Iterable[Question]) -> list[ConsultationRow]:
    """The last answer in the ledger to each of these questions, asked in just these words.

    A question without worker or year stands for all workers or years. The credit is also known
    from declarations that were accepted.
    """
    wanted = {_words(each) for each in asked}
    last: dict[tuple[object, ...], ConsultationRow] = {}
    for kind, company_id in sorted({(words.kind, words.company_id) for words in wanted}):
        for row in workspace.ledger.consultations(workspace.environment, kind, company_id):
            if not wanted.isdisjoint(_answered(row)):
                last[row.kind, row.company_id, row.inss, row.calendar_year] = row
    return list(last.values())


class _Asked(NamedTuple):
    """A question, so that equal ones are equal; None stands for all workers or all years."""

    kind: FormKind
    company_id: str
    inss: str | None
    calendar_year: int | None
    filters: tuple[Any, ...]


def _words(asked: Question) -> _Asked:
    body = asked.to_json()
    inss = asked.employee.inss if asked.employee else None
    filters = tuple(body.get(name) for name in _FILTERS)
    return _Asked(asked.kind, asked.employer.company_id or "", inss, asked.calendar_year, filters)


def _answered(row: ConsultationRow) -> Iterator[_Asked]:
    """The questions that a row answers: its own, and those about everybody or every year."""
    # A credit comes with every answer and verdict, whatever was asked or declared.
    said = row.asked or {} if row.kind is not FormKind.ASK_CREDIT else {}
    filters = tuple(said.get(name) for name in _FILTERS)
    every_year = () if row.kind.is_list else (None,)  # for a list the year is a filter too
    for inss in dict.fromkeys((row.inss, None)):
        for year in dict.fromkeys((row.calendar_year, *every_year)):
            yield _Asked(row.kind, row.company_id or "", inss, year, filters)
