"""The register of trainings that providers entered and employers may validate (3.2, 3.5).

A training is validated when an annual declaration carries its TrainingProviderReference, and
at once for employers of fewer than 10 workers. It counts on the credit only once declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Row
from typing import NamedTuple

from fla_batch.models import DeclarationKey, Training, TrainingsDeclaration
from fla_batch.sandbox import platform_findings as remarks
from fla_batch.sandbox.accounts import Accounts, AccountYear
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import ProcessingState

_SMALL_EMPLOYERS = (1, 2)
"""FlaImportanceCode of fewer than 10 workers."""


class Registered(NamedTuple):
    """A training in the register; its `processing_state` is filled in."""

    account: AccountYear
    training: Training


class Register:
    """The register in `store`; sizes of employers come from `accounts`."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts

    def add(self, account: AccountYear, training: Training) -> None:
        """Take up a training. Raises UsageMistake: no reference, or one that is there already."""
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

    def validate(self, declaration: TrainingsDeclaration) -> Iterator[Anomaly]:
        """Validate what the declaration refers to; a warning for each unknown reference."""
        key = declaration.key
        for index, training in enumerate(declaration.trainings):
            if training.training_provider_reference is None:
                continue
            row = self._row(_number(training))
            if row is None or not _is_same(row, key, training):
                yield remarks.unknown_reference(key, index, training.training_provider_reference)
                continue
            self._store.execute(
                "update provider_training set state = ? where id = ?",
                (ProcessingState.VALIDATED.value, row["id"]),
            )

    def validate_small_employer(self, company_id: str) -> None:
        """Validate all trainings of an employer that is known to have fewer than 10 workers."""
        if self._accounts.importance_code(company_id) in _SMALL_EMPLOYERS:
            self._store.execute(
                "update provider_training set state = ? where company_id = ?",
                (ProcessingState.VALIDATED.value, company_id),
            )

    def of_employer(self, company_id: str) -> Iterator[Registered]:
        """The employer's trainings, in the order in which providers registered them."""
        rows = self._store.rows(
            "select inss, calendar_year, body, state from provider_training "
            "where company_id = ? order by id",
            (company_id,),
        )
        for row in rows:
            training = Training.model_validate_json(row["body"])
            yield Registered(
                AccountYear(company_id, row["inss"], row["calendar_year"]),
                training.model_copy(update={"processing_state": row["state"]}),
            )

    def _row(self, number: str) -> Row | None:
        return self._store.row(
            "select id, company_id, inss, body from provider_training "
            "where provider_training_id = ?",
            (number,),
        )


def _number(training: Training) -> str:
    """The provider's id of a training, in one spelling; empty when there is none."""
    reference = training.training_provider_reference
    return (reference.provider_training_id or "").lower() if reference else ""


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
