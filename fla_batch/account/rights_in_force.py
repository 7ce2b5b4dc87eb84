"""Which rights of a photo count, and how they are shown (REST manual 3.3.3.2 to 3.3.3.4)."""

from __future__ import annotations

from typing import TypeVar

from fla_batch.account.day_hours import USUAL_DAY_HOURS_CENTI
from fla_batch.account.remaining_credit import right_hours
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    LegalFlaRight,
    Right,
    TrainingRights,
)
from fla_batch.vocabulary.terms import RightType

_FIELDS = {
    RightType.LEGAL: "legal_fla_right",
    RightType.SECTOR: "complementary_sector_right",
    RightType.EMPLOYER: "complementary_employer_right",
}
_AnyRight = TypeVar(
    "_AnyRight", LegalFlaRight, ComplementarySectorRight, ComplementaryEmployerRight
)


def in_force(declared: TrainingRights, source: str | None) -> TrainingRights:
    """Without what was deleted by the value 0; each right with its source."""
    legal = declared.legal_fla_right
    return TrainingRights(
        legal_fla_right=_sourced(legal, source) if legal and _counts(legal) else None,
        complementary_sector_right=tuple(
            _sourced(right, source)
            for right in declared.complementary_sector_right
            if _counts(right)
        ),
        complementary_employer_right=tuple(
            _sourced(right, source)
            for right in declared.complementary_employer_right
            if _counts(right)
        ),
    )


def of_type(rights: TrainingRights, right_type: RightType) -> TrainingRights:
    """Only the rights of that kind."""
    name = _FIELDS[right_type]
    return TrainingRights(**{name: getattr(rights, name)})


def without_read_only(rights: TrainingRights) -> TrainingRights:
    """Without source and end of validity, which only answers to a RightType carry (3.3.3.3)."""
    legal = rights.legal_fla_right
    bare = {"source": None, "legal_fla_right_validity_end_date": None}
    return TrainingRights(
        legal_fla_right=legal.model_copy(update=bare) if legal else None,
        complementary_sector_right=tuple(
            right.model_copy(update={"source": None}) for right in rights.complementary_sector_right
        ),
        complementary_employer_right=tuple(
            right.model_copy(update={"source": None})
            for right in rights.complementary_employer_right
        ),
    )


def _counts(right: Right) -> bool:
    return bool(right_hours(right, USUAL_DAY_HOURS_CENTI))


def _sourced(right: _AnyRight, source: str | None) -> _AnyRight:
    return right.model_copy(update={"source": source}) if source else right
