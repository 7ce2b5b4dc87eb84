"""Which rights of a photo count, and how they are shown (REST manual 3.3.3.2 to 3.3.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fla_batch.account.day_hours import USUAL_DAY_HOURS_CENTI
from fla_batch.account.remaining_credit import right_hours
from fla_batch.models import Right, TrainingRights
from fla_batch.models.training_rights import RIGHT_FIELDS
from fla_batch.vocabulary.terms import RightType


def in_force(declared: TrainingRights, source: str | None) -> TrainingRights:
    """Without what was deleted by the value 0; each right with its source."""

    def counted(right: Right) -> Right | None:
        if not right_hours(right, USUAL_DAY_HOURS_CENTI):
            return None
        return right.model_copy(update={"source": source}) if source else right

    return _each(declared, counted)


def of_type(rights: TrainingRights, right_type: RightType) -> TrainingRights:
    """Only the rights of that kind."""
    name = RIGHT_FIELDS[right_type]
    return TrainingRights(**{name: getattr(rights, name)})


def without_read_only(rights: TrainingRights) -> TrainingRights:
    """Without source and end of validity, which only answers to a RightType carry (3.3.3.3)."""
    legal = {"source": None, "legal_fla_right_validity_end_date": None}
    others = {"source": None}
    return _each(
        rights,
        lambda right: right.model_copy(
            update=legal if right.right_type is RightType.LEGAL else others
        ),
    )


def _each(rights: TrainingRights, changed: Callable[[Right], Right | None]) -> TrainingRights:
    """The rights, each changed; one that becomes None is left out."""
    legal = rights.legal_fla_right
    kept: dict[str, Any] = {"legal_fla_right": changed(legal) if legal else None}
    for name in ("complementary_sector_right", "complementary_employer_right"):
        kept[name] = tuple(filter(None, map(changed, getattr(rights, name))))
    return TrainingRights(**kept)
