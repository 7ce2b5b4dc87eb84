"""The register of trainings that providers entered and employers may validate (3.2, 3.5).

A training stands to validate as long as no photo in force carries its TrainingProviderReference
(`account.Account.trainings`); with employers of fewer than 10 workers it validates itself, which
is kept here. It counts on the credit only once declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Row

from fla_batch.account.merge_provider_trainings import number_of
from fla_batch.models import DeclarationKey, Training, TrainingsDeclaration
from fla_batch.models.employer import SMALL_EMPLOYERS
from fla_batch.sandbox import platform_findings as remarks
from fla_batch.sandbox.accounts import Accounts, AccountYear
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import ProcessingState


class Register:
    """The register in `store`; sizes of employers come from `accounts`."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts

    def add(self, account: AccountYear, training: Training) -> None:
        """Take up a training that a provider registers, with its TrainingProviderReference.

        It stands to validate; with an employer of fewer than 10 workers it is validated at once.
        Raises UsageMistake when the reference is missing or was registered before.
        """
        number = _number(training)
        if not number:
            raise UsageMistake("a provider's training needs its TrainingProviderReference")
        with self._store.transaction():
            if self._row(number) is not None:
                raise UsageMistake("a provider's training with that reference is registered")
            self._store.execute(
                "insert into provider_training (provider_training_id, company_id, inss, "
                "calendar_year, body, state) values (?, ?, ?, ?, ?, ?)",
                (
                    number,
                    *account,
                    training.model_dump_json(exclude_none=True),
                    ProcessingState.TO_VALIDATE.value,
                ),
            )
            self.validate_small_employer(account.company_id)

    def knows(self, training: Training) -> bool:
        """True when a training with the same reference is registered."""
        return self._row(_number(training)) is not None

    def unknown_in(self, declaration: TrainingsDeclaration) -> Iterator[Anomaly]:
        """A warning for each reference that no provider registered for that worker."""
        key = declaration.key
        for index, training in enumerate(declaration.trainings):
            if training.training_provider_reference is None:
                continue
            row = self._row(_number(training))
            if row is None or not _is_same(row, key, training):
                yield remarks.unknown_reference(key, index, training.training_provider_reference)

    def validate_small_employer(self, company_id: str) -> None:
        """Validate all trainings of an employer that is known to have fewer than 10 workers."""
        if self._accounts.importance_code(company_id) in SMALL_EMPLOYERS:
            self._store.execute(
                "update provider_training set state = ? where company_id = ?",
                (ProcessingState.VALIDATED.value, company_id),
            )

    def _row(self, number: str) -> Row | None:
        return self._store.row(
            "select id, company_id, inss, body from provider_training "
            "where provider_training_id = ?",
            (number,),
        )


def _number(training: Training) -> str:
    return number_of(training.training_provider_reference)


def _is_same(row: Row, key: DeclarationKey, training: Training) -> bool:
    """True when the row was registered for that worker, and by the provider that is named."""
    there = Training.model_validate_json(row["body"]).training_provider_reference
    named = training.training_provider_reference
    return (
        (row["company_id"], row["inss"]) == (key.company_id, key.inss)
        and there is not None
        and named is not None
        and there.training_provider_company_id == named.training_provider_company_id
    )
