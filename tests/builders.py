"""Valid blocks and declarations for the tests; every number is invented and has right digits.

Each function takes the fields that the test is about and fills in the rest.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fla_batch import rules
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    Declaration,
    DetailsPerPeriod,
    Employee,
    Employer,
    Entry,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.form import Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext
from fla_batch.vocabulary.findings import Anomaly
from fla_batch.vocabulary.terms import FormKind

TODAY = date(2025, 3, 1)
CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
CONTEXT = RuleContext(today=TODAY)
IDENTIFICATIONS = {
    FormKind.TRAINING_RIGHTS: "FLA001",
    FormKind.TRAININGS: "FLA002",
    FormKind.ASK_CREDIT: "FLA101",
    FormKind.ASK_RIGHTS: "FLA102",
    FormKind.ASK_TRAININGS: "FLA103",
    FormKind.ASK_TO_VALIDATE: "FLA104",
    FormKind.ASK_CHANGED_RIGHTS: "FLA105",
}


def inss(number: int = 1) -> str:
    """A valid INSS, another one for each `number`: 499 born on 17 November 1981, others earlier."""
    days, order = divmod(number - 1, 499)
    born = date(1981, 11, 17) - timedelta(days=days)
    nine = f"{born:%y%m%d}{order * 2 + 1:03d}"
    return f"{nine}{97 - int(nine) % 97:02d}"


def company_id(number: int = 1) -> str:
    """A valid company number, another one for each `number` of 1 to 999."""
    eight = f"08808{number:03d}"
    return f"{eight}{97 - int(eight) % 97:02d}"


def employer(**fields: Any) -> Employer:
    return Employer(**({"company_id": company_id()} | fields))


def employee(**fields: Any) -> Employee:
    return Employee(**({"inss": inss()} | fields))


def period(**fields: Any) -> DetailsPerPeriod:
    """Five days of 7 h 36 in February 2024; give training_days and the hours are left out."""
    usual: dict[str, Any] = {
        "training_start_date": date(2024, 2, 5),
        "training_end_date": date(2024, 2, 9),
        "training_status": 1,
        "training_type": 1,
    }
    if "training_days" not in fields:
        usual["training_hours"] = 3800
    return DetailsPerPeriod(**(usual | fields))


def training(*periods: DetailsPerPeriod, **fields: Any) -> Training:
    """A training over `periods`, whose first and last dates are its own unless given."""
    periods = periods or (period(),)
    starts = [each.training_start_date for each in periods if each.training_start_date]
    ends = [each.training_end_date for each in periods if each.training_end_date]
    usual: dict[str, Any] = {
        "training_sequence_nbr": 1,
        "training_denomination": "First aid at work",
        "training_first_start_date": min(starts, default=None),
        "training_last_end_date": max(ends, default=None),
        "training_result": 1,
        "training_leading_to_certificate": 2,
        "scope": 1,
        "details_per_period": periods,
    }
    return Training(**(usual | fields))


def provider_reference(**fields: Any) -> TrainingProviderReference:
    usual = {
        "provider_training_id": "8f14e45f-ceea-467f-9c2d-0123456789ab",
        "training_provider_company_id": company_id(2),
    }
    return TrainingProviderReference(**(usual | fields))


def trainings(*given: Training, **fields: Any) -> TrainingsDeclaration:
    """A declaration of `given`; without any, of one training."""
    usual: dict[str, Any] = {
        "employer": employer(),
        "employee": employee(),
        "calendar_year": 2024,
        "trainings": given or (training(),),
    }
    return TrainingsDeclaration(**(usual | fields))


def legal(**fields: Any) -> LegalFlaRight:
    usual: dict[str, Any] = {"joint_commission_nbr": ("200",)}
    if "legal_fla_right_days" not in fields:
        usual["legal_fla_right_hours"] = 3800
    return LegalFlaRight(**(usual | fields))


def sector(**fields: Any) -> ComplementarySectorRight:
    usual: dict[str, Any] = {"joint_commission_nbr": "149.02", "activity_code": 1120}
    if "complementary_sector_right_days" not in fields:
        usual["complementary_sector_right_hours"] = 760
    return ComplementarySectorRight(**(usual | fields))


def extra(**fields: Any) -> ComplementaryEmployerRight:
    """A right that the employer adds."""
    usual: dict[str, Any] = {"joint_commission_nbr": "200"}
    if "complementary_employer_right_hours" not in fields:
        usual["complementary_employer_right_days"] = 150
    return ComplementaryEmployerRight(**(usual | fields))


def rights(
    legal_right: LegalFlaRight | None = None,
    sectors: tuple[ComplementarySectorRight, ...] = (),
    extras: tuple[ComplementaryEmployerRight, ...] = (),
    **fields: Any,
) -> TrainingRightsDeclaration:
    """A declaration of those rights; without any, of one legal right."""
    if legal_right is None and not sectors and not extras:
        legal_right = legal()
    usual: dict[str, Any] = {
        "employer": employer(),
        "employee": employee(),
        "calendar_year": 2024,
        "training_rights": TrainingRights(
            legal_fla_right=legal_right,
            complementary_sector_right=sectors,
            complementary_employer_right=extras,
        ),
    }
    return TrainingRightsDeclaration(**(usual | fields))


def form(body: Declaration | Question, number: int = 1, identification: str | None = None) -> Form:
    """A form of ours around `body`; every number has its own time of creation."""
    created = CREATED.replace(microsecond=number % 1000 * 1000)
    name = identification or IDENTIFICATIONS[body.kind]
    return Form(header=FormHeader.original(name, created, f"R{number}"), body=body)


def found(declaration: Declaration, context: RuleContext = CONTEXT) -> list[Anomaly]:
    """All anomalies of a declaration that was built in code."""
    return rules.check(Entry(declaration), context)


def ids(declaration: Declaration, context: RuleContext = CONTEXT) -> list[tuple[str, str, str]]:
    """(rule, error id, path) of each anomaly, for comparing whole outcomes at once."""
    return [
        (each.rule or "", each.error_id, each.path or "") for each in found(declaration, context)
    ]


def answer_shape(profile: Profile) -> MessageShape:
    """The message of answers in a profile that has one."""
    assert profile.answer is not None
    return profile.answer
