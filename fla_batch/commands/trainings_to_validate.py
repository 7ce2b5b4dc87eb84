"""What stands to validate by the platform's last answers, and choosing from it.

The photo to merge in is the platform's own, from the same answer as the trainings to validate:
of all answers only that one holds everything with its references. Decision 0904.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fla_batch.account.ledger_history import declaration_of
from fla_batch.account.merge_provider_trainings import merged, name_of, number_of
from fla_batch.answers.consultation_answers import declared_trainings
from fla_batch.ledger.lifecycle import ACCEPTED_FORM_STATES, FINAL_FORM_STATES, OPEN_BATCH_STATES
from fla_batch.ledger.records import ConsultationRow
from fla_batch.models import (
    DeclarationKey,
    Employee,
    Employer,
    Training,
    TrainingsDeclaration,
)
from fla_batch.models.form import Answer
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss, mask_inss
from fla_batch.vocabulary.terms import FormKind, ProcessingState

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerTools, Records

ASK_FIRST = (
    "Ask for everything of that worker and year: fla-batch ask trainings --company-id NUMBER "
    "--inss NUMBER --year YEAR --processing-state all --watch 60"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Trainings of one worker and year that stand to validate, and the photo to merge them in."""

    key: DeclarationKey
    photo: TrainingsDeclaration
    trainings: tuple[Training, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A declaration to send, and those of its trainings that this validates."""

    declaration: TrainingsDeclaration
    trainings: tuple[Training, ...]

    def to_json(self) -> dict[str, Any]:
        """One row of `trainings validate --json`."""
        key = self.declaration.key
        references = (training.training_provider_reference for training in self.trainings)
        return {
            "company_id": key.company_id,
            "inss": key.inss,
            "calendar_year": key.calendar_year,
            "provider_training_ids": [number_of(reference) for reference in references],
        }


def chosen(
    workspace: AnswerTools,
    company_id: str,
    inss: Sequence[str] = (),
    years: Sequence[int] = (),
    numbers: Sequence[str] = (),
) -> list[Choice]:
    """The declarations that validate trainings: of all workers, years and ids, or of those named.

    Raises UsageMistake when nothing fits, when an id is not among them, and as `offers`.
    """
    wanted = {number.lower() for number in numbers}
    workers = {compact_inss(number) for number in inss}
    choices = []
    for offer in offers(workspace, compact_company_id(company_id)):
        if (workers and offer.key.inss not in workers) or (
            years and offer.key.calendar_year not in years
        ):
            continue
        trainings = tuple(
            training
            for training in offer.trainings
            if not numbers or number_of(training.training_provider_reference) in wanted
        )
        if trainings:
            declared = _last_declared(workspace, offer.key)
            choices.append(Choice(merged(offer.photo, trainings, declared), trainings))
    found = {
        number_of(training.training_provider_reference)
        for choice in choices
        for training in choice.trainings
    }
    if wanted - found:
        raise UsageMistake(
            f"{min(wanted - found)} does not stand to validate by the last answers",
            hint=ASK_FIRST,
        )
    if not choices:
        raise UsageMistake("nothing stands to validate by the last answers", hint=ASK_FIRST)
    return choices


def offers(workspace: Records, company_id: str) -> list[Offer]:
    """What stands to validate by the last answers to `ask trainings --processing-state all`.

    Raises UsageMistake when such an answer is out of date: something of that worker and year was
    declared after it.
    """
    found = []
    unanswered = _unanswered(workspace)
    for row in _last_answers(workspace, company_id):
        answer = Answer.model_validate(row.body, strict=False)
        waiting = tuple(
            training
            for training in answer.trainings
            if training.processing_state == ProcessingState.TO_VALIDATE
            and training.training_provider_reference is not None
        )
        if waiting:
            photo = _photo(answer, row)
            _require_current(workspace, photo, row, unanswered)
            found.append(Offer(photo.key, photo, waiting))
    return found


def _last_declared(workspace: AnswerTools, key: DeclarationKey) -> TrainingsDeclaration | None:
    """The last declaration of ours that was accepted: only there do the numbers stand."""
    identification = workspace.profile.identifications[key.kind]
    found = workspace.ledger.forms_by_subject(
        workspace.environment, key.company_id, key.inss, key.calendar_year, identification
    )
    for each in reversed(found):
        form = workspace.ledger.form(each.key)
        if form is not None and form.state in ACCEPTED_FORM_STATES:
            declared = declaration_of(key.kind, form.body)
            return declared if isinstance(declared, TrainingsDeclaration) else None
    return None


def _last_answers(workspace: Records, company_id: str) -> list[ConsultationRow]:
    last: dict[tuple[str | None, int | None], ConsultationRow] = {}
    ledger = workspace.ledger
    for row in ledger.consultations(workspace.environment, FormKind.ASK_TRAININGS, company_id):
        if (row.asked or {}).get("processingState") == ProcessingState.ALL:
            last[row.inss, row.calendar_year] = row
    return list(last.values())


def _photo(answer: Answer, row: ConsultationRow) -> TrainingsDeclaration:
    """What the answer amounts to, about whom and when it was asked."""
    employer, employee = answer.employer or Employer(), answer.employee or Employee()
    return TrainingsDeclaration(
        employer=employer.model_copy(update={"company_id": row.company_id}),
        employee=employee.model_copy(update={"inss": row.inss}),
        calendar_year=row.calendar_year,
        trainings=declared_trainings(answer.trainings),
    )


def _unanswered(workspace: Records) -> dict[DeclarationKey, BatchName]:
    """Declarations of trainings that the platform has not judged yet."""
    ledger = workspace.ledger
    return {
        form.key: batch.name
        for batch in ledger.batches(workspace.environment, OPEN_BATCH_STATES)
        for form in ledger.form_lines(batch.name)
        if form.kind is FormKind.TRAININGS and form.state not in FINAL_FORM_STATES
    }


def _require_current(
    workspace: Records,
    photo: TrainingsDeclaration,
    row: ConsultationRow,
    unanswered: Mapping[DeclarationKey, BatchName],
) -> None:
    who = f"worker {mask_inss(photo.key.inss)}, {photo.calendar_year}"
    if photo.key in unanswered:
        raise UsageMistake(
            f"{who}: {unanswered[photo.key]} holds a declaration that is not answered yet",
            hint="Fetch its answer with `fla-batch poll`, and ask again.",
        )
    last = workspace.ledger.last_accepted(photo.key, workspace.environment)
    if last is not None and last.accepted_at > row.told_at:
        newer = declaration_of(photo.key.kind, last.body)
        if not isinstance(newer, TrainingsDeclaration) or _names(newer) != _names(photo):
            raise UsageMistake(f"{who}: something was declared after that answer", hint=ASK_FIRST)


def _names(declaration: TrainingsDeclaration) -> list[object]:
    return sorted((name_of(training) for training in declaration.trainings), key=str)
