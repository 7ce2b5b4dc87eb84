"""The platform behind the gateway: judges each form, keeps the accounts, counts the credit.

Declarations are judged by the rules of this project, and by what only the platform knows: its
directory, its accounts. Source: REST manual 3.1 to 3.4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from fla_batch.account.remaining_credit import Forecast
from fla_batch.message import Reading
from fla_batch.models import (
    Declaration,
    Employee,
    Employer,
    Entry,
    LegalFlaRight,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.form import Answer, Form
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext, check
from fla_batch.sandbox import platform_findings as remarks
from fla_batch.sandbox.accounts import Accounts, AccountYear
from fla_batch.sandbox.consulting import QuestionAnswers
from fla_batch.sandbox.register import Register
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.belgian_time import belgian, belgian_date
from fla_batch.vocabulary.findings import Anomaly, blocking
from fla_batch.vocabulary.fla_windows import FlaWindows
from fla_batch.vocabulary.identifiers import is_valid_company_id
from fla_batch.vocabulary.terms import AnomalyClass, RightSource

ABSENT_EMPLOYERS = frozenset({"0999999922", "0888888895"})
"""Valid numbers that the sandbox does not know, to practise with (decision 0604)."""


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """The verdict on a form. `credit` comes with an accepted declaration, `answer` with an
    accepted question; both are None when the form is refused.
    """

    anomalies: tuple[Anomaly, ...] = ()
    credit: FlaCreditCalculation | None = None
    answer: Answer | None = None

    @property
    def accepted(self) -> bool:
        """True unless an anomaly blocks; the others are warnings (REST manual 3.4)."""
        return not blocking(self.anomalies)


class Platform:
    """Accounts and register of one sandbox, kept in `store`.

    Its directory of employers holds every valid number but those that are `absent`.
    `window_start_year` is the first year of an FLA window of five years.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        absent: Collection[str] = ABSENT_EMPLOYERS,
        window_start_year: int = 2024,
    ) -> None:
        self.store = store or Store()
        self.accounts = Accounts(self.store)
        self.register = Register(self.store, self.accounts)
        self._absent = absent
        self._windows = FlaWindows(window_start_year)

    def prefill(self, account: AccountYear, right: LegalFlaRight, *, on: date) -> bool:
        """Pre-fill the legal right that the platform computed, as from 2025 it does.

        False, and nothing is done, once the employer declares it himself for that worker and
        year (REST manual 3.3.3.2 F). Without an end of validity the right ends with its window.
        """
        told = right.legal_fla_right_validity_end_date
        end = self._windows.validity_end(account.calendar_year, told)
        computed = {
            "source": RightSource.FLA.value,
            "legal_fla_right_validity_end_date": end or told,
        }
        return self.accounts.prefill(account, right.model_copy(update=computed), on=on)

    def judge(
        self, form: Form, reading: Reading, *, at: datetime, source: RightSource
    ) -> FormOutcome:
        """The verdict on one form, received at `at` (aware); accepted declarations are kept."""
        today = belgian_date(at)
        anomalies = list(self._employer_anomalies(form.body.employer))
        if isinstance(form.body, Question):
            return self._answered(form.body, anomalies, at)
        return self._declared(form.body, reading, anomalies, at, today, source)

    def _declared(
        self,
        declaration: Declaration,
        reading: Reading,
        anomalies: list[Anomaly],
        at: datetime,
        today: date,
        source: RightSource,
    ) -> FormOutcome:
        entry = Entry(declaration, unreadable=frozenset(reading.unreadable))
        anomalies += self._rule_anomalies(entry, today)
        if blocking(anomalies):
            return FormOutcome(tuple(anomalies))
        anomalies += self._account_anomalies(declaration)
        if blocking(anomalies):
            return FormOutcome(tuple(anomalies))
        with self.store.transaction():
            self.accounts.accept(declaration, on=today, source=source)
            if isinstance(declaration, TrainingsDeclaration):
                anomalies += self.register.unknown_in(declaration)
            self.register.validate_small_employer(declaration.key.company_id)
        found = self.counted(
            declaration.employer, declaration.employee, at=at, with_end=_names_provider(declaration)
        )
        anomalies += remarks.beyond_bounds(declaration.key, found.beyond_bounds)
        return FormOutcome(tuple(anomalies), credit=found.credit)

    def counted(
        self, employer: Employer, employee: Employee, *, at: datetime, with_end: bool
    ) -> Forecast:
        """The credit at `at` (aware). `with_end`: with the end of validity of the legal credit,
        provided that the platform keeps the legal right (REST manual 3.3.5.2).
        """
        account = self.accounts.account(employer.company_id or "", employee.inss or "")
        return account.credit(
            belgian(at).replace(tzinfo=None),
            employer=employer,
            employee=employee,
            windows=self._windows,
            with_end=with_end,
        )

    def _answered(self, question: Question, anomalies: list[Anomaly], at: datetime) -> FormOutcome:
        anomalies += remarks.of_question(question)
        if blocking(anomalies):
            return FormOutcome(tuple(anomalies))
        answer = QuestionAnswers(self).answer(question, at=at)
        return FormOutcome(tuple(anomalies), answer=answer)

    def _employer_anomalies(self, employer: Employer) -> Iterator[Anomaly]:
        company_id = employer.company_id or ""
        # Wrong check digits are told by the rules, as themselves.
        if is_valid_company_id(company_id) and company_id in self._absent:
            yield remarks.not_in_directory(company_id)

    def _rule_anomalies(self, entry: Entry, today: date) -> Iterator[Anomaly]:
        yield from remarks.unreadable(entry)
        context = RuleContext(today=today, window_start_year=self._windows.start_year)
        for anomaly in check(entry, context):
            # What only informs is this tool's advice, which the platform does not give.
            if anomaly.anomaly_class in (AnomalyClass.BLOCKING, AnomalyClass.WARNING):
                yield anomaly

    def _account_anomalies(self, declaration: Declaration) -> Iterator[Anomaly]:
        if not isinstance(declaration, TrainingRightsDeclaration):
            return
        key = declaration.key
        legal = declaration.training_rights.legal_fla_right
        if legal is None and self.accounts.had_legal_right(key):
            yield remarks.legal_must_stay(key)
        before = self.accounts.last_accepted(key)
        if before is not None and before.declaration == declaration:
            yield remarks.already_declared(key)


def _names_provider(declaration: Declaration) -> bool:
    return isinstance(declaration, TrainingsDeclaration) and any(
        training.training_provider_reference is not None for training in declaration.trainings
    )
