"""The account of a worker as our ledger knows it: what was accepted, and what was told.

Of each kind of right and of the trainings the youngest word counts: a photo of ours that was
accepted, one that was told whole, or an answer about that kind alone. An answer without a
RightType does not say whose the legal right is: it is the platform's, unless a declaration of the
employer carried one (decision 0902).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from fla_batch.account.account import Account, YearState
from fla_batch.account.ledger_history import declaration_of
from fla_batch.account.merge_provider_trainings import number_of
from fla_batch.models import (
    DeclarationKey,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.employer import SMALL_EMPLOYERS
from fla_batch.models.form import Answer
from fla_batch.models.training_rights import RIGHT_FIELDS
from fla_batch.vocabulary.terms import FormKind, ProcessingState, RightSource, RightType

if TYPE_CHECKING:
    from fla_batch.ledger.ledger import Ledger
    from fla_batch.ledger.records import ConsultationRow, Photo
    from fla_batch.ledger.worker_records import WorkerRecord
    from fla_batch.vocabulary.terms import Environment

_REGISTER_STATES = (ProcessingState.ALL, ProcessingState.TO_VALIDATE)


class Told(NamedTuple):
    """An answer about one worker and year: what was asked, what was told, and when."""

    asked: Mapping[str, Any]
    answer: Answer
    at: datetime


def ledger_account(ledger: Ledger, environment: Environment, company_id: str, inss: str) -> Account:
    """The account of one worker with one employer. Raises LedgerTrouble."""
    (record,) = ledger.worker_records(environment, [(company_id, inss)])
    return account_of(record)


def account_of(record: WorkerRecord) -> Account:
    """The account that follows from what is on record of a worker."""
    told = _told(record.told)
    years = {year for _, year in told} | {year for year, _ in record.photos}
    states = {}
    for year in sorted(years):
        states[year] = _state(
            DeclarationKey(record.company_id, record.inss, year, FormKind.TRAINING_RIGHTS),
            record.photos.get((year, FormKind.TRAINING_RIGHTS)),
            record.photos.get((year, FormKind.TRAININGS)),
            told,
            had_legal=year in record.had_legal,
        )
    return Account(record.company_id, record.inss, states)


def _told(rows: Iterable[ConsultationRow]) -> dict[tuple[FormKind, int], list[Told]]:
    found: defaultdict[tuple[FormKind, int], list[Told]] = defaultdict(list)
    for row in rows:
        if row.kind in (FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS) and row.calendar_year:
            answer = Answer.model_validate(row.body, strict=False)
            found[row.kind, row.calendar_year].append(Told(row.asked or {}, answer, row.told_at))
    return found


def _state(
    key: DeclarationKey,
    rights: Photo | None,
    trainings: Photo | None,
    told: Mapping[tuple[FormKind, int], list[Told]],
    *,
    had_legal: bool,
) -> YearState:
    year = key.calendar_year
    of_rights = told.get((FormKind.ASK_RIGHTS, year), [])
    known, whose = _rights(rights, of_rights), _employee(rights, of_rights)
    legal = known.get(RightType.LEGAL)
    computed = (
        legal if isinstance(legal, LegalFlaRight) and _is_computed(legal, had_legal) else None
    )
    declared = TrainingRights(
        legal_fla_right=None if computed else legal,
        complementary_sector_right=known.get(RightType.SECTOR, ()),
        complementary_employer_right=known.get(RightType.EMPLOYER, ()),
    )
    photo = TrainingRightsDeclaration(
        employer=Employer(company_id=key.company_id),
        employee=whose.model_copy(update={"inss": key.inss}),
        calendar_year=year,
        training_rights=declared,
    )
    held = declaration_of(FormKind.TRAININGS, trainings.body) if trainings else None
    register = _registered(told.get((FormKind.ASK_TRAININGS, year), []))
    return YearState(
        rights=photo if rights or known else None,
        rights_source=None,
        trainings=held if isinstance(held, TrainingsDeclaration) else None,
        computed=computed,
        taken_over=computed is None and (had_legal or legal is not None),
        registered=register,
        self_validated=frozenset(
            number
            for training in register
            if training.processing_state != ProcessingState.TO_VALIDATE
            and (number := number_of(training.training_provider_reference))
        ),
    )


def _is_computed(legal: LegalFlaRight, had_legal: bool) -> bool:
    if legal.source is not None:
        return legal.source == RightSource.FLA
    return not had_legal


def _rights(photo: Photo | None, told: Iterable[Told]) -> dict[RightType, Any]:
    """The youngest word on each kind of right; a kind of which nothing was said is not there."""
    words: list[tuple[datetime, RightType, Any]] = []
    if photo is not None:
        declared = declaration_of(FormKind.TRAINING_RIGHTS, photo.body)
        assert isinstance(declared, TrainingRightsDeclaration)  # noqa: S101 - by its kind
        words += _words(declared.training_rights, photo.accepted_at, RightType)
    for each in told:
        asked = each.asked.get("rightType")
        kinds = (RightType(asked),) if asked else tuple(RightType)
        words += _words(each.answer.training_rights or TrainingRights(), each.at, kinds, asked)
    known = {kind: value for _, kind, value in sorted(words, key=lambda word: word[0])}
    return {kind: value for kind, value in known.items() if value}


def _words(
    rights: TrainingRights, at: datetime, kinds: Iterable[RightType], asked: str | None = None
) -> Iterator[tuple[datetime, RightType, Any]]:
    for kind in kinds:
        value = getattr(rights, RIGHT_FIELDS[kind])
        # Leaving the legal right out deletes nothing; only who asked for it learns that it is gone.
        if value is not None or asked:
            yield at, kind, value


def _employee(photo: Photo | None, told: Iterable[Told]) -> Employee:
    """The worker as he was last declared or told."""
    found = Employee()
    for each in told:
        found = each.answer.employee or found
    if photo is not None and not found.ref_hours_in_working_day:
        found = declaration_of(FormKind.TRAINING_RIGHTS, photo.body).employee
    return found


def _registered(told: Iterable[Told]) -> tuple[Training, ...]:
    """Providers' trainings by the last answer that tells of those to validate."""
    last = None
    for each in told:
        if each.asked.get("processingState") in _REGISTER_STATES:
            last = each
    if last is None:
        return ()
    employer = last.answer.employer
    small = employer is not None and employer.fla_importance_code in SMALL_EMPLOYERS
    return tuple(
        training
        for training in last.answer.trainings
        if training.training_provider_reference is not None
        and (small or training.processing_state == ProcessingState.TO_VALIDATE)
    )
