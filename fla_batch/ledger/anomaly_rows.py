"""Anomalies, local and remote, kept whole as JSON beside the columns to look them up by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.records import AnomalyRow, canonical_json
from fla_batch.ledger.rows import chunks, loads, storable
from fla_batch.ledger.sql_tables import anomaly, batch, batch_state, form
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyOrigin, Environment, FormKind

_BLOCK_OF = {FormKind.TRAININGS: "trainings", FormKind.TRAINING_RIGHTS: "trainingRights"}
"""How the path of a finding begins that is about a declaration of that kind."""


def insert_anomalies(
    connection: Connection,
    found: Iterable[Anomaly],
    at: datetime,
    *,
    batch_id: int | None = None,
    answer_id: int | None = None,
    blocked_in: Environment | None = None,
) -> int:
    """Keep anomalies, however many; their count is returned.

    `blocked_in` is the environment of a build in which they hold declarations back.
    """
    links = {"batch_id": batch_id, "answer_id": answer_id}
    count = 0
    for chunk in chunks(found):
        values = [anomaly_values(each, at, blocked_in, **links) for each in chunk]
        connection.execute(insert(anomaly), values)
        count += len(chunk)
    return count


def anomaly_values(
    found: Anomaly, at: datetime, blocked_in: Environment | None = None, **links: int | None
) -> dict[str, Any]:
    """The columns of one anomaly."""
    year = found.calendar_year
    blocked = _blocked_in(blocked_in, file_name(found)) if blocked_in else None
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
        "blocked_file": storable(blocked) if blocked else None,
    }


def file_name(found: Anomaly) -> str:
    """The name of the input file that an anomaly was found in, without its folder."""
    return PurePath(found.source.file or "").name


def replace_blocked(
    connection: Connection,
    environment: Environment,
    files: Iterable[str],
    found: Iterable[Anomaly],
    at: datetime,
) -> int:
    """Keep what holds declarations back now, in place of what did so in files of those names.

    What is held back in another file, too, is no longer once a declaration of the same key was
    built after it.
    """
    for chunk in chunks(files):
        names = [name for file in chunk for name in (_blocked_in(environment, file), file)]
        doomed = anomaly.c.blocked_file.in_(list(map(storable, names)))
        connection.execute(delete(anomaly).where(doomed))
    blocked = (replace(each, blocked=True) for each in found)
    count = insert_anomalies(connection, blocked, at, blocked_in=environment)
    connection.execute(delete(anomaly).where(_of(environment), _built_since(environment)))
    return count


def _blocked_in(environment: Environment, file: str) -> str:
    """The environment of a build and the name of its file; older rows have the name alone."""
    return f"{environment.value}/{file}"


def _of(environment: Environment) -> ColumnElement[bool]:
    """Condition: what holds declarations of that environment back."""
    return anomaly.c.blocked_file.startswith(f"{environment.value}/") | (
        anomaly.c.blocked_file.not_like("_/%")
    )


def _built_since(environment: Environment) -> ColumnElement[bool]:
    """Condition: a declaration of the same key was built later. The path tells the kind."""
    kinds = [
        and_(
            form.c.kind == kind.value, anomaly.c.body.contains(f'"path":"{block}', autoescape=True)
        )
        for kind, block in _BLOCK_OF.items()
    ]
    return exists().where(
        form.c.inss == anomaly.c.inss,
        form.c.company_id == anomaly.c.company_id,
        form.c.calendar_year == anomaly.c.calendar_year,
        or_(*kinds),
        batch.c.id == form.c.batch_id,
        batch.c.environment == environment.value,
        batch.c.built_at > anomaly.c.at,
        batch_state.c.batch_id == batch.c.id,
        batch_state.c.state != BatchState.CANCELLED.value,
    )


def forget_blocked(
    connection: Connection, environment: Environment, before: datetime | None = None
) -> int:
    """Delete what holds declarations back, or what was found before an instant; its count."""
    doomed = delete(anomaly).where(_of(environment))
    if before is not None:
        doomed = doomed.where(anomaly.c.at < before)
    return connection.execute(doomed).rowcount


def blocked_declarations(connection: Connection, environment: Environment) -> int:
    """How many declarations are held back there; what is of a whole file counts as one."""
    key = (anomaly.c.blocked_file, anomaly.c.company_id, anomaly.c.inss, anomaly.c.calendar_year)
    each = select(*key).where(_of(environment)).distinct().subquery()
    return connection.execute(select(func.count()).select_from(each)).scalar_one()


def anomaly_rows(
    connection: Connection, name: BatchName | None = None, origin: AnomalyOrigin | None = None
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
    plain = dict(values)
    return Anomaly(
        anomaly_class=plain.pop("class"),
        label=Labels(**plain.pop("label")),
        advice=Labels(**plain.pop("advice")),
        source=Source(**plain.pop("source")),
        origin=AnomalyOrigin(plain.pop("origin")),
        **plain,
    )
