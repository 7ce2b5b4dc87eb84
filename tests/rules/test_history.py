"""The guards of the annual photo, against a history of one declaration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from fla_batch.models import Declaration, DeclarationKey, TrainingRightsDeclaration
from fla_batch.rules import Accepted
from fla_batch.vocabulary.findings import Anomaly
from tests import builders as b

ACCEPTED_ON = date(2025, 2, 1)


@dataclass(frozen=True)
class Remembered:
    """A history that holds one accepted declaration."""

    declaration: Declaration

    def may_hold(self, key: DeclarationKey) -> bool:
        return key == self.declaration.key

    def last_accepted(self, key: DeclarationKey) -> Accepted | None:
        return Accepted(self.declaration, ACCEPTED_ON) if key == self.declaration.key else None

    def had_legal_right(self, key: DeclarationKey) -> bool:
        found = self.declaration
        return (
            key == found.key
            and isinstance(found, TrainingRightsDeclaration)
            and found.training_rights.legal_fla_right is not None
        )


def guarded(before: Declaration, after: Declaration, **context: Any) -> list[Anomaly]:
    known = replace(b.CONTEXT, history=Remembered(before), **context)
    rules = {"legal-must-stay", "photo-shrinks", "already-declared"}
    return [each for each in b.found(after, known) if each.rule in rules]


def test_the_legal_right_must_stay() -> None:
    (anomaly,) = guarded(b.rights(), b.rights(sectors=(b.sector(),)))
    assert (anomaly.rule, anomaly.error_id, anomaly.blocks) == (
        "legal-must-stay",
        "LegalFlaRight-001",
        True,
    )
    assert anomaly.path == "trainingRights.legalFlaRight"


def test_the_legal_right_may_change_or_become_zero() -> None:
    for hours in (0, 1):
        assert guarded(b.rights(), b.rights(b.legal(legal_fla_right_hours=hours))) == []


def test_without_an_earlier_legal_right_none_is_asked() -> None:
    sector = b.rights(sectors=(b.sector(),))
    assert (
        guarded(sector, b.rights(sectors=(b.sector(activity_code=1120),), calendar_year=2025)) == []
    )
    assert [each.rule for each in guarded(sector, sector)] == ["already-declared"]


def first_and_second() -> Declaration:
    second = b.training(training_sequence_nbr=2, training_denomination="Fork-lift driving")
    return b.trainings(b.training(), second)


def test_a_training_that_is_dropped_blocks_and_is_named() -> None:
    (anomaly,) = guarded(first_and_second(), b.trainings())
    assert (anomaly.rule, anomaly.error_id, anomaly.blocks) == (
        "photo-shrinks",
        "Training-181",
        True,
    )
    assert anomaly.value == "“Fork-lift driving” (2024-02-05)"
    assert "Fork-lift driving" in (anomaly.label.nl or "")


def test_each_training_that_is_dropped_is_listed() -> None:
    lost = guarded(first_and_second(), b.trainings(trainings=()))
    assert [each.rule for each in lost] == ["photo-shrinks"] * 2


def test_a_removal_that_the_user_allows_is_a_warning() -> None:
    (anomaly,) = guarded(first_and_second(), b.trainings(), allow_removals=True)
    assert (anomaly.anomaly_class, anomaly.blocks) == ("W", False)
    assert "--allow-removals" in (anomaly.label.fr or "")


def test_a_training_that_only_gets_another_number_stays() -> None:
    renumbered = b.trainings(b.training(training_sequence_nbr=9))
    assert guarded(b.trainings(), renumbered) == []


def test_of_two_that_are_alike_both_must_stay() -> None:
    both = b.trainings(b.training(), b.training(training_sequence_nbr=2))
    assert [each.rule for each in guarded(both, b.trainings())] == ["photo-shrinks"]


def test_a_right_that_is_dropped_is_named_in_the_readers_language() -> None:
    before = b.rights(b.legal(), (b.sector(),), (b.extra(),))
    sector, extra = guarded(before, b.rights(b.legal()))
    assert sector.value == "Sector training right, 7.6 hours (149.02)"
    assert extra.error_id == "ComplementaryEmployerRight-181"
    assert "Droit de formation de l'employeur, 1,5 jour (200)" in (extra.label.fr or "")


def test_a_right_that_was_zero_is_no_loss() -> None:
    before = b.rights(b.legal(), (b.sector(complementary_sector_right_hours=0),))
    assert guarded(before, b.rights(b.legal())) == []


@pytest.mark.parametrize(
    ("declaration", "tag"),
    [(b.trainings(), "Trainings"), (b.rights(sectors=(b.sector(),)), "TrainingRights")],
)
def test_the_same_again_is_a_warning(declaration: Declaration, tag: str) -> None:
    (anomaly,) = guarded(declaration, declaration)
    assert (anomaly.rule, anomaly.error_id, anomaly.blocks) == (
        "already-declared",
        f"{tag}-272",
        False,
    )
    assert "2025-02-01" in (anomaly.label.en or "")


def test_another_worker_year_or_kind_has_its_own_history() -> None:
    before = b.rights(b.legal(), (b.sector(),))
    for after in (
        b.rights(sectors=(b.sector(),), calendar_year=2025),
        b.rights(sectors=(b.sector(),), employee=b.employee(inss=b.inss(2))),
        b.trainings(),
    ):
        assert guarded(before, after) == []


def test_without_a_history_nothing_is_said() -> None:
    assert b.ids(b.rights(sectors=(b.sector(),))) == []
