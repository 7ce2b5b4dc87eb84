"""One frozen class per block of the declaration, named as its XML label."""

from fla_batch.models.declaration import (
    DECLARATIONS,
    Declaration,
    DeclarationKey,
    Entry,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.employer import Employee, Employer
from fla_batch.models.training_rights import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    LegalFlaRight,
    Right,
    TrainingRights,
)
from fla_batch.models.trainings import DetailsPerPeriod, Training, TrainingProviderReference

__all__ = [
    "DECLARATIONS",
    "ComplementaryEmployerRight",
    "ComplementarySectorRight",
    "Declaration",
    "DeclarationKey",
    "DetailsPerPeriod",
    "Employee",
    "Employer",
    "Entry",
    "LegalFlaRight",
    "Right",
    "Training",
    "TrainingProviderReference",
    "TrainingRights",
    "TrainingRightsDeclaration",
    "TrainingsDeclaration",
]
