"""The messages of the golden files. Run as a program it writes one of them to standard output."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta

from fla_batch.message import MessageWriter, load
from fla_batch.models import Declaration, Employee, Employer
from fla_batch.models.form import Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b

CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
EMPLOYER = Employer(company_id="0880820673", fla_importance_code=4)
WORKER = Employee(inss="81511716525", language=1, ref_hours_in_working_day=760)
OTHER_WORKER = Employee(inss="00010100105")

TRAININGS: list[Declaration | Question] = [
    b.trainings(
        b.training(
            b.period(
                training_hours=750,
                training_place=3,
                additional_information="Module 1: santé & sécurité <début>",
            ),
            b.period(
                training_days=50,
                training_start_date=date(2025, 1, 6),
                training_end_date=date(2025, 1, 6),
                training_status=4,
                training_type=2,
            ),
            training_denomination="Preventie & bescherming – niveau “3”",
            training_reference_nbr="REF/2024\r\n7",
            training_organiser_name="Ecole d'été çà et là",
            training_result=5,
            certificate_validity_start_date=date(2024, 3, 1),
            certificate_validity_end_date=date(2029, 2, 28),
            training_provider_reference=b.provider_reference(
                training_provider_company_id="0403019261"
            ),
        ),
        b.training(training_sequence_nbr=2, training_leading_to_certificate=1, scope=2),
        employer=EMPLOYER,
        employee=WORKER,
    ),
    b.trainings(employer=EMPLOYER, employee=OTHER_WORKER, trainings=()),
]
RIGHTS: list[Declaration | Question] = [
    b.rights(
        b.legal(
            legal_fla_right_days=450,
            joint_commission_nbr=("200", "149.02.01"),
            working_regulations_registry_nbr="181682/CO/200",
        ),
        (b.sector(activity_code=228), b.sector(complementary_sector_right_days=50)),
        (b.extra(),),
        employer=EMPLOYER,
        employee=WORKER,
    ),
    b.rights(b.legal(legal_fla_right_hours=0), employer=EMPLOYER, employee=OTHER_WORKER),
]
QUESTIONS: list[Declaration | Question] = [
    Question(question=FormKind.ASK_CREDIT, employer=EMPLOYER, employee=WORKER),
    Question(
        question=FormKind.ASK_TO_VALIDATE,
        employer=EMPLOYER,
        processing_state="toValidate",
        from_training_first_start_date=date(2024, 1, 1),
    ),
]
MESSAGES = {"trainings": TRAININGS, "rights": RIGHTS, "questions": QUESTIONS}


def message(name: str) -> bytes:
    """The bytes of one FI, with the clock and the reference numbers given."""
    profile = load("fla-20250131")
    forms = [
        Form(
            header=FormHeader.original(
                profile.identifications[body.kind],
                CREATED + timedelta(milliseconds=number),
                f"20250301-{number:06d}",
            ),
            body=body,
        )
        for number, body in enumerate(MESSAGES[name])
    ]
    return b"".join(MessageWriter(profile.declaration).message(forms))


if __name__ == "__main__":
    sys.stdout.buffer.write(message(sys.argv[1]))
