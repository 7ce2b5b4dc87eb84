"""What the files of a batch must be, for hosts that fetch them (R36): key, size and SHA-256.

Recorded once, before the batch is "staged". Only an outbox that several hosts share has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.sql_tables import artefact, batch
from fla_batch.vocabulary.filenames import BatchName


class Artefact(NamedTuple):
    """A file of the outbox: its path there, size in bytes, SHA-256 in hexadecimal."""

    key: str
    size: int
    sha256: str


def record(connection: Connection, name: BatchName, files: Iterable[Artefact]) -> None:
    """Record the files of a batch, once: a second time changes nothing.

    Raises UsageMistake for a batch that the ledger does not know.
    """
    batch_id = batch_id_of(connection, name)
    known = {each.key for each in artefacts_of(connection, name)}
    rows = [
        {"batch_id": batch_id, "key": key, "size": size, "sha256": sha256}
        for key, size, sha256 in files
        if key not in known
    ]
    if rows:
        connection.execute(insert(artefact), rows)


def artefacts_of(connection: Connection, name: BatchName) -> list[Artefact]:
    """The files of a batch; none for one that was built into a folder of one host."""
    query = (
        select(artefact.c.key, artefact.c.size, artefact.c.sha256)
        .join(batch, batch.c.id == artefact.c.batch_id)
        .where(batch.c.name == str(name))
        .order_by(artefact.c.key)
    )
    return [Artefact(*row) for row in connection.execute(query)]
