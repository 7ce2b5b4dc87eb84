"""Batches, forms and answers to fill a ledger with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import AnswerFile, BatchRecord, FormRecord, FoundForm
from fla_batch.models import DeclarationKey
from fla_batch.vocabulary.filenames import BatchName, sequence_text
from fla_batch.vocabulary.findings import Anomaly, Labels
from fla_batch.vocabulary.terms import AnomalyOrigin, Environment, FormKind

NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
DAY = date(2025, 3, 1)
SENDER = "123456"
COMPANY = "0880820673"
WORKER = "81511716525"
KEY = DeclarationKey(COMPANY, WORKER, 2024, FormKind.TRAINING_RIGHTS)
S = Environment.SIMULATION
SENDING_EVENTS = (Event.STAGED, Event.SENDING, Event.GO_BEGUN, Event.SENT)


def after(**units: float) -> datetime:
    """An instant that much after NOW."""
    return NOW + timedelta(**units)


def batch_name(number: int = 1, environment: Environment = S) -> BatchName:
    return BatchName("FLAD", SENDER, DAY, sequence_text(number), environment)


def rights(days: int = 500, *, legal: bool = True) -> dict[str, Any]:
    right = {"legalFlaRight": {"legalFlaRightDays": days, "jointCommissionNbr": ["200"]}}
    return {"calendarYear": 2024, "trainingRights": right if legal else {}}


def forms(
    name: BatchName, count: int = 3, body: dict[str, Any] | None = None
) -> Iterator[FormRecord]:
    midnight = datetime(2025, 3, 1)  # noqa: DTZ001 - Belgian local time, as in the message
    for number in range(1, count + 1):
        yield FormRecord(
            reference_nbr=reference(name, number),
            part=1,
            position=number,
            identification="FLA001",
            created_date=DAY,
            created_hour=(midnight + timedelta(hours=10, milliseconds=number)).time(),
            kind=FormKind.TRAINING_RIGHTS,
            body=body or rights(number),
            company_id=COMPANY,
            inss=WORKER if count == 1 else f"{number:011d}",
            calendar_year=2024,
        )


def reference(name: BatchName, number: int) -> str:
    return f"{name.environment}{name.sequence}{number:07d}"


def found(name: BatchName, number: int) -> FoundForm:
    return FoundForm(reference(name, number), name)


def record(name: BatchName, at: datetime = NOW, previous: BatchName | None = None) -> BatchRecord:
    return BatchRecord(
        name=name,
        profile="fla-20250131",
        profile_version="1",
        parts=1,
        folder=f"{name.environment}/{name}",
        built_at=at,
        previous=previous,
    )


def send(
    ledger: Ledger,
    name: BatchName,
    count: int = 3,
    *,
    at: datetime = NOW,
    body: dict[str, Any] | None = None,
    events: Iterable[Event] = SENDING_EVENTS,
) -> BatchName:
    """A batch in the ledger, sent unless `events` end earlier."""
    ledger.record_batch(record(name, at), forms(name, count, body))
    for event in events:
        ledger.append(name, event, at)
    return name


def answer(name: str = "FO.NOTI.999999.20250302.00001.S", content: bytes = b"<x/>") -> AnswerFile:
    return AnswerFile(
        name=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        environment=Environment(name.split(".")[5]),
        kept_path=f"S/inbox/{name}",
        received_at=NOW,
    )


def refusal(inss: str = WORKER) -> Anomaly:
    return Anomaly(
        "B",
        "00024-152",
        Labels(en="unknown", fr="inconnu"),
        tag="INSS",
        value=inss,
        company_id=COMPANY,
        inss=inss,
        calendar_year=2024,
        origin=AnomalyOrigin.REMOTE,
    )
