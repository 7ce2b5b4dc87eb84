"""Accounts: what the platform knows of (employer, worker, year), in the store.

A photo replaces the one before it, which is kept as inactive (REST manual 3.3.1). Rights that
the platform itself computed count until the employer declares the legal right (3.3.3.2 F).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from fla_batch.models import (
    DECLARATIONS,
    Declaration,
    DeclarationKey,
    LegalFlaRight,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.rules import Accepted
from fla_batch.sandbox.declared_rights import in_force, of_type
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.terms import FormKind, RightSource, RightType

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
_PREFILLED = (
    "select body from prefilled_right where company_id = ? and inss = ? and calendar_year = ?"
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
        """See `rules.History`: whether there is something for `key`."""
        return self.last_accepted(key) is not None or self.had_legal_right(key)

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        """The photo in force, and the day on which it was accepted."""
        row = self._store.row(_ACTIVE_PHOTO, _of(key))
        if row is None:
            return None
        return Accepted(_declaration(key.kind, row["body"]), date.fromisoformat(row["accepted_on"]))

    def had_legal_right(self, key: DeclarationKey) -> bool:
        """As `employer_took_over`, for the rules."""
        return self.employer_took_over(AccountYear(*key[:3]))

    def accept(self, declaration: Declaration, *, on: date, source: RightSource) -> None:
        """Make `declaration` the photo in force; the one before stays, inactive."""
        key = declaration.key
        account = AccountYear(*key[:3])
        before, carries_legal = None, False
        if isinstance(declaration, TrainingRightsDeclaration):
            before = self.rights_in_force(account)
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
        if self.employer_took_over(account):
            return False
        before = self.rights_in_force(account)
        with self._store.transaction():
            self._store.execute(
                "insert or replace into prefilled_right values (?, ?, ?, ?)",
                (*account, right.model_dump_json(exclude_none=True)),
            )
            self._note_changes(account, before, on)
        return True

    def rights_in_force(self, account: AccountYear) -> TrainingRights:
        """Rights that count, each with its source; what was declared with 0 is gone."""
        row = self._store.row(_ACTIVE_PHOTO, (*account, FormKind.TRAINING_RIGHTS.value))
        declared = TrainingRights()
        source = RightSource.EMPLOYER.value
        if row is not None:
            photo = TrainingRightsDeclaration.model_validate_json(row["body"])
            declared, source = photo.training_rights, row["source"]
        kept = in_force(declared, source)
        computed = self.prefilled_right(account)
        return kept.model_copy(update={"legal_fla_right": computed}) if computed else kept

    def photo(self, account: AccountYear, kind: FormKind) -> Declaration | None:
        """The declaration in force, as it was sent."""
        found = self.last_accepted(DeclarationKey(*account, kind))
        return found.declaration if found else None

    def in_force(self, company_id: str, inss: str) -> Iterator[Declaration]:
        """What counts for the credit: rights and trainings of all years."""
        years = self._store.rows(
            "select calendar_year from photo where company_id = ? and inss = ? union "
            "select calendar_year from prefilled_right where company_id = ? and inss = ?",
            (company_id, inss, company_id, inss),
        )
        for row in years:
            account = AccountYear(company_id, inss, row["calendar_year"])
            rights = self.photo(account, FormKind.TRAINING_RIGHTS)
            yield TrainingRightsDeclaration(
                employee=rights.employee if rights else TrainingRightsDeclaration().employee,
                calendar_year=account.calendar_year,
                training_rights=self.rights_in_force(account),
            )
            trainings = self.photo(account, FormKind.TRAININGS)
            if trainings is not None:
                yield trainings

    def trainings_photos(
        self, company_id: str
    ) -> Iterator[tuple[AccountYear, TrainingsDeclaration]]:
        """The trainings in force of every worker of an employer, oldest first."""
        rows = self._store.rows(
            "select inss, calendar_year, body from photo "
            "where company_id = ? and kind = ? and active = 1 order by id",
            (company_id, FormKind.TRAININGS.value),
        )
        for row in rows:
            photo = TrainingsDeclaration.model_validate_json(row["body"])
            yield AccountYear(company_id, row["inss"], row["calendar_year"]), photo

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

    def employer_took_over(self, account: AccountYear) -> bool:
        """True once a declaration of the employer carried the legal right, also with 0."""
        return self._store.row(_PHOTO_WITH_LEGAL, account) is not None

    def prefilled_right(self, account: AccountYear) -> LegalFlaRight | None:
        """The legal right as the platform keeps it; None where the employer does, or nobody."""
        if self.employer_took_over(account):
            return None
        row = self._store.row(_PREFILLED, account)
        return LegalFlaRight.model_validate_json(row["body"]) if row else None

    def _note_size(self, declaration: Declaration) -> None:
        code = declaration.employer.fla_importance_code
        if code is not None:
            self.set_importance_code(declaration.key.company_id, code)

    def _note_changes(self, account: AccountYear, before: TrainingRights, on: date) -> None:
        after = self.rights_in_force(account)
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
