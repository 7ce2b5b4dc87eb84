"""Answers to the questions FLA101 to FLA105 (REST manual 3.3.3.3, 3.3.4.3, 3.3.5 to 3.3.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from fla_batch.account.account import Account
from fla_batch.account.rights_in_force import of_type, without_read_only
from fla_batch.models import Declaration, Employee, Training, TrainingRights
from fla_batch.models.form import Answer, EmployeeYear
from fla_batch.models.question import Question
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

if TYPE_CHECKING:
    from fla_batch.sandbox.platform import Platform


class QuestionAnswers:
    """Answers questions from the accounts of `platform`; it changes nothing."""

    def __init__(self, platform: Platform) -> None:
        self._accounts = platform.accounts
        self._counted = platform.counted
        self._answers: dict[FormKind, Callable[[Question, datetime], Answer]] = {
            FormKind.ASK_CREDIT: self._credit_of_worker,
            FormKind.ASK_RIGHTS: self._rights,
            FormKind.ASK_TRAININGS: self._trainings,
            FormKind.ASK_TO_VALIDATE: self._to_validate,
            FormKind.ASK_CHANGED_RIGHTS: self._changed_rights,
        }

    def answer(self, question: Question, *, at: datetime) -> Answer:
        """The blocks that `question`, which has no anomaly, asks for at `at` (aware)."""
        return self._answers[question.kind](question, at)

    def _credit_of_worker(self, question: Question, at: datetime) -> Answer:
        employee = question.employee or Employee()
        return Answer(
            employer=question.employer,
            employee=employee,
            fla_credit_calculation=self._counted(
                question.employer, employee, at=at, with_end=True
            ).credit,
        )

    def _rights(self, question: Question, at: datetime) -> Answer:
        state = self._account(question).of(question.calendar_year)
        rights = state.rights_in_force
        if question.right_type is None:
            rights = without_read_only(rights)
        else:
            rights = of_type(rights, RightType(question.right_type))
        return self._of_account(
            question,
            state.rights,
            at,
            training_rights=None if rights == TrainingRights() else rights,
        )

    def _trainings(self, question: Question, at: datetime) -> Answer:
        account = self._account(question)
        year = question.calendar_year or 0
        state = ProcessingState(question.processing_state or ProcessingState.VALIDATED)
        found = [each for each in account.trainings(year) if _has(each, state)]
        # The sequence number belongs to a declaration: the manual's answers have none (3.3.4.3 D).
        left_out = ["training_sequence_nbr"]
        if question.processing_state is None:
            left_out += ["training_provider_reference", "processing_state"]
        shown = (each.model_copy(update=dict.fromkeys(left_out)) for each in found)
        photo = account.of(year).trainings
        return self._of_account(question, photo, at, trainings=tuple(shown))

    def _of_account(
        self,
        question: Question,
        photo: Declaration | None,
        at: datetime,
        *,
        training_rights: TrainingRights | None = None,
        trainings: tuple[Training, ...] = (),
    ) -> Answer:
        """With employer and worker as they were declared, and the credit (3.1, 3.3.5.2)."""
        employer = photo.employer if photo else question.employer
        if employer.fla_importance_code is None:
            code = self._accounts.importance_code(employer.company_id or "")
            employer = employer.model_copy(update={"fla_importance_code": code})
        employee = photo.employee if photo else question.employee or Employee()
        asks_more = question.right_type is not None or question.processing_state is not None
        counted = self._counted(employer, employee, at=at, with_end=asks_more)
        return Answer(
            employer=employer,
            employee=employee,
            calendar_year=question.calendar_year,
            training_rights=training_rights,
            trainings=trainings,
            fla_credit_calculation=counted.credit,
        )

    def _account(self, question: Question) -> Account:
        inss = question.employee.inss if question.employee else None
        return self._accounts.account(question.employer.company_id or "", inss or "")

    def _to_validate(self, question: Question, at: datetime) -> Answer:  # noqa: ARG002
        state = ProcessingState(question.processing_state or ProcessingState.TO_VALIDATE)
        company_id = question.employer.company_id or ""
        asked = [
            each
            for each in self._accounts.worker_years(company_id)
            if question.calendar_year in (None, each.calendar_year)
        ]
        known = {each.inss: self._accounts.account(company_id, each.inss) for each in asked}
        return _listed(
            question,
            (
                each
                for each in asked
                if any(
                    _has(training, state) and _fits(training, question)
                    for training in known[each.inss].trainings(each.calendar_year)
                )
            ),
        )

    def _changed_rights(self, question: Question, at: datetime) -> Answer:  # noqa: ARG002
        accounts = self._accounts.changed_since(
            question.employer.company_id or "",
            question.modified_from_date or date.min,
            question.calendar_year,
            question.right_type,
        )
        return _listed(question, accounts)


def _listed(question: Question, accounts: Iterable[AccountYear]) -> Answer:
    """Each worker and year once, in the order of their first appearance."""
    once = dict.fromkeys((account.inss, account.calendar_year) for account in accounts)
    return Answer(
        employer=question.employer,
        employee_year=tuple(EmployeeYear(inss=inss, calendar_year=year) for inss, year in once),
    )


def _has(training: Training, state: ProcessingState) -> bool:
    return state is ProcessingState.ALL or training.processing_state == state


def _fits(training: Training, question: Question) -> bool:
    start, end = training.training_first_start_date, training.training_last_end_date
    first, last = question.from_training_first_start_date, question.to_training_last_end_date
    return (first is None or (start is not None and start >= first)) and (
        last is None or (end is not None and end <= last)
    )
