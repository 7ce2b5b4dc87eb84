"""An answer that came by another way than a batch, into the same ledger.

Its raw file stands in the outbox with the question that it answers, so that its rows can be made
again (R16).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fla_batch.answers.consultation_answers import AskedAbout, Held, consultations
from fla_batch.intake.fetched_answers import answer_to
from fla_batch.ledger.records import Consultation
from fla_batch.models.form import Answer
from fla_batch.models.question import Question
from fla_batch.outbox.inbox import Arrival, Kept
from fla_batch.system.files import FileFacts, private_folder, write_whole
from fla_batch.system.xmlsafe import UnusableXml

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records

FOLDER = "fetched"
PREFIX = "GET."
"""Names of answers that no batch brought begin with it."""


def keep_answer(
    records: Records, question: Question, answer: Answer, raw: Mapping[str, Any], at: datetime
) -> None:
    """Raw file first, then rows and "done" in one transaction; once for an instant and content.

    `at` (aware) is when it was fetched. Raises DiskTrouble, LedgerTrouble.
    """
    asked = {**question.to_json(), "question": question.kind.value}
    content = json.dumps({"asked": asked, "fetchedAt": at.isoformat(), "answer": raw}).encode()
    digest = hashlib.sha256(content).hexdigest()
    name = f"{PREFIX}{at:%Y%m%dT%H%M%S}.{digest[:24]}.json"
    folder = private_folder(records.outbox.root / records.environment.value / FOLDER / digest[:2])
    path = folder / name
    if not path.exists():
        write_whole(path, content)
    relative = path.relative_to(records.outbox.root).as_posix()
    kept = records.outbox.keep(Kept(name, relative, FileFacts(len(content), digest), Arrival.NEW))
    changes = list(_changes(question, answer, at, _held(records)))
    records.ledger.accept_answer(kept.recorded(records.environment, at), changes, at)


def kept_changes(path: Path, records: Records) -> Iterator[Consultation]:
    """What a kept raw file says, once more. Raises UnusableXml for a damaged one."""
    try:
        kept = json.loads(path.read_bytes())
        question = Question.model_validate(kept["asked"], strict=False)
        at = datetime.fromisoformat(kept["fetchedAt"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableXml(f"no kept answer: {error}") from error
    yield from _changes(question, answer_to(question, kept["answer"]), at, _held(records))


def _held(records: Records) -> Held:
    return lambda key: records.ledger.last_accepted(key, records.environment)


def _changes(
    question: Question, answer: Answer, at: datetime, held: Held
) -> Iterator[Consultation]:
    subject = AskedAbout(
        question.employer.company_id,
        question.employee.inss if question.employee else None,
        question.calendar_year,
        question.to_json(),
    )
    yield from consultations(question.kind, answer, subject, at, held)


def raw_files(records: Records, since: datetime) -> Iterator[Path]:
    """The raw files of every answer that came at `since` (aware) or later."""
    for row in records.ledger.answer_files():
        if row.file.environment is records.environment and row.file.received_at >= since:
            path = records.outbox.kept_file(row.file.kept_path)
            if path.is_file():
                yield path
