"""What the platform told: answers to questions, and the credits that come with verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from fla_batch.ledger.records import ConsultationRow, FoundForm
from fla_batch.ledger.rows import CHUNK, fitting, loads
from fla_batch.ledger.sql_tables import answer_file, batch, consultation, form
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment, FormKind


def consultations(
    connection: Connection,
    environment: Environment,
    kind: FormKind | None = None,
    company_id: str | None = None,
    inss: str | None = None,
) -> list[ConsultationRow]:
    """What the platform told, oldest first; a None is not compared."""
    kind_text = kind.value if kind else None
    wanted = fitting(consultation, kind=kind_text, company_id=company_id, inss=inss)
    query = _told(environment).where(*wanted).order_by(consultation.c.told_at, consultation.c.id)
    return [_consultation_row(row) for row in connection.execute(query)]


def of_workers(
    connection: Connection, environment: Environment, workers: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[ConsultationRow]]:
    """What the platform told of each of some (employer, worker), oldest first."""
    query = _told(environment).where(consultation.c.inss.in_([inss for _, inss in workers]))
    found: defaultdict[tuple[str, str], list[ConsultationRow]] = defaultdict(list)
    for row in connection.execute(query.order_by(consultation.c.told_at, consultation.c.id)):
        found[row.company_id, row.inss].append(_consultation_row(row))
    return found


def received_since(
    connection: Connection, environment: Environment, since: datetime, after: int = 0
) -> Iterator[tuple[int, ConsultationRow]]:
    """What was told in answers that came to us at `since` or later, each with its number.

    In the order of their numbers, and only those above `after`; streamed.
    """
    query = _told(environment).where(answer_file.c.received_at >= since, consultation.c.id > after)
    streamed = connection.execution_options(yield_per=CHUNK)
    for row in streamed.execute(query.order_by(consultation.c.id)):
        yield row.id, _consultation_row(row)


def _told(environment: Environment) -> Select[Any]:
    return (
        select(
            consultation,
            form.c.reference_nbr,
            form.c.body.label("form_body"),
            batch.c.name.label("batch_name"),
        )
        .join(answer_file, answer_file.c.id == consultation.c.answer_id)
        .outerjoin(form, form.c.id == consultation.c.form_id)
        .outerjoin(batch, batch.c.id == form.c.batch_id)
        .where(answer_file.c.environment == environment.value)
    )


def _consultation_row(row: Row[Any]) -> ConsultationRow:
    asked = row.asked or row.form_body
    return ConsultationRow(
        kind=FormKind(row.kind),
        company_id=row.company_id,
        inss=row.inss,
        calendar_year=row.calendar_year,
        told_at=row.told_at,
        body=loads(row.body),
        form=FoundForm(row.reference_nbr, BatchName.parse(row.batch_name))
        if row.reference_nbr is not None
        else None,
        asked=loads(asked) if asked else None,
    )


def workers(connection: Connection, environment: Environment) -> Iterator[tuple[str, str]]:
    """Employer and worker of everything that was told about a worker."""
    query = (
        select(consultation.c.company_id, consultation.c.inss)
        .join(answer_file, answer_file.c.id == consultation.c.answer_id)
        .where(
            answer_file.c.environment == environment.value,
            consultation.c.company_id.is_not(None),
            consultation.c.inss.is_not(None),
        )
        .distinct()
    )
    for row in connection.execution_options(yield_per=CHUNK).execute(query):
        yield row.company_id, row.inss
