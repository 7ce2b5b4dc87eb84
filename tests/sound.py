"""Declarations of both kinds in which no rule finds anything, and that have much in them."""

from __future__ import annotations

from datetime import date

from fla_batch.models import Declaration
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b


def sound_trainings(worker: int) -> Declaration:
    """Several trainings, with several periods, each zone filled in somewhere."""
    days = b.period(
        training_days=150,
        training_start_date=date(2024, 5, 6),
        training_end_date=date(2024, 5, 7),
        training_place=3,
        additional_information="B2C",
    )
    later = b.period(training_start_date=date(2024, 12, 30), training_end_date=date(2025, 1, 3))
    return b.trainings(
        b.training(b.period(), days, later),
        b.training(
            days,
            training_sequence_nbr=2,
            training_reference_nbr="A/7",
            training_organiser_name="Céfora",
            certificate_validity_start_date=date(2024, 6, 1),
            certificate_validity_end_date=date(2029, 6, 1),
            training_provider_reference=b.provider_reference(),
        ),
        b.training(training_sequence_nbr=3, training_leading_to_certificate=1),
        employee=b.employee(inss=b.inss(worker), language=2, ref_hours_in_working_day=760),
        employer=b.employer(fla_importance_code=4),
    )


def sound_rights(worker: int) -> Declaration:
    """Rights of every kind."""
    return b.rights(
        b.legal(joint_commission_nbr=("200", "149.02"), working_regulations_registry_nbr="R/1"),
        (b.sector(), b.sector(joint_commission_nbr="302", complementary_sector_right_days=50)),
        (b.extra(), b.extra(working_regulations_registry_nbr="R/2")),
        employee=b.employee(inss=b.inss(worker)),
    )


SOUND = {FormKind.TRAININGS: sound_trainings, FormKind.TRAINING_RIGHTS: sound_rights}
