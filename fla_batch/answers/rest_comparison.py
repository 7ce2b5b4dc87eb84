"""Does the platform hold a declaration? What a GET shows, compared with what was put.

Strict where it can be: a doubt that stays makes the declaration be put again, which changes
nothing, for a PUT is a whole photo. Passed over is only what GET cannot show: sequence numbers
(3.3.4.3 D), rights that were deleted by the value 0 (3.3.3.4), a legal right that the employer
did not declare (3.3.3.3 D), and trainings that stand to validate.
"""

from __future__ import annotations

from typing import Any

from fla_batch.ledger.records import canonical_json
from fla_batch.models import Declaration, TrainingsDeclaration
from fla_batch.vocabulary.terms import ProcessingState

_READ_ONLY = frozenset({"source", "legalFlaRightValidityEndDate", "processingState"})
_LEGAL = "legalFlaRight"


def holds(told: Declaration, declared: Declaration) -> bool:
    """True when `told`, the answer to a GET of everything, is what `declared` would leave."""
    there, ours = told.to_json(), declared.to_json()
    same_people = all(
        there.get(block, {}).get(name) == value
        for block in ("employer", "employee")
        for name, value in ours.get(block, {}).items()
    )
    if isinstance(declared, TrainingsDeclaration):
        return same_people and _trainings(there) == _trainings(ours)
    rights, wanted = _rights(there), _rights(ours)
    if _LEGAL not in ours.get("trainingRights", {}):
        rights.pop(_LEGAL, None)
    return same_people and rights == wanted


def _rights(body: dict[str, Any]) -> dict[str, list[str]]:
    """Rights that are not 0 by their block, in an order of their own."""
    found = {}
    for name, value in body.get("trainingRights", {}).items():
        each = value if isinstance(value, list) else [value]
        kept = [_shown(right) for right in each if not _is_zero(right)]
        if kept:
            found[name] = sorted(kept)
    return found


def _is_zero(right: dict[str, Any]) -> bool:
    return not any(
        value for name, value in right.items() if name.endswith(("RightHours", "RightDays"))
    )


def _trainings(body: dict[str, Any]) -> list[str]:
    return sorted(
        _shown({name: value for name, value in training.items() if name != "trainingSequenceNbr"})
        for training in body.get("trainings", ())
        if training.get("processingState") != ProcessingState.TO_VALIDATE
    )


def _shown(block: dict[str, Any]) -> str:
    kept = {name: value for name, value in block.items() if name not in _READ_ONLY}
    reference = kept.get("trainingProviderReference")
    if reference and "providerTrainingId" in reference:
        number = str(reference["providerTrainingId"]).lower()
        kept["trainingProviderReference"] = {**reference, "providerTrainingId": number}
    return canonical_json(kept)
