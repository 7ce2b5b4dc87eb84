"""Single steps of a ledger that the package takes only together with others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fla_batch.ledger.anomaly_rows import insert_anomalies
from fla_batch.ledger.database import writing
from fla_batch.ledger.events import batch_id_of
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event, FormState
from fla_batch.ledger.projection import Happening
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly


def append_form(ledger: Ledger, reference_nbr: str, event: Event, at: datetime) -> FormState:
    """Record what happened to one form; its state after it is returned."""
    return ledger.append_form(reference_nbr, Happening(event, at), {})


def record_anomalies(
    ledger: Ledger, anomalies: Iterable[Anomaly], at: datetime, batch: BatchName | None = None
) -> int:
    """Keep anomalies of a build, with the batch that came of it if any; their count."""
    with writing(ledger._engine) as connection:
        batch_id = batch_id_of(connection, batch) if batch else None
        return insert_anomalies(connection, anomalies, at, batch_id=batch_id)
