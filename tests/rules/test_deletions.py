"""What a declaration deletes is said, and holds nothing back."""

from __future__ import annotations

import pytest

from fla_batch.models import Declaration, TrainingRights
from fla_batch.rules.base import FOR_INFORMATION
from tests import builders as b


@pytest.mark.parametrize(
    ("declaration", "rule", "tag", "path"),
    [
        (
            b.rights(b.legal(legal_fla_right_hours=0)),
            "delete-legal",
            "LegalFlaRight",
            "trainingRights.legalFlaRight",
        ),
        (
            b.rights(b.legal(legal_fla_right_days=0)),
            "delete-legal",
            "LegalFlaRight",
            "trainingRights.legalFlaRight",
        ),
        (
            b.rights(training_rights=TrainingRights()),
            "delete-empty",
            "TrainingRights",
            "trainingRights",
        ),
        (b.trainings(trainings=()), "delete-empty", "Trainings", "trainings"),
    ],
)
def test_a_deletion_is_told(declaration: Declaration, rule: str, tag: str, path: str) -> None:
    (anomaly,) = b.found(declaration)
    assert (anomaly.rule, anomaly.tag, anomaly.path) == (rule, tag, path)
    assert (anomaly.anomaly_class, anomaly.blocks) == ("NB", False)
    assert anomaly.error_id == f"{tag}-{FOR_INFORMATION}"


@pytest.mark.parametrize(
    "declaration",
    [
        b.rights(),
        b.rights(b.legal(legal_fla_right_hours=1)),
        b.rights(sectors=(b.sector(complementary_sector_right_hours=0),)),
        b.trainings(),
    ],
)
def test_nothing_is_told_of_what_stays(declaration: Declaration) -> None:
    assert b.ids(declaration) == []
