"""A platform that holds something of many employers and workers, nothing of it by our ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from fla_batch.models import (
    ComplementarySectorRight,
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
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.sandbox.platform import Platform
from fla_batch.vocabulary.terms import RightSource
from tests.builders import company_id, inss

PROVIDER = "0400767772"
DAY = date(2025, 2, 3)


class Someone(NamedTuple):
    """A worker of an employer."""

    company_id: str
    inss: str


def crowd(employers: int, workers: int) -> Iterator[Someone]:
    """So many workers, shared out over so many employers."""
    for number in range(workers):
        yield Someone(company_id(number % employers + 1), inss(number + 1))


def settle(platform: Platform, employers: int, workers: int) -> list[Someone]:
    """Give each worker something: a computed right, a declared photo, a provider's training."""
    people = list(crowd(employers, workers))
    with platform.store.transaction():
        for number, one in enumerate(people):
            year = AccountYear(one.company_id, one.inss, 2024 + number % 2)
            if number % 3 != 2:
                legal = LegalFlaRight(legal_fla_right_hours=3800, joint_commission_nbr=("200",))
                platform.prefill(year, legal, on=DAY)
            if number % 3 != 1:
                for photo in _photos(one, year.calendar_year, number):
                    platform.accounts.accept(photo, on=DAY, source=RightSource.EMPLOYER)
            if number % 5 == 0:
                reference = TrainingProviderReference(
                    provider_training_id=f"{number:08x}-9c41-4d0e-8b57-1f6a2c9d7e30",
                    training_provider_company_id=PROVIDER,
                )
                offered = _training("First aid", year.calendar_year, None)
                offered = offered.model_copy(update={"training_provider_reference": reference})
                platform.register.add(year, offered)
    return people


def _photos(
    one: Someone, year: int, number: int
) -> Iterator[TrainingRightsDeclaration | TrainingsDeclaration]:
    who: dict[str, Any] = {
        "employer": Employer(company_id=one.company_id),
        "employee": Employee(inss=one.inss),
        "calendar_year": year,
    }
    sector = ComplementarySectorRight(
        complementary_sector_right_hours=760 + number % 100,
        joint_commission_nbr="200",
        activity_code=228,
    )
    yield TrainingRightsDeclaration(
        **who, training_rights=TrainingRights(complementary_sector_right=(sector,))
    )
    yield TrainingsDeclaration(**who, trainings=(_training(f"Course {number}", year, 1),))


def _training(name: str, year: int, number: int | None) -> Training:
    day = date(year, 5, 6)
    period = DetailsPerPeriod(
        training_hours=380,
        training_start_date=day,
        training_end_date=day,
        training_status=1,
        training_type=1,
    )
    return Training(
        training_sequence_nbr=number,
        training_denomination=name,
        training_first_start_date=day,
        training_last_end_date=day,
        training_result=1,
        training_leading_to_certificate=1,
        scope=1,
        details_per_period=(period,),
    )
