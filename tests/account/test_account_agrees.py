"""Declare, correct, delete, register, validate, ask: one account, whoever is asked for it.

After each step the credit that the platform gives with a verdict (PUT), to each question (GET), and
the one that is counted here from what we declared and were told, are the same; what remains is
between nothing and what was given. A training is in force, or stands to validate, never both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from fla_batch.account.account import Account, YearState
from fla_batch.account.credit_forecast import forecasts
from fla_batch.message import Reading
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.form import Answer, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.sandbox.platform import FormOutcome, Platform
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.terms import FormKind, RightSource
from tests.builders import company_id, inss
from tests.counts import COUNTED, count

EMPLOYERS = [company_id(1), company_id(2)]
WORKERS = [inss(1), inss(2)]
YEARS = [2023, 2024, 2025, 2026]
STEMS = ("legal_fla_credit", "complementary_sector_credit", "complementary_employer_credit")
WHO = st.tuples(st.sampled_from(EMPLOYERS), st.sampled_from(WORKERS), st.sampled_from(YEARS))
HOURS = st.integers(0, 4000)
DAY_HOURS = st.sampled_from([None, 700, 760, 800])
PROVIDER = "0400767772"


def period(year: int, hours: int, status: int | None) -> DetailsPerPeriod:
    return DetailsPerPeriod(
        training_hours=hours,
        training_start_date=date(year, 1, 8),
        training_end_date=date(year, 3, 9),
        training_status=status,
        training_type=1,
    )


@st.composite
def trainings(draw: st.DrawFn, year: int) -> tuple[Training, ...]:
    return tuple(
        Training(
            training_sequence_nbr=number,
            training_denomination=draw(st.sampled_from(["Alpha", "Beta", "Gamma"])),
            training_first_start_date=date(year, 1, 8),
            training_last_end_date=date(year, 3, 9),
            training_result=1,
            training_leading_to_certificate=1,
            scope=draw(st.sampled_from([1, 2])),
            details_per_period=(
                period(year, draw(HOURS), draw(st.sampled_from([1, 1, 1, 2, 4, None]))),
            ),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )


@st.composite
def complementary(draw: st.DrawFn) -> TrainingRights:
    sector = ComplementarySectorRight(
        joint_commission_nbr="200",
        activity_code=228,
        complementary_sector_right_days=draw(st.integers(0, 10)) * 50,
    )
    extra = ComplementaryEmployerRight(
        joint_commission_nbr="200", complementary_employer_right_hours=draw(HOURS)
    )
    return TrainingRights(
        complementary_sector_right=(sector,) if draw(st.booleans()) else (),
        complementary_employer_right=(extra,) if draw(st.booleans()) else (),
    )


class OneAccount(RuleBasedStateMachine):
    """The platform of the sandbox, and what we know: our declarations, and what we were told."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.platform = Platform()
        self.at = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
        self.photos: dict[Any, Declaration] = {}
        self.registered: list[tuple[AccountYear, Training]] = []

    @initialize(size=st.sampled_from([2, 6]))
    def sizes(self, size: int) -> None:
        self.platform.accounts.set_importance_code(EMPLOYERS[0], size)

    def judged(self, body: Declaration | Question) -> FormOutcome:
        self.at += timedelta(minutes=1)
        form = Form(header=FormHeader(), body=body)
        return self.platform.judge(form, Reading(), at=self.at, source=RightSource.EMPLOYER)

    def put(self, declaration: Declaration) -> None:
        outcome = self.judged(declaration)
        if not outcome.accepted:
            return
        self.photos[declaration.key] = declaration
        company, worker = declaration.key[:2]
        assert outcome.credit is not None
        self.agree(company, worker, outcome.credit)

    @rule(who=WHO, rights=complementary(), legal=st.none() | st.integers(0, 10), day=DAY_HOURS)
    def declare_rights(
        self, who: tuple[str, str, int], rights: TrainingRights, legal: int | None, day: int | None
    ) -> None:
        if legal is not None:
            right = LegalFlaRight(legal_fla_right_days=legal * 50, joint_commission_nbr=("200",))
            rights = rights.model_copy(update={"legal_fla_right": right})
        self.put(TrainingRightsDeclaration(**about(who, day), training_rights=rights))
        self.count()

    @rule(who=WHO, data=st.data(), day=DAY_HOURS)
    def declare_trainings(
        self, who: tuple[str, str, int], data: st.DataObject, day: int | None
    ) -> None:
        listed = data.draw(trainings(who[2]))
        self.put(TrainingsDeclaration(**about(who, day), trainings=listed))
        self.count()

    @rule(who=WHO)
    def delete_trainings(self, who: tuple[str, str, int]) -> None:
        self.put(TrainingsDeclaration(**about(who, None), trainings=()))
        self.count()

    @rule(who=WHO)
    def delete_rights(self, who: tuple[str, str, int]) -> None:
        self.put(TrainingRightsDeclaration(**about(who, None)))
        self.count()

    @rule(who=WHO, hours=HOURS)
    def compute_legal(self, who: tuple[str, str, int], hours: int) -> None:
        right = LegalFlaRight(legal_fla_right_hours=hours + 1, joint_commission_nbr=("200",))
        self.platform.prefill(AccountYear(*who), right, on=self.at.date())
        self.asked(*who)
        self.count()

    @rule(who=WHO, hours=HOURS)
    def register(self, who: tuple[str, str, int], hours: int) -> None:
        number = f"{len(self.registered):08x}-9c41-4d0e-8b57-1f6a2c9d7e30"
        reference = TrainingProviderReference(
            provider_training_id=number, training_provider_company_id=PROVIDER
        )
        training = Training(
            training_denomination=f"Provided {len(self.registered)}",
            training_first_start_date=date(who[2], 1, 8),
            training_last_end_date=date(who[2], 3, 9),
            training_result=1,
            training_leading_to_certificate=1,
            scope=1,
            details_per_period=(period(who[2], hours, 1),),
            training_provider_reference=reference,
        )
        self.platform.register.add(AccountYear(*who), training)
        self.registered.append((AccountYear(*who), training))
        self.asked(*who)
        self.count()

    @rule(pick=st.integers(0, 50))
    def validate(self, pick: int) -> None:
        """The last photo, and one more of the register (3.5)."""
        if not self.registered:
            return
        account, training = self.registered[pick % len(self.registered)]
        before = self.photos.get((*account, FormKind.TRAININGS))
        held = before.trainings if isinstance(before, TrainingsDeclaration) else ()
        numbered = training.model_copy(update={"training_sequence_nbr": len(held) + 1})
        day = before.employee.ref_hours_in_working_day if before else None
        who = (account.company_id, account.inss, account.calendar_year)
        self.put(TrainingsDeclaration(**about(who, day), trainings=(*held, numbered)))
        self.count()

    @rule(who=WHO)
    def ask(self, who: tuple[str, str, int]) -> None:
        self.asked(*who)
        self.count()

    def asked(self, company: str, worker: str, year: int) -> None:
        """Every question gives the credit, and lists what the account holds."""
        for kind, zones in (
            (FormKind.ASK_CREDIT, {}),
            (FormKind.ASK_RIGHTS, {"calendar_year": year}),
            (FormKind.ASK_RIGHTS, {"calendar_year": year, "right_type": "LEGAL"}),
            (FormKind.ASK_TRAININGS, {"calendar_year": year}),
        ):
            answer = self.answer(kind, company, worker, **zones)
            assert answer.fla_credit_calculation is not None
            self.agree(company, worker, answer.fla_credit_calculation)
        whole = self.answer(
            FormKind.ASK_TRAININGS, company, worker, calendar_year=year, processing_state="all"
        )
        self.lists(company, worker, year, whole)

    def lists(self, company: str, worker: str, year: int, whole: Answer) -> None:
        """Each registered training once: in force, validated by itself, or to validate."""
        photos = [
            photo
            for key, photo in self.photos.items()
            if key[:2] == (company, worker) and isinstance(photo, TrainingsDeclaration)
        ]
        in_force = {number(each) for photo in photos for each in photo.trainings} - {None}
        states = [(number(each), each.processing_state) for each in whole.trainings if number(each)]
        assert len({each for each, _ in states}) == len(states)
        for each, state in states:
            if each in in_force:
                assert state == "validated"
            elif state == "validated":
                assert self.platform.accounts.importance_code(company) == 2

    def answer(self, kind: FormKind, company: str, worker: str, **zones: Any) -> Answer:
        asked = Question(
            question=kind,
            employer=Employer(company_id=company),
            employee=Employee(inss=worker, ref_hours_in_working_day=None),
            **zones,
        )
        answer = self.judged(asked).answer
        assert answer is not None
        return answer

    def agree(self, company: str, worker: str, told: FlaCreditCalculation) -> None:
        """With what we count ourselves, from our photos and what was told of the legal right."""
        at = belgian(self.at).replace(tzinfo=None)
        states: dict[int, YearState] = {}
        for year in YEARS:
            rights = self.photos.get((company, worker, year, FormKind.TRAINING_RIGHTS))
            held = self.photos.get((company, worker, year, FormKind.TRAININGS))
            asked = Question(
                question=FormKind.ASK_RIGHTS,
                employer=Employer(company_id=company),
                employee=Employee(inss=worker),
                calendar_year=year,
                right_type="LEGAL",
            )
            form = Form(header=FormHeader(), body=asked)
            answer = self.platform.judge(
                form, Reading(), at=self.at, source=RightSource.EMPLOYER
            ).answer
            legal = (
                answer.training_rights.legal_fla_right
                if answer and answer.training_rights
                else None
            )
            ours = legal is None or legal.source != RightSource.FLA
            states[year] = YearState(
                rights=rights if isinstance(rights, TrainingRightsDeclaration) else None,
                trainings=held if isinstance(held, TrainingsDeclaration) else None,
                computed=None if ours else legal,
                taken_over=ours,
            )
        account = Account(company, worker, states)
        here = account.credit(at).credit
        assert amounts(told) == amounts(here)
        for again in forecasts(account.counting(), at):
            assert amounts(again.credit) == amounts(here)
        for stem in STEMS:
            for year in per_year(told, stem):
                initial = getattr(year, f"initial_{stem}_hours")
                assert 0 <= getattr(year, f"remaining_{stem}_hours") <= initial

    def count(self) -> None:
        OneAccount.steps += 1


def about(who: tuple[str, str, int], day_hours: int | None) -> dict[str, Any]:
    company, worker, year = who
    return {
        "employer": Employer(company_id=company),
        "employee": Employee(inss=worker, ref_hours_in_working_day=day_hours),
        "calendar_year": year,
    }


def number(training: Training) -> str | None:
    reference = training.training_provider_reference
    return reference.provider_training_id if reference else None


def per_year(credit: FlaCreditCalculation, stem: str) -> Iterator[Any]:
    block = getattr(credit, stem)
    yield from getattr(block, f"{stem}_per_year") if block else ()


def amounts(credit: FlaCreditCalculation) -> dict[str, Any]:
    """Every number of a credit, by kind; not when or for whom it was counted."""
    found: dict[str, Any] = {
        stem: (
            [year.to_json() for year in per_year(credit, stem)],
            getattr(getattr(credit, stem), f"total_{stem}_hours", None),
        )
        for stem in STEMS
    }
    return found | {"reserved": [each.to_json() for each in credit.reserved_training_time]}


@pytest.mark.timeout(7200)
def test_everybody_tells_the_same_account(record_property: Any) -> None:
    OneAccount.steps = 0
    wanted = count(1_000, 10_000)
    rounds = 0
    while OneAccount.steps < wanted:
        rounds += 1
        run_state_machine_as_test(
            OneAccount,
            settings=settings(
                max_examples=count(20, 100),
                stateful_step_count=50,
                derandomize=rounds == 1,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    record_property(COUNTED, f"one account: {OneAccount.steps} steps, PUT, GET and forecast agree")
