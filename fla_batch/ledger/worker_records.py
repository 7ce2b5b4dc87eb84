"""All that is on record of workers, a page of them at a time: few statements for very many."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from fla_batch.ledger import photos, told
from fla_batch.ledger.records import ConsultationRow, Photo
from fla_batch.vocabulary.terms import Environment, FormKind

AT_ONCE = 200
"""Workers a page: some thousand rows, whose bodies memory holds together."""


class WorkerRecord(NamedTuple):
    """What the ledger holds of one worker with one employer.

    `photos` are the declarations in force, by year and kind; `told` all that the platform told,
    oldest first; `had_legal` the years in which a declaration carried LegalFlaRight.
    """

    company_id: str
    inss: str
    photos: dict[tuple[int, FormKind], Photo]
    told: list[ConsultationRow]
    had_legal: frozenset[int]


def worker_records(
    connection: Connection, environment: Environment, workers: Collection[tuple[str, str]]
) -> Iterator[WorkerRecord]:
    """The record of each (employer, worker), in their order."""
    held, had_legal = photos.of_workers(connection, environment, workers)
    answers = told.of_workers(connection, environment, workers)
    for company_id, inss in workers:
        yield WorkerRecord(
            company_id,
            inss,
            held[company_id, inss],
            answers[company_id, inss],
            frozenset(had_legal[company_id, inss]),
        )
