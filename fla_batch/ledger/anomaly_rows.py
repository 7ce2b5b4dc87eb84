"""Anomalies, local and remote, kept whole as JSON beside the columns to look them up by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.records import AnomalyRow, canonical_json
from fla_batch.ledger.rows import chunks, loads, storable
from fla_batch.ledger.sql_tables import anomaly, batch, form
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyOrigin


def insert_anomalies(
    connection: Connection,
    found: Iterable[Anomaly],
    at: datetime,
    *,
    batch_id: int | None = None,
    form_id: int | None = None,
    answer_id: int | None = None,
) -> int:
    """Keep anomalies, however many; their count is returned."""
    links = {"batch_id": batch_id, "form_id": form_id, "answer_id": answer_id}
    count = 0
    for chunk in chunks(found):
        connection.execute(insert(anomaly), [anomaly_values(each, at, **links) for each in chunk])
        count += len(chunk)
    return count


def anomaly_values(found: Anomaly, at: datetime, **links: int | None) -> dict[str, Any]:
    """The columns of one anomaly."""
    year = found.calendar_year
    return {
        **links,
        "origin": found.origin.value,
        "anomaly_class": storable(found.anomaly_class),
        "error_id": storable(found.error_id),
        "company_id": storable(found.company_id) if found.company_id else None,
        "inss": storable(found.inss) if found.inss else None,
        # A year from a user's file may be any number, a column holds only some.
        "calendar_year": year if year is not None and 0 <= year <= 9999 else None,
        "at": at,
        "body": canonical_json(found.to_json()),
        "blocked_file": storable(file_name(found)) if found.blocked else None,
    }


def file_name(found: Anomaly) -> str:
    """The name of the input file that an anomaly was found in, without its folder."""
    return PurePath(found.source.file or "").name


def replace_blocked(
    connection: Connection, files: Iterable[str], found: Iterable[Anomaly], at: datetime
) -> int:
    """Keep what holds declarations back now, in place of what did so in files of those names."""
    for chunk in chunks(map(storable, files)):
        connection.execute(delete(anomaly).where(anomaly.c.blocked_file.in_(chunk)))
    return insert_anomalies(connection, (replace(each, blocked=True) for each in found), at)


def forget_blocked(connection: Connection, before: datetime | None) -> int:
    """Delete what holds declarations back, or what was found before an instant; its count."""
    doomed = delete(anomaly).where(anomaly.c.blocked_file.is_not(None))
    if before is not None:
        doomed = doomed.where(anomaly.c.at < before)
    return connection.execute(doomed).rowcount


def blocked_declarations(connection: Connection) -> int:
    """How many declarations are held back; what is of a whole file counts as one."""
    key = (anomaly.c.blocked_file, anomaly.c.company_id, anomaly.c.inss, anomaly.c.calendar_year)
    each = select(*key).where(anomaly.c.blocked_file.is_not(None)).distinct().subquery()
    return connection.execute(select(func.count()).select_from(each)).scalar_one()


def anomaly_rows(
    connection: Connection, name: BatchName | None, origin: AnomalyOrigin | None
) -> list[AnomalyRow]:
    """All anomalies, or those of one batch or origin, in the order of recording."""
    query = (
        select(anomaly.c.body, anomaly.c.at, batch.c.name, form.c.reference_nbr)
        .select_from(anomaly)
        .outerjoin(batch, batch.c.id == anomaly.c.batch_id)
        .outerjoin(form, form.c.id == anomaly.c.form_id)
        .order_by(anomaly.c.id)
    )
    if name is not None:
        query = query.where(anomaly.c.batch_id == batch_id_of(connection, name))
    if origin is not None:
        query = query.where(anomaly.c.origin == origin.value)
    return [
        AnomalyRow(
            anomaly_from_json(loads(row.body)),
            BatchName.parse(row.name) if row.name else None,
            row.reference_nbr,
            row.at,
        )
        for row in connection.execute(query)
    ]


def anomaly_from_json(values: dict[str, Any]) -> Anomaly:
    """The anomaly that `Anomaly.to_json` wrote."""
    return Anomaly(
        anomaly_class=values["class"],
        error_id=values["error_id"],
        label=Labels(**values["label"]),
        rule=values["rule"],
        tag=values["tag"],
        path=values["path"],
        value=values["value"],
        advice=Labels(**values["advice"]),
        company_id=values["company_id"],
        inss=values["inss"],
        calendar_year=values["calendar_year"],
        source=Source(**values["source"]),
        origin=AnomalyOrigin(values["origin"]),
        blocked=values.get("blocked", False),
    )
