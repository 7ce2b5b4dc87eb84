"""Questions that were sent, and answers of the platform to them, as files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fla_batch.answers.answer_changes import Interpreter
from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.records import Acceptance, AnswerFile, BatchRecord, Change, FormRecord
from fla_batch.message import MessageWriter, load
from fla_batch.models import Employee, Employer
from fla_batch.models.form import Answer, AnswerForm, FormHeader, HandledOriginalForm
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import Environment, FormKind
from tests.builders import answer_shape
from tests.ledger.builders import COMPANY, DAY, SENDING_EVENTS, WORKER, S, batch_name

NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
WRITTEN_AT = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
EMPLOYER = Employer(company_id=COMPANY)
EMPLOYEE = Employee(inss=WORKER)
PROFILE = load("fla-20250131")


def question(kind: FormKind, **zones: Any) -> Question:
    about_worker = kind not in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS)
    employee = EMPLOYEE if about_worker else None
    return Question(question=kind, **{"employer": EMPLOYER, "employee": employee, **zones})


def told(**zones: Any) -> Answer:
    """What the platform says of the worker in 2024."""
    return Answer(**{"employer": EMPLOYER, "employee": EMPLOYEE, "calendar_year": 2024, **zones})


@dataclass
class Desk:
    """A ledger with one batch of questions, and the interpreter of what comes back."""

    folder: Path
    ledger: Ledger
    asked: list[Question] = field(default_factory=list)
    answered: int = 0
    spoil: tuple[bytes, bytes] = (b"", b"")

    def ask(self, *questions: Question) -> None:
        self.asked = list(questions)
        name = batch_name()
        self.ledger.record_batch(
            BatchRecord(name, "fla-20250131", "1", 1, f"S/{name}", NOW),
            [self._record(index) for index in range(len(questions))],
        )
        for event in SENDING_EVENTS:
            self.ledger.append(name, event, NOW)

    def header(self, index: int) -> FormHeader:
        created = datetime(2025, 3, 1, 10, 0) + timedelta(milliseconds=index)  # noqa: DTZ001
        identification = PROFILE.identifications[self.asked[index].kind]
        return FormHeader.original(identification, created, f"ASKED{index:07d}")

    def form(self, index: int, answer: Answer, **changes: Any) -> AnswerForm:
        """The platform's form that answers question `index`."""
        asked = self.header(index)
        local = WRITTEN_AT.astimezone(ZoneInfo("Europe/Brussels"))
        values: dict[str, Any] = {
            "identification": PROFILE.answer_identifications[self.asked[index].kind],
            "form_creation_date": local.date(),
            "form_creation_hour": local.time().replace(tzinfo=None),
            "attestation_status": 0,
            "type_form": "RE",
            "reference": asked.reference,
            **changes,
        }
        handled = HandledOriginalForm(
            identification=asked.identification,
            form_creation_date=asked.form_creation_date,
            form_creation_hour=asked.form_creation_hour,
        )
        body = answer.model_copy(update={"handled_original_form": handled})
        return AnswerForm(header=FormHeader(**values), body=body)

    def arrive(self, *forms: AnswerForm) -> list[Change]:
        """The changes that a FLAAnswer brings, written to the ledger too."""
        content = b"".join(MessageWriter(answer_shape(PROFILE)).message(forms))
        return self.take(content.replace(*self.spoil) if self.spoil[0] else content)

    def take(self, content: bytes) -> list[Change]:
        """As `arrive`, for the bytes of a FLAAnswer."""
        self.answered += 1
        name = f"FO.FLAA.999999.20250301.{self.answered:05d}.S"
        path = self.folder / name
        path.write_bytes(content)
        interpreter = Interpreter(PROFILE, Sent(self.ledger))
        changes = list(interpreter.changes(path, Environment.SIMULATION, NOW))
        at = NOW + timedelta(hours=1)
        file = AnswerFile(name, path.stat().st_size, f"{self.answered:064d}", S, name, at)
        assert self.ledger.accept_answer(file, changes, at) is Acceptance.DONE
        return changes

    def state(self) -> BatchState:
        row = self.ledger.batch(batch_name())
        assert row is not None
        return row.state

    def _record(self, index: int) -> FormRecord:
        asked, header = self.asked[index], self.header(index)
        assert header.form_creation_hour is not None
        return FormRecord(
            reference_nbr=f"ASKED{index:07d}",
            part=1,
            position=index + 1,
            identification=header.identification or "",
            created_date=DAY,
            created_hour=header.form_creation_hour,
            kind=asked.kind,
            body=asked.to_json(),
            company_id=asked.employer.company_id,
            inss=asked.employee.inss if asked.employee else None,
            calendar_year=asked.calendar_year,
        )
