"""What a GET answer of the REST manual tells of what was asked: an answer, or why it is none.

Nothing must pass for "there is nothing": a body that does not say what its resource says is no
answer. Sources: REST manual 3.3.3.3, 3.3.4.3, 3.3.5.3, 3.3.6.2, 3.3.7.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fla_batch.intake.json_bodies import ANSWERED
from fla_batch.intake.platform_answers import RestAnswer
from fla_batch.models import TrainingRights, TrainingRightsDeclaration, TrainingsDeclaration
from fla_batch.models.form import Answer, EmployeeYear
from fla_batch.vocabulary.identifiers import is_valid_inss
from fla_batch.vocabulary.terms import FormKind


def without_nulls(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A serialiser writes null for a block that is not there."""
    inside = raw.get(ANSWERED)
    if isinstance(inside, dict):
        raw = {**raw, ANSWERED: {name: each for name, each in inside.items() if each is not None}}
    return {name: each for name, each in raw.items() if each is not None}


def not_told(kind: FormKind, raw: Mapping[str, Any], read: RestAnswer) -> str | None:
    """Why the body `raw`, which was read as `read`, does not say what a resource says; or None."""
    if kind is FormKind.ASK_CREDIT:
        return None if read.credit is not None else "it tells no credit that can be read"
    if kind.is_list:
        listed = raw.get("employees")
        sound = isinstance(listed, list) and len(listed) == len(read.employees)
        if sound and all(is_valid_inss(each.inss) for each in read.employees):
            return None
        return "its list of employees cannot be read"
    if not read.declarations:
        return "it tells no declaration that can be read"
    body = raw.get(ANSWERED, raw)
    name, shape = (
        ("trainings", list) if kind is FormKind.ASK_TRAININGS else ("trainingRights", dict)
    )
    other = "trainingRights" if name == "trainings" else "trainings"
    if name in body:
        return None if isinstance(body[name], shape) else f"its {name} cannot be read"
    return f"it tells {other}, where {name} were asked for" if other in body else None


def told_answer(kind: FormKind, read: RestAnswer) -> Answer:
    """What was told, as an answer of the other channel would say it."""
    if kind.is_list:
        listed = tuple(
            EmployeeYear(inss=one.inss, calendar_year=one.year) for one in read.employees
        )
        return Answer(employee_year=listed)
    wanted = TrainingsDeclaration if kind is FormKind.ASK_TRAININGS else TrainingRightsDeclaration
    declared = next((one for one in read.declarations if isinstance(one, wanted)), None)
    declared = declared or next(iter(read.declarations), None)
    source = declared or read.credit
    trainings = declared.trainings if isinstance(declared, TrainingsDeclaration) else ()
    return Answer(
        employer=source.employer if source else None,
        employee=source.employee if source else None,
        calendar_year=declared.calendar_year if declared else None,
        training_rights=declared.training_rights
        if isinstance(declared, TrainingRightsDeclaration)
        and declared.training_rights != TrainingRights()
        else None,
        # The number belongs to a declaration: answers have none, and readers give some.
        trainings=tuple(
            each.model_copy(update={"training_sequence_nbr": None}) for each in trainings
        ),
        fla_credit_calculation=read.credit,
    )
