"""The individual training account of each worker, from the ledger.

What the platform is known to hold (declarations that it accepted or told) and the credit that
follows from it. The ledger knows no names, addresses, work regimes or growth paths: those are in
the personnel file, and the account leaves room for them (7, Where the law stands).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fla_batch.account.credit_forecast import forecast_json, forecasts
from fla_batch.account.ledger_history import declaration_of
from fla_batch.account.remaining_credit import Forecast
from fla_batch.models import Declaration, DeclarationKey, TrainingRightsDeclaration

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.vocabulary.terms import Environment


@dataclass(frozen=True, slots=True)
class Held:
    """A declaration in force, and since when."""

    declaration: Declaration
    accepted_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """All that the ledger knows of one worker at one employer; `held` in the order of years."""

    company_id: str
    inss: str
    held: tuple[Held, ...]
    credit: Forecast

    def to_json(self) -> dict[str, Any]:
        """Bodies in the REST manual's shape; hours and days in hundredths as there."""
        return {
            "companyId": self.company_id,
            "inss": self.inss,
            "rights": [_held_json(each) for each in self.held if is_rights(each)],
            "trainings": [_held_json(each) for each in self.held if not is_rights(each)],
            "credit": forecast_json(self.credit),
        }


def accounts(ledger: Ledger, environment: Environment, at: datetime) -> Iterator[Account]:
    """One account per employer and worker, in their order; the credit at `at` (Belgian time).

    Memory holds the keys of all declarations, never their content. Raises LedgerTrouble.
    """
    keys = sorted(set(ledger.held_keys(environment)))
    for (company_id, inss), theirs in groupby(keys, key=lambda key: key[:2]):
        held = tuple(_held(ledger, key, environment) for key in theirs)
        (credit,) = forecasts([each.declaration for each in held], at)
        yield Account(company_id, inss, held, credit)


def is_rights(held: Held) -> bool:
    """True for a photo of rights, False for one of trainings."""
    return isinstance(held.declaration, TrainingRightsDeclaration)


def _held(ledger: Ledger, key: DeclarationKey, environment: Environment) -> Held:
    photo = ledger.last_accepted(key, environment)
    assert photo is not None, "a held key has a photo"  # noqa: S101 - the ledger's promise
    return Held(declaration_of(key.kind, photo.body), photo.accepted_at, photo.body)


def _held_json(held: Held) -> dict[str, Any]:
    return {
        "calendarYear": held.declaration.calendar_year,
        "inForceSince": held.accepted_at.isoformat(),
        "declaration": held.body,
    }
