"""The store's accounts: what the platform knows of (employer, worker, year), as one `Account`.

A photo replaces the one before it, which is kept as inactive (REST manual 3.3.1). Rights that
the platform itself computed count until the employer declares the legal right (3.3.3.2 F).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from fla_batch.account.account import Account, YearState
from fla_batch.account.rights_in_force import of_type
from fla_batch.models import (
    DECLARATIONS,
    Declaration,
    DeclarationKey,
    LegalFlaRight,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
)
from fla_batch.rules import Accepted
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightSource, RightType

_ACTIVE_PHOTO = (
    "select body, source, accepted_on from photo "
    "where company_id = ? and inss = ? and calendar_year = ? and kind = ? and active = 1"
)
_RETIRE_PHOTO = (
    "update photo set active = 0 "
    "where company_id = ? and inss = ? and calendar_year = ? and kind = ?"
)
_PHOTO_WITH_LEGAL = (
    "select 1 from photo "
    "where company_id = ? and inss = ? and calendar_year = ? and carries_legal = 1"
)
_ACTIVE_PHOTOS = (
    "select calendar_year, kind, body, source from photo "
    "where company_id = ? and inss = ? and active = 1"
)
_TOOK_OVER = (
    "select distinct calendar_year from photo "
    "where company_id = ? and inss = ? and carries_legal = 1"
)
_PREFILLED = "select calendar_year, body from prefilled_right where company_id = ? and inss = ?"
_REGISTERED = (
    "select calendar_year, provider_training_id, body, state from provider_training "
    "where company_id = ? and inss = ? order by id"
)
_WITH_TRAININGS = (
    "select inss, calendar_year, 0 as source, id from provider_training where company_id = ? "
    "union all select inss, calendar_year, 1, id from photo "
    "where company_id = ? and kind = 'trainings' and active = 1 order by source, id"
)


class AccountYear(NamedTuple):
    """One worker's account with one employer, for one year."""

    company_id: str
    inss: str
    calendar_year: int


class Accounts:
    """The accounts in `store`. Also answers the rules' questions about history."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def may_hold(self, key: DeclarationKey) -> bool:
        """See `rules.PlatformHistory`: whether there is something for `key`."""
        return self.last_accepted(key) is not None or self.had_legal_right(key)

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        """The photo in force, and the day on which it was accepted."""
        row = self._store.row(_ACTIVE_PHOTO, _of(key))
        if row is None:
            return None
        return Accepted(_declaration(key.kind, row["body"]), date.fromisoformat(row["accepted_on"]))

    def had_legal_right(self, key: DeclarationKey | AccountYear) -> bool:
        """True once a declaration of the employer carried the legal right, also with 0."""
        return self._store.row(_PHOTO_WITH_LEGAL, key[:3]) is not None

    def accept(self, declaration: Declaration, *, on: date, source: RightSource) -> None:
        """Make `declaration` the photo in force; the one before stays, inactive."""
        key = declaration.key
        account = AccountYear(*key[:3])
        before, carries_legal = None, False
        if isinstance(declaration, TrainingRightsDeclaration):
            before = self._rights_in_force(account)
            carries_legal = declaration.training_rights.legal_fla_right is not None
        with self._store.transaction():
            self._store.execute(_RETIRE_PHOTO, _of(key))
            self._store.execute(
                "insert into photo (company_id, inss, calendar_year, kind, body, source, "
                "carries_legal, accepted_on, active) values (?, ?, ?, ?, ?, ?, ?, ?, 1)",
                (*_of(key), _body(declaration), source.value, carries_legal, on.isoformat()),
            )
            self._note_size(declaration)
            if before is not None:
                self._note_changes(account, before, on)

    def prefill(self, account: AccountYear, right: LegalFlaRight, *, on: date) -> bool:
        """Set the legal right that the platform computed. False, and nothing is done, when the
        employer declares that worker's legal right himself for that year.
        """
        if self.had_legal_right(account):
            return False
        before = self._rights_in_force(account)
        with self._store.transaction():
            self._store.execute(
                "insert or replace into prefilled_right values (?, ?, ?, ?)",
                (*account, right.model_dump_json(exclude_none=True)),
            )
            self._note_changes(account, before, on)
        return True

    def account(self, company_id: str, inss: str) -> Account:
        """All that the platform knows of one worker with one employer."""
        worker = (company_id, inss)
        years: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        for row in self._store.rows(_ACTIVE_PHOTOS, worker):
            kind = FormKind(row["kind"])
            zones = years[row["calendar_year"]]
            if kind is FormKind.TRAINING_RIGHTS:
                zones |= {"rights": _declaration(kind, row["body"]), "rights_source": row["source"]}
            else:
                zones["trainings"] = _declaration(kind, row["body"])
        for row in self._store.rows(_TOOK_OVER, worker):
            years[row["calendar_year"]]["taken_over"] = True
        for row in self._store.rows(_PREFILLED, worker):
            legal = LegalFlaRight.model_validate_json(row["body"])
            years[row["calendar_year"]]["computed"] = legal
        for row in self._store.rows(_REGISTERED, worker):
            zones = years[row["calendar_year"]]
            training = Training.model_validate_json(row["body"])
            zones["registered"] = (*zones.get("registered", ()), training)
            if row["state"] == ProcessingState.VALIDATED:
                alone = {row["provider_training_id"]}
                zones["self_validated"] = zones.get("self_validated", frozenset()) | alone
        states = {year: YearState(**zones) for year, zones in years.items()}
        return Account(company_id, inss, states)

    def worker_years(self, company_id: str) -> list[AccountYear]:
        """Workers and years of an employer: with providers' trainings first, then as declared."""
        rows = self._store.rows(_WITH_TRAININGS, (company_id, company_id))
        once = dict.fromkeys((row["inss"], row["calendar_year"]) for row in rows)
        return [AccountYear(company_id, inss, year) for inss, year in once]

    def changed_since(
        self, company_id: str, day: date, year: int | None, right_type: str | None
    ) -> list[AccountYear]:
        """Accounts whose rights changed on `day` or later, in the order of their first change."""
        rows = self._store.rows(
            "select inss, calendar_year, min(id) as first from right_change "
            "where company_id = ? and changed_on >= ? and calendar_year = ifnull(?, calendar_year) "
            "and right_type = ifnull(?, right_type) group by inss, calendar_year order by first",
            (company_id, day.isoformat(), year, right_type),
        )
        return [AccountYear(company_id, row["inss"], row["calendar_year"]) for row in rows]

    def importance_code(self, company_id: str) -> int | None:
        """The employer's size as last declared; None when it never was."""
        row = self._store.row(
            "select importance_code from employer where company_id = ?", (company_id,)
        )
        return row["importance_code"] if row else None

    def set_importance_code(self, company_id: str, code: int) -> None:
        """Note the employer's size, 1 to 9."""
        self._store.execute("insert or replace into employer values (?, ?)", (company_id, code))

    def _rights_in_force(self, account: AccountYear) -> TrainingRights:
        found = self.account(account.company_id, account.inss)
        return found.of(account.calendar_year).rights_in_force

    def _note_size(self, declaration: Declaration) -> None:
        code = declaration.employer.fla_importance_code
        if code is not None:
            self.set_importance_code(declaration.key.company_id, code)

    def _note_changes(self, account: AccountYear, before: TrainingRights, on: date) -> None:
        after = self._rights_in_force(account)
        for right_type in RightType:
            if of_type(before, right_type) != of_type(after, right_type):
                self._store.execute(
                    "insert into right_change (company_id, inss, calendar_year, right_type, "
                    "changed_on) values (?, ?, ?, ?, ?)",
                    (*account, right_type.value, on.isoformat()),
                )


def _of(key: DeclarationKey) -> tuple[str, str, int, str]:
    return (key.company_id, key.inss, key.calendar_year, key.kind.value)


def _body(declaration: Declaration) -> str:
    return declaration.model_dump_json(exclude_none=True)


def _declaration(kind: FormKind, body: str) -> Declaration:
    return DECLARATIONS[kind].model_validate_json(body)
