"""The individual training account of each worker, from the ledger and the personnel file.

What the platform is known to hold (declarations that it accepted or told), the credit that follows
from it, and what the platform said of the credit itself. The ledger knows no names, addresses, work
regimes or growth paths: those come from a personnel file, and what it lacks is listed (7, Where the
law stands).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.account.account import Account
from fla_batch.account.credit_forecast import forecast_json
from fla_batch.account.ledger_account import account_of
from fla_batch.account.ledger_history import declaration_of
from fla_batch.account.remaining_credit import Forecast
from fla_batch.intake.personnel_file import PERSONAL, PersonnelFile
from fla_batch.models import Declaration, Training, TrainingRightsDeclaration
from fla_batch.vocabulary.fla_windows import USUAL_WINDOWS, FlaWindows
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightType

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.ledger.worker_records import WorkerRecord
    from fla_batch.vocabulary.terms import Environment

_COMMITTEE = "committee"


class Chosen(NamedTuple):
    """Which accounts, and which years of them: all, where nothing is named."""

    company_ids: Collection[str] = ()
    workers: Collection[str] = ()
    years: Collection[int] = ()

    def has(self, company_id: str, inss: str) -> bool:
        """True for an account that is wanted."""
        return (not self.company_ids or company_id in self.company_ids) and (
            not self.workers or inss in self.workers
        )

    def has_year(self, year: int) -> bool:
        """True for a year that is wanted."""
        return not self.years or year in self.years


EVERYBODY = Chosen()


@dataclass(frozen=True, slots=True)
class Held:
    """A declaration in force, and since when."""

    declaration: Declaration
    accepted_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrainingAccount:
    """All that is known of one worker at one employer; `held` in the order of years.

    `told_credit` is the last credit that the platform told, in the REST manual's shape. `person`
    is what the personnel file says (PERSONAL).
    """

    account: Account
    held: tuple[Held, ...]
    credit: Forecast
    told_credit: dict[str, Any] | None = None
    person: dict[str, str] = field(default_factory=dict)
    chosen: Chosen = EVERYBODY

    @property
    def company_id(self) -> str:
        """The employer."""
        return self.account.company_id

    @property
    def inss(self) -> str:
        """The worker."""
        return self.account.inss

    @property
    def years(self) -> list[int]:
        """The years of which something is known, and that are wanted."""
        return [year for year in sorted(self.account.years) if self.chosen.has_year(year)]

    @property
    def personal(self) -> dict[str, str]:
        """The personnel file's words; the joint committees of the rights where it has none."""
        committees = self.person.get(_COMMITTEE) or ", ".join(self._committees())
        return {**self.person, **({_COMMITTEE: committees} if committees else {})}

    @property
    def missing(self) -> list[str]:
        """What of PERSONAL nobody knows."""
        return [name for name in PERSONAL if not self.personal.get(name)]

    def to_validate(self, year: int) -> Iterator[Training]:
        """Providers' trainings of a year that no declaration holds yet."""
        for training in self.account.trainings(year):
            if training.processing_state == ProcessingState.TO_VALIDATE:
                yield training

    def to_json(self) -> dict[str, Any]:
        """Bodies in the REST manual's shape; hours and days in hundredths as there."""
        return {
            "companyId": self.company_id,
            "inss": self.inss,
            "person": self.personal,
            "missing": self.missing,
            "rights": [_held_json(each) for each in self.held if is_rights(each)],
            "trainings": [_held_json(each) for each in self.held if not is_rights(each)],
            "rightsInForce": [
                {"calendarYear": year} | self.account.of(year).rights_in_force.to_json()
                for year in self.years
            ],
            "toValidate": [
                {"calendarYear": year} | training.to_json()
                for year in self.years
                for training in self.to_validate(year)
            ],
            "credit": forecast_json(self.credit),
            "toldCredit": self.told_credit,
        }

    def _committees(self) -> list[str]:
        """The joint committees of the latest year with a right."""
        for year in sorted(self.account.years, reverse=True):
            rights = self.account.of(year).rights_in_force
            found: list[str] = []
            for right in chain.from_iterable(map(rights.of, RightType)):
                number = right.joint_commission_nbr or ()
                found += (number,) if isinstance(number, str) else number
            if any(found):
                return [each for each in dict.fromkeys(found) if each]
        return []


def training_accounts(
    ledger: Ledger,
    environment: Environment,
    at: datetime,
    *,
    chosen: Chosen = EVERYBODY,
    people: PersonnelFile | None = None,
    windows: FlaWindows = USUAL_WINDOWS,
) -> Iterator[TrainingAccount]:
    """One account per employer and worker, in their order; the credit at `at` (Belgian time).

    Memory holds the keys of all declarations, never their content. Raises LedgerTrouble.
    """
    keys = {(key.company_id, key.inss) for key in ledger.held_keys(environment)}
    keys |= set(ledger.told_workers(environment))
    workers = sorted(key for key in keys if chosen.has(*key))
    for record in ledger.worker_records(environment, workers):
        account = account_of(record)
        yield TrainingAccount(
            account,
            tuple(_held(record, chosen)),
            account.credit(at, windows=windows),
            _told_credit(record),
            people.find(record.company_id, record.inss) if people else {},
            chosen,
        )


def is_rights(held: Held) -> bool:
    """True for a photo of rights, False for one of trainings."""
    return isinstance(held.declaration, TrainingRightsDeclaration)


def _held(record: WorkerRecord, chosen: Chosen) -> Iterator[Held]:
    for (year, kind), photo in sorted(record.photos.items()):
        if chosen.has_year(year):
            yield Held(declaration_of(kind, photo.body), photo.accepted_at, photo.body)


def _told_credit(record: WorkerRecord) -> dict[str, Any] | None:
    credits_told = [row.body for row in record.told if row.kind is FormKind.ASK_CREDIT]
    return credits_told[-1] if credits_told else None


def _held_json(held: Held) -> dict[str, Any]:
    return {
        "calendarYear": held.declaration.calendar_year,
        "inForceSince": held.accepted_at.isoformat(),
        "declaration": held.body,
    }
