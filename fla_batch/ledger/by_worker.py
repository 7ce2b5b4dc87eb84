"""Anomalies worker by worker, however many: the database sorts them, memory holds a page."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from fla_batch.ledger.anomaly_rows import anomaly_from_json
from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.records import ANYBODY, Whom
from fla_batch.ledger.rows import CHUNK, fitting, loads
from fla_batch.ledger.sql_tables import anomaly
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts
from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin

# A year that the column does not take stands in the body alone. The body is canonical JSON;
# PostgreSQL's own functions for JSON stumble over a \u0000 anywhere in it.
_YEAR_IN_BODY = {
    "sqlite": "json_extract(anomaly.body, '$.calendar_year')",
    "postgresql": ("CAST(substring(anomaly.body FROM '\"calendar_year\":(-?[0-9]+)') AS numeric)"),
}


@dataclass(frozen=True, slots=True)
class FoundAnomalies:
    """The anomalies of the ledger, or of one batch, as they were at one moment.

    Read them as often as needed, within the `with` that they come from.
    """

    _connection: Connection
    _conditions: tuple[ColumnElement[bool], ...]
    _reads: ExitStack

    def counts(self) -> AnomalyCounts:
        """How many there are, without reading them."""
        blocks = anomaly.c.anomaly_class == AnomalyClass.BLOCKING.value
        warns = anomaly.c.anomaly_class == AnomalyClass.WARNING.value
        counted = (func.count(), func.count().filter(blocks), func.count().filter(warns))
        query = select(*counted).select_from(anomaly).where(*self._conditions)
        total, blocking, warnings = self._connection.execute(query).one()
        return AnomalyCounts(blocking, warnings, total - blocking - warnings)

    def by_worker(self, most: int | None = None) -> Iterator[Anomaly]:
        """All, or the first `most`: by employer, worker and year, then as they were recorded.

        What is not known comes first, as an empty text or the year 0.
        """
        found = self._read(self._sorted().limit(most))
        # Whoever stops half-way, as when a pipe breaks, must not leave a cursor behind.
        self._reads.callback(found.close)
        return found

    def _read(self, query: Select[Any]) -> Generator[Anomaly, None, None]:
        streamed = query.execution_options(yield_per=CHUNK)
        with self._connection.execute(streamed) as rows:
            for (body,) in rows:
                yield anomaly_from_json(loads(body))

    def _sorted(self) -> Select[Any]:
        dialect = self._connection.dialect.name
        texts: list[ColumnElement[Any]] = [anomaly.c.company_id, anomaly.c.inss]
        if dialect == "postgresql":
            # By code points, as Python and SQLite sort; not by the database's language.
            texts = [column.collate("C") for column in texts]
        in_body: ColumnElement[Any] = literal_column(_YEAR_IN_BODY[dialect])
        return (
            select(anomaly.c.body)
            .where(*self._conditions)
            .order_by(
                *(func.coalesce(column, "") for column in texts),
                func.coalesce(anomaly.c.calendar_year, in_body, 0),
                anomaly.c.id,
            )
        )


def found_anomalies(
    connection: Connection,
    name: BatchName | None = None,
    whom: Whom = ANYBODY,
    origin: AnomalyOrigin | None = None,
) -> Iterator[FoundAnomalies]:
    """The anomalies about `whom`, of all batches and origins or one, for a `with`.

    What is read is of one moment: a transaction is open that only reads. Others may write
    meanwhile, this process may not. Raises UsageMistake for an unknown batch.
    """
    if connection.dialect.name == "postgresql":
        # Else each statement would see what was committed before it. SQLite's never do.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    conditions = fitting(anomaly, **whom._asdict())
    if name is not None:
        conditions.append(anomaly.c.batch_id == batch_id_of(connection, name))
    if origin is not None:
        conditions.append(anomaly.c.origin == origin.value)
    with ExitStack() as reads:
        yield FoundAnomalies(connection, tuple(conditions), reads)
