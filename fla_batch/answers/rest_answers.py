"""The raw file of answers of the REST API, and what it says for the ledger.

JSON Lines: each line is one form's reference number with all its exchanges; a last line says that
every form of the batch has its verdict. The same file gives the same changes, so that rows can be
rebuilt from it (R16).
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fla_batch.answers.anomaly_places import in_the_input
from fla_batch.answers.consultation_answers import Held, consultations
from fla_batch.answers.rest_verdicts import Judgement, judge
from fla_batch.answers.sent_forms import Sent
from fla_batch.channel.rest_call import Exchange
from fla_batch.ledger.lifecycle import Event
from fla_batch.ledger.records import (
    REST_ANSWERS,
    BatchChange,
    Change,
    Consultation,
    FormChange,
    FormRow,
    FoundForm,
    Json,
    UnmatchedChange,
)
from fla_batch.system.files import disk_errors
from fla_batch.system.xmlsafe import UnusableXml
from fla_batch.vocabulary.filenames import BatchName, InvalidName
from fla_batch.vocabulary.terms import Environment, FormKind

_FINISHED = "finished"


class UnusableLines(UnusableXml):
    """A raw file of ours that is none any more."""


def file_name(batch: BatchName, number: int) -> str:
    """The name of raw file `number` (from 1) of a batch."""
    return f"{REST_ANSWERS}{batch}.{number:06d}.jsonl"


def answer_line(reference_nbr: str, exchanges: Sequence[Exchange]) -> bytes:
    """One form's line."""
    values = {"reference": reference_nbr, "exchanges": [each.to_json() for each in exchanges]}
    return json.dumps(values).encode() + b"\n"


def finished_line(batch: BatchName) -> bytes:
    """The last line of the last file of a batch."""
    return json.dumps({_FINISHED: str(batch)}).encode() + b"\n"


def rest_changes(
    path: Path, sent: Sent, environment: Environment, at: datetime
) -> Generator[Change]:
    """What the raw file at `path` says. Raises UnusableLines, DiskTrouble."""
    with disk_errors("read", path), path.open("rb") as lines:
        for line in lines:
            yield from _of_line(line, sent, environment, at)


def _of_line(line: bytes, sent: Sent, environment: Environment, at: datetime) -> Iterator[Change]:
    try:
        values: dict[str, Any] = json.loads(line)
        if _FINISHED in values:
            yield BatchChange(BatchName.parse(values[_FINISHED]), Event.NOTIFIED)
            return
        exchanges = [Exchange.from_json(each) for each in values["exchanges"]]
        form = sent.form(values["reference"])
    except (ValueError, KeyError, TypeError, AttributeError, InvalidName) as error:
        raise UnusableLines("a file of answers of the REST API is damaged") from error
    if form is None:
        yield UnmatchedChange("no form that was sent fits the answer", None)
    else:
        held = partial(sent.last_photo, environment=environment)
        yield from _changes_of(form, judge(form, exchanges), exchanges, at, held)


def _changes_of(
    form: FormRow,
    judgement: Judgement,
    exchanges: Sequence[Exchange],
    at: datetime,
    held: Held,
) -> Iterator[Change]:
    """The verdict, and what the platform told besides. Nothing while there is no verdict."""
    if judgement.event is None:
        return
    key = FoundForm(form.reference_nbr, form.batch)
    last = exchanges[-1]
    details: Json = {"channel": "rest", "status": last.status} | (
        {"settled": judgement.reason} if judgement.reason else {}
    )
    anomalies = tuple(in_the_input(anomaly, form) for anomaly in judgement.anomalies)
    yield FormChange(key, judgement.event, None, anomalies, details)
    told_at = max((each.at for each in exchanges), default=at)
    if judgement.answer is not None:
        for told in consultations(form.kind, judgement.answer, form, told_at, held, form=key):
            # A photo with a hole in it is no photo.
            yield told._replace(photo=None) if judgement.gaps else told
    elif judgement.credit is not None:
        yield Consultation(
            kind=FormKind.ASK_CREDIT,
            body=judgement.credit.to_json(),
            told_at=told_at,
            company_id=form.company_id,
            inss=form.inss,
            form=key,
        )
