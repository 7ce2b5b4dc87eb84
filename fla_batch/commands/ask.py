"""Asking the platform: questions as a batch, and what became of each (REST manual 3.3.3 to 3.3.7).

A question travels as a declaration does: built, sent, answered some time later. What was
answered stays in the ledger, where `fla_batch.commands.last_answers` finds it without asking again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from fla_batch.commands.build_batches import build_bodies
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.recovery import recover
from fla_batch.commands.watch import Patience, watch
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.lifecycle import REFUSED_FORM_STATES, FormState
from fla_batch.ledger.records import ConsultationRow, FormRow
from fla_batch.models import Employee, Employer
from fla_batch.models.question import Question
from fla_batch.vocabulary import closure
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.errors import UsageMistake, WaitTimedOut
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.identifiers import (
    compact_company_id,
    is_valid_company_id,
    is_valid_inss,
    mask_inss,
)
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.commands.needs import AnswerLine, BuildTools, Records
    from fla_batch.message import Profile

_About = tuple[str | None, int | None]


class Fate(Enum):
    """What became of a question."""

    ANSWERED = "answered"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was sent. `anomalies` are the platform's remarks on it."""

    form: FormRow
    answer: ConsultationRow | None
    anomalies: tuple[Anomaly, ...]

    @property
    def fate(self) -> Fate:
        """Answered counts most: an answer that came is shown, whatever else was said."""
        if self.answer is not None:
            return Fate.ANSWERED
        settled = self.form.state in REFUSED_FORM_STATES | {FormState.CANCELLED}
        return Fate.REFUSED if settled else Fate.WAITING


def questions(
    kind: FormKind,
    company_id: str,
    people: Sequence[Person] = (),
    years: Sequence[int] = (),
    *,
    everyone: bool = False,
    **filters: str | date | None,
) -> list[Question]:
    """One question, or one for each worker and year where the kind asks about one worker.

    `everyone`: no worker or year needs to be named; such a question can only be looked up.
    Raises UsageMistake for a number with wrong check digits, and for a missing worker or year.
    """
    company_id = compact_company_id(company_id)
    if not is_valid_company_id(company_id):
        raise UsageMistake(f"{company_id} is no company number: its check digits are wrong")
    zones: dict[str, Any] = {name: each for name, each in filters.items() if each is not None}
    employer = Employer(company_id=company_id)
    if kind.is_list:
        about: Iterable[_About] = ((None, year) for year in years or (None,))
    else:
        about = dict.fromkeys(_workers_and_years(kind, people, years, everyone=everyone))
    return [
        Question(
            question=kind,
            employer=employer,
            employee=Employee(inss=inss) if inss else None,
            calendar_year=year,
            **zones,
        )
        for inss, year in about
    ]


def _workers_and_years(
    kind: FormKind, people: Sequence[Person], years: Sequence[int], *, everyone: bool
) -> Iterator[_About]:
    if not people and not everyone:
        raise UsageMistake("no worker is named", hint="Name them with --inss or --workers FILE.")
    for inss, own_year in people or ((None, None),):
        if inss is not None and not is_valid_inss(inss):
            raise UsageMistake(f"{mask_inss(inss)} is no national number: check its digits")
        wanted = years or ((own_year,) if own_year or everyone else ())
        if not kind.is_of_a_year:
            wanted = (None,)
        elif not wanted:
            raise UsageMistake("no year is named", hint="Name one with --year, or more than one.")
        yield from ((inss, year) for year in wanted)


def build(
    workspace: BuildTools, asked: Sequence[Question], *, after_closure: bool = False
) -> list[BatchName]:
    """The questions as batches in the outbox; errors as of a build of declarations.

    Raises DataErased in production, before anything is built, unless `after_closure`.
    """
    if not after_closure:
        time_left(workspace)
    recover(workspace)
    return [batch.name for batch in build_bodies(workspace, asked)]


def can_ask(profile: Profile) -> bool:
    """True when the profile knows every question, and how it is answered."""
    kinds = [kind for kind in FormKind if not kind.is_declaration]
    asks, answers = profile.identifications, profile.answer_identifications
    return all(kind in asks and kind in answers for kind in kinds)


def time_left(workspace: Records) -> str | None:
    """What the user should know of the platform's data. Raises DataErased when they are gone."""
    return closure.require_readable(workspace.environment, belgian_date(workspace.clock()))


def wait(workspace: AnswerLine, batches: Sequence[BatchName], patience: Patience) -> PollResult:
    """Polls until every question of `batches` is answered or refused. Raises WaitTimedOut."""
    try:
        waiting = Fate.WAITING
        enough = lambda _: all(one.fate is not waiting for one in outcome(workspace, batches))  # noqa: E731
        return watch(workspace, patience, enough)
    except WaitTimedOut as error:
        raise WaitTimedOut(
            f"not every question was answered within {patience.timeout_s:g} seconds",
            hint="`fla-batch poll` later fetches the answer; the same question with --show "
            "then shows it.",
        ) from error


def outcome(workspace: Records, batches: Sequence[BatchName]) -> list[Asked]:
    """Every question of `batches` in the order of asking, with its answer when it came."""
    ledger, environment = workspace.ledger, workspace.environment
    found: list[Asked] = []
    for batch in batches:
        forms = list(ledger.forms(batch))
        answers = {
            (row.form.key, row.kind): row
            for kind, company_id in {(form.kind, form.company_id) for form in forms}
            for row in ledger.consultations(environment, kind, company_id)
            if row.form is not None and row.form.batch == batch
        }
        remarks: defaultdict[str | None, list[Anomaly]] = defaultdict(list)
        for row in ledger.anomalies(batch):
            remarks[row.reference_nbr].append(row.anomaly)
        for form in forms:
            said = (*remarks[None], *remarks[form.reference_nbr])
            found.append(Asked(form, answers.get((form.reference_nbr, form.kind)), said))
    return found
